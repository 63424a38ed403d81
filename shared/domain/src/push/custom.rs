//! Custom fields that an MSP makes in its PSA, bound by their exact names (D8, B181).

use std::fmt;

/// A custom field of contacts that we write. `TypeMapping` is read only, see
/// [`Contact::types`](super::contact::Contact); `Office365Id` is the external id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomField {
    /// The number by which a technician knows a caller: text (B154, B155).
    SupportPin,
    /// Has the person an account in Microsoft 365? A check box or text (B151, B152).
    IsOffice365,
}

impl CustomField {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::SupportPin, Self::IsOffice365];

    /// The exact name of the field in every PSA.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SupportPin => "SupportPIN",
            Self::IsOffice365 => "IsOffice365",
        }
    }

    /// The field of that exact name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

impl fmt::Display for CustomField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of the contact's custom field with its type (B143).
pub const TYPE_MAPPING: &str = "TypeMapping";
/// The name of the contact's custom field with the Entra object id (B158).
pub const OFFICE_365_ID: &str = "Office365Id";
/// The name of the company's custom field with the id of its tenant (B160).
pub const TENANT_365_ID: &str = "Tenant365Id";

/// Yes or no, as a field that is text says it; a check box has its own way.
pub fn flag_text(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

/// Yes or no, as people and products write it; `None` for what is neither.
pub fn parse_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "on" | "checked" => Some(true),
        "false" | "no" | "0" | "off" | "unchecked" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b181_names_are_constants_to_the_letter() {
        assert_eq!(
            CustomField::parse("SupportPIN"),
            Some(CustomField::SupportPin)
        );
        assert_eq!(
            CustomField::parse("IsOffice365"),
            Some(CustomField::IsOffice365)
        );
        for other in [
            "SupportPin",
            "supportpin",
            "IsOffice 365",
            "TypeMapping",
            "",
        ] {
            assert_eq!(CustomField::parse(other), None, "{other}");
        }
    }

    #[test]
    fn what_a_flag_says_is_read_back() {
        for flag in [true, false] {
            assert_eq!(parse_flag(flag_text(flag)), Some(flag));
        }
        assert_eq!(parse_flag(" YES "), Some(true));
        assert_eq!(parse_flag("maybe"), None);
    }
}

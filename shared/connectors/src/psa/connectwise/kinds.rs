//! Which of the MSP's kinds of communication hold what: each MSP keeps a table of its own, whose rows
//! are known by their descriptions. Pure.

use super::wire::{WireItem, WireRow};

/// Descriptions of the kind for the main address.
const EMAIL: [&str; 2] = ["email", "e-mail"];
/// Descriptions of the kind for another address (B166).
const HOME_EMAIL: [&str; 2] = ["home email", "home e-mail"];
/// Descriptions of the kind for mobile phones.
const MOBILE: [&str; 4] = ["mobile", "mobile phone", "cell", "cell phone"];
/// Descriptions of the kind for desk phones.
const PHONE: [&str; 3] = ["direct", "direct phone", "work"];

/// The ids of the kinds that are written; `None` where the MSP has no such kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds {
    pub(super) email: Option<i64>,
    pub(super) home_email: Option<i64>,
    pub(super) mobile: Option<i64>,
    pub(super) phone: Option<i64>,
}

impl Kinds {
    /// Finds them in the table: by description, and the main ones else as the vendor's default of
    /// their class. A mobile phone has no default, since a desk phone is none.
    pub(super) fn of(rows: &[WireRow]) -> Self {
        let emails = || rows.iter().filter(|row| row.email_flag == Some(true));
        let phones = || rows.iter().filter(|row| row.phone_flag == Some(true));
        let mobile = named(phones(), &MOBILE);
        let phone = named(phones(), &PHONE)
            .or_else(|| default_of(phones()).filter(|phone| Some(*phone) != mobile));
        Self {
            email: named(emails(), &EMAIL).or_else(|| default_of(emails())),
            home_email: named(emails(), &HOME_EMAIL),
            mobile,
            phone,
        }
    }

    /// As a text without secrets, to be remembered.
    pub(super) fn to_text(self) -> String {
        let ids = [self.email, self.home_email, self.mobile, self.phone];
        ids.map(|id| id.unwrap_or_default().to_string()).join(" ")
    }

    /// Takes back such a text.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let mut ids = text.split(' ').map(|id| id.parse::<i64>().ok());
        let mut next = || ids.next()?.map(|id| Some(id).filter(|id| *id > 0));
        Some(Self {
            email: next()?,
            home_email: next()?,
            mobile: next()?,
            phone: next()?,
        })
    }
}

fn named<'a>(rows: impl Iterator<Item = &'a WireRow> + Clone, names: &[&str]) -> Option<i64> {
    // In the order of the names: the first is the vendor's own.
    names.iter().find_map(|name| {
        let is_it = |row: &&WireRow| row.label().eq_ignore_ascii_case(name);
        rows.clone().find(is_it)?.id
    })
}

fn default_of<'a>(mut rows: impl Iterator<Item = &'a WireRow>) -> Option<i64> {
    rows.find(|row| row.default_flag == Some(true))?.id
}

/// Is it an e-mail address? One whose class is not told is known by its kind.
pub(super) fn is_email(item: &WireItem, kinds: Kinds) -> bool {
    match item.communication_type.as_deref() {
        Some(class) => class.eq_ignore_ascii_case("email"),
        None => {
            let kind = kind_of(item);
            kind.is_some() && (kind == kinds.email || kind == kinds.home_email)
        }
    }
}

/// Is it a phone number?
pub(super) fn is_phone(item: &WireItem, kinds: Kinds) -> bool {
    match item.communication_type.as_deref() {
        Some(class) => class.eq_ignore_ascii_case("phone"),
        None => {
            let kind = kind_of(item);
            kind.is_some() && (kind == kinds.mobile || kind == kinds.phone)
        }
    }
}

/// The main address: the default one, else the first.
pub(super) fn main_email(items: &[WireItem], kinds: Kinds) -> Option<&WireItem> {
    default_or_first(items.iter().filter(|item| is_email(item, kinds)))
}

/// The number of a kind: the default one, else the first.
pub(super) fn number_of(items: &[WireItem], kinds: Kinds, kind: Option<i64>) -> Option<&WireItem> {
    let kind = kind?;
    let numbers = items.iter().filter(|item| is_phone(item, kinds));
    default_or_first(numbers.filter(|item| kind_of(item) == Some(kind)))
}

fn default_or_first<'a>(items: impl Iterator<Item = &'a WireItem> + Clone) -> Option<&'a WireItem> {
    let mut filled = items.filter(|item| !text_of(item).is_empty());
    let default = filled.clone().find(|item| item.default_flag == Some(true));
    default.or_else(|| filled.next())
}

fn kind_of(item: &WireItem) -> Option<i64> {
    item.kind.as_ref()?.id
}

/// What an item says.
pub(super) fn text_of(item: &WireItem) -> &str {
    item.value.as_deref().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rows(rows: Value) -> Vec<WireRow> {
        serde_json::from_value(rows).unwrap()
    }

    #[test]
    fn kinds_are_known_by_what_the_msp_calls_them() {
        let usual = rows(json!([
            {"id": 9, "description": "Fax", "faxFlag": true, "defaultFlag": true},
            {"id": 1, "description": "Email", "emailFlag": true, "defaultFlag": true},
            {"id": 14, "description": "home EMAIL ", "emailFlag": true},
            {"id": 2, "description": "Direct", "phoneFlag": true, "defaultFlag": true},
            {"id": 4, "description": "Mobile", "phoneFlag": true},
            {"id": 5, "description": "Cell", "phoneFlag": true}
        ]));
        let expected = Kinds {
            email: Some(1),
            home_email: Some(14),
            mobile: Some(4),
            phone: Some(2),
        };
        assert_eq!(Kinds::of(&usual), expected);
        assert_eq!(Kinds::from_text(&expected.to_text()), Some(expected));
        let renamed = rows(json!([
            {"id": 1, "description": "Mail", "emailFlag": true, "defaultFlag": true},
            {"id": 2, "description": "Office", "phoneFlag": true, "defaultFlag": true},
            {"id": 3, "description": "Mobile", "phoneFlag": false, "faxFlag": true}
        ]));
        let found = Kinds::of(&renamed);
        assert_eq!((found.email, found.phone), (Some(1), Some(2)));
        assert_eq!((found.home_email, found.mobile), (None, None));
        assert_eq!(Kinds::from_text(&found.to_text()), Some(found));
        let mobile_first = rows(json!([
            {"id": 4, "description": "Mobile", "phoneFlag": true, "defaultFlag": true}
        ]));
        assert_eq!(
            Kinds::of(&mobile_first).phone,
            None,
            "a mobile is no desk phone"
        );
        assert_eq!(Kinds::of(&[]), Kinds::default());
        for text in ["", "1 2 3", "1 2 3 x"] {
            assert_eq!(Kinds::from_text(text), None, "{text}");
        }
    }
}

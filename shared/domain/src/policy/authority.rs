//! Which side decides which attribute (D11): a table, not code.

use serde::{Deserialize, Serialize};

use crate::fields::Attribute;

/// The side whose value of an attribute is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// The source: its later changes update the account (B11, B12).
    Source,
    /// The PSA where the account is linked to a contact (B24, B25); else as `Account` (B27).
    Psa,
    /// The account itself: filled at import, then edited by hand (B13 to B15). What nobody edited here
    /// it has from the contact that it is linked to (B57).
    Account,
}

/// Where people edit the e-mail address and the phones of an account that is linked with a contact,
/// where no policy says so: the articles tell of each PSA (D11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactEdits {
    /// In the PSA, and nowhere else (B24, B25).
    InPsa,
    /// Here, and what is edited is written to the contact (B21).
    HerePushed,
    /// Here, and the contact stays as it is (B23).
    HereKept,
}

/// An authority per attribute. The defaults reproduce what the articles say of HaloPSA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authorities {
    /// For the display name.
    pub display_name: Authority,
    /// For the user name.
    pub username: Authority,
    /// For the first name.
    pub given_name: Authority,
    /// For the last name.
    pub surname: Authority,
    /// For the e-mail address.
    pub email: Authority,
    /// For the mobile phone.
    pub mobile: Authority,
    /// For the desk phone.
    pub phone: Authority,
    /// For the job title.
    pub job_title: Authority,
    /// For the department.
    pub department: Authority,
}

impl Default for Authorities {
    fn default() -> Self {
        Self {
            display_name: Authority::Source,
            username: Authority::Source,
            given_name: Authority::Source,
            surname: Authority::Source,
            email: Authority::Psa,
            mobile: Authority::Psa,
            phone: Authority::Psa,
            job_title: Authority::Source,
            department: Authority::Source,
        }
    }
}

impl Authorities {
    /// What holds where no policy says otherwise.
    pub fn shipped(edits: ContactEdits) -> Self {
        let by_people = match edits {
            ContactEdits::InPsa => Authority::Psa,
            ContactEdits::HerePushed | ContactEdits::HereKept => Authority::Account,
        };
        Self {
            email: by_people,
            mobile: by_people,
            phone: by_people,
            ..Self::default()
        }
    }

    /// The authority for an attribute.
    pub fn of(&self, attribute: Attribute) -> Authority {
        match attribute {
            Attribute::DisplayName => self.display_name,
            Attribute::Username => self.username,
            Attribute::GivenName => self.given_name,
            Attribute::Surname => self.surname,
            Attribute::Email => self.email,
            Attribute::Mobile => self.mobile,
            Attribute::Phone => self.phone,
            Attribute::JobTitle => self.job_title,
            Attribute::Department => self.department,
        }
    }
}

//! Why a standing is as it is: every sentence there is, in one place, without personal data.

use std::fmt;

/// A reason. Standings keep its text; a text that changes here changes with the next decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The account left every source before it was linked.
    Left,
    /// No contact fits, and one is made. The one reason that leads to a create.
    ToBeMade,
    /// No contact fits; the policy makes none (B33, B55).
    NoneMadeByPolicy,
    /// No contact fits; none is made for an account that is out of use.
    NoneMadeForDisabled,
    /// Several customers share the company (B58, B60).
    SharedCompany,
    /// There is nothing to call the contact by.
    NoName,
    /// A contact that could not be taken has one of the account's addresses.
    AddressInUse,
    /// Another account without a contact has one of the account's addresses.
    AddressShared,
    /// Several contacts fit the account (B127).
    Several,
    /// The contact fits another account by the same rule.
    AlsoFitsAnother,
    /// The contact fits another account by a surer rule.
    FitsAnotherBetter,
    /// The contact has the account's name and another address in the same domain.
    OtherAddressSameDomain,
    /// A homonym: its Entra object id is another one.
    OtherExternalId,
    /// A homonym: its address belongs to another account.
    AddressOfAnother,
    /// What a person chose is no longer among the company's contacts.
    ChosenIsGone,
    /// What a person chose is held by another account.
    ChosenIsHeld,
    /// The linked contact carries another Entra object id, which is never overwritten.
    KeepsOtherExternalId,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 17] = [
        Self::Left,
        Self::ToBeMade,
        Self::NoneMadeByPolicy,
        Self::NoneMadeForDisabled,
        Self::SharedCompany,
        Self::NoName,
        Self::AddressInUse,
        Self::AddressShared,
        Self::Several,
        Self::AlsoFitsAnother,
        Self::FitsAnotherBetter,
        Self::OtherAddressSameDomain,
        Self::OtherExternalId,
        Self::AddressOfAnother,
        Self::ChosenIsGone,
        Self::ChosenIsHeld,
        Self::KeepsOtherExternalId,
    ];

    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "the account left its sources before it was linked with a contact",
            Self::ToBeMade => "no contact of the company fits; one is to be made",
            Self::NoneMadeByPolicy => "no contact of the company fits; the policy makes none",
            Self::NoneMadeForDisabled => {
                "no contact of the company fits; none is made for a disabled account"
            }
            Self::SharedCompany => {
                "several customers share this company in the PSA; contacts are not created for any \
                 of them"
            }
            Self::NoName => "a contact needs a name",
            Self::AddressInUse => {
                "a contact of the company that cannot be linked already has one of the account's \
                 e-mail addresses"
            }
            Self::AddressShared => {
                "another account without a contact has one of the account's e-mail addresses"
            }
            Self::Several => "several contacts fit",
            Self::AlsoFitsAnother => "the contact also fits another account",
            Self::FitsAnotherBetter => "the contact fits another account by a surer rule",
            Self::OtherAddressSameDomain => {
                "the contact has the account's name but another address in the same domain"
            }
            Self::OtherExternalId => "the contact carries another Entra object id",
            Self::AddressOfAnother => "the contact's e-mail address belongs to another account",
            Self::ChosenIsGone => "the chosen contact is no longer in the company",
            Self::ChosenIsHeld => "the chosen contact is linked with another account",
            Self::KeepsOtherExternalId => {
                "the linked contact carries another Entra object id, which is left as it is"
            }
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

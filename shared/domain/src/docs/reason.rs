//! Why a standing is as it is: every sentence there is, in one place, without personal data.

use std::fmt;

/// A reason. Standings keep its text; the table keeps its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The account left every source before it was linked.
    Left,
    /// No entry fits, and one is made. The one reason that leads to a create.
    ToBeMade,
    /// No entry fits; the policy makes none (B51).
    NoneMadeByPolicy,
    /// No entry fits; none is made for an account that is out of use.
    NoneMadeForDisabled,
    /// Several customers share the organization.
    SharedOrganization,
    /// There is no user name to make an entry with.
    NoUsername,
    /// An entry of this user name and category belongs to another account.
    NameInUse,
    /// The entry would also fit another account that has none.
    NameShared,
    /// Several entries fit (B127).
    Several,
    /// The entry fits another account as well.
    AlsoFitsAnother,
    /// The entry has no category (D4, B98).
    CategoryEmpty,
    /// The entry has the category of another source (B97, B137f).
    CategoryDiffers,
    /// The entry is archived.
    Archived,
    /// The entry is in a vault that no integration opens (B196).
    InVault,
    /// The entry is one person's own (B196).
    Personal,
    /// The entry is a field of another asset.
    AssetField,
    /// The entry's user name has a domain in front that may be the account's.
    OtherDomain,
    /// The linked entry is gone.
    Gone,
    /// What a person chose is gone.
    ChosenIsGone,
    /// What a person chose is held by another account.
    ChosenIsHeld,
    /// The linked entry is archived.
    LinkedIsArchived,
    /// The linked entry has another user name than the account has now (B135).
    LinkedHasOtherName,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 22] = [
        Self::Left,
        Self::ToBeMade,
        Self::NoneMadeByPolicy,
        Self::NoneMadeForDisabled,
        Self::SharedOrganization,
        Self::NoUsername,
        Self::NameInUse,
        Self::NameShared,
        Self::Several,
        Self::AlsoFitsAnother,
        Self::CategoryEmpty,
        Self::CategoryDiffers,
        Self::Archived,
        Self::InVault,
        Self::Personal,
        Self::AssetField,
        Self::OtherDomain,
        Self::Gone,
        Self::ChosenIsGone,
        Self::ChosenIsHeld,
        Self::LinkedIsArchived,
        Self::LinkedHasOtherName,
    ];

    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "the account left its sources before it was linked with an entry",
            Self::ToBeMade => "no entry of the organization fits; one is to be made",
            Self::NoneMadeByPolicy => "no entry of the organization fits; the policy makes none",
            Self::NoneMadeForDisabled => {
                "no entry of the organization fits; none is made for a disabled account"
            }
            Self::SharedOrganization => {
                "several customers share this organization; entries are not created for any of them"
            }
            Self::NoUsername => "an entry needs a user name, and the account has none",
            Self::NameInUse => {
                "an entry with this user name and category belongs to another account"
            }
            Self::NameShared => "another account without an entry is known by the same user name",
            Self::Several => "several entries fit",
            Self::AlsoFitsAnother => "the entry also fits another account",
            Self::CategoryEmpty => {
                "the entry has the account's user name and its category is empty; confirm it, which \
                 can fill it in, or set it"
            }
            Self::CategoryDiffers => {
                "the category differs: an entry of this user name has the category of another source"
            }
            Self::Archived => {
                "the entry is archived; restore it, or choose it as it is, and it is linked"
            }
            Self::InVault => "the entry is in a vault that no integration opens",
            Self::Personal => "the entry is one person's own and closed to integrations",
            Self::AssetField => "the entry is a field of another asset",
            Self::OtherDomain => {
                "the entry's user name names a domain that may be another than the account's"
            }
            Self::Gone => {
                "the entry it was linked with is gone; none is made in its place by itself: choose \
                 one, or take the link away"
            }
            Self::ChosenIsGone => "the chosen entry is no longer in the organization",
            Self::ChosenIsHeld => "the chosen entry is linked with another account",
            Self::LinkedIsArchived => "the linked entry is archived",
            Self::LinkedHasOtherName => "the linked entry has another user name than the account",
        }
    }

    /// The reason's short name, as the table keeps it. Never changed.
    pub fn code(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::ToBeMade => "make",
            Self::NoneMadeByPolicy => "policy",
            Self::NoneMadeForDisabled => "disabled",
            Self::SharedOrganization => "shared-org",
            Self::NoUsername => "no-name",
            Self::NameInUse => "name-used",
            Self::NameShared => "name-shared",
            Self::Several => "several",
            Self::AlsoFitsAnother => "fits-other",
            Self::CategoryEmpty => "no-category",
            Self::CategoryDiffers => "category",
            Self::Archived => "archived",
            Self::InVault => "vault",
            Self::Personal => "personal",
            Self::AssetField => "asset",
            Self::OtherDomain => "domain",
            Self::Gone => "gone",
            Self::ChosenIsGone => "chosen-gone",
            Self::ChosenIsHeld => "chosen-held",
            Self::LinkedIsArchived => "is-archived",
            Self::LinkedHasOtherName => "other-name",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn texts_and_codes_tell_reasons_apart() {
        let texts: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        let codes: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!((texts.len(), codes.len()), (22, 22));
        assert!(codes.iter().all(|code| code.len() <= 11));
    }
}

//! Which category says of an entry that it is of which source. IT Glue calls it category, Hudu
//! type; both go by the same names (B100), and nothing but these names counts.

use crate::account::Account;
use crate::identity::Source;

/// The categories of a source, the one that we write first (B91 to B96).
pub fn categories_of(source: Source) -> &'static [&'static str] {
    match source {
        Source::ActiveDirectory => &["Active Directory"],
        Source::Microsoft365 => &[
            "Microsoft 365",
            "Office 365",
            "Azure AD",
            "Azure Active Directory",
        ],
        Source::LocalWindows => &["Local Account"],
    }
}

/// The source of a category, whatever its case; `None` for a category that is of no source.
pub fn source_of(category: &str) -> Option<Source> {
    let category = category.trim();
    Source::ALL.into_iter().find(|source| {
        (categories_of(*source).iter()).any(|name| name.eq_ignore_ascii_case(category))
    })
}

/// The sources at which an account is there. One of several is one person with one password that
/// goes from Active Directory to the cloud: an entry of either category may be its entry (B195).
pub(super) fn sources(account: &Account) -> Vec<Source> {
    let mut sources: Vec<Source> = (account.identities.iter())
        .filter(|identity| identity.gone.is_none())
        .map(|identity| identity.key.source)
        .collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

/// The source whose category an account's own entry gets: where its password is changed. For one
/// that is in the cloud and in Active Directory, that is Active Directory.
pub(super) fn source_to_write(account: &Account) -> Option<Source> {
    let sources = sources(account);
    [
        Source::ActiveDirectory,
        Source::Microsoft365,
        Source::LocalWindows,
    ]
    .into_iter()
    .find(|source| sources.contains(source))
}

/// What the category of an entry says for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    /// It is one of a source of the account.
    Own,
    /// There is none (B98).
    Empty,
    /// It is one of another source (B97, B137f).
    OtherSource,
    /// It is something else: the entry is for something else.
    Other,
}

impl Category {
    pub(super) fn of(category: Option<&str>, sources: &[Source]) -> Self {
        let Some(category) = category.map(str::trim).filter(|text| !text.is_empty()) else {
            return Self::Empty;
        };
        match source_of(category) {
            Some(source) if sources.contains(&source) => Self::Own,
            Some(_) => Self::OtherSource,
            None => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b91_b92_b93_b94_b95_b96_each_category_is_of_one_source_whatever_its_case() {
        for (category, source) in [
            ("Active Directory", Source::ActiveDirectory),
            ("ACTIVE directory", Source::ActiveDirectory),
            ("Office 365", Source::Microsoft365),
            ("Microsoft 365", Source::Microsoft365),
            (" microsoft 365\t", Source::Microsoft365),
            ("Azure AD", Source::Microsoft365),
            ("azure active directory", Source::Microsoft365),
            ("Local Account", Source::LocalWindows),
        ] {
            assert_eq!(source_of(category), Some(source), "{category}");
        }
    }

    #[test]
    fn nothing_but_these_names_counts() {
        for category in [
            "",
            " ",
            "AD",
            "ActiveDirectory",
            "Active  Directory",
            "Active Directory 2",
            "Office365",
            "Local Accounts",
            "Microsoft",
            "VPN",
        ] {
            assert_eq!(source_of(category), None, "{category}");
        }
    }
}

//! By which user names an entry may speak of an account: all that its sources know it by.
//!
//! - Active Directory: userPrincipalName and sAMAccountName (B87, B195, D15), and the latter after the
//!   name of its domain, `NORTHWIND\ada`, as the domain's own name begins.
//! - Microsoft 365: userPrincipalName (B88).
//! - Local Windows: the name, alone or after the name of its machine.
//!
//! Names are compared without case and without what surrounds them, and otherwise whole. Another
//! domain in front of a sAMAccountName may be the short name of the same domain, which nothing tells
//! us: such an entry is *alike*, and a person says whether it is the one.

use caseless::default_case_fold_str;

use crate::account::Account;
use crate::fields::Attribute;
use crate::identity::{Identity, Source};

/// What two spellings of a user name have in common; `None` for an empty one.
pub(super) fn key(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| default_case_fold_str(text))
}

/// The part after the domain, of a user name with one.
pub(super) fn bare(key: &str) -> Option<&str> {
    let (_, name) = key.split_once('\\')?;
    (!name.is_empty()).then_some(name)
}

/// The keys an account is known by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// What is certainly the account's, each once.
    pub(super) whole: Vec<String>,
    /// What would be, after any domain.
    pub(super) bare: Vec<String>,
}

impl Names {
    pub(super) fn of(account: &Account) -> Self {
        let mut names = Self::default();
        let here = account.identities.iter();
        for identity in here.filter(|identity| identity.gone.is_none()) {
            names.add(identity);
        }
        for keys in [&mut names.whole, &mut names.bare] {
            keys.sort_unstable();
            keys.dedup();
        }
        names
    }

    fn add(&mut self, identity: &Identity) {
        let username = identity.fields.get(Attribute::Username).and_then(key);
        match identity.key.source {
            Source::Microsoft365 => self.whole.extend(username),
            Source::ActiveDirectory => {
                let logon_name = identity.sam_account_name.as_deref().and_then(key);
                // A user name without a domain is the sAMAccountName (D15).
                let logon_name =
                    logon_name.or_else(|| username.clone().filter(|name| !name.contains('@')));
                self.whole.extend(username);
                if let Some(logon_name) = logon_name {
                    let domain = domain(identity).and_then(|domain| key(&domain));
                    (self.whole).extend(domain.map(|domain| format!("{domain}\\{logon_name}")));
                    self.whole.push(logon_name.clone());
                    self.bare.push(logon_name);
                }
            }
            Source::LocalWindows => {
                if let Some(username) = username {
                    let machine = machine(identity).and_then(key);
                    (self.whole).extend(machine.map(|machine| format!("{machine}\\{username}")));
                    self.whole.push(format!(".\\{username}"));
                    self.whole.push(username);
                }
            }
        }
    }

    /// Does an entry of this user name speak of the account?
    pub(super) fn fit(&self, username: &str) -> Option<Likeness> {
        let key = key(username)?;
        if self.whole.contains(&key) {
            return Some(Likeness::Same);
        }
        let bare = bare(&key)?;
        (self.bare.iter().any(|name| name == bare)).then_some(Likeness::Alike)
    }
}

/// How an entry's user name is an account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// It is.
    Same,
    /// It is, if the domain in front of it is the account's.
    Alike,
}

/// The first part of the domain that the record lies in.
fn domain(identity: &Identity) -> Option<String> {
    let place = identity.distinguished_name.as_deref()?;
    let first = place.split(',').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("dc").then_some(value)
    })?;
    Some(first.trim().to_owned())
}

/// The name of a local account's machine, where its machine is known by name and not by a number of
/// its board or of its security database.
pub(super) fn machine(identity: &Identity) -> Option<&str> {
    let (machine, _) = identity.key.id.rsplit_once('/')?;
    let is_number = machine.starts_with("s-1-") || uuid::Uuid::try_parse(machine).is_ok();
    let is_name = !machine.is_empty() && !machine.contains(['\\', '@']);
    (is_name && !is_number).then_some(machine)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Who, account};
    use super::*;

    fn fit(account: &Account, username: &str) -> Option<Likeness> {
        Names::of(account).fit(username)
    }

    #[test]
    fn b87_b195_d15_an_account_of_active_directory_is_known_by_either_name() {
        let ada = account("1").in_directory("ada@northwind.example", Some("ada"));
        for name in [
            "ada",
            " ADA ",
            "ada@northwind.example",
            "Ada@Northwind.Example",
            "NORTHWIND\\ada",
        ] {
            assert_eq!(fit(&ada, name), Some(Likeness::Same), "{name}");
        }
        assert_eq!(fit(&ada, "NWD\\ada"), Some(Likeness::Alike));
        for name in ["", "adam", "ada@other.example", "northwind\\", "ada\\x"] {
            assert_eq!(fit(&ada, name), None, "{name}");
        }
        let without_upn = account("2").in_directory("bo", None);
        assert_eq!(fit(&without_upn, "northwind\\Bo"), Some(Likeness::Same));
        assert_eq!(fit(&without_upn, "NWD\\bo"), Some(Likeness::Alike));
    }

    #[test]
    fn b88_an_account_of_the_cloud_is_known_by_its_upn_alone() {
        let ada = account("1").in_cloud("ada@northwind.example");
        assert_eq!(fit(&ada, "ADA@northwind.example"), Some(Likeness::Same));
        for name in ["ada", "NORTHWIND\\ada", "AzureAD\\ada@northwind.example"] {
            assert_eq!(fit(&ada, name), None, "{name}");
        }
    }

    #[test]
    fn a_local_account_is_known_by_its_name_on_its_machine() {
        let local = account("1").on_machine("pc-7", "Administrator");
        for name in ["administrator", "PC-7\\Administrator", ".\\administrator"] {
            assert_eq!(fit(&local, name), Some(Likeness::Same), "{name}");
        }
        // Another machine's administrator is somebody else.
        assert_eq!(fit(&local, "PC-8\\Administrator"), None);
        let by_number =
            account("2").on_machine("4c4c4544-0042-3510-8057-b4c04f4d3232", "Administrator");
        assert_eq!(fit(&by_number, "administrator"), Some(Likeness::Same));
        let path = "4c4c4544-0042-3510-8057-b4c04f4d3232\\administrator";
        assert_eq!(fit(&by_number, path), None);
    }

    #[test]
    fn an_identity_that_left_names_nobody() {
        let mut ada = account("1").in_cloud("ada@northwind.example");
        ada = ada
            .in_directory("ada@old.example", Some("ada"))
            .left_directory();
        assert_eq!(fit(&ada, "ada"), None);
        assert_eq!(fit(&ada, "ada@northwind.example"), Some(Likeness::Same));
    }
}

//! An entry: what the documentation systems have in common of a password entry, without its secret.
//!
//! Invariants: no value here ever held a password or an OTP seed; `Debug` shows no name of a person
//! and no user name.

use std::fmt;

use super::details::Details;
use crate::id::{ConfigurationId, EntryId, OrganizationId};

/// A customer as a documentation system holds it: an organization of IT Glue, a company of Hudu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The system's id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Is it in use? Entries of one that is not are no longer kept by anybody.
    pub is_active: bool,
}

/// A password entry, without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The system's id.
    pub id: EntryId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// The user name, as somebody typed it: a UPN, `DOMAIN\name`, a plain name. `None` where empty.
    pub username: Option<String>,
    /// The category (IT Glue) or type (Hudu) by name, trimmed; `None` where it is empty (B98).
    pub category: Option<String>,
    /// Is it put away? Such an entry is seen, so that none is made beside it.
    pub is_archived: bool,
    /// Does it hang on another record, such as a configuration, whose permissions it has?
    pub is_embedded: bool,
    /// Why it is nothing to be matched or changed, where it is so (B196).
    pub seal: Option<Seal>,
}

/// Why an entry is left alone, whatever it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seal {
    /// It is in IT Glue's host-proof vault, which no integration opens (B196).
    Vault,
    /// It is one person's own ("Only me", B196).
    Personal,
    /// It is a field of another asset, and its name and place are that asset's.
    AssetField,
}

impl Seal {
    /// The reason, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vault => "it is in the host-proof vault",
            Self::Personal => "it is one person's own",
            Self::AssetField => "it is a field of another asset",
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("organization", &self.organization)
            .field("category", &self.category)
            .field("is_archived", &self.is_archived)
            .field("is_embedded", &self.is_embedded)
            .field("seal", &self.seal)
            .finish_non_exhaustive()
    }
}

/// What is wanted of a documentation system: one entry, made or changed.
#[derive(Clone, PartialEq, Eq)]
pub enum EntryChange {
    /// Make an entry. Whoever asks looked before that none is there.
    Create(NewEntry),
    /// Change one.
    Update(EntryUpdate),
}

/// An entry to make. Both systems want a password, and Muster has none: the entry says so in its place,
/// until a person fills it in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// For whom.
    pub organization: OrganizationId,
    /// What people shall call it.
    pub name: String,
    /// The user name.
    pub username: String,
    /// The category or type by name.
    pub category: String,
    /// What it is embedded in (B197), of the same organization; a general entry where that is `None`.
    pub embedded_in: Option<ConfigurationId>,
}

/// An entry to change: only what is to change.
#[derive(Clone, PartialEq, Eq)]
pub struct EntryUpdate {
    /// Which.
    pub entry: EntryId,
    /// The category or type by name (D4: a person confirmed it).
    pub category: Option<String>,
    /// The user name (B135: the account was renamed).
    pub username: Option<String>,
    /// What our block in its notes is to say (B29); empty ones take the block out. All else in the notes
    /// stays.
    pub details: Option<Details>,
}

impl EntryUpdate {
    /// A change of nothing, to be filled in.
    pub fn of(entry: EntryId) -> Self {
        Self {
            entry,
            category: None,
            username: None,
            details: None,
        }
    }

    /// Nothing to write?
    pub fn is_empty(&self) -> bool {
        self.category.is_none() && self.username.is_none() && self.details.is_none()
    }
}

impl fmt::Debug for EntryChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(new) => new.fmt(f),
            Self::Update(update) => update.fmt(f),
        }
    }
}

impl fmt::Debug for NewEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewEntry")
            .field("organization", &self.organization)
            .field("category", &self.category)
            .field("embedded_in", &self.embedded_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EntryUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntryUpdate")
            .field("entry", &self.entry)
            .field("category", &self.category)
            .field("username", &self.username.is_some())
            .field("details", &self.details)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_debugged_names_a_person() {
        let (id, organization) = (
            EntryId::parse("9041").unwrap(),
            OrganizationId::parse("42").unwrap(),
        );
        let entry = Entry {
            id: id.clone(),
            organization: organization.clone(),
            name: "M365 - Priya Nair".into(),
            username: Some("priya.nair@fernhill.example".into()),
            category: Some("Microsoft 365".into()),
            is_archived: false,
            is_embedded: false,
            seal: Some(Seal::Vault),
        };
        let create = EntryChange::Create(NewEntry {
            organization,
            name: "M365 - Priya Nair".into(),
            username: "priya.nair@fernhill.example".into(),
            category: "Microsoft 365".into(),
            embedded_in: None,
        });
        let update = EntryChange::Update(EntryUpdate {
            username: Some("priya.nair@fernhill.example".into()),
            details: Some(super::super::details::tests::details(
                "priya@fernhill.example",
            )),
            ..EntryUpdate::of(id)
        });
        let text = format!("{entry:?} {create:?} {update:?}").to_lowercase();
        assert!(text.contains("9041") && text.contains("microsoft 365"));
        assert!(!text.contains("priya") && !text.contains("nair"), "{text}");
    }

    #[test]
    fn a_change_of_nothing_is_known() {
        let mut update = EntryUpdate::of(EntryId::parse("1").unwrap());
        assert!(update.is_empty());
        update.category = Some("Active Directory".into());
        assert!(!update.is_empty());
    }
}

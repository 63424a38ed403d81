//! Entries to be made, and what an account's own entry says.
//!
//! One is made only when nothing fits and nothing may be the one, the policy wants it (B51, D2), the
//! account is in use, its earlier entry is not just gone, and nothing forbids it: an organization
//! that customers share, no user name, or a user name that is another account's in the same category.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::category::{self, source_of};
use super::entry::{Entry, EntryUpdate, NewEntry};
use super::names::{Names, key, machine};
use super::outcome::{digest_of_new, digest_of_update};
use super::{DocsStanding, Entries, Question, Reason, categories_of, conclude, wants_entry};
use crate::account::{Account, AccountState};
use crate::fields::Attribute;
use crate::id::{ConfigurationId, OrganizationId};
use crate::identity::Source;
use crate::policy::Policy;
use crate::push::name_of;

/// The longest name and user name that both systems are known to take, in bytes.
const TEXT_LENGTH_MAX: usize = 255;

/// What two entries of one account would have in common: the user name and the source.
type Place = (String, Source);

/// What decides about making entries, over all accounts that look for one.
pub(super) struct Making<'q> {
    question: &'q Question<'q>,
    /// Every user name in a category of a source that any entry of the organization has.
    in_organization: HashSet<Place>,
    /// How many accounts without an entry one made in a place would fit.
    fitting: HashMap<Place, usize>,
}

impl<'q> Making<'q> {
    pub(super) fn new(
        question: &'q Question<'q>,
        entries: &Entries<'_>,
        unlinked: &[&Account],
    ) -> Self {
        let mut making = Self {
            question,
            in_organization: HashSet::default(),
            fitting: HashMap::new(),
        };
        let is_wanted =
            |account: &&Account| question.policies.of(account.account_type).create_docs_entry;
        if !unlinked.iter().any(is_wanted) {
            return making;
        }
        making.in_organization = entries
            .each()
            .filter_map(|(_, entry)| taken(entry))
            .collect();
        for account in unlinked {
            let names = Names::of(account).whole;
            for source in category::sources(account) {
                for name in &names {
                    *making.fitting.entry((name.clone(), source)).or_default() += 1;
                }
            }
        }
        making
    }

    /// Why none may be made.
    pub(super) fn forbidden(&self, account: &Account) -> Option<Reason> {
        if self.question.shared_organization {
            return Some(Reason::SharedOrganization);
        }
        let Some(place) = place(account) else {
            return Some(Reason::NoUsername);
        };
        if self.in_organization.contains(&place) {
            return Some(Reason::NameInUse);
        }
        (self.fitting.get(&place).is_some_and(|count| *count > 1)).then_some(Reason::NameShared)
    }
}

fn place(account: &Account) -> Option<Place> {
    let source = category::source_to_write(account)?;
    Some((key(&username(account, source)?)?, source))
}

fn taken(entry: &Entry) -> Option<Place> {
    let source = source_of(entry.category.as_deref()?)?;
    Some((key(entry.username.as_deref()?)?, source))
}

/// The user name of an account's own entry: what it signs in with at that source (B2, D15). A local
/// account's comes with its machine, whose name tells it from its namesakes.
pub(super) fn username(account: &Account, source: Source) -> Option<String> {
    let here = account.identities.iter();
    let identity = here.filter(|identity| identity.gone.is_none() && identity.key.source == source);
    identity
        .filter_map(|identity| {
            let username = identity.fields.get(Attribute::Username)?.trim();
            let fits = !username.is_empty() && !username.contains(char::is_control);
            let machine = machine(identity).filter(|_| source == Source::LocalWindows);
            let username = match machine {
                Some(machine) => format!("{}\\{username}", machine.to_uppercase()),
                None => username.to_owned(),
            };
            (fits && username.len() <= TEXT_LENGTH_MAX).then_some(username)
        })
        .min()
}

/// The category that an account's own entry gets: of those of its source, the first that the
/// documentation system has; the first of all where it has none.
fn category_to_write(account: &Account, existing: &[String]) -> Option<String> {
    let names = categories_of(category::source_to_write(account)?);
    let spelled = |name: &&str| {
        let is_it = |there: &&String| there.trim().eq_ignore_ascii_case(name);
        existing.iter().find(is_it).cloned()
    };
    let there = names.iter().find_map(spelled);
    there.or_else(|| names.first().map(|name| (*name).to_owned()))
}

/// Where a customer's own entries are made.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// In which organization.
    pub organization: &'a OrganizationId,
    /// Embedded in what of it (B197): what the customer says, never a guess.
    pub configuration: Option<&'a ConfigurationId>,
}

/// The entry to be made for an account, `existing` being the categories that there are. `None` where
/// none is to be made: asks what was decided *and* what the policy and the account say now, so that a
/// create never outlives its reasons, and leaves out what was refused before.
pub fn new_entry(
    account: &Account,
    policy: &Policy,
    home: Home<'_>,
    existing: &[String],
) -> Option<NewEntry> {
    let is_wanted = wants_entry(&account.docs)
        && policy.match_docs
        && policy.create_docs_entry
        && account.state == AccountState::Active;
    if !is_wanted {
        return None;
    }
    let source = category::source_to_write(account)?;
    let username = username(account, source)?;
    let name = name_of(account).filter(|name| name.len() <= TEXT_LENGTH_MAX);
    let new = NewEntry {
        organization: home.organization.clone(),
        embedded_in: home.configuration.cloned(),
        name: name.unwrap_or_else(|| username.clone()),
        username,
        category: category_to_write(account, existing)?,
    };
    let digest = digest_of_new(&account.id, &new, existing);
    (account.docs.refused.as_ref() != Some(&digest)).then_some(new)
}

/// The category that a person's confirmation gives to the linked entry (D4, B99), `existing` being
/// the categories that there are. `None` where there is nothing to write, or where it was refused
/// before.
pub fn category_update(
    account: &Account,
    entry: &Entry,
    existing: &[String],
) -> Option<EntryUpdate> {
    let DocsStanding {
        entry: linked,
        fills_category,
        refused,
        ..
    } = &account.docs;
    let is_wanted = *fills_category
        && linked.as_ref() == Some(&entry.id)
        && conclude::is_empty(entry.category.as_deref());
    let category = category_to_write(account, existing).filter(|_| is_wanted)?;
    let update = EntryUpdate {
        category: Some(category),
        ..EntryUpdate::of(entry.id.clone())
    };
    let digest = digest_of_update(&account.id, &update, existing);
    (refused.as_ref() != Some(&digest)).then_some(update)
}

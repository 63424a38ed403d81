//! What a linked entry is told when its account changes.

use super::entry::{Entry, EntryUpdate, Seal};
use super::fixture::{Who, World, account, entry, entry_id, organization};
use super::{
    Details, DocsStanding, EntryRule, Reason, Told, agreed, chosen, created, details_update,
    update_refused, updated, username_update,
};
use crate::account::{Account, AccountState, Origin};
use crate::fields::Attribute;
use crate::id::ContactId;

/// Ada, whose address a person edited here, linked with entry 1.
fn edited() -> Account {
    mailed(ada(), Some("new@northwind.example"))
}

fn ada() -> Account {
    let ada = account("1").in_cloud("ada@northwind.example");
    ada.held("1", EntryRule::AccountName)
}

fn mailed(mut account: Account, email: Option<&str>) -> Account {
    (account.fields).set(Attribute::Email, email.map(str::to_owned));
    account.origins.insert(Attribute::Email, Origin::Person);
    account
}

fn renamed(mut account: Account, username: &str) -> Account {
    for identity in &mut account.identities {
        (identity.fields).set(Attribute::Username, Some(username.to_owned()));
    }
    account
}

fn world(account: Account) -> World {
    let mut world = World::of(
        vec![account],
        vec![entry("1", "ada@northwind.example", "Microsoft 365")],
    );
    world.policies.end_user.update_docs_entry = true;
    world
}

impl World {
    /// Decides, and what the linked entry is told then.
    fn wanted(&mut self) -> Vec<EntryUpdate> {
        self.settle();
        let (account, policy) = (&self.accounts[0], &self.policies.end_user);
        let Some(entry) = (self.entries.iter()).find(|e| Some(&e.id) == account.entry()) else {
            return Vec::new();
        };
        let details = details_update(account, policy, entry);
        let username = username_update(account, policy, entry);
        details.into_iter().chain(username).collect()
    }

    /// The same, and the documentation system takes it.
    fn told(&mut self) -> Vec<String> {
        let wanted = self.wanted();
        for update in &wanted {
            self.accounts[0].docs = updated(&self.accounts[0], update);
            let at = self.entries.iter_mut().find(|e| e.id == update.entry);
            if let Some(username) = update.username.clone() {
                at.unwrap().username = Some(username);
            }
        }
        wanted.iter().map(shown).collect()
    }

    fn change(&mut self, change: impl FnOnce(Account) -> Account) {
        self.accounts = vec![change(self.accounts.remove(0))];
    }
}

fn shown(update: &EntryUpdate) -> String {
    let details = update
        .details
        .as_ref()
        .map(|d| format!("[{}]", d.lines().join(", ")));
    [details, update.username.clone()]
        .into_iter()
        .flatten()
        .collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn b29_d12_an_edit_is_written_once_and_taken_out_when_it_is_cleared_or_a_contact_says_it() {
    let mut world = world(edited());
    assert_eq!(world.told(), ["[E-mail: new@northwind.example]"]);
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.decide(), []);
    world.change(|account| mailed(account, Some("newer@northwind.example")));
    assert_eq!(world.told(), ["[E-mail: newer@northwind.example]"]);
    world.change(|account| mailed(account, None));
    assert_eq!(world.told(), ["[]"], "D12");
    assert_eq!(world.told(), NOTHING);
    world.change(|account| mailed(account, Some("new@northwind.example")));
    assert_eq!(world.told().len(), 1);
    let contact = Some(ContactId::parse("7").unwrap());
    world.change(|mut account| {
        account.psa.contact = contact;
        account
    });
    assert_eq!(world.told(), ["[]"]);
    assert_eq!(world.told(), NOTHING);
    assert!(!world.accounts[0].docs.told.contains_key(&Told::Details));
}

#[test]
fn b29_entries_that_are_closed_and_accounts_that_left_or_are_not_matched_are_left_alone() {
    let open = entry("1", "ada@northwind.example", "Microsoft 365");
    for (entry, state, match_docs) in [
        (open.clone().archived(), AccountState::Active, true),
        (open.clone().sealed(Seal::Vault), AccountState::Active, true),
        (open.clone(), AccountState::Removed, true),
        (open.clone(), AccountState::Active, false),
    ] {
        let mut world = world(edited().in_state(state));
        world.entries = vec![entry];
        world.policies.end_user.match_docs = match_docs;
        assert_eq!(world.told(), NOTHING);
        // Once it is otherwise, it is told.
        world.entries = vec![open.clone()];
        world.policies.end_user.match_docs = true;
        world.change(|account| account.in_state(AccountState::Active));
        assert_eq!(world.told().len(), 1);
    }
    let mut disabled = world(edited().in_state(AccountState::Disabled));
    assert_eq!(disabled.told().len(), 1);
    let mut unlinked = world(edited().standing(DocsStanding::default()));
    unlinked.entries.clear();
    assert_eq!(unlinked.told(), NOTHING);
}

#[test]
fn what_is_refused_is_said_and_not_tried_again_until_it_changes_or_a_person_confirms() {
    let mut world = world(edited());
    let refuse = |world: &mut World| {
        let update = world.wanted().remove(0);
        world.accounts[0].docs = update_refused(&world.accounts[0], &update, "they are broken");
    };
    refuse(&mut world);
    for _ in 0..2 {
        assert_eq!(world.told(), NOTHING);
        assert_eq!(
            world.accounts[0].docs.reason.as_deref(),
            Some("they are broken")
        );
        assert_eq!(world.accounts[0].docs.status.as_str(), "matched");
    }
    world.change(|account| mailed(account, Some("newer@northwind.example")));
    assert_eq!(world.told().len(), 1);
    assert_eq!(world.accounts[0].docs.reason, None);
    // What stands there is remembered while taking it out is refused.
    world.change(|account| mailed(account, None));
    refuse(&mut world);
    assert_eq!(world.told(), NOTHING);
    world.change(|mut account| {
        let entry = account.docs.entry.clone();
        account.docs = chosen(&account.docs, entry, "a person", false);
        account
    });
    assert_eq!(world.told(), ["[]"]);
    assert_eq!(world.decide(), []);
}

#[test]
fn what_was_written_is_known_of_its_own_entry_only() {
    let mut world = world(edited());
    world.told();
    let before = world.accounts[0].docs.told.clone();
    // An entry that is gone for a while.
    let entries = std::mem::take(&mut world.entries);
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.accounts[0].docs.told, before);
    world.entries = entries;
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.accounts[0].docs.told, before);
    // Another entry has to be told anew.
    world.entries.push(entry("2", "shared", ""));
    world.change(|mut account| {
        account.docs = chosen(&account.docs, Some(entry_id("2")), "a person", false);
        account
    });
    assert_eq!(world.told(), ["[E-mail: new@northwind.example]"]);
    assert_eq!(world.told(), NOTHING);
    assert_eq!(world.decide(), []);
}

#[test]
fn b135_the_entry_of_a_renamed_account_is_renamed_and_nobody_is_fought() {
    let mut world = world(ada());
    assert_eq!(world.told(), NOTHING);
    // Another case is no other name.
    world.change(|account| renamed(account, "Ada@Northwind.example"));
    assert_eq!(world.told(), NOTHING);
    world.change(|account| renamed(account, "ada.ek@northwind.example"));
    assert_eq!(world.told(), ["ada.ek@northwind.example"]);
    assert_eq!(world.accounts[0].docs.reason, None);
    assert_eq!(world.decide(), []);
    // A technician's name stays, and is said.
    world.entries[0].username = Some("front-desk".to_owned());
    assert_eq!(world.told(), NOTHING);
    let said = world.accounts[0].docs.reason.as_deref();
    assert_eq!(said, Some(Reason::LinkedHasOtherName.as_str()));
    // Until the account is renamed again.
    world.change(|account| renamed(account, "ada.olsen@northwind.example"));
    assert_eq!(world.told(), ["ada.olsen@northwind.example"]);
    assert_eq!(world.told(), NOTHING);
    // Who was faster than we are is right.
    world.change(|account| renamed(account, "ada@northwind.example"));
    world.entries[0].username = Some("ADA@northwind.example".to_owned());
    assert_eq!(world.told(), NOTHING);
}

#[test]
fn b135_no_name_is_written_without_the_option_or_where_the_entry_never_had_one_of_the_accounts() {
    let rename = |account| renamed(account, "ada.ek@northwind.example");
    let mut off = world(ada());
    off.policies.end_user.update_docs_entry = false;
    off.told();
    assert!(off.accounts[0].docs.told.is_empty());
    off.change(rename);
    assert_eq!(off.told(), NOTHING);
    for (username, category) in [("shared", "Microsoft 365"), ("", "Microsoft 365")] {
        let mut other = world(ada());
        other.entries = vec![entry("1", username, category)];
        other.told();
        other.change(rename);
        assert_eq!(other.told(), NOTHING, "{username}");
    }
    // An entry that became one of another source has nothing to do with the name.
    for category in ["Active Directory", "VPN", ""] {
        let mut moved = world(ada());
        moved.told();
        moved.entries[0].category = Some(category.to_owned());
        moved.change(rename);
        assert_eq!(moved.told(), NOTHING, "{category}");
    }
    for closed in [Entry::archived, |entry: Entry| entry.sealed(Seal::Personal)] {
        let mut world = world(ada());
        world.told();
        world.entries = vec![closed(world.entries.remove(0))];
        world.change(rename);
        assert_eq!(world.told(), NOTHING);
    }
}

#[test]
fn b135_a_name_that_is_refused_is_not_tried_again_until_the_account_is_renamed_again() {
    let mut world = world(ada());
    world.told();
    world.change(|account| renamed(account, "ada.ek@northwind.example"));
    let update = world.wanted().remove(0);
    world.accounts[0].docs = update_refused(&world.accounts[0], &update, "it is too long");
    assert_eq!(world.told(), NOTHING);
    assert_eq!(
        world.accounts[0].docs.reason.as_deref(),
        Some("it is too long")
    );
    assert_eq!(world.decide(), []);
    world.change(|account| renamed(account, "ada.o@northwind.example"));
    assert_eq!(world.told(), ["ada.o@northwind.example"]);
}

#[test]
fn b135_an_entry_that_we_made_or_found_is_known_to_have_the_name() {
    let mut found = world(ada().standing(DocsStanding::default()));
    let mut made = world(ada().standing(DocsStanding::default()));
    let policy = made.policies.end_user.clone();
    made.change(|account| {
        let standing = agreed(created(entry_id("1")), &account, &policy);
        account.standing(standing)
    });
    assert_eq!(made.decide(), [], "one write is enough");
    for world in [&mut found, &mut made] {
        assert_eq!(world.told(), NOTHING);
        world.change(|account| renamed(account, "ada.ek@northwind.example"));
        assert_eq!(world.told(), ["ada.ek@northwind.example"]);
    }
}

#[test]
fn a_change_of_details_leaves_what_is_said_of_the_link() {
    let mut world = world(edited());
    world.entries = vec![entry("1", "shared", "Microsoft 365")];
    world.told();
    assert_eq!(world.decide(), []);
    assert_eq!(
        world.accounts[0].docs.reason.as_deref(),
        Some(Reason::LinkedHasOtherName.as_str())
    );
    assert!(!Details::of(&world.accounts[0]).is_empty());
    assert_eq!(organization(), world.entries[0].organization);
}

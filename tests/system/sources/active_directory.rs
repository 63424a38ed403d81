//! The exports of a real directory server, through agent routes, import and table, against what
//! the directory's own database said.

use std::collections::BTreeMap;

use domain::account::AccountState::{Active, Disabled, Removed};
use domain::account::{Account, AccountType};
use domain::fields::Attribute::{DisplayName, Email, GivenName, Mobile, Username};
use jiff::SignedDuration;
use muster::arguments::UploadSource::ActiveDirectory;

use super::assert_succeeded;
use super::exports::{
    CHANGES, FIRST, LATER, Row, by_guid, directory_world, first_of, fixtures, of_sam, row, text,
    truth,
};
use crate::world::World;

/// External people whose accounts have expired, though nobody disabled them.
const EXPIRED: [&str; 6] = [
    "erik.lund",
    "beata.jablonska",
    "tom.okafor",
    "ahmed.haddad",
    "ewa.wozniak",
    "ben.achebe",
];

/// What follows the directory for ever: names, state, section.
fn assert_follows(account: &Account, row: &Row) {
    let sam = &row.sam;
    assert_eq!(
        text(account, Username),
        Some(row.username()),
        "{sam}: B2, D15"
    );
    assert_eq!(
        text(account, DisplayName),
        row.display_name.as_deref(),
        "{sam}: B1"
    );
    let identity = &account.identities[0];
    assert_eq!(identity.enabled, row.enabled, "{sam}");
    assert_eq!(identity.anchor.sid.as_ref(), Some(&row.sid), "{sam}");
    let in_use = row.enabled && !EXPIRED.contains(&sam.as_str());
    assert_eq!(
        account.state == Active,
        in_use,
        "{sam}: {:?}",
        account.state
    );
    assert_ne!(account.state, Removed, "{sam}");
    let is_administrator = account.account_type == AccountType::Administrator;
    assert_eq!(
        is_administrator, row.is_admin,
        "{sam}: {}",
        account.type_reason
    );
}

/// What is taken over once, at import.
fn assert_taken_over(account: &Account, row: &Row) {
    assert_eq!(
        text(account, Mobile),
        row.mobile.as_deref(),
        "{}: B3",
        row.sam
    );
    assert_eq!(text(account, Email), row.mail.as_deref(), "{}: D7", row.sam);
}

#[tokio::test]
async fn b1_b2_b3_d15_d16_every_account_is_what_the_directory_said() {
    let mut world = directory_world().await;
    let summary = fixtures(&mut world, ActiveDirectory, &FIRST).await;
    assert_succeeded(&summary);
    let (truth, accounts) = (truth("before"), by_guid(&world).await);
    assert_eq!(accounts.len(), truth.len());
    for (guid, row) in &truth {
        let account = accounts
            .get(guid)
            .unwrap_or_else(|| panic!("{} is missing", row.sam));
        assert_follows(account, row);
        assert_taken_over(account, row);
    }
    assert_eq!(summary.accounts.created, truth.len() as u64);

    // Once more the same: nothing is written to any account.
    let again = fixtures(&mut world, ActiveDirectory, &FIRST).await;
    assert_succeeded(&again);
    assert_eq!((again.accounts.created, again.accounts.updated), (0, 0));
    assert_eq!(by_guid(&world).await, accounts, "revisions and all");
}

#[tokio::test]
async fn powershells_export_comes_to_the_same_accounts_as_ldif() {
    let mut ldif = directory_world().await;
    fixtures(&mut ldif, ActiveDirectory, &FIRST).await;
    let mut json = directory_world().await;
    let names = ["northwind-get-aduser.json", FIRST[1], FIRST[2]];
    let summary = fixtures(&mut json, ActiveDirectory, &names).await;
    assert_succeeded(&summary);
    let (ldif, json) = (by_guid(&ldif).await, by_guid(&json).await);
    assert_eq!(ldif.len(), json.len());
    for (guid, account) in &ldif {
        assert!(
            json[guid] == *account,
            "{guid}: {account:?} {:?}",
            json[guid]
        );
    }
}

/// The cases that are easily got wrong, one by one.
async fn assert_cases(
    world: &World,
    before: &BTreeMap<String, Row>,
    after: &BTreeMap<String, Row>,
) {
    let of = async |sam: &str| of_sam(world, &row(after, sam)).await;

    let married = of("thomas.hartley-webb").await;
    assert_eq!(
        text(&married, DisplayName),
        row(after, "thomas.hartley-webb").display_name.as_deref()
    );
    assert_eq!(
        text(&married, Email),
        row(before, "thomas.anderson").mail.as_deref(),
        "B13"
    );
    assert_eq!(
        text(&of("yusuf.almansouri").await, Mobile),
        Some("0046-701740688"),
        "B14"
    );
    assert_eq!(text(&of("richard.hughes").await, Mobile), None, "B14");
    assert_eq!(
        text(&of("lisa.mcallister").await, Mobile),
        Some("0044 7700 900070"),
        "B14"
    );
    assert_eq!(of("james.thompson").await.state, Disabled);
    assert_eq!(of("duchuy.le").await.state, Active);
    // A new hire with the logon name, the address and the name of one who was deleted.
    let (old, new) = (row(before, "ingrid.larsson"), row(after, "ingrid.larsson"));
    assert_ne!(old.guid, new.guid);
    let (old, new) = (of_sam(world, &old).await, of_sam(world, &new).await);
    assert_ne!(old.id, new.id);
    assert_eq!((old.state, new.state), (Removed, Active));
    // Nothing of his own record changed: only a group did, three groups away.
    let pawel = of("pawel.sliwa").await;
    assert_eq!(pawel.account_type, AccountType::Administrator);
    assert!(
        pawel.type_reason.contains("Domain Admins"),
        "{}",
        pawel.type_reason
    );
    let restored = of("g.broadbent").await;
    assert_eq!(
        (restored.state, text(&restored, GivenName)),
        (Disabled, None)
    );
}

#[tokio::test]
async fn b11_b12_b14_b16_d13_changes_follow_as_far_as_they_may() {
    let mut world = directory_world().await;
    fixtures(&mut world, ActiveDirectory, &FIRST).await;
    let (before, after) = (truth("before"), truth("after"));
    let first = by_guid(&world).await;
    let summary = fixtures(&mut world, ActiveDirectory, &CHANGES).await;
    assert_succeeded(&summary);
    let accounts = by_guid(&world).await;
    for (guid, row) in &after {
        // Restored from the bin: an export of changes shows it like any other.
        let account = accounts
            .get(guid)
            .unwrap_or_else(|| panic!("{} is missing", row.sam));
        assert_follows(account, row);
        // B13, B14: e-mail and phone stay what they were at import.
        assert_taken_over(account, before.get(guid).unwrap_or(row));
        if let Some(first) = first.get(guid) {
            assert_eq!(account.id, first.id, "{}: the same account", row.sam);
        }
    }
    let gone: Vec<&Row> = before
        .values()
        .filter(|row| !after.contains_key(&row.guid))
        .collect();
    assert_eq!(gone.len(), 3);
    for row in gone {
        assert_eq!(accounts[&row.guid].state, Removed, "{}", row.sam);
        assert_eq!(
            text(&accounts[&row.guid], DisplayName),
            row.display_name.as_deref(),
            "D13"
        );
    }
    assert_cases(&world, &before, &after).await;

    // The same changes again change nothing.
    let again = fixtures(&mut world, ActiveDirectory, &CHANGES).await;
    assert_eq!(
        (
            again.accounts.created,
            again.accounts.updated,
            again.accounts.removed
        ),
        (0, 0, 0)
    );
    assert_eq!(by_guid(&world).await, accounts);
}

/// An organisational unit moved: the names of its accounts changed, and nothing else of them.
fn assert_moved(accounts: &BTreeMap<String, Account>) {
    let (before, after) = (truth("before"), truth("after"));
    let mut moved = 0;
    for (guid, row) in &after {
        assert_follows(&accounts[guid], row);
        let dn = accounts[guid].identities[0]
            .distinguished_name
            .as_ref()
            .unwrap();
        moved += usize::from(dn.contains("OU=Externals,OU=Leeds,"));
        assert!(!dn.contains("OU=Externals,OU=Northwind,"), "{}", row.sam);
    }
    assert_eq!(moved, 8);
    assert_eq!(
        accounts.len(),
        after.len() + 3,
        "three left before, and stay as removed"
    );
    assert_eq!(before.len() + 5, accounts.len());
}

#[tokio::test]
async fn d13_a_complete_export_brings_the_same_as_changes_would_and_holds_nobody() {
    let mut by_changes = directory_world().await;
    fixtures(&mut by_changes, ActiveDirectory, &FIRST).await;
    fixtures(&mut by_changes, ActiveDirectory, &CHANGES).await;
    let summary = fixtures(&mut by_changes, ActiveDirectory, &LATER).await;
    assert_succeeded(&summary);
    assert_eq!((summary.accounts.created, summary.accounts.removed), (0, 0));
    let by_changes = by_guid(&by_changes).await;
    assert_moved(&by_changes);
    let mut at_once = directory_world().await;
    fixtures(&mut at_once, ActiveDirectory, &FIRST).await;
    let summary = fixtures(&mut at_once, ActiveDirectory, &LATER).await;
    assert_succeeded(&summary);
    assert_eq!((summary.accounts.created, summary.accounts.removed), (5, 3));
    let told = |accounts: BTreeMap<String, Account>| -> BTreeMap<_, _> {
        let told = accounts.into_iter().map(|(guid, account)| {
            (
                guid,
                (
                    account.id,
                    account.state,
                    account.account_type,
                    account.fields,
                ),
            )
        });
        told.collect()
    };
    assert!(told(by_changes) == told(by_guid(&at_once).await));
}

#[tokio::test]
async fn an_account_that_expires_goes_out_of_use_with_the_next_reading() {
    let mut world = directory_world().await;
    let sams = ["rosa.vance", "erik.lund", "mats.lindstrom"];
    first_of(&mut world, &sams).await;
    let rosa = row(&truth("before"), "rosa.vance");
    assert_eq!(of_sam(&world, &rosa).await.state, Active);
    let years = SignedDuration::from_hours(24 * 365 * 5);
    world.clock.advance(years);
    first_of(&mut world, &sams).await;
    assert_eq!(of_sam(&world, &rosa).await.state, Disabled);
}

//! People whom both Entra ID and an Active Directory know: one account, two records, whichever
//! came first.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::account::AccountState::{Active, Disabled, Removed};
use domain::account::{Account, AccountType};
use domain::fields::Attribute::{Department, DisplayName, Email, JobTitle, Mobile, Username};
use domain::identity::Source;
use muster::arguments::UploadSource::ActiveDirectory;
use serde_json::json;
use simulators::graph::DeltaExpiry;

use super::assert_succeeded;
use super::exports::{CHANGES, FIRST, Row, first_of, fixtures, guid_octets, row, text, truth};
use crate::world::{TENANT, World};

async fn world() -> World {
    World::new(&format!(
        "[[customers]]\nid = \"northwind\"\nmicrosoft_tenant_id = \"{TENANT}\"\n\
         sources = [\"microsoft-365\", \"active-directory\"]\n"
    ))
    .await
}

/// What Entra Connect makes of an objectGUID: base64 of its octets.
fn immutable_id(guid: &str) -> String {
    STANDARD.encode(guid_octets(guid))
}

/// People of the truth that are synchronised: by id, by SID, and by both.
const SYNCED: [&str; 9] = [
    "mats.lindstrom",
    "nuria.garcia",
    "susan.obrien",
    "wei.wang3",
    "william.bennett",
    "olivia.marsh",
    "sofia.delgado",
    "eleni.papadopoulou",
    "ingrid.larsson",
];

/// Those who are in an export that is cut down: they, and some who are on premises only.
fn some() -> Vec<&'static str> {
    let others = [
        "anna.svensson",
        "john.smith",
        "peter.lund",
        "sara.lindqvist",
        "omar.khalil",
    ];
    SYNCED.into_iter().chain(others).collect()
}

/// Puts them into the tenant; their object ids by logon name.
fn synchronise(world: &World, rows: &BTreeMap<String, Row>) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    for (number, sam) in SYNCED.into_iter().enumerate() {
        let row = row(rows, sam);
        let mut user = json!({
            "userPrincipalName": format!("{sam}@northwinddental.example"),
            "displayName": format!("{} (cloud)", row.display_name.clone().unwrap()),
            "givenName": "Given", "surname": "Surname", "accountEnabled": row.enabled,
            "mail": format!("{sam}@cloud.example"), "userType": "Member",
            "onPremisesSyncEnabled": true, "onPremisesSamAccountName": sam,
        });
        if number % 3 != 1 {
            user["onPremisesImmutableId"] = json!(immutable_id(&row.guid));
        }
        if number % 3 != 0 {
            user["onPremisesSecurityIdentifier"] = json!(row.sid);
        }
        ids.insert(sam.to_owned(), world.graph.put_user(TENANT, user));
    }
    for name in ["cloud.only", "cloud.admin"] {
        let user = json!({
            "userPrincipalName": format!("{name}@northwinddental.example"), "displayName": name,
            "givenName": "Cloud", "surname": "Only", "accountEnabled": true, "userType": "Member",
        });
        world.graph.put_user(TENANT, user);
    }
    ids
}

fn sources(account: &Account) -> Vec<Source> {
    let mut sources: Vec<Source> = account
        .identities
        .iter()
        .map(|identity| identity.key.source)
        .collect();
    sources.sort();
    sources
}

/// Nine people with two records each, two with one in the cloud, the others with one on premises.
async fn assert_joined(world: &World, rows: &BTreeMap<String, Row>, on_premises: usize) {
    let accounts = world.accounts("northwind").await;
    let both: Vec<&Account> = accounts
        .iter()
        .filter(|account| sources(account).len() == 2)
        .collect();
    assert_eq!(both.len(), SYNCED.len());
    for account in &both {
        assert_eq!(
            sources(account),
            [Source::Microsoft365, Source::ActiveDirectory]
        );
        let record = account
            .identities
            .iter()
            .find(|identity| identity.key.source == Source::ActiveDirectory)
            .unwrap();
        let row = &rows[&record.key.id];
        assert!(SYNCED.contains(&row.sam.as_str()), "{}", row.sam);
        let name = format!("{} (cloud)", row.display_name.clone().unwrap());
        assert_eq!(
            text(account, DisplayName),
            Some(name.as_str()),
            "the cloud leads"
        );
    }
    assert_eq!(accounts.len(), on_premises + 2, "and nobody is there twice");
}

#[tokio::test]
async fn a_hybrid_user_is_one_account_with_two_records_directory_first() {
    let mut world = world().await;
    let rows = truth("before");
    fixtures(&mut world, ActiveDirectory, &FIRST).await;
    let before = world.accounts("northwind").await;
    synchronise(&world, &rows);
    let summary = world.run().await;
    assert_succeeded(&summary);
    assert_eq!((summary.accounts.created, summary.accounts.updated), (2, 9));
    assert_joined(&world, &rows, rows.len()).await;
    let ids = |accounts: &[Account]| {
        accounts
            .iter()
            .map(|account| account.id.clone())
            .collect::<Vec<_>>()
    };
    let now = ids(&world.accounts("northwind").await);
    assert!(
        ids(&before).iter().all(|id| now.contains(id)),
        "nobody became another account"
    );
    let mats = world
        .account("northwind", "mats.lindstrom@northwinddental.example")
        .await;
    assert_eq!(
        text(&mats, Email),
        Some("mats.lindstrom@northwinddental.example"),
        "B13"
    );
    assert_eq!(
        text(&mats, Mobile),
        Some("0046-701740669"),
        "B14: the cloud has none"
    );
    let olivia = world
        .account("northwind", "olivia.marsh@northwinddental.example")
        .await;
    assert_eq!(
        olivia.account_type,
        AccountType::Administrator,
        "by her record on premises"
    );

    let quiet = world.run().await;
    assert!(
        quiet.dynamodb.write_units.abs() < f64::EPSILON,
        "B132: {:?}",
        quiet.dynamodb
    );
    let again = fixtures(&mut world, ActiveDirectory, &FIRST).await;
    assert_eq!(
        (
            again.accounts.created,
            again.accounts.updated,
            again.accounts.removed
        ),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn a_hybrid_user_is_one_account_with_two_records_cloud_first() {
    let mut world = world().await;
    let rows = truth("before");
    synchronise(&world, &rows);
    world.run().await;
    let first = world
        .account("northwind", "mats.lindstrom@northwinddental.example")
        .await;
    let summary = first_of(&mut world, &some()).await;
    assert_succeeded(&summary);
    assert_joined(&world, &rows, some().len()).await;
    let mats = world
        .account("northwind", "mats.lindstrom@northwinddental.example")
        .await;
    assert_eq!(mats.id, first.id);
    assert_eq!(
        text(&mats, Email),
        Some("mats.lindstrom@cloud.example"),
        "B13: the first one"
    );
    assert_eq!(
        text(&mats, Mobile),
        Some("0046-701740669"),
        "for the joining record it is import"
    );

    // Both sources once more, in full: nothing changes.
    let before = world.accounts("northwind").await;
    world.graph.expire_delta_tokens(TENANT, DeltaExpiry::Gone);
    let full = world.run().await;
    let again = first_of(&mut world, &some()).await;
    for summary in [full, again] {
        assert_eq!((summary.accounts.created, summary.accounts.updated), (0, 0));
        assert_eq!(summary.accounts.removed, 0);
    }
    assert!(before == world.accounts("northwind").await);
}

#[tokio::test]
async fn d13_somebody_who_left_one_source_is_still_there_in_the_other() {
    let mut world = world().await;
    let rows = truth("before");
    let ids = synchronise(&world, &rows);
    world.run().await;
    first_of(&mut world, &some()).await;
    let mats = "mats.lindstrom@northwinddental.example";
    world.graph.soft_delete(TENANT, &ids["mats.lindstrom"]);
    let summary = world.run().await;
    assert_eq!(summary.accounts.removed, 0);
    let account = world.account("northwind", mats).await;
    assert_eq!(account.state, Active, "on premises he may still sign in");
    let name = row(&rows, "mats.lindstrom").display_name;
    assert_eq!(
        text(&account, DisplayName),
        name.as_deref(),
        "now that record leads"
    );
    world.graph.restore(TENANT, &ids["mats.lindstrom"]);
    world.run().await;
    let back = world.account("northwind", mats).await;
    assert_eq!(
        (back.id, back.identities.len(), back.state),
        (account.id, 2, Active)
    );

    // Disabled on one side only.
    world.graph.patch_user(
        TENANT,
        &ids["mats.lindstrom"],
        json!({ "accountEnabled": false }),
    );
    world.run().await;
    assert_eq!(world.account("northwind", mats).await.state, Active);

    // The old ingrid.larsson is deleted on premises and in the cloud; the new one is another human.
    fixtures(&mut world, ActiveDirectory, &CHANGES).await;
    world.graph.hard_delete(TENANT, &ids["ingrid.larsson"]);
    world.run().await;
    let accounts = world.accounts("northwind").await;
    let ingrid = "ingrid.larsson@northwinddental.example";
    let states: Vec<_> = accounts
        .iter()
        .filter(|account| text(account, Username) == Some(ingrid))
        .map(|account| (account.identities.len(), account.state))
        .collect();
    assert!(
        states.contains(&(2, Removed)) && states.contains(&(1, Active)),
        "{states:?}"
    );
    assert_eq!(states.len(), 2);
    let quiet = world.run().await;
    assert!(
        quiet.dynamodb.write_units.abs() < f64::EPSILON,
        "{:?}",
        quiet.dynamodb
    );
}

#[tokio::test]
async fn d12_what_the_leading_record_leaves_out_erases_nothing_and_what_it_clears_yields() {
    let mut world = world().await;
    let rows = truth("before");
    first_of(&mut world, &some()).await;
    let nuria = "nuria.garcia@northwinddental.example";
    let before = world.account("northwind", nuria).await;
    let (title, department) = (text(&before, JobTitle), text(&before, Department));
    assert!(title.is_some() && department.is_some());
    let ids = synchronise(&world, &rows);
    world.run().await;
    let joined = world.account("northwind", nuria).await;
    assert_eq!(
        (text(&joined, JobTitle), text(&joined, Department)),
        (title, department)
    );
    let id = &ids["nuria.garcia"];
    world.graph.patch_user(
        TENANT,
        id,
        json!({ "jobTitle": "Chief", "department": "Board" }),
    );
    world.run().await;
    let account = world.account("northwind", nuria).await;
    assert_eq!(text(&account, JobTitle), Some("Chief"));
    world
        .graph
        .patch_user(TENANT, id, json!({ "jobTitle": null }));
    world.run().await;
    let account = world.account("northwind", nuria).await;
    assert_eq!(text(&account, JobTitle), title, "the other record has one");
    assert_eq!(text(&account, Department), Some("Board"));
    assert_ne!(account.state, Disabled);
}

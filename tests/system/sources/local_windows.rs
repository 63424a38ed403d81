//! Local accounts of twelve Windows machines, through the whole system.

use std::collections::BTreeMap;

use domain::account::AccountState::{Active, Disabled, Removed};
use domain::account::{Account, AccountType};
use domain::fields::Attribute::{DisplayName, Email, Mobile, Phone, Username};
use muster::arguments::Coverage;
use muster::arguments::UploadSource::LocalWindows;
use muster::summary::Summary;
use serde_json::{Value, json};

use super::assert_succeeded;
use super::exports::{content, fixtures, on_premises, text, texts};
use crate::world::World;

const FILE: &str = "local-windows.json";
/// The last numbers of SIDs that Windows gives accounts of its own.
const SYSTEM: [&str; 3] = ["-501", "-503", "-504"];

async fn world() -> World {
    World::new(&on_premises("northwind", "\"local-windows\"")).await
}

/// The accounts by machine and SID.
async fn by_key(world: &World) -> BTreeMap<String, Account> {
    let accounts = world.accounts("northwind").await;
    let key = |account: &Account| account.identities[0].key.id.clone();
    accounts
        .into_iter()
        .map(|account| (key(&account), account))
        .collect()
}

fn machines() -> Value {
    serde_json::from_slice(&content(FILE)).unwrap()
}

fn all(value: &Value) -> Vec<&Value> {
    value
        .as_array()
        .map_or_else(|| vec![value], |values| values.iter().collect())
}

fn sid(value: &Value) -> String {
    let sid = &value["SID"];
    sid.as_str()
        .or_else(|| sid["Value"].as_str())
        .unwrap()
        .to_lowercase()
}

async fn hand_in(world: &mut World, machines: &Value) -> Summary {
    let files = vec![(
        "machines.json".to_owned(),
        machines.to_string().into_bytes(),
    )];
    texts(world, LocalWindows, Coverage::Auto, files).await
}

/// One machine of the export, alone.
fn only(name: &str) -> Value {
    let mut machines = machines();
    let list = machines["machines"].as_array_mut().unwrap();
    list.retain(|machine| machine["computer"]["Name"] == name);
    assert_eq!(list.len(), 1);
    machines
}

#[tokio::test]
async fn b7_b8_b9_d16_local_accounts_are_what_the_machines_said() {
    let mut world = world().await;
    let summary = fixtures(&mut world, LocalWindows, &[FILE]).await;
    assert_succeeded(&summary);
    let accounts = by_key(&world).await;
    let machines = machines();
    let mut expected = 0;
    for machine in machines["machines"].as_array().unwrap() {
        let uuid = machine["computer"]["UUID"].as_str().unwrap().to_lowercase();
        let administrators: Vec<String> = all(&machine["administrators"])
            .into_iter()
            .map(sid)
            .collect();
        for user in all(&machine["localUsers"]) {
            let sid = sid(user);
            let account = accounts.get(&format!("{uuid}/{sid}"));
            if SYSTEM.iter().any(|rid| sid.ends_with(rid)) {
                assert!(account.is_none(), "{sid} is the system's own");
                continue;
            }
            expected += 1;
            let account = account.unwrap_or_else(|| panic!("{uuid}/{sid} has no account"));
            let full_name = user["FullName"].as_str().filter(|name| !name.is_empty());
            assert_eq!(text(account, DisplayName), full_name, "B7");
            assert_eq!(text(account, Username), user["Name"].as_str(), "B8");
            for attribute in [Email, Mobile, Phone] {
                assert_eq!(text(account, attribute), None, "B9");
            }
            let enabled = user["Enabled"].as_bool().unwrap() && user["Name"] != "vendor.pms";
            assert_eq!(
                account.state == Active,
                enabled,
                "{}: {:?}",
                user["Name"],
                account.state
            );
            let is_administrator = account.account_type == AccountType::Administrator;
            let is_listed = administrators.contains(&sid) || sid.ends_with("-500");
            assert_eq!(is_administrator, is_listed, "{}", user["Name"]);
        }
    }
    assert_eq!(accounts.len(), expected);

    let again = fixtures(&mut world, LocalWindows, &[FILE]).await;
    assert_eq!(
        (
            again.accounts.created,
            again.accounts.updated,
            again.accounts.removed
        ),
        (0, 0, 0)
    );
    assert_eq!(
        by_key(&world).await,
        accounts,
        "the same again changes nothing"
    );
}

#[tokio::test]
async fn d13_a_machine_that_is_read_again_loses_only_its_own_accounts() {
    let mut world = world().await;
    fixtures(&mut world, LocalWindows, &[FILE]).await;
    let before = by_key(&world).await;
    let mut one = only("NW-SEA-PC02");
    let users = one["machines"][0]["localUsers"].as_array_mut().unwrap();
    users.retain(|user| user["Name"] != "olivia");
    let summary = hand_in(&mut world, &one).await;
    assert_succeeded(&summary);
    assert_eq!(summary.accounts.removed, 1);
    let after = by_key(&world).await;
    for (key, account) in &after {
        let is_olivia = text(account, Username) == Some("olivia");
        let expected = if is_olivia {
            Removed
        } else {
            before[key].state
        };
        assert_eq!(account.state, expected, "{key}");
        assert!(
            is_olivia || *account == before[key],
            "{key} was not looked at"
        );
    }
    // She comes back: the same account.
    let summary = hand_in(&mut world, &only("NW-SEA-PC02")).await;
    assert_eq!((summary.accounts.created, summary.accounts.updated), (0, 1));
    assert_eq!(by_key(&world).await.len(), before.len());
}

#[tokio::test]
async fn b11_b12_b16_names_of_local_accounts_follow_and_rights_come_and_go() {
    let mut world = world().await;
    fixtures(&mut world, LocalWindows, &[FILE]).await;
    let mut one = only("NW-SEA-PC02");
    let machine = &mut one["machines"][0];
    for user in machine["localUsers"].as_array_mut().unwrap() {
        if user["Name"] == "olivia" {
            user["Name"] = json!("omarsh");
            user["FullName"] = json!("Olivia Marsh-Lee");
        } else if user["Name"] == "frontdesk" {
            user["Enabled"] = json!(false);
        }
    }
    let administrators = machine["administrators"].as_array_mut().unwrap();
    administrators.retain(|member| !member["Name"].as_str().unwrap().ends_with("olivia"));
    let summary = hand_in(&mut world, &one).await;
    assert_eq!((summary.accounts.updated, summary.accounts.created), (1, 0));
    assert_eq!(summary.accounts.disabled, 1);
    let olivia = world.account("northwind", "omarsh").await;
    assert_eq!(text(&olivia, DisplayName), Some("Olivia Marsh-Lee"));
    assert_eq!(olivia.account_type, AccountType::EndUser);
    assert_eq!(
        world.account("northwind", "frontdesk").await.state,
        Disabled
    );
}

#[tokio::test]
async fn a_machine_that_reported_errors_or_a_filter_misses_nobody() {
    let mut world = world().await;
    fixtures(&mut world, LocalWindows, &[FILE]).await;
    for name in ["NW-LDS-PC12", "NW-SEA-KIOSK1"] {
        let mut one = only(name);
        let machine = &mut one["machines"][0];
        // Everybody but the built-in administrator is not there this time.
        machine["localUsers"] = json!([{
            "Name": "new", "FullName": "New", "Enabled": true,
            "SID": { "Value": "S-1-5-21-3199000000-1-1-1009" }, "PrincipalSource": 1,
        }]);
        let summary = hand_in(&mut world, &one).await;
        assert_succeeded(&summary);
        assert_eq!(
            (summary.accounts.created, summary.accounts.removed),
            (1, 0),
            "{name}"
        );
    }
}

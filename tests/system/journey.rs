//! One account's journey: from the directory to the PSA, back again, and away. The test to read
//! first; ARCHITECTURE.md tells the same story file by file.

use domain::account::{AccountState, AccountType, MatchRule, PsaStatus};
use domain::fields::Attribute::{DisplayName, Email, Mobile};
use serde_json::json;

use crate::world::{E3, TENANT, World, customer, policy};

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "a journey is read from its beginning to its end"
)]
async fn one_account_from_the_directory_to_the_psa_and_back() {
    // An MSP with one customer. The PSA knows Bo, but not Anna.
    let mut world = World::new("").await;
    let company = world.halo.add_client("Northwind Dental");
    let site = world.halo.add_site(company, "Main");
    let bo = world.halo.add_user(&json!({
        "name": "Bo Ek", "firstname": "Bo", "surname": "Ek", "site_id": site,
        "emailaddress": "bo@northwind.example", "mobilenumber": "+46 70 555 01 02",
    }));
    let lines =
        "create_psa_contact = true\nupdate_psa_contact = true\ndeactivate_psa_contact = true";
    let customers = policy(lines) + &customer("northwind", TENANT, company);
    world.restart(Some(&customers)).await;
    let anna = world
        .graph
        .put_user(TENANT, user("anna", "Anna", "Svensson"));
    world.graph.put_user(TENANT, user("bo", "Bo", "Ek"));

    // The first import: two accounts. Bo is found by his address, Anna's contact is made (B32).
    let summary = world.run().await;
    assert_eq!(
        summary.customers[0].status, "succeeded",
        "{:?}",
        summary.customers
    );
    assert_eq!(summary.accounts.created, 2);
    assert_eq!((summary.matches.matched, summary.matches.created), (1, 1));
    let account = world.account("northwind", "bo@northwind.example").await;
    assert_eq!(account.psa.rule, Some(MatchRule::Email));
    assert_eq!(account.contact().unwrap().as_str(), bo.to_string());
    // What the contact says of e-mail and phone is the account's (B25, B57).
    assert_eq!(account.fields.get(Mobile), Some("+46 70 555 01 02"));

    let account = world.account("northwind", "anna@northwind.example").await;
    assert_eq!(
        (account.account_type, account.state),
        (AccountType::EndUser, AccountState::Active)
    );
    assert_eq!(account.psa.status, PsaStatus::Created);
    let contact: i64 = account.contact().unwrap().as_str().parse().unwrap();
    let made = world.halo.user(contact).unwrap();
    assert_eq!(made["emailaddress"], "anna@northwind.example");
    assert_eq!(made["azureoid"], anna);
    assert_eq!(made["site_id_int"], json!(site));

    // Halo tells of the contact that we made: our own change coming back causes nothing.
    let base = world.serve().await;
    assert!(
        world
            .deliver(&base, |_| {})
            .await
            .iter()
            .all(|status| *status == 200)
    );
    let before = world.app().meter.write_units();
    let writes = world.halo.journal().writes().len();
    world.settle().await;
    let quiet = world.run().await;
    assert!(
        quiet.dynamodb.write_units.abs() < f64::EPSILON,
        "B132: {:?}",
        quiet.dynamodb
    );
    assert_eq!(
        world.halo.journal().writes().len(),
        writes,
        "B132: nothing is written to the PSA"
    );
    assert!(
        world.app().meter.write_units() - before < 3.0,
        "only deliveries are remembered"
    );

    // A technician corrects Anna's phone in Halo; the delivery brings it to the account (B25).
    world
        .halo
        .edit_user(contact, &json!({ "mobilenumber": "+46 70 555 01 09" }));
    assert_eq!(world.deliver(&base, |_| {}).await, [200]);
    world.settle().await;
    let account = world.account("northwind", "anna@northwind.example").await;
    assert_eq!(account.fields.get(Mobile), Some("+46 70 555 01 09"));

    // She marries. The new name follows from the source (B12) and goes on to the contact (B148);
    // her address, which the PSA decides, does not (B13).
    let married = json!({
        "displayName": "Anna Ek", "surname": "Ek", "userPrincipalName": "anna.ek@northwind.example",
        "mail": "anna.ek@northwind.example",
    });
    world.graph.patch_user(TENANT, &anna, married);
    world.run().await;
    let account = world
        .account("northwind", "anna.ek@northwind.example")
        .await;
    assert_eq!(account.fields.get(DisplayName), Some("Anna Ek"));
    assert_eq!(account.fields.get(Email), Some("anna@northwind.example"));
    let contact_now = world.halo.user(contact).unwrap();
    assert_eq!(contact_now["name"], "Anna Ek");
    assert_eq!(contact_now["emailaddress"], "anna@northwind.example");

    // She leaves: nothing is deleted, the contact goes out of use (D13, B149).
    world.graph.soft_delete(TENANT, &anna);
    let summary = world.run().await;
    assert_eq!(summary.accounts.removed, 1);
    let account = world
        .account("northwind", "anna.ek@northwind.example")
        .await;
    assert_eq!(account.state, AccountState::Removed);
    assert_eq!(world.halo.user(contact).unwrap()["inactive"], true);

    // And comes back: the same account, the same contact, in use again.
    world.graph.restore(TENANT, &anna);
    world.run().await;
    let back = world
        .account("northwind", "anna.ek@northwind.example")
        .await;
    assert_eq!((back.id, back.state), (account.id, AccountState::Active));
    assert_eq!(world.halo.user(contact).unwrap()["inactive"], false);
    assert_eq!(
        world.halo.count_users(company, true),
        2,
        "two people, no twin"
    );
}

fn user(name: &str, given: &str, surname: &str) -> serde_json::Value {
    json!({
        "userPrincipalName": format!("{name}@northwind.example"),
        "displayName": format!("{given} {surname}"), "givenName": given, "surname": surname,
        "mail": format!("{name}@northwind.example"), "accountEnabled": true, "userType": "Member",
        "assignedLicenses": [{ "skuId": E3, "disabledPlans": [] }],
    })
}

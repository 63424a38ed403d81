//! Contacts that are made, never twice, and what is written to those that are there.

use domain::account::PsaStatus;
use muster::summary::Summary;
use serde_json::{Value, json};
use simulators::Fault;
use simulators::psa::halo::Behaviour;

use super::{CREATE, EVERYTHING, MATCH_ONLY, Scene, operate, path_of};
use crate::world::TENANT;

#[tokio::test]
async fn b32_b34_b55_a_contact_is_made_and_linked_in_the_same_run_where_the_policy_says_so() {
    let mut scene = Scene::new(CREATE).await;
    let more = json!({ "mobilePhone": "+46 70 555 01 30", "jobTitle": "Dentist", "department": "Care",
        "proxyAddresses": ["SMTP:ida@northwind.example", "smtp:i.berg@northwind.example"] });
    let oid = scene.user("ida", "Ida", "Berg", more);
    let summary = scene.world.run().await;
    assert_eq!((summary.matches.created, summary.matches.no_match), (1, 0));
    let (status, contact, rule) = scene.standing("ida").await;
    assert_eq!((status, rule), ("created", None));
    let contact = scene.world.halo.user(contact.unwrap()).unwrap();
    for (member, value) in [
        ("name", json!("Ida Berg")),
        ("firstname", json!("Ida")),
        ("surname", json!("Berg")),
        ("emailaddress", json!("ida@northwind.example")),
        ("title", json!("Dentist")),
        ("mobilenumber", json!("+46 70 555 01 30")),
        ("department", json!("Care")),
        ("email2", json!("i.berg@northwind.example")),
        ("azureoid", json!(oid)),
        ("site_id_int", json!(scene.site)),
        ("inactive", json!(false)),
    ] {
        assert_eq!(contact[member], value, "{member}");
    }
    scene.is_quiet().await;
}

#[tokio::test]
async fn b33_b34_without_the_choice_nobody_is_made_though_contacts_are_matched() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    let summary = scene.world.run().await;
    assert_eq!((summary.matches.matched, summary.matches.no_match), (1, 1));
    assert_eq!(scene.standing("ida").await, ("no-match", None, None));
    assert!(
        scene
            .account("ida")
            .await
            .psa
            .reason
            .unwrap()
            .contains("the policy makes none")
    );
    assert!(scene.writes().is_empty());
    // The choice made later holds for those who are there without a contact.
    scene.govern(CREATE, "").await;
    scene.world.run().await;
    assert_eq!(scene.standing("ida").await.0, "created");
}

#[tokio::test]
async fn nobody_is_made_who_is_out_of_use_or_shares_an_address() {
    let mut scene = Scene::new(CREATE).await;
    scene.user("off", "Olga", "Falk", json!({ "accountEnabled": false }));
    let same = json!({ "mail": "front.desk@northwind.example" });
    scene.user("one", "Una", "One", same.clone());
    scene.user("two", "Tor", "Two", same);
    scene.world.run().await;
    assert_eq!(scene.standing("off").await.0, "no-match");
    for name in ["one", "two"] {
        let standing = scene.account(name).await.psa;
        assert_eq!(standing.status, PsaStatus::Blocked, "{name}");
        assert!(
            standing
                .reason
                .unwrap()
                .contains("another account without a contact"),
            "{name}"
        );
    }
    assert!(scene.writes().is_empty());
    scene.is_quiet().await;
}

/// A system with Ida, who is to be made, with an address or without one.
async fn ida(email: bool) -> Scene {
    let scene = Scene::new(CREATE).await;
    let mail = if email {
        json!("ida@northwind.example")
    } else {
        Value::Null
    };
    scene.user("ida", "Ida", "Berg", json!({ "mail": mail }));
    scene
}

async fn is_made_once(scene: &mut Scene, summary: &Summary, case: &str) {
    assert_eq!(
        summary.customers[0].status, "succeeded",
        "{case}: {:?}",
        summary.customers
    );
    assert_eq!(
        scene.world.halo.count_users(scene.company, true),
        1,
        "{case}"
    );
    assert_eq!(scene.standing("ida").await.0, "created", "{case}");
    assert!(
        scene.account("ida").await.psa.creating_since.is_none(),
        "{case}"
    );
    scene.is_quiet().await;
}

/// The answer to the create is lost.
async fn lose(fault: Fault, email: bool) {
    let mut scene = ida(email).await;
    let case = format!("{} with an address: {email}", fault.name());
    scene.world.halo.faults().next("POST", "/Users", 1, fault);
    let summary = scene.world.run().await;
    assert_eq!(scene.world.halo.faults().waiting(), 0, "{case}");
    is_made_once(&mut scene, &summary, &case).await;
}

/// The answer is lost, Halo stays away while it is looked for, and the program starts anew.
async fn lose_and_restart(fault: Fault, email: bool) {
    let mut scene = ida(email).await;
    let case = format!("{} with an address: {email}", fault.name());
    let faults = scene.world.halo.faults().clone();
    faults.next("POST", "/Users", 1, fault);
    // Before the create it is looked for once by its address, else the contacts are listed.
    let part = if email { "search=" } else { "client_id" };
    faults.after(1, "GET", part, 1000, Fault::Html);
    let summary = scene.world.run().await;
    assert_eq!(summary.customers[0].status, "failed", "{case}");
    assert!(
        scene.account("ida").await.psa.creating_since.is_some(),
        "{case}"
    );
    faults.clear();
    scene.world.restart(None).await;
    let summary = scene.world.run().await;
    is_made_once(&mut scene, &summary, &case).await;
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_makes_exactly_one_contact() {
    tokio::join!(
        lose(Fault::LostAfterWrite, true),
        lose(Fault::LostBeforeWrite, true),
        lose(Fault::CutBody, true),
        lose(Fault::ServerError(502), true),
        lose(Fault::Html, true),
        lose(Fault::LostAfterWrite, false),
        lose(Fault::LostBeforeWrite, false),
    );
}

#[tokio::test]
async fn a_restart_between_the_intent_and_the_result_makes_exactly_one_contact() {
    tokio::join!(
        lose_and_restart(Fault::LostAfterWrite, true),
        lose_and_restart(Fault::LostBeforeWrite, true),
        lose_and_restart(Fault::LostAfterWrite, false),
        lose_and_restart(Fault::LostBeforeWrite, false),
    );
}

#[tokio::test]
async fn a_create_that_is_refused_stops_nobody_else_and_waits_for_a_change() {
    let mut scene = Scene::new(EVERYTHING).await;
    let long = "N".repeat(300);
    let oid = scene.user("long", "Nora", "Lang", json!({ "displayName": long }));
    scene.user("ida", "Ida", "Berg", json!({}));
    let summary = scene.world.run().await;
    assert_eq!(
        (summary.matches.created, summary.matches.failed),
        (1, 1),
        "{:?}",
        summary.matches
    );
    assert_eq!(
        summary.customers[0].status, "succeeded",
        "{:?}",
        summary.customers
    );
    assert_eq!(scene.standing("long").await, ("failed", None, None));
    let reason = scene.account("long").await.psa.reason.unwrap();
    assert!(
        reason.contains("display_name") && reason.contains("300 characters"),
        "{reason}"
    );
    scene.is_quiet().await;
    scene
        .world
        .graph
        .patch_user(TENANT, &oid, json!({ "displayName": "Nora Lang" }));
    let summary = scene.world.run().await;
    assert_eq!(
        (summary.matches.created, summary.matches.failed),
        (2, 0),
        "{:?}",
        summary.matches
    );
    assert_eq!(scene.standing("long").await.0, "created");
    scene.is_quiet().await;
}

#[tokio::test]
async fn a_site_that_is_refused_is_told_and_a_site_that_is_set_is_used() {
    let mut scene = Scene::new(CREATE).await;
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.govern(CREATE, "psa_site_id = \"9999\"").await;
    scene.world.run().await;
    let standing = scene.account("ida").await.psa;
    assert_eq!(standing.status, PsaStatus::Failed);
    let reason = standing.reason.unwrap();
    assert!(
        reason.contains("refused site") && reason.contains("400"),
        "{reason}"
    );
    let asked = scene.writes().len();
    scene.world.run().await;
    assert_eq!(scene.writes().len(), asked, "the same is not asked again");
    let branch = scene.world.halo.add_site(scene.company, "Branch");
    scene
        .govern(CREATE, &format!("psa_site_id = \"{branch}\""))
        .await;
    scene.world.run().await;
    let (status, contact, _) = scene.standing("ida").await;
    assert_eq!(status, "created");
    assert_eq!(
        scene.world.halo.user(contact.unwrap()).unwrap()["site_id_int"],
        json!(branch)
    );
}

#[tokio::test]
async fn a_company_without_a_site_is_told_in_words_with_the_remedy() {
    let mut scene = Scene::new(CREATE).await;
    scene.company = scene.world.halo.add_client("Homeless");
    scene.govern(CREATE, "").await;
    scene.user("ida", "Ida", "Berg", json!({}));
    let summary = scene.world.run().await;
    assert_eq!(summary.matches.failed, 1, "{summary:?}");
    let reason = scene.account("ida").await.psa.reason.unwrap();
    assert!(
        reason.contains("site") && reason.contains("set its main site"),
        "{reason}"
    );
    // The remedy works.
    scene.world.halo.add_site(scene.company, "Main");
    scene.world.run().await;
    assert_eq!(scene.standing("ida").await.0, "created");
}

#[tokio::test]
async fn an_address_that_only_a_search_finds_is_not_used_twice() {
    let mut scene = Scene::new(CREATE).await;
    let alternates = Behaviour {
        search_alternates: true,
        ..Behaviour::default()
    };
    scene.world.halo.set_behaviour(alternates);
    // Rows of lists lack alternate addresses. Bo's contact has Ida's, and Bo is linked with it.
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.user("cai", "Cai", "Lind", json!({}));
    let more = json!({ "email2": "ida@northwind.example" });
    scene.contact("Bo Ek", "bo@northwind.example", more);
    let more = json!({ "email2": "cai@northwind.example" });
    let cai = scene.contact("C. L.", "cai@elsewhere.example", more);
    let summary = scene.world.run().await;
    assert_eq!(
        (summary.matches.matched, summary.matches.blocked),
        (2, 1),
        "{:?}",
        summary.matches
    );
    assert!(scene.writes().is_empty());
    let ida = scene.account("ida").await.psa;
    assert_eq!((ida.status, ida.contact), (PsaStatus::Blocked, None));
    assert!(
        ida.reason
            .unwrap()
            .contains("has this e-mail address already")
    );
    assert_eq!(
        scene.standing("cai").await,
        ("matched", Some(cai), Some("alternate-email"))
    );
    scene.is_quiet().await;
    // Another address is another contact.
    let path = path_of(&scene.account("ida").await);
    let edit = json!({ "email": "ida.berg@northwind.example" });
    assert_eq!(
        operate(&scene.world, "PATCH", &path, edit).await.status,
        200
    );
    scene.world.run().await;
    assert_eq!(scene.standing("ida").await.0, "created");
}

#[tokio::test]
async fn the_summary_counts_what_was_made_before_a_fault_too() {
    let mut scene = Scene::new(CREATE).await;
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.user("bo", "Bo", "Ek", json!({}));
    let fault = Fault::LostBeforeWrite;
    scene
        .world
        .halo
        .faults()
        .after(1, "POST", "/Users", 1, fault);
    let summary = scene.world.run().await;
    assert_eq!((summary.matches.created, summary.matches.no_match), (2, 0));
}

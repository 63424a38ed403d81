//! Contacts that are made, never twice, and what is written to those that are there.

use domain::event::Event;
use domain::limits::CREATE_SECONDS_MAX;
use jiff::SignedDuration;
use muster::summary::Summary;
use platform::Budget;
use serde_json::{Value, json};
use simulators::Fault;

use super::{CREATE, EVERYTHING, MATCH_ONLY, Scene, operate, path_of};
use crate::world::{TENANT, id};

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

/// Queues deliver twice: two pushes of one customer may run at one moment. Here the other one has
/// stored its intent and its create is on its way.
#[tokio::test]
async fn two_pushes_at_one_moment_make_one_contact() {
    let mut scene = ida(true).await;
    let faults = scene.world.halo.faults().clone();
    // It was cut off before it heard of its create, and nothing tells whether that arrives.
    faults.next("POST", "/Users", 1, Fault::LostBeforeWrite);
    faults.after(1, "GET", "search=", 1000, Fault::Html);
    scene.world.run().await;
    faults.clear();
    let before = scene.writes().len();
    let push = async |scene: &Scene| {
        let app = scene.world.app();
        let event = Event::MatchingFinished {};
        let envelope = app.envelope(id("northwind"), None, event);
        let budget = Budget::endless();
        psa_push::handle(app, &scene.world.vendors(), &envelope, &budget).await
    };
    for _ in 0..2 {
        let failure = push(&scene).await.unwrap_err();
        assert!(failure.chain().contains("on its way"), "{failure:?}");
        assert_eq!(scene.writes().len(), before, "nothing is sent");
        scene
            .world
            .clock
            .advance(SignedDuration::from_secs(CREATE_SECONDS_MAX / 2));
    }
    let outcome = push(&scene).await.unwrap();
    assert_eq!(outcome.created, 1);
    assert_eq!(scene.world.halo.count_users(scene.company, true), 1);
    scene.is_quiet().await;
}

/// The matching of entries changes the same accounts at the same time. A create that has ended is
/// written down all the same, so that nobody waits until it must have ended.
#[tokio::test]
async fn what_came_of_a_create_is_kept_although_the_account_changed_meanwhile() {
    let mut scene = ida(true).await;
    // Matched, and nothing made yet.
    scene.world.halo.faults().next(
        "POST",
        "/Users",
        100,
        Fault::Refused {
            status: 503,
            body: String::new(),
        },
    );
    scene.world.run().await;
    scene.world.halo.faults().clear();
    scene
        .world
        .halo
        .faults()
        .next("POST", "/Users", 1, Fault::Slow(300));
    let before = scene.writes().len();
    let pushing = tokio::spawn({
        let (app, vendors) = (scene.world.app().clone(), scene.world.vendors());
        async move {
            let envelope = app.envelope(id("northwind"), None, Event::MatchingFinished {});
            psa_push::handle(&app, &vendors, &envelope, &Budget::endless()).await
        }
    });
    while scene.writes().len() == before {
        tokio::task::yield_now().await;
    }
    let path = path_of(&scene.account("ida").await);
    let moved = operate(
        &scene.world,
        "PATCH",
        &path,
        json!({ "account_type": "service" }),
    )
    .await;
    assert_eq!(moved.status, 200);
    assert_eq!(pushing.await.unwrap().unwrap().created, 1);
    let ida = scene.account("ida").await;
    assert_eq!(ida.psa.status.as_str(), "created");
    assert_eq!(
        ida.account_type.as_str(),
        "service",
        "the change stays as well"
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

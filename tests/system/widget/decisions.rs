//! What the widget's buttons do: the same as the operators' API, twice as well as once.

use domain::account::AccountState::Removed;
use serde_json::{Value, json};

use super::{Waiting, buttons};
use crate::sources::count;
use crate::world::id;

#[tokio::test]
async fn w4_approve_lets_the_leavers_go_and_may_be_pressed_twice() {
    let mut waiting = Waiting::new().await;
    let run = waiting.held().await;
    let approve = json!({ "action": "approve", "customer": "northwind", "run": run });
    for _ in 0..2 {
        let html = waiting.decide(approve.clone()).await;
        assert!(html.contains("Approved."), "{html}");
    }
    let state = waiting
        .world
        .app()
        .store
        .import_state(&id("northwind"))
        .await;
    let approval = state.unwrap().approved.unwrap();
    assert_eq!(approval.by_role, "manager");
    let html = waiting.show(json!({})).await;
    assert!(
        html.contains("Approved; its import is on the way"),
        "{html}"
    );
    assert!(!html.contains(">Approve<"), "{html}");
    waiting.world.settle().await;
    assert_eq!(count(&waiting.world, "northwind", Removed).await, 6);
    let html = waiting.decide(approve).await;
    assert!(
        html.contains("not held any more. Nothing was changed"),
        "{html}"
    );
    let html = waiting.show(json!({})).await;
    assert!(!html.contains("6 of 17"), "{html}");
}

#[tokio::test]
async fn b128_choose_links_the_account_and_may_be_pressed_twice() {
    let mut waiting = Waiting::new().await;
    let (account, [one, two]) = (waiting.disputed().await, waiting.contacts);
    let choose = |contact: i64| {
        json!({ "action": "choose", "customer": "northwind", "account": account,
                "contact": contact.to_string() })
    };
    let html = waiting.decide(choose(two)).await;
    assert!(html.contains("Linked: "), "{html}");
    let bo = waiting.world.account("northwind", "bo@northwind.example");
    let reason = bo.await.psa.reason;
    assert_eq!(
        reason.as_deref(),
        Some("a person in the role manager chose")
    );
    let html = waiting.decide(choose(two)).await;
    assert!(html.contains("already"), "{html}");
    // The other button is on a page that somebody opened before.
    let html = waiting.decide(choose(one)).await;
    assert!(html.contains("not up for choice"), "{html}");
    let html = waiting.show(json!({})).await;
    let is_offered = |(_, asked): &(String, Value)| {
        asked["action"] == "choose" && asked["account"] == account.as_str()
    };
    assert!(
        !buttons(&html).iter().any(is_offered),
        "it is decided: {html}"
    );
    waiting.world.settle().await;
    let bo = waiting
        .world
        .account("northwind", "bo@northwind.example")
        .await;
    assert_eq!(bo.contact().unwrap().as_str(), two.to_string());
    assert_eq!(bo.psa.rule.unwrap().as_str(), "manual");
}

#[tokio::test]
async fn b191_a_contact_that_another_account_has_meanwhile_is_said_to_be_taken() {
    let waiting = Waiting::new().await;
    let [one, _] = waiting.contacts.map(|contact| contact.to_string());
    let p9 = waiting
        .world
        .account("northwind", "p9@northwind.example")
        .await;
    let path = format!("{}/contact", crate::psa::path_of(&p9));
    let body = json!({ "contact_id": one });
    let reply = crate::psa::operate(&waiting.world, "PUT", &path, body).await;
    assert_eq!(reply.status, 200);
    let account = waiting.disputed().await;
    let choose = json!({ "action": "choose", "customer": "northwind", "account": account,
                         "contact": one });
    let html = waiting.decide(choose).await;
    assert!(html.contains("Another account is linked"), "{html}");
}

#[tokio::test]
async fn what_is_no_decision_of_ours_changes_nothing_and_is_not_repeated() {
    let waiting = Waiting::new().await;
    let (run, account) = (waiting.held().await, waiting.disputed().await);
    let before = waiting.world.app().store.meter().spent().write_units;
    let hostile = "<script>alert(1)</script>";
    for (event, said) in [
        (Value::Null, "no decision"),
        (json!([]), "no decision"),
        (json!("approve"), "no decision"),
        (json!({}), "no decision"),
        (
            json!({ "action": "remove", "customer": "northwind" }),
            "no decision",
        ),
        (
            json!({ "action": "approve", "customer": "northwind" }),
            "no decision",
        ),
        (
            json!({ "action": "approve", "customer": "northwind", "run": 7 }),
            "no decision",
        ),
        (
            json!({ "action": "approve", "customer": [run], "run": run }),
            "no decision",
        ),
        (
            json!({ "action": "approve", "customer": hostile, "run": run }),
            "no decision",
        ),
        (
            json!({ "action": "approve", "customer": "nobody", "run": run }),
            "no such customer",
        ),
        (
            json!({ "action": "approve", "customer": "fabrikam", "run": run }),
            "not held",
        ),
        (
            json!({ "action": "approve", "customer": "northwind", "run": "run_x" }),
            "not held",
        ),
        (
            json!({ "action": "choose", "customer": "northwind", "account": account,
                    "contact": hostile }),
            "no decision",
        ),
        (
            json!({ "action": "choose", "customer": "fabrikam", "account": account,
                    "contact": waiting.contacts[0].to_string() }),
            "no such account",
        ),
        (
            json!({ "action": "choose", "customer": "northwind", "account": account,
                    "contact": "999999" }),
            "not up for choice",
        ),
    ] {
        let html = waiting.decide(event.clone()).await;
        assert!(html.contains(said), "{event}: {html}");
        assert!(!html.contains("alert"), "{event}: {html}");
    }
    let after = waiting.world.app().store.meter().spent().write_units;
    assert!((after - before).abs() < f64::EPSILON, "nothing is written");
}

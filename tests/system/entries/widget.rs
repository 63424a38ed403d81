//! Entries in the review widget: what it offers, and what its buttons do.

use serde_json::{Value, json};

use super::system::System;
use super::{CLOUD, MATCH_ONLY, Scene, upn};
use crate::widget::{DECIDE, WIDGET, buttons};

impl Scene {
    /// The widget, as the functions have it in a deployment.
    async fn shown(&self, event: Value) -> String {
        let mut app = self.app();
        app.decide_function = Some(DECIDE.to_owned());
        crate::widget::show(&app, event).await
    }

    /// A button's answer.
    async fn press(&self, event: Value) -> String {
        crate::widget::decide(&self.app(), event).await
    }

    /// What a button says that links an account with an entry.
    async fn choice(&self, name: &str, entry: &str, fill_category: bool) -> Value {
        let account = self.account(name).await.id;
        json!({ "action": "choose-entry", "customer": "northwind", "account": account,
                "entry": entry, "fill_category": fill_category })
    }
}

#[tokio::test]
async fn b90_b125_the_widget_offers_what_automatic_matching_found_and_takes_nothing_else() {
    for system in System::both().await {
        let mut scene = Scene::new(system, MATCH_ONLY).await;
        let empty = scene.system.add(&upn("anna"), "");
        let twins = [0, 1].map(|_| scene.system.add(&upn("cem"), CLOUD));
        let archived = scene.system.add(&upn("dag"), CLOUD);
        scene.system.archive(&archived);
        let elsewhere = scene.system.add(&upn("eva"), "Active Directory");
        let other = scene.system.add(&upn("fia"), "VPN");
        scene.people(&["anna", "cem", "dag", "eva", "fia"]).await;
        scene.look().await;
        let html = scene.shown(json!({})).await;
        let mut expected = vec![
            scene.choice("anna", &empty, true).await,
            scene.choice("anna", &empty, false).await,
            scene.choice("dag", &archived, false).await,
        ];
        for twin in &twins {
            expected.push(scene.choice("cem", twin, false).await);
        }
        let offered = buttons(&html);
        assert_eq!(offered.len(), expected.len(), "{offered:?}");
        for asked in expected {
            assert!(offered.contains(&(DECIDE.to_owned(), asked)), "{offered:?}");
        }
        for said in ["category is empty", "archived", "Automatch", "/imports"] {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert!(!html.contains("@northwind.example"), "{html}");

        // A button that nobody was shown: an entry of another source, of something else, of nobody.
        let before = scene.world.app().store.meter().spent().write_units;
        for (name, entry) in [
            ("eva", &elsewhere),
            ("fia", &other),
            ("anna", &archived),
            ("cem", &"999999".to_owned()),
        ] {
            let html = scene.press(scene.choice(name, entry, true).await).await;
            assert!(html.contains("not up for choice"), "{name}: {html}");
        }
        let after = scene.world.app().store.meter().spent().write_units;
        assert!((after - before).abs() < f64::EPSILON, "nothing is written");
    }
}

#[tokio::test]
async fn b128_b130_d4_confirming_fills_the_category_in_and_may_be_pressed_twice() {
    for system in System::both().await {
        let mut scene = Scene::new(system, MATCH_ONLY).await;
        let empty = scene.system.add(&upn("anna"), "");
        let twins = [0, 1].map(|_| scene.system.add(&upn("cem"), CLOUD));
        scene.people(&["anna", "cem"]).await;
        scene.look().await;
        let confirm = scene.choice("anna", &empty, true).await;
        let choose = scene.choice("cem", &twins[1], true).await;
        for (asked, word) in [
            (&confirm, "Linked: "),
            (&confirm, "already"),
            (&choose, "Linked: "),
            (&choose, "already"),
        ] {
            let html = scene.press(asked.clone()).await;
            assert!(html.contains(word), "{word}: {html}");
        }
        // The other button is on a page that somebody opened before.
        let late = scene.choice("cem", &twins[0], false).await;
        let html = scene.press(late).await;
        assert!(html.contains("not up for choice"), "{html}");
        let reason = scene.account("anna").await.docs.reason;
        let by = "a person in the role manager chose";
        assert_eq!(reason.as_deref(), Some(by));
        assert_eq!(buttons(&scene.shown(json!({})).await), [], "all is decided");

        assert_eq!(scene.look().await.updated, 1, "the empty one alone");
        let row = (empty.clone(), upn("anna"), CLOUD.to_owned());
        assert!(scene.system.entries().contains(&row));
        scene.look().await;
        for (name, entry) in [("anna", &empty), ("cem", &twins[1])] {
            let linked = ("matched", vec![entry.clone()]);
            assert_eq!(scene.standing(name).await, linked);
            let rule = scene.account(name).await.docs.rule;
            assert_eq!(rule.map(|rule| rule.as_str()), Some("manual"));
        }
        scene.is_quiet().await;
    }
}

#[tokio::test]
async fn b191_an_entry_that_another_account_has_meanwhile_is_said_to_be_taken() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, MATCH_ONLY).await;
    let empty = scene.system.add(&upn("anna"), "");
    scene.people(&["anna", "bo"]).await;
    scene.look().await;
    let bo = scene.account("bo").await.id;
    let path = format!("/v1/customers/northwind/accounts/{bo}/entry");
    let body = json!({ "entry_id": empty });
    let reply = crate::psa::operate(&scene.world, "PUT", &path, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let confirm = scene.choice("anna", &empty, false).await;
    let html = scene.press(confirm).await;
    assert!(html.contains("Another account is linked"), "{html}");
}

#[tokio::test]
async fn no_decision_about_an_entry_that_is_none_changes_anything() {
    let [system, _] = System::both().await;
    let mut scene = Scene::new(system, MATCH_ONLY).await;
    let empty = scene.system.add(&upn("anna"), "");
    scene.people(&["anna"]).await;
    scene.look().await;
    let before = scene.world.app().store.meter().spent().write_units;
    for (member, value, said) in [
        ("customer", json!("fabrikam"), "no such account"),
        ("account", json!("acc_1"), "no such account"),
        ("account", json!(7), "no decision"),
        ("entry", json!("<b>1</b>"), "no decision"),
        ("entry", Value::Null, "no decision"),
        ("fill_category", json!("yes"), "no decision"),
        ("action", json!("chooseentry"), "no decision"),
    ] {
        let mut asked = scene.choice("anna", &empty, true).await;
        asked[member] = value;
        let html = scene.press(asked.clone()).await;
        assert!(html.contains(said), "{asked}: {html}");
        assert!(!html.contains("<b>"), "{asked}: {html}");
    }
    for event in [
        json!({ "entries": "MATCHES#northwind" }),
        json!({ "entries": 7 }),
        json!({ "entries_of": "a b" }),
        json!({ "entries_of": "northwind", "after": "<b>" }),
    ] {
        let html = scene.shown(event.clone()).await;
        assert!(html.contains("There is no such page"), "{event}: {html}");
    }
    let after = scene.world.app().store.meter().spent().write_units;
    assert!((after - before).abs() < f64::EPSILON, "nothing is written");
}

#[tokio::test]
async fn b125_a_customer_with_many_undecided_entries_fills_no_page_of_others_and_says_how_many() {
    let [_, system] = System::both().await;
    let mut scene = Scene::new(system, MATCH_ONLY).await;
    let names: Vec<String> = (0..105).map(|number| format!("p{number}")).collect();
    for name in &names {
        scene.system.add(&upn(name), "");
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    scene.people(&names).await;
    scene.look().await;
    let (mut event, mut pages, mut seen) = (json!({}), Vec::new(), Vec::new());
    loop {
        let html = scene.shown(event).await;
        assert!(html.contains("105 in all"), "{html}");
        let all = buttons(&html);
        let of_button = |(_, asked): &(String, Value)| asked["account"].as_str().map(str::to_owned);
        let mut accounts: Vec<String> = all.iter().filter_map(of_button).collect();
        accounts.dedup();
        pages.push(accounts.len());
        seen.extend(accounts);
        let next = all.into_iter().find(|(_, asked)| !asked["after"].is_null());
        let Some((function, asked)) = next else {
            assert!(html.contains("named once these are decided"), "{html}");
            break;
        };
        assert_eq!(function, WIDGET);
        event = asked;
    }
    seen.sort();
    seen.dedup();
    assert_eq!((pages, seen.len()), (vec![5, 25, 25, 25, 20], 100));
}

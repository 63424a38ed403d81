//! What the widget lists, and in which pages.

use domain::account::{Candidate, MatchRule, PsaStatus};
use domain::id::ContactId;
use domain::run::RunStatus;
use platform::store::{AccountWrite, RunReview};
use serde_json::{Value, json};

use super::{DECIDE, WIDGET, Waiting, buttons, show};
use crate::sources::{entra, people};
use crate::world::{TENANT, World, id};

#[tokio::test]
async fn held_runs_failed_customers_and_disputed_accounts_are_listed_with_what_one_must_know() {
    let waiting = Waiting::new().await;
    let (run, account) = (waiting.held().await, waiting.disputed().await);
    let html = waiting
        .show(json!({ "widgetContext": { "theme": "dark" } }))
        .await;
    for said in [
        "muster-dark",
        "northwind",
        "6 of 17",
        "fabrikam",
        "2026-11-24 10:00 UTC",
        "by email",
        "category is empty",
        "several entries fit",
        "Ida Berg",
        &account,
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let buttons = buttons(&html);
    let [one, two] = waiting.contacts.map(|contact| contact.to_string());
    let choose = |contact: &str| json!({ "action": "choose", "customer": "northwind", "account": account, "contact": contact });
    let approve = json!({ "action": "approve", "customer": "northwind", "run": run });
    let confirm = |fills: bool| {
        json!({ "action": "choose-entry", "customer": "northwind", "account": account,
                "entry": waiting.entry, "fill_category": fills })
    };
    assert_eq!(buttons.len(), 9, "{buttons:?}");
    for asked in [
        approve,
        choose(&one),
        choose(&two),
        confirm(true),
        confirm(false),
    ] {
        assert!(buttons.contains(&(DECIDE.to_owned(), asked)), "{buttons:?}");
    }
    // Whom the contacts are of stays where it is.
    assert!(!html.contains("@northwind.example"), "{html}");
    assert!(
        !html.contains("<script") && !html.contains("<img"),
        "{html}"
    );
}

#[tokio::test]
async fn nothing_waits_and_nothing_is_there_to_decide_with() {
    let world = World::new("").await;
    let html = show(world.app(), json!({})).await;
    assert_eq!(html.matches("None.").count(), 4, "{html}");
    assert!(html.contains("MUSTER_DECIDE_FUNCTION"), "{html}");
    let waiting = Waiting::new().await;
    let html = show(waiting.world.app(), json!({})).await;
    assert!(
        html.contains("6 of 17") && html.contains("by email"),
        "{html}"
    );
    assert_eq!(buttons(&html), []);
}

#[tokio::test]
async fn the_documentation_is_markdown() {
    let world = World::new("").await;
    let event = json!({ "describe": true });
    let answered = admin_api::widget::show(world.app(), &event, WIDGET).await;
    let markdown = answered.unwrap()["markdown"].take();
    assert!(markdown.as_str().unwrap().contains("held"));
}

#[tokio::test]
async fn questions_that_make_no_sense_are_answered_in_words() {
    let waiting = Waiting::new().await;
    for event in [
        json!({ "runs": "" }),
        json!({ "runs": "MATCHES#northwind" }),
        json!({ "runs": 7 }),
        json!({ "matches": "RUN#northwind" }),
        json!({ "matches": "x".repeat(5_000) }),
        json!({ "customer": "a b" }),
        json!({ "customer": ["northwind"] }),
        json!({ "customer": "northwind", "after": "<b>" }),
    ] {
        let html = waiting.show(event.clone()).await;
        assert!(html.contains("There is no such page"), "{event}: {html}");
    }
    for event in [
        Value::Null,
        json!([]),
        json!("x"),
        json!({ "describe": "yes", "new": 1 }),
    ] {
        let html = waiting.show(event.clone()).await;
        assert!(html.contains("6 of 17"), "{event}: {html}");
    }
}

#[tokio::test]
async fn runs_come_in_pages_that_leave_no_customer_out() {
    let world = World::new("").await;
    let app = world.app();
    for number in 0..45 {
        let customer = id(&format!("c{number:02}"));
        let review = RunReview {
            customer: customer.clone(),
            run: app.new_run_id(),
            status: RunStatus::Failed,
            since: app.clock.now(),
            reason: "refused".to_owned(),
        };
        app.store.review_run(&customer, Some(review)).await.unwrap();
    }
    let (mut seen, mut pages, mut event) = (Vec::new(), 0, json!({}));
    loop {
        let html = show(app, event).await;
        assert_eq!(html.contains("45 customers in all"), pages < 2, "{html}");
        let names = html
            .split("<bdi>c")
            .skip(1)
            .map(|name| name.chars().take(2).collect::<String>());
        seen.extend(names);
        pages += 1;
        let next = buttons(&html)
            .into_iter()
            .find(|(_, asked)| !asked["runs"].is_null());
        let Some((function, asked)) = next else { break };
        assert_eq!(function, WIDGET);
        event = asked;
    }
    seen.dedup();
    assert_eq!((seen.len(), pages), (45, 3));
}

/// Every account of a customer becomes one that two contacts fit.
async fn dispute(world: &World) {
    let app = world.app();
    let mut accounts = world.accounts("northwind").await;
    let candidate = |contact: &str| Candidate {
        contact: ContactId::parse(contact).unwrap(),
        rule: MatchRule::Name,
        why_not: "two of that name".to_owned(),
    };
    for account in &mut accounts {
        let expected = Some(account.revision);
        account.revision += 1;
        account.psa.status = PsaStatus::MoreThanOneMatch;
        account.psa.candidates = vec![candidate("71"), candidate("72")];
        let write = AccountWrite {
            account: account.clone(),
            expected,
            aliases: Vec::new(),
            claim: None,
            release: None,
        };
        app.store.write_accounts(None, vec![write]).await.unwrap();
    }
    let mut ids: Vec<_> = accounts.into_iter().map(|account| account.id).collect();
    ids.sort_unstable();
    let northwind = id("northwind");
    let noted = app.store.review_matches(&northwind, &ids, app.clock.now());
    noted.await.unwrap();
}

#[tokio::test]
async fn d3_a_customer_with_many_disputed_accounts_fills_no_page_of_others_and_loses_none() {
    let mut world = World::new(&entra("northwind", TENANT, "")).await;
    people(&world, TENANT, 60);
    world.run().await;
    dispute(&world).await;
    let html = show(world.app(), json!({})).await;
    assert_eq!(
        html.matches("by name").count(),
        10,
        "five accounts with two contacts"
    );
    assert!(html.contains("60 in all"), "{html}");
    let mut shown = 5;
    let mut event = buttons(&html).pop().unwrap().1;
    for more in [25, 25, 5] {
        let html = show(world.app(), event).await;
        assert_eq!(html.matches("by name").count(), 2 * more);
        shown += more;
        let buttons = buttons(&html);
        event = buttons
            .iter()
            .rev()
            .nth(1)
            .map_or(json!({}), |(_, asked)| asked.clone());
        assert_eq!(buttons.last().unwrap().1, json!({}), "back to all");
    }
    assert_eq!(shown, 60);
    assert_eq!(event, json!({}), "there is no more");
}

#[tokio::test]
async fn customers_whose_entries_wait_come_in_pages_that_say_how_many_accounts_there_are() {
    let world = World::new("").await;
    let app = world.app();
    let two = ["acc_1", "acc_2"].map(|id| domain::id::AccountId::parse(id).unwrap());
    for number in 0..12 {
        let customer = id(&format!("c{number:02}"));
        let noted = app.store.review_entries(&customer, &two, app.clock.now());
        noted.await.unwrap();
    }
    let html = show(app, json!({})).await;
    assert!(html.contains("24 accounts of all customers"), "{html}");
    let more: Vec<_> = buttons(&html);
    let [(function, asked)] = more.as_slice() else {
        panic!("one list goes on: {more:?}");
    };
    assert_eq!(function, WIDGET);
    let html = show(app, asked.clone()).await;
    assert!(!html.contains("of all customers"), "{html}");
    assert_eq!(buttons(&html), [(WIDGET.to_owned(), json!({}))]);
}

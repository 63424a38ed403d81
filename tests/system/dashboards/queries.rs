//! The saved queries, tried on what the functions wrote.

use std::sync::OnceLock;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::insights::{Row, ask, row};
use super::lambda::Lambda;
use super::{DASHBOARDS, saved, widgets};
use crate::sources::{entra, people};
use crate::world::{TENANT, World, customer, policy};

/// A tenant that there is not.
const NOWHERE: &str = "0785ef7c-0000-4000-8000-00000000dead";

/// What happened, and what the functions wrote about it.
#[derive(Debug)]
struct Written {
    lines: Vec<Row>,
    now_ms: i64,
    last_run: String,
    failed_run: String,
    account: String,
}

/// `northwind` is read at 8, 9 and 10 o'clock, and one account is disabled before the last time;
/// `fabrikam` cannot be signed in to at 9. It is 12 o'clock.
async fn written() -> Written {
    let mut world = World::new("").await;
    let company = world.halo.add_client("Northwind Dental");
    world.halo.add_site(company, "Main");
    let customers = policy("create_psa_contact = true\nupdate_psa_contact = true")
        + &customer("northwind", TENANT, company)
        + &customer("fabrikam", NOWHERE, company + 1);
    world.restart(Some(&customers)).await;
    let users = people(&world, TENANT, 3);
    let mut lambda = Lambda::of(&world);

    let first = lambda.request("northwind");
    lambda.run(&mut world, first).await;
    world.clock.advance(SignedDuration::from_hours(1));
    let failed = lambda.request("fabrikam");
    let failed_run = failed.run.clone().unwrap();
    lambda.run(&mut world, failed).await;
    let quiet = lambda.request("northwind");
    lambda.run(&mut world, quiet).await;
    world.clock.advance(SignedDuration::from_hours(1));
    world
        .graph
        .patch_user(TENANT, &users[0], json!({ "accountEnabled": false }));
    let last = lambda.request("northwind");
    let last_run = last.run.clone().unwrap();
    lambda.run(&mut world, last).await;
    world.clock.advance(SignedDuration::from_hours(2));

    let account = world.account("northwind", "p0@northwind.example").await;
    Written {
        lines: lambda.lines,
        now_ms: world.clock.now().as_millisecond(),
        last_run: last_run.to_string(),
        failed_run: failed_run.to_string(),
        account: account.id.to_string(),
    }
}

impl Written {
    /// A saved query's answer, with this in the place of the example.
    fn answer(&self, name: &str, example: (&str, &str)) -> Vec<Row> {
        let all = saved();
        let (_, query) = all.iter().find(|(saved, _)| saved == name).unwrap();
        let (example, wanted) = example;
        assert!(query.contains(example), "{name} has no {example}");
        let query = query.replace(&format!("\"{example}\""), &format!("\"{wanted}\""));
        ask(&query, &self.lines, self.now_ms)
    }
}

#[tokio::test]
async fn b147_each_saved_query_finds_what_it_promises() {
    let written = written().await;
    let found = written.answer("last-run", ("northwind", "northwind"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["run"], written.last_run.as_str());
    assert_eq!(found[0]["status"], "succeeded");
    let line: Value = serde_json::from_str(found[0]["@message"].as_str().unwrap()).unwrap();
    assert_eq!(line["counts.disabled"], 1);

    let found = written.answer("one-run", ("run_1", &written.last_run));
    let messages: Vec<&Value> = found.iter().map(|row| &row["message"]).collect();
    let place = |message: &str| messages.iter().position(|one| *one == message);
    let steps =
        ["account written", "import ended", "matching ended"].map(|step| place(step).unwrap());
    assert!(steps.is_sorted(), "{messages:?}");
    assert!(found.iter().all(|row| row["customer"] == "northwind"));

    let found = written.answer("why-failed", ("northwind", "fabrikam"));
    assert!(!found.is_empty(), "the reason is there");
    for row in &found {
        assert_eq!(row["run"], written.failed_run.as_str());
    }
    assert!(
        found
            .iter()
            .any(|row| row.get("disposition") == Some(&json!("suspend")))
    );
    let end = found.iter().find(|row| row["message"] == "import ended");
    let reason = end.unwrap()["error"].as_str().unwrap();
    assert!(reason.starts_with("microsoft-365: "), "{reason}");
    assert!(
        written
            .answer("why-failed", ("northwind", "northwind"))
            .is_empty()
    );

    let found = written.answer("account-history", ("acc_1", &written.account));
    assert_eq!(
        (&found[0]["state"], &found[0]["run"]),
        (&json!("disabled"), &json!(written.last_run))
    );
    let oldest = found.last().unwrap();
    assert_eq!(
        (&oldest["state"], &oldest["revision"]),
        (&json!("active"), &json!(1))
    );
    assert!(
        found.iter().any(|row| row["psa_status"] == "created"),
        "{found:?}"
    );
}

#[tokio::test]
async fn w4_why_a_run_is_held_is_found_where_failures_are() {
    let mut world = World::new(&entra("northwind", TENANT, "")).await;
    let users = people(&world, TENANT, 15);
    world.run().await;
    for user in &users[..6] {
        world.graph.hard_delete(TENANT, user);
    }
    let mut lambda = Lambda::of(&world);
    let request = lambda.request("northwind");
    lambda.run(&mut world, request).await;
    let written = Written {
        lines: lambda.lines,
        now_ms: world.clock.now().as_millisecond(),
        last_run: String::new(),
        failed_run: String::new(),
        account: String::new(),
    };
    for query in ["why-failed", "last-run"] {
        let found = written.answer(query, ("northwind", "northwind"));
        let told = json!(found[0]).to_string();
        assert!(told.contains("of 15 accounts"), "{query}: {told}");
    }
    let age = saved().into_iter().find(|(name, _)| name == "reading-age");
    let found = ask(&age.unwrap().1, &written.lines, written.now_ms);
    assert_eq!(found[0]["customers"], 1, "what is held was read");
}

#[tokio::test]
async fn the_age_of_the_last_complete_reading_is_the_last_ones_and_counts_no_failed_run() {
    let mut written = written().await;
    let all = saved();
    let (_, query) = all.iter().find(|(name, _)| name == "reading-age").unwrap();
    let found = ask(query, &written.lines, written.now_ms);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["customers"], 1);
    let near = |name: &str, hours: f64| (found[0][name].as_f64().unwrap() - hours).abs() < 0.01;
    assert!(
        near("p50", 2.0) && near("p99", 2.0) && near("oldest", 2.0),
        "{found:?}"
    );

    // A hundred customers, the oldest a hundred hours ago, as the same line tells of them.
    let reading = written
        .lines
        .iter()
        .rfind(|row| row.contains_key("ReadingsCompleted"))
        .unwrap();
    let line = reading["@message"].as_str().unwrap().to_owned();
    let copies = (1..=100).map(|hours: i64| {
        let line = line.replace("northwind", &format!("customer-{hours}"));
        row(written.now_ms - hours * 3_600_000, &line)
    });
    written.lines = copies.collect();
    let found = ask(query, &written.lines, written.now_ms);
    let expected =
        json!({ "customers": 100, "p50": 50.0, "p90": 90.0, "p99": 99.0, "oldest": 100.0 });
    assert_eq!(json!(found[0]), expected);
}

/// Queries of widgets are understood too; what Lambda writes itself is put together here.
#[test]
fn each_query_of_a_dashboard_answers() {
    static LINES: OnceLock<Vec<Row>> = OnceLock::new();
    let lines = LINES.get_or_init(|| {
        let error = json!({
            "level": "ERROR", "message": "an event met a defect of ours", "error": "an invariant",
            "span": { "customer.id": "northwind" },
        });
        let reading = json!({ "ReadingsCompleted": 1.0, "customer.id": "northwind" });
        let metrics = json!({
            "maxMemoryUsedMB": 31, "memorySizeMB": 256, "initDurationMs": 12.5,
            "billedDurationMs": 40, "durationMs": 39.1,
        });
        let report = json!({
            "time": "2026-01-02T03:04:05.000Z", "type": "platform.report",
            "record": { "requestId": "1", "metrics": metrics, "status": "success" },
        });
        let mut report = row(3_000, &report.to_string());
        report.insert("@log".to_owned(), json!("123456789012:/aws/lambda/import"));
        vec![
            row(1_000, &error.to_string()),
            row(2_000, &reading.to_string()),
            report,
        ]
    });
    let mut asked = 0;
    for widget in DASHBOARDS.iter().flat_map(|dashboard| widgets(dashboard)) {
        if let Some(query) = widget["properties"]["query"].as_str() {
            assert_eq!(ask(query, lines, 10_000).len(), 1, "{query}");
            asked += 1;
        }
    }
    assert_eq!(asked, 3);
}

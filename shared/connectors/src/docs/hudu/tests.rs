//! Hudu over HTTP, against a server that answers what it is told.

use serde_json::{Value, json as value};

use super::*;
use crate::docs::Settings;
use crate::http::Pause;
use crate::http::scripted::{Scripted, cut, json, reply};
use domain::docs::entry::{EntryUpdate, NewEntry};
use domain::id::ConfigurationId;

struct Bench {
    server: Scripted,
    docs: Box<dyn Docs>,
}

impl Bench {
    async fn start(answers: Vec<String>) -> Self {
        let server = Scripted::start(answers).await;
        let document = value!({ "system": "hudu", "api_url": server.url, "api_key": "hush-key" });
        let settings: Settings = serde_json::from_value(document).unwrap();
        let vendors = Vendors::new().unwrap().with_pause(Pause::recorded());
        let docs = vendors.docs(&settings).unwrap();
        Self { server, docs }
    }

    /// First lines of the requests.
    fn calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        let lines = requests.iter().map(|r| r.lines().next().unwrap());
        lines.map(|line| line.replace(" HTTP/1.1", "")).collect()
    }

    fn body(&self, call: usize) -> Value {
        let requests = self.server.requests();
        serde_json::from_str(requests[call].split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

fn id(text: &str) -> EntryId {
    EntryId::parse(text).unwrap()
}

fn company() -> OrganizationId {
    OrganizationId::parse("42").unwrap()
}

fn row(id: u64, username: &str) -> Value {
    value!({ "id": id, "company_id": 42, "name": format!("Entry {username}"), "username": username,
        "password": "canary-password", "otp_secret": "CANARYSEED", "password_type": "Active Directory",
        "url": "https://docs.msp.example/passwords/x", "archived": false })
}

fn list(rows: &[Value]) -> String {
    json(200, &value!({ "asset_passwords": rows }).to_string())
}

fn companies(count: u64) -> String {
    let rows: Vec<Value> = (0..count)
        .map(|id| value!({ "id": id, "name": "N" }))
        .collect();
    json(200, &value!({ "companies": rows }).to_string())
}

fn one(row: &Value) -> String {
    json(200, &value!({ "asset_password": row }).to_string())
}

fn new_entry() -> NewEntry {
    NewEntry {
        organization: company(),
        name: "Entry jsmith".into(),
        username: "jsmith".into(),
        category: "Active Directory".into(),
        embedded_in: None,
    }
}

#[tokio::test]
async fn entries_are_read_to_the_first_empty_page_and_no_secret_with_them() {
    let mut elsewhere = row(3, "else");
    elsewhere["company_id"] = value!(43);
    let bench = Bench::start(vec![
        list(&[row(1, "a"), elsewhere]),
        // A short page is not the end.
        list(&[row(2, "b"), row(1, "a")]),
        list(&[]),
        // An instance that does not know the filter shows all of them again.
        list(&[row(1, "a"), row(4, "c")]),
        list(&[]),
    ])
    .await;
    let entries = bench.docs.entries(&company()).await.unwrap();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "4"]);
    let first = "GET /api/v1/asset_passwords?company_id=42&page=1&page_size=250";
    assert_eq!(bench.calls()[0], first);
    assert_eq!(bench.calls()[3], format!("{first}&archived=true"));
    for entry in entries {
        let all = format!(
            "{entry:?} {} {:?} {:?}",
            entry.name, entry.username, entry.category
        );
        assert!(!all.to_lowercase().contains("canary"), "{all}");
    }
    assert!(bench.server.requests()[0].contains("x-api-key: hush-key\r\n"));
}

#[tokio::test]
async fn what_is_not_there_is_none_however_it_is_said() {
    let missing = json(404, r#"{"error":"Resource not found","details":"..."}"#);
    let answers = vec![
        json(200, "null"),
        missing.clone(),
        reply(200, "", ""),
        one(&row(9, "x")),
    ];
    let bench = Bench::start(answers).await;
    for _ in 0..3 {
        assert_eq!(bench.docs.entry(&id("9")).await.unwrap(), None);
    }
    assert!(bench.docs.entry(&id("9")).await.unwrap().is_some());
    let bench = Bench::start(vec![list(&[]), list(&[]), missing.clone(), missing]).await;
    let error = bench.docs.entries(&company()).await.unwrap_err();
    assert_eq!(error.to_string(), "Hudu does not know the organization");
    assert_eq!(bench.docs.organization(&company()).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_entry_is_wrapped_and_its_id_taken_from_any_shape_of_answer() {
    for answer in [
        one(&row(9041, "jsmith")),
        json(201, &row(9041, "jsmith").to_string()),
    ] {
        let bench = Bench::start(vec![answer]).await;
        let made = bench.docs.apply(&EntryChange::Create(new_entry())).await;
        assert_eq!(made.unwrap(), id("9041"));
        assert_eq!(bench.calls(), ["POST /api/v1/asset_passwords"]);
        assert_eq!(
            bench.body(0),
            value!({ "asset_password": { "company_id": 42, "name": "Entry jsmith",
                "username": "jsmith", "password": "(not known to Muster: fill it in)",
                "password_type": "Active Directory", "in_portal": false,
                "description": "Made by Muster, which knows no passwords. Fill in the password." } })
        );
    }
}

#[tokio::test]
async fn b197_a_new_entry_is_attached_to_an_asset_once_that_is_found() {
    let asset = |company: u64| value!({ "id": 311, "company_id": company, "name": "dc-1" });
    let embedded = NewEntry {
        embedded_in: Some(ConfigurationId::parse("311").unwrap()),
        ..new_entry()
    };
    for found in [asset(42), value!({ "asset": asset(42) })] {
        let found = json(200, &found.to_string());
        let bench = Bench::start(vec![found, one(&row(9041, "jsmith"))]).await;
        (bench.docs.apply(&EntryChange::Create(embedded.clone())))
            .await
            .unwrap();
        assert_eq!(bench.calls()[0], "GET /api/v1/companies/42/assets/311");
        let made = &bench.body(1)["asset_password"];
        assert_eq!(made["passwordable_type"], "Asset");
        assert_eq!(made["passwordable_id"], 311);
    }
    for found in [
        json(200, &asset(43).to_string()),
        json(200, "null"),
        reply(404, "", "{}"),
    ] {
        let bench = Bench::start(vec![found]).await;
        let refused = bench
            .docs
            .apply(&EntryChange::Create(embedded.clone()))
            .await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("docs_configuration_id"), "{refused}");
        assert_eq!(bench.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_looked_for() {
    for lost in [
        String::new(),
        cut("{"),
        reply(502, "", "<html>"),
        json(200, "null"),
    ] {
        let rows = [
            row(7, "jsmith@x.example"),
            row(9041, "jsmith"),
            row(40, "jsmith"),
        ];
        let bench = Bench::start(vec![lost, list(&rows), list(&[]), list(&[])]).await;
        let made = bench.docs.apply(&EntryChange::Create(new_entry())).await;
        assert_eq!(made.unwrap(), id("9041"), "the newest");
        let posts = bench.calls().into_iter().filter(|c| c.starts_with("POST"));
        assert_eq!(posts.count(), 1);
    }
    let bench = Bench::start(vec![String::new(), list(&[]), list(&[]), companies(1)]).await;
    let made = bench.docs.apply(&EntryChange::Create(new_entry())).await;
    assert!(made.unwrap_err().is_outcome_unknown());
}

#[tokio::test]
async fn a_type_that_is_not_shown_after_it_was_written_is_told() {
    let mut update = EntryUpdate::of(id("9041"));
    update.category = Some("Microsoft 365".into());
    let change = EntryChange::Update(update.clone());
    let mut kept = row(9041, "x");
    kept["password_type"] = value!("microsoft 365");
    // The last two answers: nothing to the change, and the entry when it is read.
    let bench = Bench::start(vec![one(&kept), reply(200, "", ""), one(&kept)]).await;
    bench.docs.apply(&change).await.unwrap();
    bench.docs.apply(&change).await.unwrap();
    assert_eq!(
        bench.body(0),
        value!({ "asset_password": { "password_type": "Microsoft 365" } })
    );
    let mut hidden = kept.clone();
    hidden["password_type"] = value!(null);
    let bench = Bench::start(vec![one(&hidden)]).await;
    let error = bench.docs.apply(&change).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("refused category: the instance did not keep"),
        "{error}"
    );
    let bench = Bench::start(vec![json(200, "null"), json(200, "null")]).await;
    let error = bench.docs.apply(&change).await.unwrap_err();
    assert_eq!(error.to_string(), "Hudu does not know the entry");
}

#[tokio::test]
async fn b198_the_version_and_the_password_access_are_checked() {
    let version = |text: &str| json(200, &value!({ "version": text, "date": "x" }).to_string());
    let denied = || json(401, r#"{"error":"Bad credentials"}"#);
    for (answers, missing) in [
        (vec![version("2.44.0"), companies(1), list(&[])], vec![]),
        (vec![version("3.0"), companies(1), list(&[])], vec![]),
        (
            vec![version("2.39.9"), companies(1), list(&[])],
            vec!["its version is 2.39: update Hudu to 2.40 or later"],
        ),
        (
            vec![version("edge"), companies(0), denied()],
            vec![
                "does not tell its version",
                "shows no company",
                "has no password access",
            ],
        ),
    ] {
        let bench = Bench::start(answers).await;
        let access = bench.docs.check().await.unwrap();
        assert_eq!(access.missing.len(), missing.len(), "{access:?}");
        for (told, expected) in access.missing.iter().zip(missing) {
            assert!(told.contains(expected), "{told}");
        }
        // No company has the number 0: a check reads nobody's secrets.
        let probe = "GET /api/v1/asset_passwords?company_id=0&page=1&page_size=1";
        assert_eq!(bench.calls()[2], probe);
    }
    let bench = Bench::start(vec![denied()]).await;
    let error = bench.docs.check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    // One without password access, and one that is wrong, when entries are read.
    let bench = Bench::start(vec![denied(), companies(1)]).await;
    let error = bench.docs.entries(&company()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    let bench = Bench::start(vec![denied(), denied()]).await;
    let error = bench.docs.entries(&company()).await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
}

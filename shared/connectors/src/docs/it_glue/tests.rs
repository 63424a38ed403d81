//! IT Glue over HTTP, against a server that answers what it is told.

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
    pause: Pause,
}

impl Bench {
    async fn start(answers: Vec<String>) -> Self {
        let server = Scripted::start(answers).await;
        let document =
            value!({ "system": "it-glue", "api_url": server.url, "api_key": "hush-key" });
        let settings: Settings = serde_json::from_value(document).unwrap();
        let pause = Pause::recorded();
        let vendors = Vendors::new().unwrap().with_pause(pause.clone());
        let docs = vendors.docs(&settings).unwrap();
        Self {
            server,
            docs,
            pause,
        }
    }

    /// First lines of the requests, unescaped as far as brackets go.
    fn calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        let lines = requests.iter().map(|r| r.lines().next().unwrap());
        lines
            .map(|line| {
                line.replace(" HTTP/1.1", "")
                    .replace("%5B", "[")
                    .replace("%5D", "]")
            })
            .collect()
    }

    fn body(&self, call: usize) -> Value {
        let requests = self.server.requests();
        serde_json::from_str(requests[call].split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

fn id(text: &str) -> EntryId {
    EntryId::parse(text).unwrap()
}

fn organization() -> OrganizationId {
    OrganizationId::parse("90071992547409931").unwrap()
}

fn row(id: u64, username: &str, category: Value) -> Value {
    value!({ "id": id.to_string(), "type": "passwords", "attributes": {
        "organization-id": 90071992547409931_u64, "name": format!("Entry {username}"),
        "username": username, "password-category-id": category, "archived": false } })
}

fn list(rows: &[Value], next: Option<u32>) -> String {
    let meta = value!({ "current-page": 1, "next-page": next, "total-pages": 1 });
    json(200, &value!({ "data": rows, "meta": meta }).to_string())
}

fn categories() -> String {
    let rows = [(3107, "Microsoft 365"), (3105, "Active Directory")].map(|(id, name)| {
        value!({ "id": id.to_string(), "type": "password-categories", "attributes": { "name": name } })
    });
    list(&rows, None)
}

fn new_entry() -> NewEntry {
    NewEntry {
        organization: organization(),
        name: "Entry jsmith".into(),
        username: "jsmith".into(),
        category: "active directory".into(),
        embedded_in: None,
    }
}

fn made() -> String {
    json(
        201,
        &value!({ "data": row(90418, "jsmith", value!(3105)) }).to_string(),
    )
}

#[tokio::test]
async fn entries_are_listed_with_archived_ones_and_ids_stay_whole() {
    let mut archived = row(2, "old", value!(null));
    archived["attributes"]["archived"] = value!(true);
    let mut elsewhere = row(3, "else", value!(null));
    elsewhere["attributes"]["organization-id"] = value!(5822);
    let mut earlier = row(4, "earlier", value!(null));
    earlier["attributes"]["is-live"] = value!(false);
    let long = row(90071992547409933, "jsmith", value!(3105));
    let bench = Bench::start(vec![
        list(&[long, elsewhere, earlier], None),
        // The category has no name in the row.
        categories(),
        list(&[archived.clone()], Some(2)),
        list(&[row(5, "late", value!(null)), archived], None),
    ])
    .await;
    let entries = bench.docs.entries(&organization()).await.unwrap();
    let found: Vec<_> = entries
        .iter()
        .map(|e| (e.id.as_str(), e.category.as_deref(), e.is_archived))
        .collect();
    let expected = [
        ("90071992547409933", Some("Active Directory"), false),
        ("2", None, true),
        ("5", None, false),
    ];
    assert_eq!(found, expected);
    let calls = bench.calls();
    assert_eq!(
        calls[0],
        "GET /passwords?filter[organization_id]=90071992547409931&filter[archived]=false&sort=id\
         &page[number]=1&page[size]=500"
    );
    assert!(calls[3].contains("filter[archived]=true") && calls[3].contains("page[number]=2"));
    let requests = bench.server.requests();
    assert!(
        requests
            .iter()
            .all(|r| r.contains("x-api-key: hush-key\r\n"))
    );
}

#[tokio::test]
async fn a_list_that_times_out_begins_anew_with_smaller_pages() {
    let late = || reply(504, "", "<html>");
    let answers = [
        late(),
        late(),
        late(),
        list(&[row(1, "a", value!(null))], None),
        list(&[], None),
    ];
    let bench = Bench::start(answers.to_vec()).await;
    assert_eq!(bench.docs.entries(&organization()).await.unwrap().len(), 1);
    let calls = bench.calls();
    let size = |call: &String| call.rsplit_once("page[size]=").unwrap().1.to_owned();
    let sizes: Vec<String> = calls.iter().map(size).collect();
    assert_eq!(sizes, ["500", "500", "500", "250", "500"]);
    let bench = Bench::start((0..9).map(|_| late()).collect()).await;
    let error = bench.docs.entries(&organization()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Server { status: 504, .. }));
    assert_eq!(bench.calls().len(), 9);
}

#[tokio::test]
async fn an_organization_that_is_gone_is_not_an_empty_one() {
    let gone = json(404, r#"{"errors":[{"title":"Not found","status":404}]}"#);
    let bench = Bench::start(vec![list(&[], None), list(&[], None), gone]).await;
    let error = bench.docs.entries(&organization()).await.unwrap_err();
    assert_eq!(error.to_string(), "IT Glue does not know the organization");
    let there = value!({ "data": { "id": "90071992547409931", "attributes": { "name": "N",
        "organization-status-name": "Inactive" } } });
    let there = json(200, &there.to_string());
    let bench = Bench::start(vec![list(&[], None), list(&[], None), there.clone(), there]).await;
    assert!(
        bench
            .docs
            .entries(&organization())
            .await
            .unwrap()
            .is_empty()
    );
    let found = bench
        .docs
        .organization(&organization())
        .await
        .unwrap()
        .unwrap();
    assert!(!found.is_active);
}

#[tokio::test]
async fn a_new_entry_is_a_general_one_with_its_category_by_id_and_no_password() {
    let bench = Bench::start(vec![categories(), made()]).await;
    let made = bench.docs.apply(&EntryChange::Create(new_entry())).await;
    assert_eq!(made.unwrap(), id("90418"));
    assert_eq!(
        bench.calls()[1],
        "POST /organizations/90071992547409931/relationships/passwords?show_password=false"
    );
    assert_eq!(
        bench.body(1),
        value!({ "data": { "type": "passwords", "attributes": { "name": "Entry jsmith",
            "username": "jsmith", "password": "(not known to Muster: fill it in)",
            "password-category-id": 3105,
            "notes": "Made by Muster, which knows no passwords. Fill in the password." } } })
    );
    let media_type = "content-type: application/vnd.api+json\r\n";
    assert!(bench.server.requests()[1].contains(media_type));
}

#[tokio::test]
async fn b197_a_new_entry_is_embedded_by_number_and_type_once_its_home_is_found() {
    let home = |organization: u64| {
        let row = value!({ "id": "28631", "type": "configurations",
            "attributes": { "organization-id": organization, "name": "dc-1" } });
        json(200, &value!({ "data": row }).to_string())
    };
    let embedded = NewEntry {
        embedded_in: Some(ConfigurationId::parse("28631").unwrap()),
        ..new_entry()
    };
    let answers = vec![categories(), home(90071992547409931), made()];
    let bench = Bench::start(answers).await;
    (bench.docs.apply(&EntryChange::Create(embedded.clone())))
        .await
        .unwrap();
    assert_eq!(
        bench.calls()[1],
        "GET /organizations/90071992547409931/relationships/configurations/28631"
    );
    let attributes = &bench.body(2)["data"]["attributes"];
    assert_eq!(attributes["resource-id"], 28631);
    assert_eq!(attributes["resource-type"], "Configuration");
    // Whatever the route says, it is another organization's.
    let bench = Bench::start(vec![categories(), home(5822)]).await;
    let refused = bench.docs.apply(&EntryChange::Create(embedded)).await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("docs_configuration_id")
    );
    assert_eq!(bench.calls().len(), 2);
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_looked_for() {
    let twin = row(90400, "other", value!(3105));
    for lost in [
        String::new(),
        cut("{"),
        json(200, "{\"data\":{"),
        reply(502, "", "<html>"),
    ] {
        let mut another = row(90418, "JSmith", value!(3105));
        another["attributes"]["name"] = value!("By hand");
        let rows = [twin.clone(), another];
        let bench =
            Bench::start(vec![categories(), lost, list(&rows, None), list(&[], None)]).await;
        let made = bench.docs.apply(&EntryChange::Create(new_entry())).await;
        // Somebody else's: it has another name than the one that was sent.
        assert!(made.unwrap_err().is_outcome_unknown());
        let rows = [twin.clone(), row(90418, "JSmith", value!(3105))];
        let bench = Bench::start(vec![
            categories(),
            String::new(),
            list(&rows, None),
            list(&[], None),
        ])
        .await;
        let made = bench.docs.apply(&EntryChange::Create(new_entry())).await;
        assert_eq!(made.unwrap(), id("90418"));
        assert_eq!(
            bench
                .calls()
                .iter()
                .filter(|c| c.starts_with("POST"))
                .count(),
            1
        );
    }
}

#[tokio::test]
async fn a_category_that_is_missing_is_refused_before_anything_is_sent() {
    let bench = Bench::start(vec![categories()]).await;
    let mut new = new_entry();
    new.category = "Local Account".into();
    let error = bench
        .docs
        .apply(&EntryChange::Create(new))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("refused category: the account has no"),
        "{error}"
    );
    let mut update = EntryUpdate::of(id("7"));
    update.category = Some("Local Account".into());
    let error = bench
        .docs
        .apply(&EntryChange::Update(update))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("refused category"), "{error}");
    assert_eq!(bench.calls().len(), 1, "the list was read once");
}

#[tokio::test]
async fn a_change_sends_what_changes_only() {
    let answer = json(
        200,
        &value!({ "data": row(7, "new@x.example", value!(3107)) }).to_string(),
    );
    let bench = Bench::start(vec![categories(), answer.clone(), answer]).await;
    let mut update = EntryUpdate::of(id("7"));
    let nothing = EntryChange::Update(update.clone());
    assert_eq!(bench.docs.apply(&nothing).await.unwrap(), id("7"));
    update.category = Some("Microsoft 365".into());
    bench
        .docs
        .apply(&EntryChange::Update(update.clone()))
        .await
        .unwrap();
    update.category = None;
    update.username = Some("new@x.example".into());
    bench
        .docs
        .apply(&EntryChange::Update(update))
        .await
        .unwrap();
    let attributes = |call| bench.body(call)["data"]["attributes"].clone();
    assert_eq!(attributes(1), value!({ "password-category-id": 3107 }));
    assert_eq!(attributes(2), value!({ "username": "new@x.example" }));
    assert_eq!(bench.calls()[1], "PATCH /passwords/7?show_password=false");
}

#[tokio::test]
async fn a_key_that_is_wrong_and_one_without_password_access_are_told_apart() {
    let denied = || json(401, r#"{"errors":[{"status":401,"title":"Unauthorized"}]}"#);
    let bench = Bench::start(vec![denied(), denied()]).await;
    let error = bench.docs.entries(&organization()).await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    let organizations = || list(&[value!({ "id": "1", "attributes": {} })], None);
    let bench = Bench::start(vec![denied(), organizations()]).await;
    let error = bench.docs.entry(&id("7")).await.unwrap_err();
    assert!(
        error.to_string().contains("tick Password Access"),
        "{error}"
    );
    let bench = Bench::start(vec![organizations(), denied(), categories()]).await;
    let access = bench.docs.check().await.unwrap();
    assert_eq!(access.missing, [NO_PASSWORD_ACCESS]);
}

#[tokio::test]
async fn after_a_refusal_calls_keep_to_the_documented_rate() {
    let one = || list(&[value!({ "id": "1", "attributes": {} })], None);
    let slow = reply(429, "", "slow");
    let mut answers = vec![slow];
    answers.extend((0..3).map(|_| one()));
    let bench = Bench::start(answers).await;
    let error = bench.docs.check().await.unwrap_err();
    assert!(matches!(error, ConnectorError::RateLimited { after: Some(a), .. } if a == BACK_OFF));
    bench.docs.check().await.unwrap();
    // Nine tenths of ten a second.
    assert!(
        bench
            .pause
            .pauses()
            .iter()
            .any(|pause| pause.as_millis() >= 80)
    );
}

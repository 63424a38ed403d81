//! The zone, lists, searches, and what is told of rights.

use domain::push::contact::ExternalId;

use super::*;
use crate::http::scripted::reply;

fn me(more: &Value) -> Value {
    let mut row = value!({"id": 1187, "companyID": 42, "firstName": "Mara", "lastName": "Lind",
        "emailAddress": "Mara@northwind.example", "isActive": 1});
    row.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    row
}

#[tokio::test]
async fn the_zone_is_asked_without_credentials_and_remembered() {
    let bench = Bench::start(vec![item(&me(&value!({}))), item(&Value::Null)]).await;
    let contact = ContactId::parse("1187").unwrap();
    assert!(bench.psa.contact(&contact).await.unwrap().is_some());
    let again = psa_at(&bench.vendors, &bench.server.url);
    assert_eq!(again.contact(&contact).await.unwrap(), None);
    let requests = bench.server.requests();
    assert_eq!(requests.len(), 5);
    let ask = requests[0].to_lowercase();
    assert!(
        ask.starts_with("get /atservicesrest/v1.0/zoneinformation?user=api%40acme.example "),
        "{ask}"
    );
    assert!(!ask.contains("hush"), "{ask}");
    for request in &requests[1..] {
        let request = request.to_lowercase();
        for header in [
            "username: api@acme.example\r\n",
            "\r\nsecret: hush-secret\r\n",
            "apiintegrationcode: hushcode\r\n",
        ] {
            assert!(request.contains(header), "{header} {request}");
        }
    }
}

#[tokio::test]
async fn credentials_go_nowhere_else() {
    let foreign = json(
        200,
        r#"{"url":"https://webservices2.evil.example/ATServicesRest/"}"#,
    );
    let bench = Bench::start_with(vec![foreign]).await;
    let error = bench.psa.check().await.unwrap_err();
    assert!(
        error.to_string().contains("no host of Autotask's"),
        "{error}"
    );
    for (answer, words) in [
        (
            errors(500, "Zone information could not be determined"),
            "check username",
        ),
        (
            reply(404, "content-type: text/html\r\n", "<html>"),
            "check username",
        ),
        (
            reply(200, "content-type: text/html\r\n", "<html>"),
            "discovery_url must be left out",
        ),
        (json(200, "{}"), "a zone without an address"),
    ] {
        let bench = Bench::start_with(vec![answer]).await;
        let error = bench.psa.check().await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(bench.server.requests().len(), 1);
    }
}

#[tokio::test]
async fn refused_credentials_are_sent_again_only_to_where_the_tenant_moved() {
    let refused = reply(401, "", "");
    let bench = Bench::start_with(vec![zone(), refused.clone(), zone()]).await;
    let error = bench.psa.check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("integration_code"), "{error}");
    assert_eq!(bench.server.requests().len(), 3);
    let elsewhere = Scripted::start(vec![
        page(0..1, false),
        threshold(0),
        json(200, r#"{"info":{}}"#),
    ])
    .await;
    let moved = json(
        200,
        &value!({"url": format!("{}/", elsewhere.url)}).to_string(),
    );
    let bench = Bench::start_with(vec![zone(), refused, moved]).await;
    assert!(bench.psa.check().await.unwrap().is_complete());
    assert_eq!(elsewhere.requests().len(), 3);
}

#[tokio::test]
async fn a_list_is_read_by_the_id_of_the_last_row() {
    let bench = Bench::start(vec![page(1..501, true), page(501..541, false)]).await;
    let contacts = bench.psa.contacts(&company()).await.unwrap();
    assert_eq!(contacts.len(), 540);
    assert_eq!(contacts.iter().filter(|c| c.active).count(), 270);
    assert_eq!(bench.calls(), ["POST /Contacts/query"; 2]);
    let filters: Vec<Value> = bench.bodies().iter().map(|b| b["filter"].clone()).collect();
    let mine = value!({"op": "eq", "field": "companyID", "value": 42});
    assert_eq!(
        filters,
        [
            value!([{"op": "gte", "field": "id", "value": 0}, mine]),
            value!([{"op": "gt", "field": "id", "value": 500}, mine]),
        ]
    );
    assert_eq!(bench.last_body()["MaxRecords"], 500);
    let bench = Bench::start(vec![page(1..501, true), page(1..501, true)]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(error.to_string().contains("the same rows"), "{error}");
}

#[tokio::test]
async fn an_empty_list_is_believed_only_of_a_company_that_is_there_and_seen() {
    let empty = || page(0..0, false);
    let rights = || json(200, r#"{"info":{"canQuery":true}}"#);
    let one = || list(&value!([{"id": 0}]), false);
    let northwind = item(&value!({"id": 42}));
    let bench = Bench::start(vec![empty(), one(), rights(), northwind]).await;
    assert!(bench.psa.contacts(&company()).await.unwrap().is_empty());
    let gone = vec![empty(), one(), rights(), item(&Value::Null)];
    let error = Bench::start(gone).await.psa.contacts(&company()).await;
    assert!(
        matches!(error, Err(ConnectorError::NotFound { .. })),
        "{error:?}"
    );
    let blind = vec![empty(), empty()];
    let error = Bench::start(blind).await.psa.contacts(&company()).await;
    assert!(
        matches!(error, Err(ConnectorError::Forbidden { .. })),
        "{error:?}"
    );
    let denied = json(
        200,
        r#"{"info":{"canQuery":true,"userAccessForQuery":"None"}}"#,
    );
    let bench = Bench::start(vec![empty(), one(), denied]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(
        error.to_string().contains("may not read contacts"),
        "{error}"
    );
}

#[tokio::test]
async fn b167_a_search_looks_at_all_three_addresses_and_compares_them_whole() {
    let rows = value!([
        me(&value!({})),
        me(&value!({"id": 1188, "emailAddress": "x@a.example",
            "emailAddress3": "MARA@northwind.example", "isActive": 0})),
        me(&value!({"id": 1189, "emailAddress": "ma.mara@northwind.example"})),
        me(&value!({"id": 1190, "companyID": 43}))
    ]);
    let bench = Bench::start(vec![list(&rows, false)]).await;
    let company = company();
    let found = bench
        .psa
        .find_by_email(&company, " Mara@northwind.example ");
    let found: Vec<String> = found
        .await
        .unwrap()
        .iter()
        .map(|c| c.id.to_string())
        .collect();
    assert_eq!(found, ["1187", "1188"]);
    let or = &bench.last_body()["filter"][2];
    let asked: Vec<(&str, &str)> = or["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["field"].as_str().unwrap(), t["value"].as_str().unwrap()))
        .collect();
    let (said, lower) = ("Mara@northwind.example", "mara@northwind.example");
    assert_eq!(or["op"], "or");
    assert_eq!(
        asked,
        [
            ("emailAddress", said),
            ("emailAddress", lower),
            ("emailAddress2", said),
            ("emailAddress2", lower),
            ("emailAddress3", said),
            ("emailAddress3", lower),
        ]
    );
    assert!(
        bench
            .psa
            .find_by_email(&company, " ")
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_contact_is_there_or_not_or_another() {
    let id = ContactId::parse("1187").unwrap();
    for (answer, expected) in [
        (item(&me(&value!({}))), Some(true)),
        (item(&Value::Null), Some(false)),
        (errors(404, "not there"), Some(false)),
        (
            errors(500, "No matching records found for this id"),
            Some(false),
        ),
        (item(&me(&value!({"id": 7}))), None),
        (json(200, "[]"), None),
        (reply(404, "content-type: text/html\r\n", "<html>"), None),
    ] {
        let bench = Bench::start(vec![answer.clone()]).await;
        let found = bench.psa.contact(&id).await;
        assert_eq!(found.map(|c| c.is_some()).ok(), expected, "{answer}");
    }
    let bench = Bench::start_with(vec![
        zone(),
        fields(&[]),
        threshold(0),
        item(&me(&value!({"externalID": null}))),
    ])
    .await;
    let contact = bench.psa.contact(&id).await.unwrap().unwrap();
    assert_eq!(contact.external_id, Some(ExternalId::Empty));
}

#[tokio::test]
async fn a_check_names_what_is_missing() {
    let some = || list(&value!([{"id": 0}]), false);
    let check = async |companies: String, rights: &str| {
        let answers = vec![zone(), companies, threshold(0), json(200, rights)];
        Bench::start_with(answers).await.psa.check().await
    };
    let all = r#"{"info":{"canCreate":true,"canUpdate":true,"canQuery":true,"userAccessForCreate":"All"}}"#;
    assert!(check(some(), all).await.unwrap().is_complete());
    let blind = check(page(0..0, false), all).await.unwrap().missing;
    assert!(blind[0].contains("may not see any company"), "{blind:?}");
    let few =
        r#"{"info":{"canCreate":false,"userAccessForUpdate":"None","userAccessForQuery":"Some"}}"#;
    let missing = check(some(), few).await.unwrap().missing;
    assert_eq!(missing.len(), 2, "{missing:?}");
    assert!(missing[0].contains("may not create contacts") && missing[1].contains("edit contacts"));
    let text =
        "The logged in Resource does not have the adequate permissions to query this entity.";
    let denied = check(errors(500, text), all).await.unwrap_err();
    assert!(
        denied.to_string().contains("may not read companies"),
        "{denied}"
    );
}

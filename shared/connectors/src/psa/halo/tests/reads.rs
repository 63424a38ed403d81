//! Signing in, checking, reading and searching.

use domain::push::contact::ExternalId;

use super::*;
use crate::error::Garble;
use crate::http::scripted::reply;

#[tokio::test]
async fn a_check_signs_in_with_the_tenant_and_asks_once() {
    let bench = Bench::start(vec![json(
        200,
        r#"{"record_count":9,"clients":[{"id":1}]}"#,
    )])
    .await;
    assert!(bench.psa.check().await.unwrap().is_complete());
    assert_eq!(
        bench.calls(),
        ["GET /api/Client?pageinate=true&page_size=1&page_no=1&includeactive=true"]
    );
    let sign_in = &bench.server.requests()[0];
    assert!(sign_in.starts_with("POST /auth/token?tenant=acme HTTP/1.1"));
    assert!(sign_in.contains("scope=read%3Acustomers+edit%3Acustomers"));
    assert!(bench.server.requests()[1].contains("authorization: Bearer one"));
}

#[tokio::test]
async fn a_check_says_what_is_missing() {
    let blind = Bench::start(vec![json(200, r#"{"record_count":0,"clients":[]}"#)]).await;
    assert!(blind.psa.check().await.unwrap().missing[0].contains("shows no client"));
    let html = || reply(200, "content-type: text/html\r\n", "<html>Halo</html>");
    for (answers, expected) in [
        (
            vec![json(400, r#"{"error":"invalid_scope"}"#)],
            "HaloPSA denied access: the API application does not hold the scopes read:customers",
        ),
        (
            vec![json(400, r#"{"error":"invalid_client"}"#)],
            "HaloPSA refused the credentials: invalid_client (status 400)",
        ),
        (
            vec![html()],
            "HaloPSA sent what cannot be read: a web page instead of JSON (status 200 OK) at its \
             sign-in; auth_url must end in /auth",
        ),
        (
            vec![token("one", 3600), html()],
            "HaloPSA sent what cannot be read: a web page or a redirect instead of JSON (status \
             200); api_url must end in /api",
        ),
        (
            vec![
                token("one", 3600),
                reply(302, "location: https://evil.example/\r\n", ""),
            ],
            "HaloPSA sent what cannot be read: a web page or a redirect",
        ),
        (
            vec![token("one", 3600), json(403, r#"{"error":"no"}"#)],
            "HaloPSA denied access: the scope read:customers",
        ),
        (
            vec![
                token("one", 3600),
                json(401, "{}"),
                token("two", 3600),
                json(401, "{}"),
            ],
            "HaloPSA refused the credentials: it does not take its own token",
        ),
    ] {
        let bench = Bench::start_with(answers).await;
        let error = bench.psa.check().await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let bench = Bench::start(vec![
        json(401, "{}"),
        token("two", 3600),
        json(200, r#"{"clients":[{"id":1}]}"#),
    ])
    .await;
    bench.psa.check().await.unwrap();
    assert!(bench.server.requests()[3].contains("authorization: Bearer two"));
}

#[tokio::test]
async fn contacts_come_across_pages_active_or_not() {
    let bench = Bench::start(vec![
        users(250, 1..101),
        users(250, 101..201),
        users(250, 201..251),
    ])
    .await;
    let contacts = bench.psa.contacts(&company()).await.unwrap();
    assert_eq!(contacts.len(), 250);
    assert_eq!(
        contacts.iter().filter(|contact| contact.active).count(),
        125
    );
    let query = "includeactive=true&includeinactive=true&client_id=42&pageinate=true&page_size=100";
    for (at, call) in bench.calls().iter().enumerate() {
        assert_eq!(
            *call,
            format!("GET /api/Users?{query}&page_no={}&order=id", at + 1)
        );
    }
}

#[tokio::test]
async fn a_page_may_be_read_alone_and_the_rest_later() {
    let bench = Bench::start(vec![users(150, 1..101), users(150, 101..151)]).await;
    let first = bench.psa.contacts_page(&company(), None).await.unwrap();
    let kept = first.next.unwrap().as_str().to_owned();
    let next = Some(PageToken::new(kept));
    let second = bench.psa.contacts_page(&company(), next).await.unwrap();
    assert_eq!((second.contacts.len(), second.next), (50, None));
    let foreign = bench
        .psa
        .contacts_page(&company(), Some(PageToken::new("x")))
        .await;
    assert!(matches!(foreign, Err(ConnectorError::Unreadable { .. })));
}

#[tokio::test]
async fn pages_that_repeat_are_an_error_and_no_endless_list() {
    let bench = Bench::start(vec![users(900, 1..101), users(900, 1..101)]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(matches!(
        error,
        ConnectorError::Unreadable {
            garble: Garble::Shape,
            ..
        }
    ));
    // Other ends, the same people.
    let bench = Bench::start(vec![
        users(900, 1..101),
        json(200, r#"{"record_count":900,"users":[{"id":3},{"id":4}]}"#),
    ])
    .await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(error.to_string().contains("over and over"), "{error}");
}

#[tokio::test]
async fn an_empty_list_is_believed_only_where_its_company_is_seen() {
    let empty = || json(200, r#"{"record_count":0,"users":[]}"#);
    let gone = || reply(404, "content-type: text/plain\r\n", "Not found");
    let bench = Bench::start(vec![empty(), json(200, r#"{"id":42}"#)]).await;
    assert_eq!(bench.psa.contacts(&company()).await, Ok(Vec::new()));
    assert_eq!(bench.calls()[1], "GET /api/Client/42?includedetails=true");
    let blind = json(200, r#"{"record_count":0,"clients":[]}"#);
    let bench = Bench::start(vec![empty(), gone(), blind]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    let seeing = json(200, r#"{"clients":[{"id":1}]}"#);
    let bench = Bench::start(vec![empty(), gone(), seeing]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn rows_of_other_companies_are_left_out_and_sites_asked_where_rows_do_not_say() {
    let rows = value!({"record_count": 4, "users": [
        {"id": 1, "client_id": 42}, {"id": 2, "client_id": 43},
        {"id": 3, "site_id": 95.0}, {"id": 4, "site_id": 95.0}
    ]});
    let site = value!({"id": 95, "client_id": 42.0});
    let bench = Bench::start(vec![
        json(200, &rows.to_string()),
        json(200, &site.to_string()),
    ])
    .await;
    let contacts = bench.psa.contacts(&company()).await.unwrap();
    let ids: Vec<&str> = contacts.iter().map(|contact| contact.id.as_str()).collect();
    assert_eq!(ids, ["1", "3", "4"]);
    assert_eq!(bench.calls()[1], "GET /api/Site/95?includedetails=true");
    assert_eq!(bench.calls().len(), 2);
}

#[tokio::test]
async fn a_contact_is_read_in_full_or_not_there() {
    let user = value!({"id": 1187, "name": "Mara", "client_id": 42, "azureoid": ""});
    let bench = Bench::start(vec![
        json(200, &user.to_string()),
        reply(404, "content-type: text/plain\r\n", "Not found"),
        reply(404, "content-type: text/html\r\n", "<html>"),
        json(200, r#"{"id":7,"client_id":42}"#),
    ])
    .await;
    let id = ContactId::parse("1187").unwrap();
    let contact = bench.psa.contact(&id).await.unwrap().unwrap();
    assert_eq!(contact.external_id, Some(ExternalId::Empty));
    assert_eq!(bench.calls(), ["GET /api/Users/1187?includedetails=true"]);
    assert_eq!(bench.psa.contact(&id).await, Ok(None));
    // A page says nothing about the contact, nor does another contact.
    assert!(bench.psa.contact(&id).await.is_err());
    assert!(bench.psa.contact(&id).await.is_err());
    let foreign = ContactId::parse("abc").unwrap();
    assert_eq!(bench.psa.contact(&foreign).await, Ok(None));
}

#[tokio::test]
async fn a_search_compares_whole_addresses() {
    let rows = value!({"record_count": 4, "users": [
        {"id": 1, "client_id": 42, "emailaddress": "joann@x.example"},
        {"id": 2, "client_id": 42, "emailaddress": " ANN@x.example", "inactive": true},
        {"id": 3, "client_id": 42, "emailaddress": "a@x.example", "email3": "ann@X.example"},
        {"id": 4, "client_id": 7, "emailaddress": "ann@x.example"}
    ]});
    let bench = Bench::start(vec![json(200, &rows.to_string())]).await;
    let found = bench
        .psa
        .find_by_email(&company(), " Ann@x.example ")
        .await
        .unwrap();
    let ids: Vec<&str> = found.iter().map(|contact| contact.id.as_str()).collect();
    assert_eq!(ids, ["2", "3"]);
    assert!(bench.calls()[0].contains("client_id=42&search=Ann%40x.example&pageinate=true"));
    assert_eq!(
        bench.psa.find_by_email(&company(), " ").await,
        Ok(Vec::new())
    );
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn companies_come_with_their_state() {
    let page = value!({"record_count": 2, "clients": [
        {"id": 12, "name": "Unknown", "inactive": false},
        {"id": 42, "name": "Northwind Dental", "inactive": true}
    ]});
    let bench = Bench::start(vec![json(200, &page.to_string())]).await;
    let companies = bench.psa.companies().await.unwrap();
    let northwind = Company {
        id: company(),
        name: "Northwind Dental".into(),
        active: false,
        territory: None,
        account_manager: None,
    };
    assert_eq!(companies[1], northwind);
    assert!(bench.calls()[0].contains("includeinactive=true"));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_any_call() {
    let mut document = document();
    document["api_url"] = value!("https://acme.halopsa.example");
    let settings: crate::psa::Settings = serde_json::from_value(document).unwrap();
    let error = crate::psa::connect(&Vendors::new().unwrap(), &settings)
        .err()
        .unwrap();
    assert!(matches!(error, ConnectorError::Unauthorized { .. }));
    assert!(error.to_string().contains("ending in /api"), "{error}");
}

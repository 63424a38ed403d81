//! Checking, reading and searching.

use std::time::Duration;

use super::*;
use crate::error::Garble;
use crate::http::scripted::reply;

fn customers(count: usize) -> String {
    let rows: Vec<Value> = (1..=count).map(|id| value!({ "id": id })).collect();
    json(
        200,
        &value!({ "customers": rows, "meta": {"total_pages": 1} }).to_string(),
    )
}

#[tokio::test]
async fn a_check_asks_who_calls_and_for_both_lists() {
    let bench = Bench::start(vec![me(), page(1..2, 1, 1), customers(1)]).await;
    assert!(bench.psa.check().await.unwrap().is_complete());
    assert_eq!(
        bench.calls(),
        ["GET /me", "GET /contacts?page=1", "GET /customers?page=1"]
    );
    for request in bench.server.requests() {
        assert!(
            request.contains("authorization: Bearer hush-token"),
            "{request}"
        );
        assert!(request.contains("accept: application/json"), "{request}");
    }
}

#[tokio::test]
async fn a_check_names_every_permission_that_is_missing() {
    let read_only = r#"{"permissions":{"customer":{"read":true,"write":false}}}"#;
    let denied = not_authorized;
    let all = vec![json(200, read_only), denied(), me(), denied(), me()];
    let bench = Bench::start(all).await;
    let missing = bench.psa.check().await.unwrap().missing;
    for (told, right) in missing.iter().zip(["List/Search", "View Detail", "Edit"]) {
        assert!(
            told.contains(&format!("Customers - {right} is missing")),
            "{told}"
        );
    }
    assert_eq!(missing.len(), 3);
    let bench = Bench::start(vec![me(), page(0..0, 1, 0), customers(0)]).await;
    let missing = bench.psa.check().await.unwrap().missing;
    assert!(missing[0].contains("Single-Customer"), "{missing:?}");
}

#[tokio::test]
async fn what_is_no_answer_of_the_api_is_told_with_its_remedy() {
    let html = "content-type: text/html\r\n";
    for (answers, expected) in [
        (
            vec![not_authorized()],
            "Syncro refused the credentials: it does not take the API token (status 401)",
        ),
        (
            vec![reply(200, html, "<html>Log in</html>")],
            "Syncro sent what cannot be read: a web page or a redirect instead of JSON (status \
             200); api_url must be https://{subdomain}.syncromsp.com/api/v1",
        ),
        (
            vec![reply(302, "location: https://evil.example/\r\n", "")],
            "Syncro sent what cannot be read: a web page or a redirect instead of JSON (status 302)",
        ),
        (
            vec![reply(404, html, "<html>No such page</html>")],
            "Syncro sent what cannot be read: a web page",
        ),
        (
            vec![reply(200, "content-type: text/plain\r\n", "Disabled")],
            "Syncro sent what cannot be read: text that is not called JSON",
        ),
        (
            vec![json(403, "{}")],
            "Syncro denied access: the permission to sign in is missing",
        ),
    ] {
        let bench = Bench::start(answers).await;
        let error = bench.psa.check().await.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(bench.calls(), ["GET /me"]);
    }
}

#[tokio::test]
async fn a_401_is_told_apart_by_asking_who_calls() {
    let contact = ContactId::parse("7").unwrap();
    let bench = Bench::start(vec![not_authorized(), me()]).await;
    let error = bench.psa.contact(&contact).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    assert!(
        error.to_string().contains("Customers - View Detail"),
        "{error}"
    );
    let bench = Bench::start(vec![not_authorized(), not_authorized()]).await;
    let error = bench.psa.contact(&contact).await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    assert_eq!(bench.calls(), ["GET /contacts/7", "GET /me"]);
}

#[tokio::test]
async fn companies_come_with_those_that_are_disabled_each_once() {
    let first = value!({ "customers": [
        { "id": 1, "business_name": "Northwind", "disabled": false },
        { "id": 2, "business_name": null, "fullname": "Nora West", "disabled": true } ],
        "meta": { "total_pages": 2, "total_entries": 3 } });
    let second = value!({ "customers": [ { "id": 2 }, { "id": 3 } ],
        "meta": { "total_pages": 2, "total_entries": 3 } });
    let answers = vec![
        json(200, &first.to_string()),
        json(200, &second.to_string()),
    ];
    let bench = Bench::start(answers).await;
    let companies = bench.psa.companies().await.unwrap();
    let found: Vec<(&str, &str, bool)> = (companies.iter())
        .map(|c| (c.id.as_str(), c.name.as_str(), c.active))
        .collect();
    assert_eq!(
        found,
        [
            ("1", "Northwind", true),
            ("2", "Nora West", false),
            ("3", "", true)
        ]
    );
    assert_eq!(
        bench.calls()[1],
        "GET /customers?include_disabled=true&sort=business_name+ASC&page=2"
    );
}

#[tokio::test]
async fn contacts_come_page_by_page_as_the_answer_counts_them() {
    let bench = Bench::start(vec![page(1..51, 2, 60), page(51..61, 2, 60)]).await;
    let first = bench.psa.contacts_page(&company(), None).await.unwrap();
    let second = bench
        .psa
        .contacts_page(&company(), first.next)
        .await
        .unwrap();
    assert_eq!((first.contacts.len(), second.contacts.len()), (50, 10));
    assert_eq!(second.next, None);
    assert_eq!(bench.calls()[1], "GET /contacts?customer_id=42&page=2");
    let foreign = bench
        .psa
        .contacts_page(&company(), Some(PageToken::new("x")))
        .await;
    assert!(matches!(foreign, Err(ConnectorError::Unreadable { .. })));
}

#[tokio::test]
async fn a_list_that_moves_while_it_is_read_is_read_again_and_then_not_believed() {
    // One moved from the second page to the first when the first was read.
    let moved = || vec![page(1..51, 2, 60), page(50..60, 2, 60)];
    let whole = vec![page(1..51, 2, 60), page(51..61, 2, 60)];
    let bench = Bench::start([moved(), whole].concat()).await;
    assert_eq!(bench.psa.contacts(&company()).await.unwrap().len(), 60);
    assert_eq!(bench.calls().len(), 4);
    let bench = Bench::start([moved(), moved()].concat()).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    let ConnectorError::Unreadable { garble, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*garble, Garble::NotData, "it may pass: {error}");
    let bench = Bench::start(vec![page(1..3, 1, 3)]).await;
    let short = bench.psa.contacts_page(&company(), None).await;
    assert!(matches!(short, Err(ConnectorError::Unreadable { .. })));
}

#[tokio::test]
async fn pages_that_bring_nothing_new_are_an_error() {
    let other_ends = vec![page(1..51, 9, 450), page(2..50, 9, 450)];
    for answers in [vec![page(1..51, 9, 450), page(1..51, 9, 450)], other_ends] {
        let bench = Bench::start(answers).await;
        let error = bench.psa.contacts(&company()).await.unwrap_err();
        let ConnectorError::Unreadable { garble, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*garble, Garble::Shape, "{error}");
    }
}

#[tokio::test]
async fn an_empty_list_is_believed_only_where_its_company_is_seen() {
    let empty = || page(0..0, 0, 0);
    let bench = Bench::start(vec![empty(), customer()]).await;
    assert_eq!(bench.psa.contacts(&company()).await, Ok(Vec::new()));
    assert_eq!(bench.calls()[1], "GET /customers/42");
    let bench = Bench::start(vec![empty(), not_found(), customers(0)]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    let bench = Bench::start(vec![empty(), not_found(), customers(1)]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    let other = json(200, r#"{"customer":{"id":43}}"#);
    let bench = Bench::start(vec![empty(), other]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(error.to_string().contains("another company"), "{error}");
}

#[tokio::test]
async fn a_search_reads_the_company_and_compares_whole_addresses() {
    let rows = [
        value!({ "id": 1, "customer_id": 42, "email": "Ann@A.example", "properties": all_fields() }),
        value!({ "id": 2, "customer_id": 42, "email": "joann@a.example" }),
        value!({ "id": 3, "customer_id": 43, "email": "ann@a.example" }),
        value!({ "id": 4, "customer_id": 42, "email": null,
            "ticket_matching_emails": "ann@a.example" }),
    ];
    let bench = Bench::start(vec![list(&rows, 1, 4)]).await;
    let found = bench
        .psa
        .find_by_email(&company(), " ann@a.EXAMPLE ")
        .await
        .unwrap();
    let ids: Vec<&str> = found.iter().map(|contact| contact.id.as_str()).collect();
    assert_eq!(ids, ["1"]);
    assert!(
        bench
            .psa
            .find_by_email(&company(), " ")
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(bench.calls(), ["GET /contacts?customer_id=42&page=1"]);
}

#[tokio::test]
async fn one_contact_is_the_one_that_was_asked_for_or_none() {
    let contact = ContactId::parse("7").unwrap();
    let bench = Bench::start(vec![not_found()]).await;
    assert_eq!(bench.psa.contact(&contact).await, Ok(None));
    let foreign = ContactId::parse("no-number").unwrap();
    assert_eq!(bench.psa.contact(&foreign).await, Ok(None));
    assert_eq!(bench.calls(), ["GET /contacts/7"]);
    for (body, expected) in [
        (r#"{"id":8,"customer_id":42}"#, "another contact"),
        (r#"{"id":7,"customer_id":null}"#, "without a company"),
        (r#"{"success":true}"#, "another contact"),
    ] {
        let bench = Bench::start(vec![json(200, body)]).await;
        let error = bench.psa.contact(&contact).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_without_words_is_waited_out_and_teaches_the_documented_rate() {
    let busy = || reply(429, "content-type: text/plain\r\n", "Slow down");
    let bench = Bench::start(vec![busy(), customer(), customer()]).await;
    let error = bench.psa.check().await.unwrap_err();
    let after = Some(Duration::from_secs(60));
    let expected = ConnectorError::RateLimited {
        vendor: "Syncro",
        after,
    };
    assert_eq!(error, expected);
    // Whichever instance is called from here.
    let pace = bench.vendors.pace("syncro");
    let wait = pace.reserve(Duration::from_secs(10)).unwrap();
    assert!(wait > Duration::from_millis(350), "{wait:?}");
}

//! Pages, good and odd.

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap};
use serde_json::json;

use super::*;
use crate::error::Garble;

const BASE: &str = "https://graph.contoso.example";
const A: &str = "3f0c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f";
const B: &str = "6ea91a8d-0000-4000-8000-d2d185eed0e0";

fn read_text(body: &str) -> Result<Page, ConnectorError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
    let body = Bytes::copy_from_slice(body.as_bytes());
    let answer = Answer {
        vendor: NAME,
        status: StatusCode::OK,
        headers,
        body,
    };
    read(&answer, &BaseUrl::parse(BASE).unwrap())
}

fn next_link() -> String {
    format!("{BASE}/v1.0/users/delta?%24skiptoken=qY7")
}

fn garble(result: Result<Page, ConnectorError>) -> Garble {
    match result {
        Err(ConnectorError::Unreadable { garble, .. }) => garble,
        other => panic!("{other:?}"),
    }
}

#[test]
fn users_come_in_the_order_received_and_as_often() {
    let body = json!({
        "@odata.context": "https://elsewhere.example/$metadata", "value": [
            {"id": A, "displayName": "Anna \u{e9} \"quoted\""}, {"id": B},
            {"id": A, "@removed": {"reason": "changed"}}, {"id": A}],
        "@odata.nextLink": next_link()
    });
    let page = read_text(&body.to_string()).unwrap();
    let ids: Vec<String> = page
        .readings
        .into_iter()
        .map(|reading| reading.unwrap().key.id)
        .collect();
    assert_eq!(ids, [A, B, A, A]);
    assert!(page.next == Next::Page(next_link()));
}

#[test]
fn a_round_ends_with_its_delta_link() {
    let body = json!({"value": [], "@odata.deltaLink": next_link()});
    let page = read_text(&body.to_string()).unwrap();
    assert!(page.readings.is_empty());
    assert!(page.next == Next::Done(next_link()));
}

#[test]
fn one_odd_user_does_not_lose_the_others() {
    for (odd, id, what) in [
        (
            json!({"id": B, "displayName": 5}),
            Some(B),
            "displayName is no text",
        ),
        (
            json!({"id": B, "otherMails": "anna@a.example"}),
            Some(B),
            "otherMails is no list",
        ),
        (
            json!({"id": B, "otherMails": [null]}),
            Some(B),
            "a list holds something",
        ),
        (
            json!({"id": B, "accountEnabled": "yes"}),
            Some(B),
            "accountEnabled is neither",
        ),
        (
            json!({"id": B, "assignedLicenses": [{}]}),
            Some(B),
            "a list holds something",
        ),
        (json!({"id": 5}), None, "id is no text"),
        (json!({"id": "anna@a.example"}), None, "id is no object id"),
        (json!({"displayName": "Anna"}), None, "id is no object id"),
        (json!("anna"), None, "it is no JSON object"),
        (json!(null), None, "it is no JSON object"),
    ] {
        let body = json!({"value": [{"id": A}, odd, {"id": A}], "@odata.nextLink": next_link()});
        let page = read_text(&body.to_string()).unwrap();
        assert_eq!(page.readings.len(), 3, "{odd}");
        assert!(
            page.readings[0].is_ok() && page.readings[2].is_ok(),
            "{odd}"
        );
        let error = page.readings[1].clone().unwrap_err();
        assert_eq!(error.id.as_deref(), id, "{odd}");
        assert!(error.what.starts_with(what), "{odd}: {error}");
        assert!(!error.to_string().contains("anna"), "{error}");
    }
}

#[test]
fn a_page_that_is_none_is_unreadable() {
    let link = next_link();
    for (body, expected) in [
        (json!({"@odata.nextLink": link}).to_string(), Garble::Shape),
        (
            json!({"value": {}, "@odata.nextLink": link}).to_string(),
            Garble::Shape,
        ),
        (json!({"value": []}).to_string(), Garble::Shape),
        (
            json!({"value": [], "@odata.nextLink": link, "@odata.deltaLink": link}).to_string(),
            Garble::Shape,
        ),
        (json!([]).to_string(), Garble::Shape),
        ("{\"value\":[{\"id\":".to_owned(), Garble::Cut),
        ("<html>".to_owned(), Garble::NotData),
    ] {
        assert_eq!(garble(read_text(&body)), expected, "{body}");
    }
}

#[test]
fn links_to_other_hosts_and_endless_links_are_refused() {
    let long = format!("{}{}", next_link(), "x".repeat(GRAPH_LINK_BYTES_MAX));
    for link in [
        "https://evil.example/v1.0/users/delta",
        "/v1.0/users/delta",
        &long,
    ] {
        for name in ["@odata.nextLink", "@odata.deltaLink"] {
            let body = json!({"value": [], name: link});
            assert_eq!(garble(read_text(&body.to_string())), Garble::Shape);
        }
    }
    let longest = "x".repeat(GRAPH_LINK_BYTES_MAX - next_link().len());
    let body = json!({"value": [], "@odata.nextLink": format!("{}{longest}", next_link())});
    assert!(read_text(&body.to_string()).is_ok());
}

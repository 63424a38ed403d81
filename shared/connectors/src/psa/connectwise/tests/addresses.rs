//! Where calls go: hosts, codebases, headers, and what a site says that is none.

use super::*;
use crate::http::scripted::reply;

#[tokio::test]
async fn a_call_carries_keys_client_id_and_version() {
    let bench = Bench::start(vec![ok(&value!([{"id": 250}])), ok(&value!([])), kinds()]).await;
    assert!(bench.psa.check().await.unwrap().is_complete());
    let requests = bench.server.requests();
    assert!(requests[0].starts_with("GET /login/companyinfo/acmemsp HTTP/1.1"));
    let asked = requests[0].to_lowercase();
    assert!(
        !asked.contains("authorization") && !asked.contains("clientid"),
        "{asked}"
    );
    assert!(requests[1].starts_with("GET /v2025_1/apis/3.0/company/companies?"));
    let credentials = STANDARD_ENCODED;
    for expected in [
        format!("authorization: Basic {credentials}"),
        "clientid: hush-5b0c2d7e".to_owned(),
        "accept: application/vnd.connectwise.com+json; version=2025.1".to_owned(),
    ] {
        assert!(requests[1].contains(&expected), "{}", requests[1]);
    }
}

/// `acmemsp+PubKey123:hush-private`
const STANDARD_ENCODED: &str = "YWNtZW1zcCtQdWJLZXkxMjM6aHVzaC1wcml2YXRl";

#[tokio::test]
async fn the_codebase_is_asked_for_once_per_process() {
    let one = || ok(&value!([{"id": 250}]));
    let bench = Bench::start(vec![one(), one()]).await;
    bench.psa.companies().await.unwrap();
    let mut document = document();
    document["site_url"] = value!(bench.server.url);
    let settings = serde_json::from_value(document).unwrap();
    let another = crate::psa::connect(&bench.vendors, &settings).unwrap();
    another.companies().await.unwrap();
    let infos = bench.server.requests().into_iter();
    assert_eq!(infos.filter(|r| r.contains("companyinfo")).count(), 1);
}

#[tokio::test]
async fn a_codebase_that_changed_is_asked_for_anew_and_the_call_made_once_more() {
    let page = || reply(404, "content-type: text/html\r\n", "<html>gone</html>");
    let no_endpoint = || {
        let body = r#"{"code":"ConnectWiseApi","message":"The endpoint does not exist."}"#;
        json(404, body)
    };
    for gone in [page(), no_endpoint()] {
        let new = info("v2025_2/");
        let rows = ok(&value!([{"id": 250, "name": "Contoso"}]));
        let bench = Bench::start(vec![gone.clone(), new, rows]).await;
        assert_eq!(bench.psa.companies().await.unwrap().len(), 1);
        let last = bench.server.requests().pop().unwrap();
        assert!(last.starts_with("GET /v2025_2/apis/3.0/"), "{last}");
        // The same one again: then it is something else, and not asked for without end.
        let bench = Bench::start(vec![gone.clone(), info("v2025_1/")]).await;
        assert!(bench.psa.companies().await.is_err());
        assert_eq!(bench.server.requests().len(), 3);
    }
    // A write that was answered by no API did not happen.
    let made = json(201, r#"{"id":57920}"#);
    let answers = vec![page(), info("v2025_2/"), made];
    let bench = Bench::knowing_kinds(answers).await;
    let new = super::writes::new_contact();
    let id = bench.psa.apply(&ContactChange::Create(new)).await.unwrap();
    assert_eq!(id.as_str(), "57920");
}

#[tokio::test]
async fn a_wrong_site_company_or_key_is_told_with_its_remedy() {
    let html = || reply(200, "content-type: text/html\r\n", "<html>Sign in</html>");
    let security = r#"{"code":"Security","message":"SSL is required.","errors":null}"#;
    for (answers, expected) in [
        (
            vec![json(200, "null")],
            "ConnectWise PSA refused the credentials: the site does not know the company",
        ),
        (
            vec![json(404, "{}")],
            "ConnectWise PSA refused the credentials: the site does not know the company",
        ),
        (
            vec![html()],
            "ConnectWise PSA sent what cannot be read: a web page",
        ),
        (
            vec![reply(302, "location: https://evil.example/\r\n", "")],
            "ConnectWise PSA sent what cannot be read: a web page, a redirect",
        ),
        (
            vec![info("../../evil")],
            "ConnectWise PSA sent what cannot be read: a codebase that is no part of a path",
        ),
        (
            vec![info("v1/"), html()],
            "ConnectWise PSA sent what cannot be read: a web page",
        ),
        (
            vec![info("v1/"), json(403, security)],
            "ConnectWise PSA sent what cannot be read: a web page, a redirect or a site instead \
             of its API (status 403); site_url must be",
        ),
        (
            vec![info("v1/"), json(401, "{}")],
            "ConnectWise PSA refused the credentials: it takes neither company, keys nor clientId",
        ),
        (
            vec![
                info("v1/"),
                reply(401, "content-type: text/html\r\n", "<html>"),
            ],
            "ConnectWise PSA refused the credentials: it takes neither",
        ),
        (
            vec![info("v1/"), json(403, "{}")],
            "ConnectWise PSA denied access: the right Inquire on Companies > Company Maintenance",
        ),
        (
            vec![info("v1/"), ok(&value!([{"id": 250}])), json(403, "{}")],
            "ConnectWise PSA denied access: the right Inquire on Companies > Contacts",
        ),
        (
            vec![
                info("v1/"),
                ok(&value!([{"id": 250}])),
                ok(&value!([])),
                json(403, "{}"),
            ],
            "ConnectWise PSA denied access: the right Inquire on System > Table Setup",
        ),
    ] {
        let bench = Bench::start_with(answers).await;
        let error = bench.psa.check().await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn a_pause_in_words_is_waited_out_and_one_that_is_not_told_is_a_guess() {
    use std::time::Duration;
    let words = |seconds: u64| {
        let text = format!("Too many requests. Please try again in {seconds} seconds.");
        json(
            429,
            &value!({"error": "ConnectWiseAPI", "message": text}).to_string(),
        )
    };
    let rows = || ok(&value!([{"id": 250}]));
    let bench = Bench::start(vec![words(3), rows()]).await;
    bench.psa.companies().await.unwrap();
    assert_eq!(bench.pause.pauses(), [Duration::from_secs(3)]);
    for (refusal, seconds) in [(words(90), 90), (json(429, "{}"), BACK_OFF)] {
        let bench = Bench::start(vec![refusal]).await;
        let limited = ConnectorError::RateLimited {
            vendor: VENDOR,
            after: Some(Duration::from_secs(seconds)),
        };
        assert_eq!(bench.psa.companies().await, Err(limited));
    }
}

const BACK_OFF: u64 = 30;

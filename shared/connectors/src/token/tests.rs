//! Tokens, against a sign-in that answers what it is told.

use super::*;
use crate::http::scripted::{Scripted, json, token};
use crate::http::{BaseUrl, Calls, Pause, VendorKind, client};

async fn signed_in(answers: Vec<String>, tokens: &Tokens) -> (Scripted, SignedIn) {
    let server = Scripted::start(answers).await;
    let base = BaseUrl::parse(&server.url).unwrap();
    let vendor = Vendor::new(
        "Acme",
        VendorKind::Graph,
        base,
        client().unwrap(),
        Calls::default(),
        Pause::recorded(),
    );
    let signed_in = sign_in(&vendor, "hush-secret", tokens);
    (server, signed_in)
}

fn sign_in(vendor: &Vendor, secret: &str, tokens: &Tokens) -> SignedIn {
    let base = vendor.base();
    let grant = Grant::client_credentials(
        base.join(["northwind.example", "oauth2", "v2.0", "token"]),
        "client",
        &SecretString::from(secret),
        "https://api.example/.default",
    );
    SignedIn::new(vendor.clone(), vendor.clone(), grant, tokens, read)
}

fn read(answer: &Answer) -> Result<Issued, ConnectorError> {
    Issued::oauth(answer, judge_sign_in)
}

fn get(signed_in: &SignedIn) -> RequestParts {
    RequestParts::get(signed_in.api().base().join(["x"]), "GET /x", 1000)
}

fn ok() -> String {
    json(200, "{}")
}

#[tokio::test]
async fn a_token_is_fetched_once_and_used_again() {
    let tokens = Tokens::default();
    let (server, signed_in) = signed_in(vec![token("one", 3600), ok(), ok(), ok()], &tokens).await;
    signed_in.send(get(&signed_in)).await.unwrap();
    signed_in.clone().send(get(&signed_in)).await.unwrap();
    // A later invocation makes its vendor anew.
    let again = sign_in(signed_in.api(), "hush-secret", &tokens);
    again.send(get(&again)).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    let form = "grant_type=client_credentials&client_id=client&client_secret=hush-secret\
        &scope=https%3A%2F%2Fapi.example%2F.default";
    assert!(requests[0].starts_with("POST /northwind.example/oauth2/v2.0/token"));
    assert!(requests[0].ends_with(form), "{}", requests[0]);
    for request in &requests[1..] {
        assert!(
            request.contains("authorization: Bearer one\r\n"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn many_who_ask_at_once_get_one_token() {
    let tokens = Tokens::default();
    let answers = vec![token("one", 3600), ok(), ok(), ok(), ok()];
    let (server, signed_in) = signed_in(answers, &tokens).await;
    let calls = (0..4).map(|_| signed_in.send(get(&signed_in)));
    for answer in futures::future::join_all(calls).await {
        answer.unwrap();
    }
    let fetched = server
        .requests()
        .iter()
        .filter(|r| r.starts_with("POST"))
        .count();
    assert_eq!(fetched, 1);
}

#[tokio::test]
async fn another_secret_gets_another_token() {
    let tokens = Tokens::default();
    let (server, one) = signed_in(vec![token("a", 60), ok(), token("b", 60), ok()], &tokens).await;
    one.send(get(&one)).await.unwrap();
    let other = sign_in(one.api(), "hush-other", &tokens);
    other.send(get(&other)).await.unwrap();
    assert!(server.requests()[3].contains("Bearer b"));
}

#[tokio::test]
async fn a_token_that_runs_out_is_renewed() {
    let tokens = Tokens::default();
    let answers = vec![token("one", 0), ok(), token("two", 0), ok()];
    let (server, signed_in) = signed_in(answers, &tokens).await;
    signed_in.send(get(&signed_in)).await.unwrap();
    signed_in.send(get(&signed_in)).await.unwrap();
    assert!(server.requests()[3].contains("Bearer two"));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let tokens = Tokens::default();
    let answers = vec![
        token("one", 3600),
        json(401, "{}"),
        token("two", 3600),
        ok(),
        json(401, "{}"),
        token("three", 3600),
        json(401, "{}"),
    ];
    let (server, signed_in) = signed_in(answers, &tokens).await;
    assert!(signed_in.send(get(&signed_in)).await.unwrap().is_success());
    assert!(server.requests()[3].contains("Bearer two"));
    let answer = signed_in.send(get(&signed_in)).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.requests().len(), 7);
}

#[tokio::test]
async fn a_sign_in_that_refuses_is_judged_and_asked_again_next_time() {
    let tokens = Tokens::default();
    let refusal = "{\"error\":\"invalid_client\",\"error_description\":\"hush anna@a.example\"}";
    let answers = vec![json(401, refusal), token("one", 3600), ok()];
    let (_server, signed_in) = signed_in(answers, &tokens).await;
    let error = signed_in.send(get(&signed_in)).await.unwrap_err();
    let ConnectorError::Unauthorized { hint, .. } = &error else {
        panic!("{error}")
    };
    assert!(hint.starts_with("invalid_client (status 401)"), "{hint}");
    assert!(!hint.contains("anna"));
    assert!(signed_in.send(get(&signed_in)).await.is_ok());
}

#[test]
fn a_token_is_left_a_fifth_of_its_life_or_a_minute() {
    for (lifetime, expected) in [(3600, 2880), (200, 140), (100, 50), (30, 15), (0, 0)] {
        assert_eq!(
            usable_for(Duration::from_secs(lifetime)),
            Duration::from_secs(expected)
        );
    }
}

#[test]
fn expiry_is_a_number_or_text() {
    for (text, expected) in [
        ("3599", Some(3599)),
        ("\"3599\"", Some(3599)),
        ("null", None),
    ] {
        let body = format!("{{\"access_token\":\"t\",\"expires_in\":{text}}}");
        assert_eq!(
            serde_json::from_str::<OauthToken>(&body)
                .unwrap()
                .expires_in,
            expected
        );
    }
}

#[tokio::test]
async fn secrets_do_not_show() {
    let (_server, signed_in) = signed_in(Vec::new(), &Tokens::default()).await;
    assert!(!format!("{signed_in:?}").contains("hush"));
}

#[tokio::test]
async fn a_sign_in_may_have_its_own_form_and_an_api_its_own_refusal() {
    let answers = vec![
        json(200, "{\"ticket\":\"one\"}"),
        json(200, "{\"denied\":true}"),
        json(200, "{\"ticket\":\"two\"}"),
        ok(),
        json(200, "{}"),
    ];
    let (server, other) = signed_in(answers, &Tokens::default()).await;
    let vendor = other.api().clone();
    let form = vec![("UserName", SecretString::from("a b"))];
    let grant = Grant::form(vendor.base().join(["login"]), form);
    assert!(!format!("{grant:?}").contains("a b"));
    let read: TokenReader = |answer| {
        let body: serde_json::Value = answer.json()?;
        let token = body.get("ticket").and_then(serde_json::Value::as_str);
        let token = token.ok_or_else(|| ConnectorError::shape("Acme", "no ticket"))?;
        Ok(Issued::new(token.to_owned(), None))
    };
    let tokens = Tokens::default();
    let signed_in = SignedIn::new(vendor.clone(), vendor, grant, &tokens, read)
        .refused_by(|answer| answer.body.starts_with(b"{\"denied\""));
    assert!(signed_in.send(get(&signed_in)).await.unwrap().is_success());
    let requests = server.requests();
    assert!(requests[0].ends_with("UserName=a+b"), "{}", requests[0]);
    assert!(requests[3].contains("Bearer two"));
    // A sign-in that gives no token is an error of the call.
    let error = signed_in.token(Some(&"two".into())).await.unwrap_err();
    assert!(error.to_string().contains("no ticket"), "{error}");
}

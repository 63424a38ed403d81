//! Who is believed, against a server that answers what it is told.

use http::HeaderMap;
use serde_json::json;

use super::*;
use crate::http::Pause;
use crate::http::scripted::{Scripted, cut, json as answer, reply};
use crate::psa::Settings;
use crate::psa::connectwise::settings::tests::document;
use crate::psa::webhook::verify as verify_any;

const KEY: &str = "k3yForDocsOnly";
const PATH: &str = "hush-path-0123456789abcdef";

struct Bench {
    server: Scripted,
    vendors: Vendors,
    settings: Settings,
}

impl Bench {
    async fn start(answers: Vec<String>) -> Self {
        let server = Scripted::start(answers).await;
        let mut document = document();
        document["site_url"] = json!(server.url);
        let settings = serde_json::from_value(document).unwrap();
        let vendors = Vendors::new().unwrap().with_pause(Pause::recorded());
        Self {
            server,
            vendors,
            settings,
        }
    }

    async fn with_key() -> Self {
        Self::start(vec![key_answer(KEY)]).await
    }

    fn key_url(&self) -> String {
        let path = "v2025_1//system/callbackkey/index.rails";
        format!("{}/{path}?companyName=acmemsp&id=2f0c", self.server.url)
    }

    fn body(&self) -> Value {
        json!({"MessageId": "4b1e6a0e-5b0c-4d0a-9f5e-0a1b2c3d4e5f", "CompanyId": "acmemsp",
            "Action": "updated", "Type": "contact", "ID": 57919, "Entity": "{\"id\":1}",
            "Metadata": {"key_url": self.key_url()}})
    }

    async fn deliver(
        &self,
        body: &[u8],
        signature: Option<&str>,
    ) -> Result<Delivery, DeliveryError> {
        let mut headers = HeaderMap::new();
        if let Some(signature) = signature {
            headers.insert(SIGNATURE, signature.parse().unwrap());
        }
        let unverified = UnverifiedDelivery {
            system: "connectwise",
            path_token: PATH,
            headers: &headers,
            body,
        };
        verify_any(&self.vendors, &self.settings, unverified).await
    }

    /// Delivers with the signature that goes with a key.
    async fn signed(&self, body: &Value, key: &str) -> Result<Delivery, DeliveryError> {
        let body = body.to_string();
        self.deliver(body.as_bytes(), Some(&sign(body.as_bytes(), key)))
            .await
    }
}

fn key_answer(key: &str) -> String {
    answer(200, &json!({ "signing_key": key }).to_string())
}

fn sign(body: &[u8], key: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &Sha256::digest(key.as_bytes()));
    STANDARD.encode(hmac::sign(&key, body))
}

#[test]
fn the_published_example_is_genuine() {
    let body = br#"{"Action":"updated","ID":4711}"#;
    let signature = STANDARD
        .decode("0xQLaIZyCTyhcab653e/D10TcFVN1IUQpPyTkb0ZOlE=")
        .unwrap();
    assert!(is_signed(&SecretString::from(KEY), body, &signature));
    assert!(!is_signed(&SecretString::from(KEY), b"{}", &signature));
    assert!(!is_signed(&SecretString::from("other"), body, &signature));
}

#[tokio::test]
async fn a_genuine_delivery_names_its_contact_and_its_key_is_fetched_once() {
    let bench = Bench::with_key().await;
    for _ in 0..2 {
        let delivery = bench.signed(&bench.body(), KEY).await.unwrap();
        assert_eq!(delivery.id, "4b1e6a0e-5b0c-4d0a-9f5e-0a1b2c3d4e5f");
        let named: Vec<&str> = delivery.contacts.iter().map(ContactId::as_str).collect();
        assert_eq!(named, ["57919"]);
    }
    let requests = bench.server.requests();
    assert_eq!(requests.len(), 1);
    assert!(
        !requests[0].to_lowercase().contains("authorization")
            && !requests[0].to_lowercase().contains("clientid"),
        "no credentials leave"
    );
}

#[tokio::test]
async fn what_is_not_about_a_contact_names_none() {
    let bench = Bench::with_key().await;
    for (member, value, named) in [
        ("Type", json!("company"), 0),
        ("ID", json!(0), 0),
        ("ID", json!(null), 0),
        ("Action", json!("deleted"), 1),
        ("Entity", json!(null), 1),
    ] {
        let mut body = bench.body();
        body[member] = value;
        let delivery = bench.signed(&body, KEY).await.unwrap();
        assert_eq!(delivery.contacts.len(), named, "{member}");
    }
    let mut nameless = bench.body();
    nameless["MessageId"] = json!(null);
    let id = bench.signed(&nameless, KEY).await.unwrap().id;
    assert_eq!(bench.signed(&nameless, KEY).await.unwrap().id, id);
    nameless["ID"] = json!(2);
    assert_ne!(bench.signed(&nameless, KEY).await.unwrap().id, id);
}

#[tokio::test]
async fn forged_deliveries_are_turned_away() {
    let bench = Bench::with_key().await;
    let body = bench.body().to_string();
    let good = sign(body.as_bytes(), KEY);
    let forged = sign(body.as_bytes(), "another key");
    for signature in [
        None,
        Some(""),
        Some("***"),
        Some(good.trim_end_matches('=')),
        Some(&forged),
    ] {
        let refused = bench.deliver(body.as_bytes(), signature).await;
        assert_eq!(refused, Err(DeliveryError::Unauthorized), "{signature:?}");
    }
    let other = body.replace("57919", "57920");
    let refused = bench.deliver(other.as_bytes(), Some(&good)).await;
    assert_eq!(refused, Err(DeliveryError::Unauthorized));
    for unreadable in ["", "[1]", "null", "{\"ID\":", "not json"] {
        let refused = bench.deliver(unreadable.as_bytes(), Some(&good)).await;
        assert_eq!(refused, Err(DeliveryError::Unreadable), "{unreadable}");
    }
    let huge = vec![b' '; DELIVERY_BYTES_MAX + 1];
    let refused = bench.deliver(&huge, Some(&good)).await;
    assert_eq!(refused, Err(DeliveryError::TooLarge));
    assert_eq!(
        bench.server.requests().len(),
        1,
        "forged ones make no calls"
    );
}

#[tokio::test]
async fn keys_come_from_the_connection_s_hosts_for_its_own_company_alone() {
    let bench = Bench::with_key().await;
    let base = bench.server.url.clone();
    let port = base.rsplit(':').next().unwrap();
    let path = "system/callbackkey/index.rails?companyName=acmemsp";
    for url in [
        "https://evil.example/system/callbackkey/index.rails?companyName=acmemsp".to_owned(),
        format!("https://127.0.0.1:{port}/{path}"),
        format!("http://127.0.0.2:{port}/{path}"),
        format!("http://localhost:{port}/{path}"),
        format!("http://169.254.169.254/{path}"),
        format!("http://u:p@127.0.0.1:{port}/{path}"),
        format!("{base}@evil.example/{path}"),
        format!("{base}/system/callbackkey/index.rails"),
        format!("{base}/system/callbackkey/index.rails?companyName=evilmsp"),
        format!("{base}/{path}&companyName=evilmsp"),
        format!("{base}/{path}&companyname=acmemsp"),
        format!("{base}/company/documents/7?companyName=acmemsp"),
        format!("{base}/{path}&x={}", "x".repeat(ADDRESS_BYTES_MAX)),
        "callbackkey".to_owned(),
        String::new(),
    ] {
        let mut body = bench.body();
        body["Metadata"]["key_url"] = json!(url);
        let refused = bench.signed(&body, KEY).await;
        assert_eq!(refused, Err(DeliveryError::Unauthorized), "{url:.80}");
    }
    for (member, value) in [
        ("CompanyId", json!("evilmsp")),
        ("Metadata", json!(null)),
        ("Metadata", json!({ "key_url": 7 })),
    ] {
        let mut body = bench.body();
        body[member] = value;
        let refused = bench.signed(&body, KEY).await;
        assert_eq!(refused, Err(DeliveryError::Unauthorized), "{member}");
    }
    assert!(bench.server.requests().is_empty(), "nothing was fetched");
}

#[tokio::test]
async fn a_key_that_cannot_be_had_now_lets_the_vendor_come_again() {
    let large = json!({ "signing_key": "k".repeat(KEY_ANSWER_BYTES_MAX) }).to_string();
    for (answers, expected) in [
        (vec![reply(503, "", ""); 3], DeliveryError::NotNow),
        (vec![reply(429, "", "")], DeliveryError::NotNow),
        (vec![String::new(); 3], DeliveryError::NotNow),
        (vec![cut("{\"signing_key\":"); 3], DeliveryError::NotNow),
        (
            vec![reply(200, "content-type: text/html\r\n", "<html>")],
            DeliveryError::NotNow,
        ),
        (vec![answer(200, &large)], DeliveryError::NotNow),
        (vec![answer(404, "{}")], DeliveryError::Unauthorized),
        (vec![key_answer("")], DeliveryError::Unauthorized),
        (
            vec![reply(302, "location: https://evil.example/\r\n", "")],
            DeliveryError::Unauthorized,
        ),
    ] {
        let bench = Bench::start(answers.clone()).await;
        let refused = bench.signed(&bench.body(), KEY).await;
        assert_eq!(refused, Err(expected), "{:.80}", answers[0]);
        assert_eq!(expected.status() == 429, expected == DeliveryError::NotNow);
    }
}

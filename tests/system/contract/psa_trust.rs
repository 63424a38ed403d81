//! The contract of a PSA, continued: who is believed, and what is told to nobody.

use connectors::psa::Settings;
use connectors::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery};
use domain::failure::Failure;
use domain::limits::DELIVERY_BYTES_MAX;
use http::HeaderMap;
use serde_json::json;
use simulators::Fault;
use simulators::psa::halo::CLIENT_SECRET;

use super::{Bench, PASSWORD};
use crate::world::PATH_TOKEN;

async fn verify(
    bench: &Bench,
    settings: &Settings,
    path_token: &str,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<Delivery, DeliveryError> {
    let mut headers = HeaderMap::new();
    if let Some(authorization) = authorization {
        headers.insert("authorization", authorization.parse().unwrap());
    }
    let unverified = UnverifiedDelivery {
        system: settings.system().as_str(),
        path_token,
        headers: &headers,
        body,
    };
    connectors::psa::webhook::verify(&bench.vendors, settings, unverified).await
}

#[tokio::test]
async fn genuine_deliveries_name_their_contacts_and_forged_ones_are_turned_away() {
    use base64::Engine;
    let bench = Bench::new().await;
    let settings = bench.settings("system", "halo");
    let basic = |text: &str| {
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(text)
        )
    };
    let good = basic(&format!("halo:{PASSWORD}"));
    let genuine = async |body: &str| {
        let verified = verify(&bench, &settings, PATH_TOKEN, Some(&good), body.as_bytes());
        verified.await.unwrap()
    };
    let id = bench.user("Ida", "ida@northwind.example", json!({}));
    bench.halo.edit_user(id, &json!({ "title": "x" }));
    let one = bench.halo.take_deliveries().remove(0);
    let single = one.to_string();
    let delivery = genuine(&single).await;
    let named: Vec<&str> = delivery
        .contacts
        .iter()
        .map(|contact| contact.as_str())
        .collect();
    assert_eq!(
        (named, delivery.id.as_str()),
        (vec![id.to_string().as_str()], one["id"].as_str().unwrap())
    );
    let again = genuine(&single).await;
    assert_eq!(again.id, delivery.id, "a repeated one is known by its id");
    let batch = json!([one, { "object_id": 7 }, { "object_id": id }]).to_string();
    let batched = genuine(&batch).await;
    assert_eq!(batched.contacts.len(), 2, "each once");
    let huge = vec![b' '; DELIVERY_BYTES_MAX + 1];
    let (wrong, other) = (basic("halo:another-password"), PATH_TOKEN.to_uppercase());
    let body = single.as_bytes();
    for (path, header, body, expected) in [
        (other.as_str(), Some(&good), body, DeliveryError::NotFound),
        ("", Some(&good), body, DeliveryError::NotFound),
        (PATH_TOKEN, None, body, DeliveryError::Unauthorized),
        (PATH_TOKEN, Some(&wrong), body, DeliveryError::Unauthorized),
        (PATH_TOKEN, Some(&good), &huge, DeliveryError::TooLarge),
        (
            PATH_TOKEN,
            Some(&good),
            b"not json",
            DeliveryError::Unreadable,
        ),
        (PATH_TOKEN, Some(&good), b"[1]", DeliveryError::Unreadable),
    ] {
        let header = header.map(String::as_str);
        let refused = verify(&bench, &settings, path, header, body).await;
        assert_eq!(refused.unwrap_err(), expected);
    }
}

#[tokio::test]
async fn no_error_tells_a_secret_or_a_person() {
    let canary = "canary-7f3b-secret";
    let mut texts = Vec::new();
    let faults = [
        Fault::throttled(Some(90)),
        Fault::throttled(None),
        Fault::ServerError(500),
        Fault::Html,
        Fault::CutBody,
        Fault::LostBeforeWrite,
        Fault::Unauthorized,
    ];
    for fault in faults {
        let bench = Bench::new().await;
        bench.halo.faults().next("*", "/api/", 100, fault.clone());
        texts.push(bench.psa().check().await.unwrap_err());
        let bench = Bench::new().await;
        bench
            .halo
            .faults()
            .next("POST", "/Users", 100, fault.clone());
        texts.push(bench.create().await.unwrap_err());
        let bench = Bench::new().await;
        bench.halo.faults().next("*", "/auth/token", 100, fault);
        texts.push(bench.psa().check().await.unwrap_err());
    }
    let bench = Bench::new().await;
    let wrong = bench.settings("client_secret", canary);
    texts.push(
        bench
            .vendors
            .psa(&wrong)
            .unwrap()
            .check()
            .await
            .unwrap_err(),
    );
    let nowhere = bench.settings("api_url", &format!("http://127.0.0.1:9/{canary}/api"));
    texts.push(
        bench
            .vendors
            .psa(&nowhere)
            .unwrap()
            .check()
            .await
            .unwrap_err(),
    );
    assert!(!format!("{wrong:?}").contains(canary));
    for error in texts {
        let text = format!("{error} {error:?} {}", Failure::from(error.clone()).chain());
        for secret in [
            canary,
            CLIENT_SECRET,
            PASSWORD,
            PATH_TOKEN,
            "simulated-halo-token",
            "Bearer",
            "Ida",
            "Berg",
            "ida@",
            "555 01",
            "127.0.0.1",
        ] {
            assert!(!text.contains(secret), "{secret} in: {text}");
        }
    }
}

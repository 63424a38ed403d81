//! Autotask's deliveries: signed with the secret key that the webhook was given.
//!
//! Invariants: the path was compared before; nothing is parsed before the signature fits; without a
//! signature nothing is believed, also not that the webhook was switched off. What is delivered is a
//! hint: which contact to look at again.

use domain::id::ContactId;
use domain::limits::DELIVERY_BYTES_MAX;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::convert::contact_id;
use super::settings::AutotaskSettings;
use super::signature::{HEADER, Signature, escaped};
use crate::psa::lenient::to_integer;
use crate::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery};

/// What makes a delivery the one that it is: sources disagree on what `Guid` alone names.
const IDENTITY: [&str; 5] = ["Guid", "SequenceNumber", "Id", "Action", "EventTime"];

/// Turns what arrived into a delivery, or away.
pub(crate) fn verify(
    settings: &AutotaskSettings,
    unverified: UnverifiedDelivery<'_>,
) -> Result<Delivery, DeliveryError> {
    let key = settings.webhook_secret.expose_secret().as_bytes();
    let body = unverified.body;
    let signature = Signature::parse(unverified.header(HEADER));
    let signature = signature.ok_or(DeliveryError::Unauthorized)?;
    let is_too_large = body.len() > DELIVERY_BYTES_MAX;
    let is_genuine = signature.fits(key, body)
        || (!is_too_large && escaped(body).is_some_and(|body| signature.fits(key, &body)));
    if !is_genuine {
        return Err(DeliveryError::Unauthorized);
    }
    if is_too_large {
        return Err(DeliveryError::TooLarge);
    }
    read(body)
}

fn read(body: &[u8]) -> Result<Delivery, DeliveryError> {
    let Ok(Value::Object(event)) = serde_json::from_slice(body) else {
        return Err(DeliveryError::Unreadable);
    };
    let contacts = named_contact(&event).into_iter().collect();
    Ok(Delivery::verified(id_of(&event, body), contacts, 0))
}

/// The contact that an event speaks of; none where it is about another kind of record, or about the
/// webhook itself.
fn named_contact(event: &Map<String, Value>) -> Option<ContactId> {
    let is = |name: &str, value: &str| {
        let text = get(event, name).and_then(Value::as_str);
        text.is_some_and(|text| text.eq_ignore_ascii_case(value))
    };
    let is_contact = get(event, "EntityType").is_none() || is("EntityType", "Contact");
    if !is_contact || is("Action", "Deactivated") {
        return None;
    }
    contact_id(get(event, "Id").and_then(to_integer))
}

/// The same for the same event, however often it comes.
fn id_of(event: &Map<String, Value>, body: &[u8]) -> String {
    let parts = IDENTITY.map(|name| get(event, name).map(Value::to_string));
    let is_named = matches!(&parts, [Some(_), Some(_), Some(_), ..]);
    if is_named {
        let parts = parts.map(Option::unwrap_or_default);
        return format!("{:x}", Sha256::digest(parts.join("\u{1f}")));
    }
    format!("{:x}", Sha256::digest(body))
}

fn get<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use http::HeaderMap;
    use ring::hmac;
    use serde_json::json;

    use super::*;
    use crate::psa::Settings;
    use crate::psa::autotask::settings::tests::settings;
    use crate::psa::webhook::check_path;

    const PATH: &str = "hush-path-0123456789abcdef";
    const KEY: &str = "hush-webhook-secret";

    fn sign(key: &str, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        format!("sha1={}", STANDARD.encode(hmac::sign(&key, body)))
    }

    fn deliver(
        path_token: &str,
        signature: Option<&str>,
        body: &[u8],
    ) -> Result<Delivery, DeliveryError> {
        let mut headers = HeaderMap::new();
        if let Some(signature) = signature {
            headers.insert("X-Hook-Signature", signature.parse().unwrap());
        }
        let unverified = UnverifiedDelivery {
            system: "autotask",
            path_token,
            headers: &headers,
            body,
        };
        check_path(&Settings::Autotask(settings()), unverified)?;
        verify(&settings(), unverified)
    }

    fn genuine(body: &[u8]) -> Result<Delivery, DeliveryError> {
        deliver(PATH, Some(&sign(KEY, body)), body)
    }

    fn event(more: Value) -> Vec<u8> {
        let mut event = json!({
            "Action": "Update", "Guid": "5d9f0a52-7c1e-4a43-8d34-2f1f6f0f9a10",
            "EntityType": "Contact", "Id": 30_684_412, "Fields": {"mobilePhone": "206-555-0199"},
            "EventTime": "2026-01-31T10:02:11Z", "SequenceNumber": 42, "PersonID": 29_682_885
        });
        let members = event.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        event.to_string().into_bytes()
    }

    #[test]
    fn forged_deliveries_are_turned_away() {
        let body = event(json!({}));
        let good = sign(KEY, &body);
        for (path, signature, expected) in [
            ("", Some(good.as_str()), DeliveryError::NotFound),
            ("wrong", None, DeliveryError::NotFound),
            (PATH, None, DeliveryError::Unauthorized),
            (PATH, Some(""), DeliveryError::Unauthorized),
            (PATH, Some("sha1="), DeliveryError::Unauthorized),
            (
                PATH,
                Some(&sign("another-secret-key", &body)),
                DeliveryError::Unauthorized,
            ),
            (PATH, Some(&sign(KEY, b"{}")), DeliveryError::Unauthorized),
            (
                PATH,
                Some(&good.replace("sha1", "sha256")),
                DeliveryError::Unauthorized,
            ),
        ] {
            assert_eq!(
                deliver(path, signature, &body),
                Err(expected),
                "{signature:?}"
            );
        }
        assert!(deliver(PATH, Some(&good), &body).is_ok());
        let huge = vec![b' '; DELIVERY_BYTES_MAX + 1];
        assert_eq!(genuine(&huge), Err(DeliveryError::TooLarge));
        assert_eq!(
            deliver(PATH, Some(&good), &huge),
            Err(DeliveryError::Unauthorized)
        );
        for broken in [&b"[]"[..], b"not json", b"7", b""] {
            assert_eq!(genuine(broken), Err(DeliveryError::Unreadable));
        }
    }

    #[test]
    fn a_body_that_was_escaped_after_it_was_signed_is_genuine() {
        let body = "{\"Action\":\"Update\",\"Id\":7,\"Fields\":{\"lastName\":\"Søn & Co\"}}";
        let signed = body.replace('ø', "\\u00F8").replace('&', "\\u0026");
        let signature = sign(KEY, signed.as_bytes());
        let delivery = deliver(PATH, Some(&signature), body.as_bytes()).unwrap();
        assert_eq!(delivery.contacts[0].as_str(), "7");
    }

    #[test]
    fn events_name_their_contact_however_they_are_written() {
        for (more, expected) in [
            (json!({}), Some("30684412")),
            (json!({"Action": "Create"}), Some("30684412")),
            (
                json!({"Action": "Delete", "Fields": null}),
                Some("30684412"),
            ),
            (
                json!({"Action": "Merged", "Id": "30684412"}),
                Some("30684412"),
            ),
            (json!({"EntityType": null}), Some("30684412")),
            (json!({"EntityType": "Account"}), None),
            (json!({"Action": "Deactivated"}), None),
            (json!({"Id": 0}), None),
            (json!({"Id": null}), None),
        ] {
            let delivery = genuine(&event(more.clone())).unwrap();
            let named = delivery.contacts.first().map(ContactId::as_str);
            assert_eq!(named, expected, "{more}");
        }
        let lower = br#"{"action":"Update","entitytype":"contact","id":7}"#;
        assert_eq!(genuine(lower).unwrap().contacts.len(), 1);
    }

    #[test]
    fn a_repeated_delivery_is_known_by_what_happened() {
        let first = genuine(&event(json!({}))).unwrap();
        let again = genuine(&event(json!({"Fields": {}}))).unwrap();
        assert_eq!(first.id, again.id);
        for other in [
            json!({"SequenceNumber": 43}),
            json!({"Id": 7}),
            json!({"EventTime": "2026-01-31T10:02:12Z"}),
            json!({"Guid": null}),
        ] {
            assert_ne!(genuine(&event(other)).unwrap().id, first.id);
        }
        assert!(ContactId::parse(first.id).is_ok(), "it is one of our ids");
    }
}

//! Halo's deliveries. Halo signs nothing: a delivery is genuine where its path holds the token
//! that only Halo was given, and its Basic credentials are the agreed ones.
//!
//! Invariants: the path was compared before; the credentials are compared in constant time; an
//! empty secret of ours opens nothing; nothing is parsed before both agree.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::id::ContactId;
use domain::limits::{CONTACTS_PER_DELIVERY_MAX, DELIVERY_BYTES_MAX};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::convert::contact_id;
use super::settings::HaloSettings;
use super::wire::to_integer;
use crate::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery, is_same};

/// The longest `Authorization` header looked at, in bytes.
const AUTHORIZATION_BYTES_MAX: usize = 4 * 1024;

/// Turns what arrived into a delivery, or away. The depth of the JSON is limited by the parser
/// (128 levels).
pub(crate) fn verify(
    settings: &HaloSettings,
    unverified: UnverifiedDelivery<'_>,
) -> Result<Delivery, DeliveryError> {
    let password = settings.webhook_password.expose_secret();
    let expected = format!("{}:{password}", settings.webhook_username);
    let given = unverified
        .header("authorization")
        .and_then(basic_credentials);
    // An absent header takes the same way as a wrong one.
    let is_genuine = is_same(expected.as_bytes(), &given.unwrap_or_default());
    if !is_genuine || password.is_empty() {
        return Err(DeliveryError::Unauthorized);
    }
    if unverified.body.len() > DELIVERY_BYTES_MAX {
        return Err(DeliveryError::TooLarge);
    }
    read(unverified.body)
}

fn basic_credentials(header: &str) -> Option<Vec<u8>> {
    if header.len() > AUTHORIZATION_BYTES_MAX {
        return None;
    }
    let (scheme, credentials) = header.trim().split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| STANDARD.decode(credentials.trim()).ok())
        .flatten()
}

fn read(body: &[u8]) -> Result<Delivery, DeliveryError> {
    let value: Value = serde_json::from_slice(body).map_err(|_| DeliveryError::Unreadable)?;
    let (parts, is_batch) = match value {
        Value::Object(object) => (vec![object], false),
        Value::Array(parts) => {
            let parts = parts.into_iter().map(|part| match part {
                Value::Object(object) => Ok(object),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => Err(DeliveryError::Unreadable),
            });
            (parts.collect::<Result<Vec<_>, _>>()?, true)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(DeliveryError::Unreadable);
        }
    };
    let mut seen = BTreeSet::new();
    let mut contacts: Vec<ContactId> = parts
        .iter()
        .filter_map(named_contact)
        .filter(|contact| seen.insert(contact.clone()))
        .collect();
    let left_out = contacts.len().saturating_sub(CONTACTS_PER_DELIVERY_MAX);
    contacts.truncate(CONTACTS_PER_DELIVERY_MAX);
    // The parts of a batch have ids of their own, none of which names the whole.
    let own_id = parts.first().filter(|_| !is_batch).and_then(delivery_id);
    let id = own_id.unwrap_or_else(|| hash(body));
    Ok(Delivery::verified(id, contacts, left_out))
}

/// The contact that one event speaks of: `object_id`, else `user.id`, else `id` where it is a
/// number (text there is the id of the delivery).
fn named_contact(event: &Map<String, Value>) -> Option<ContactId> {
    let object_id = get(event, "object_id").and_then(to_integer);
    let user_id = || {
        let user = get(event, "user")?.as_object()?;
        to_integer(get(user, "id")?)
    };
    let id = || to_integer(get(event, "id").filter(|id| id.is_number())?);
    contact_id(object_id.or_else(user_id).or_else(id))
}

/// The vendor's id of the delivery. A number is rather the id of what it speaks of, and would make
/// the next delivery about the same contact look like a repeated one.
fn delivery_id(event: &Map<String, Value>) -> Option<String> {
    let id = get(event, "id")?;
    let text = id.as_str().filter(|_| to_integer(id).is_none())?;
    // Any of our ids may hold what this one must be made of.
    ContactId::parse(text).ok().map(String::from)
}

fn get<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

fn hash(body: &[u8]) -> String {
    format!("{:x}", Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::psa::Settings;
    use crate::psa::halo::settings::tests::settings;
    use crate::psa::webhook::check_path;

    const PATH: &str = "hush-path-0123456789abcdef";

    fn basic(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    fn deliver(
        path_token: &str,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Result<Delivery, DeliveryError> {
        deliver_to(settings(), path_token, authorization, body)
    }

    fn deliver_to(
        settings: HaloSettings,
        path_token: &str,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Result<Delivery, DeliveryError> {
        let mut headers = HeaderMap::new();
        if let Some(authorization) = authorization {
            headers.insert("Authorization", authorization.parse().unwrap());
        }
        let unverified = UnverifiedDelivery {
            system: "halo",
            path_token,
            headers: &headers,
            body,
        };
        check_path(&Settings::Halo(settings.clone()), unverified)?;
        verify(&settings, unverified)
    }

    fn genuine(body: &[u8]) -> Result<Delivery, DeliveryError> {
        deliver(PATH, Some(&basic("muster:hush-password")), body)
    }

    fn ids(delivery: &Delivery) -> Vec<&str> {
        delivery.contacts.iter().map(ContactId::as_str).collect()
    }

    #[test]
    fn forged_deliveries_are_turned_away() {
        let good = basic("muster:hush-password");
        let long = basic(&"x".repeat(AUTHORIZATION_BYTES_MAX));
        for (path, authorization, expected) in [
            ("", Some(good.as_str()), DeliveryError::NotFound),
            (
                "hush-path-0123456789abcdeF",
                Some(&good),
                DeliveryError::NotFound,
            ),
            ("wrong", None, DeliveryError::NotFound),
            (PATH, None, DeliveryError::Unauthorized),
            (PATH, Some(""), DeliveryError::Unauthorized),
            (PATH, Some("Basic"), DeliveryError::Unauthorized),
            (PATH, Some("Basic ***"), DeliveryError::Unauthorized),
            (
                PATH,
                Some(&basic("muster:hush")),
                DeliveryError::Unauthorized,
            ),
            (PATH, Some(&basic(":")), DeliveryError::Unauthorized),
            (
                PATH,
                Some(&good.replace("Basic", "Bearer")),
                DeliveryError::Unauthorized,
            ),
            (PATH, Some(&long), DeliveryError::Unauthorized),
        ] {
            assert_eq!(
                deliver(path, authorization, b"{}"),
                Err(expected),
                "{authorization:?}"
            );
        }
        assert!(deliver(PATH, Some(&good.replace("Basic", "basic")), b"{}").is_ok());
    }

    #[test]
    fn an_empty_secret_of_ours_opens_nothing() {
        let mut open = settings();
        open.webhook_path_token = String::new().into();
        let refused = deliver_to(open, "", None, b"{}");
        assert_eq!(refused, Err(DeliveryError::NotFound));
        let mut open = settings();
        open.webhook_password = String::new().into();
        open.webhook_username = String::new();
        let refused = deliver_to(open, PATH, Some(&basic(":")), b"{}");
        assert_eq!(refused, Err(DeliveryError::Unauthorized));
    }

    #[test]
    fn what_cannot_be_read_is_turned_away_after_the_credentials() {
        let deep = "[".repeat(4000);
        for body in [
            "",
            "<html>",
            "3",
            "\"x\"",
            "null",
            "[1]",
            "[{\"id\":1},[]]",
            &deep,
        ] {
            assert_eq!(
                genuine(body.as_bytes()),
                Err(DeliveryError::Unreadable),
                "{body:.20}"
            );
        }
        let large = vec![b' '; DELIVERY_BYTES_MAX + 1];
        assert_eq!(genuine(&large), Err(DeliveryError::TooLarge));
        assert_eq!(deliver("wrong", None, &large), Err(DeliveryError::NotFound));
    }

    #[test]
    fn the_contact_is_found_wherever_it_stands() {
        for (body, expected) in [
            (
                json!({"id": "b7c1", "object_id": 1187, "user": {"id": 3}}),
                vec!["1187"],
            ),
            (json!({"ID": "b7c1", "Object_Id": 1187.0}), vec!["1187"]),
            (json!({"object_id": "1187"}), vec!["1187"]),
            (json!({"id": "b7c1", "User": {"Id": 1187}}), vec!["1187"]),
            (json!({"id": 1187}), vec!["1187"]),
            (json!({"id": "1187"}), vec![]),
            (json!({"object_id": 0}), vec![]),
            (json!({"event": "Test"}), vec![]),
            (
                json!([{"object_id": 2}, {"object_id": 1}, {"object_id": 2}, {}]),
                vec!["2", "1"],
            ),
            (json!([]), vec![]),
        ] {
            let delivery = genuine(body.to_string().as_bytes()).unwrap();
            assert_eq!(ids(&delivery), expected, "{body}");
            assert_eq!(delivery.left_out, 0);
        }
    }

    #[test]
    fn a_repeated_delivery_has_the_same_id_and_another_one_has_not() {
        let id = |body: Value| genuine(body.to_string().as_bytes()).unwrap().id;
        let uuid = "b7c1f0de-6f2e-4d55-8a55-1c5d6a0c9f10";
        assert_eq!(id(json!({"id": uuid, "object_id": 1})), uuid);
        for (one, other) in [
            (
                json!({"id": 1187, "title": "a"}),
                json!({"id": 1187, "title": "b"}),
            ),
            (
                json!({"id": "1187", "object_id": 1187}),
                json!({"id": "1187", "object_id": 1188}),
            ),
            (
                json!([{"id": uuid}]),
                json!([{"id": uuid}, {"object_id": 4}]),
            ),
            (
                json!({"id": "a#b", "object_id": 4}),
                json!({"id": "a#b", "object_id": 5}),
            ),
        ] {
            assert_eq!(id(one.clone()), id(one.clone()));
            assert_ne!(id(one), id(other));
        }
    }

    #[test]
    fn a_batch_has_a_limit() {
        let many: Vec<Value> = (1..=CONTACTS_PER_DELIVERY_MAX + 5)
            .map(|id| json!({ "object_id": id }))
            .collect();
        let delivery = genuine(Value::Array(many).to_string().as_bytes()).unwrap();
        assert_eq!(delivery.contacts.len(), CONTACTS_PER_DELIVERY_MAX);
        assert_eq!(delivery.left_out, 5);
    }
}

//! Deliveries of ConnectWise PSA, which it calls callbacks: signed, with a key that has to be fetched
//! from an address that the delivery itself names.
//!
//! Invariants: the path was compared before; a key is fetched from hosts of the connection only, over
//! https, for the connection's own company and no other, without credentials and without following a
//! redirect; a delivery whose key cannot be had now is not turned away for good.
//!
//! The company in the key's address matters: many MSPs share a host, each can have the host sign
//! with its own key, and whoever has one could sign for all of them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::id::ContactId;
use domain::limits::DELIVERY_BYTES_MAX;
use http::StatusCode;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::Url;

use super::client::VENDOR;
use super::convert::contact_id;
use super::settings::ConnectWiseSettings;
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{BaseUrl, RequestParts, VendorKind};
use crate::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery};

/// The header with the signature.
const SIGNATURE: &str = "x-content-signature";
/// The longest address of a key, in bytes.
const ADDRESS_BYTES_MAX: usize = 2048;
/// The largest answer with a key, in bytes.
const KEY_ANSWER_BYTES_MAX: usize = 4 * 1024;
/// The longest a key is waited for: the vendor wants its answer within five seconds.
const KEY_TIME_MAX: Duration = Duration::from_secs(3);

/// Turns what arrived into a delivery, or away. The depth of the JSON is limited by the parser
/// (128 levels).
pub(crate) async fn verify(
    vendors: &Vendors,
    settings: &ConnectWiseSettings,
    unverified: UnverifiedDelivery<'_>,
) -> Result<Delivery, DeliveryError> {
    let signature = unverified.header(SIGNATURE).map(str::trim);
    let signature = signature.and_then(|text| STANDARD.decode(text).ok());
    let signature = signature.ok_or(DeliveryError::Unauthorized)?;
    if unverified.body.len() > DELIVERY_BYTES_MAX {
        return Err(DeliveryError::TooLarge);
    }
    let event: Map<String, Value> =
        serde_json::from_slice(unverified.body).map_err(|_| DeliveryError::Unreadable)?;
    let place = KeyPlace::in_event(settings, &event).ok_or(DeliveryError::Unauthorized)?;
    let is_signed = |key: &SecretString| is_signed(key, unverified.body, &signature);
    let keys = vendors.signing_keys();
    if let Some(kept) = keys.get(place.url.as_str()) {
        if is_signed(&kept.key) {
            return Ok(read(&event, unverified.body));
        }
        // Another key may be there by now, but not seconds after the last.
        if kept.is_fresh {
            return Err(DeliveryError::Unauthorized);
        }
    }
    let key = fetch(vendors, &place).await?;
    keys.put(place.url.as_str(), key.clone());
    if !is_signed(&key) {
        return Err(DeliveryError::Unauthorized);
    }
    Ok(read(&event, unverified.body))
}

/// Where the key of a delivery is, and by which of the connection's addresses that is one of ours.
struct KeyPlace {
    url: Url,
    base: BaseUrl,
}

impl KeyPlace {
    /// The address that a delivery names, if a key may be fetched there.
    fn in_event(settings: &ConnectWiseSettings, event: &Map<String, Value>) -> Option<Self> {
        let company = settings.company();
        if let Some(named) = get(event, "CompanyId").and_then(Value::as_str)
            && !named.eq_ignore_ascii_case(company)
        {
            return None;
        }
        let metadata = get(event, "Metadata")?.as_object()?;
        let text = get(metadata, "key_url")?.as_str()?;
        if text.len() > ADDRESS_BYTES_MAX {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let bases = [settings.api().ok()?, settings.site().ok()?];
        // Scheme, name and port: the addresses of a connection are https, and no private ones.
        let base = bases.into_iter().find(|base| base.owns(&url))?;
        let is_key = url.path_segments()?.any(|part| part == "callbackkey");
        let mut companies = url
            .query_pairs()
            .filter_map(|(name, value)| name.eq_ignore_ascii_case("companyName").then_some(value));
        let is_ours = companies.next()?.eq_ignore_ascii_case(company);
        let is_only = companies.next().is_none();
        drop(companies);
        (is_key && is_ours && is_only).then_some(Self { url, base })
    }
}

#[derive(Deserialize)]
struct KeyAnswer {
    signing_key: SecretString,
}

/// Fetches a key. Whatever may pass says so, since a delivery that is turned away does not come again.
async fn fetch(vendors: &Vendors, place: &KeyPlace) -> Result<SecretString, DeliveryError> {
    let vendor = vendors.vendor(VendorKind::SignIn, VENDOR, place.base.clone());
    // Not a call of the API: it waits for nobody's turn there.
    let vendor = vendor.at(place.base.clone());
    let route = "GET /system/callbackkey";
    let parts = RequestParts::get(place.url.clone(), route, KEY_ANSWER_BYTES_MAX);
    let sent = tokio::time::timeout(KEY_TIME_MAX, vendor.send(&parts)).await;
    let answer = match sent {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(not_had(&error)),
        Err(_) => return Err(not_had(&ConnectorError::TimedOut { vendor: VENDOR })),
    };
    if !answer.is_success() {
        // A key that is not there, or at another place, was never this vendor's.
        let is_passing = answer.status == StatusCode::REQUEST_TIMEOUT;
        return Err(if is_passing {
            DeliveryError::NotNow
        } else {
            DeliveryError::Unauthorized
        });
    }
    let answer: KeyAnswer = answer.json().map_err(|error| not_had(&error))?;
    if answer.signing_key.expose_secret().is_empty() {
        return Err(DeliveryError::Unauthorized);
    }
    Ok(answer.signing_key)
}

fn not_had(error: &ConnectorError) -> DeliveryError {
    tracing::warn!(%error, "the key of a delivery cannot be fetched");
    DeliveryError::NotNow
}

/// Is the body signed with that key? The key of the HMAC is the digest of the text that was fetched.
fn is_signed(key: &SecretString, body: &[u8], signature: &[u8]) -> bool {
    let digest = Sha256::digest(key.expose_secret().as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &digest);
    // Compares in constant time.
    hmac::verify(&key, body, signature).is_ok()
}

/// What a delivery says, that is which contact to look at again; its copy of the record is partial.
fn read(event: &Map<String, Value>, body: &[u8]) -> Delivery {
    let is_contact = get(event, "Type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("contact"));
    let contact = get(event, "ID").and_then(Value::as_i64);
    let contact: Option<ContactId> = contact_id(contact).filter(|_| is_contact);
    let message = get(event, "MessageId").and_then(Value::as_str);
    // Any of our ids may hold what this one must be made of.
    let id = message.and_then(|id| ContactId::parse(id).ok());
    let id = id.map_or_else(|| format!("{:x}", Sha256::digest(body)), String::from);
    Delivery::verified(id, contact.into_iter().collect(), 0)
}

/// A member, whatever the case of its name: both were seen.
fn get<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests;

//! Callbacks: registered over the API, queued when a technician changes a contact, posted when a test
//! says so, signed with a key that the receiver has to fetch.
//!
//! Changes by the API member itself are not delivered: `isSelfSuppressedFlag` is what callbacks of an
//! integration have.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answers::{self, Refusal};
use super::state::State;
use super::{COMPANY_ID, render};
use crate::client;
use crate::exchange::{Answer, Request};

/// Statuses after which a delivery is made again; after others it is lost.
const AGAIN: [u16; 4] = [404, 409, 419, 429];
/// Times that a delivery is made again.
const REPEATS: usize = 2;
/// The block length of the hash, in bytes.
const BLOCK_BYTES: usize = 64;

/// A callback that was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// Its id.
    pub id: i64,
    /// Where deliveries go; the id of the record is appended.
    pub url: String,
    /// What it is about, such as `contact`.
    pub kind: String,
}

impl Callback {
    pub(crate) fn takes(&self, _delivery: &Delivery) -> bool {
        self.kind.eq_ignore_ascii_case("contact")
    }
}

/// A delivery on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What is appended to the callback's address: the id of the record, and the action.
    pub query: String,
    /// The body, as it is signed.
    pub body: Vec<u8>,
    /// The signature, as it stands in `x-content-signature`.
    pub signature: String,
}

/// Queues the delivery of one change.
pub(crate) fn enqueue(state: &mut State, base: &str, id: i64, action: &str) {
    let Some(contact) = state.contacts.get(&id) else {
        return;
    };
    // A part of the record, and none of one that is gone.
    let entity = render::selected(
        &render::contact(state, id, contact),
        "id,firstName,lastName,inactiveFlag",
    );
    let entity = (action != "deleted").then(|| entity.to_string());
    state.deliveries += 1;
    let message = uuid::Uuid::from_u64_pair(0x4b1e_6a0e_5b0c_4d0a, state.deliveries);
    let codebase = &state.codebase;
    let key_url = format!(
        "{base}/{codebase}//system/callbackkey/index.rails?companyName={COMPANY_ID}&id=2f0c"
    );
    let body = json!({
        "MessageId": message.to_string(), "FromUrl": "api-na.example", "CompanyId": COMPANY_ID,
        "MemberId": "jsmith", "Action": action, "Type": "contact", "ID": id,
        "ProductInstanceId": null, "PartnerId": null, "Entity": entity,
        "Metadata": {"key_url": key_url}, "CallbackObjectRecId": 118,
    });
    let body = body.to_string().into_bytes();
    let delivery = Delivery {
        query: format!("{id}&action={action}"),
        signature: sign(&state.signing_key, &body),
        body,
    };
    state.queue.push_back(delivery);
}

/// Posts a delivery until it is taken or given up; the statuses, 0 where there was no answer.
pub(crate) async fn post(callback: &Callback, delivery: &Delivery) -> Vec<u16> {
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("x-content-signature", delivery.signature.clone()),
    ];
    let url = format!("{}{}", callback.url, delivery.query);
    let mut statuses = Vec::new();
    for _ in 0..=REPEATS {
        let reply = client::send("POST", &url, &headers, &delivery.body).await;
        let status = reply.map_or(0, |reply| reply.status);
        statuses.push(status);
        if !AGAIN.contains(&status) {
            break;
        }
    }
    statuses
}

/// The signature of a body: an HMAC (RFC 2104) whose key is the digest of the text that is told.
pub fn sign(key: &str, body: &[u8]) -> String {
    let mut block = Sha256::digest(key.as_bytes()).to_vec();
    block.resize(BLOCK_BYTES, 0);
    let padded = |pad: u8| block.iter().map(move |byte| byte ^ pad);
    let inner: Vec<u8> = padded(0x36).chain(body.iter().copied()).collect();
    let inner = Sha256::digest(&inner);
    let outer: Vec<u8> = padded(0x5c).chain(inner).collect();
    STANDARD.encode(Sha256::digest(&outer))
}

/// Tells the key, to anybody who asks for the company's.
pub(crate) fn key(state: &State, request: &Request) -> Answer {
    let is_ours = request.query("companyName") == Some(COMPANY_ID);
    if is_ours && request.query("id").is_some() {
        Answer::json(200, &json!({ "signing_key": state.signing_key }))
    } else {
        answers::error(404, "NotFound", "Key not found")
    }
}

pub(crate) fn list(state: &State) -> Answer {
    let all = state.callbacks.values().map(shown);
    answers::ok(200, &Value::Array(all.collect()))
}

pub(crate) fn create(state: &mut State, request: &Request) -> Answer {
    let body = request.json().unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (url, kind) = (text("url").to_owned(), text("type").to_owned());
    // Of https only, but for this machine.
    if !url.starts_with("https://") && !url.starts_with("http://127.0.0.1") {
        let refusal = Refusal::field("InvalidField", "url", "Invalid URL");
        return answers::refused(&refusal);
    }
    if body.get("objectId").and_then(Value::as_i64).is_none() || text("level").is_empty() {
        let message = "Unrecognized level for type.";
        return answers::refused(&Refusal::field("InvalidField", "level", message));
    }
    if state.callbacks.values().any(|own| own.url == url) {
        let message = "A matching callback entry already exists";
        return answers::refused(&Refusal::field("ObjectExists", "objectId", message));
    }
    let id = state.next_id();
    let callback = Callback { id, url, kind };
    let answer = answers::ok(201, &shown(&callback));
    state.callbacks.insert(id, callback);
    answer
}

pub(crate) fn delete(state: &mut State, id: i64) -> Answer {
    match state.callbacks.remove(&id) {
        Some(_) => answers::nothing(),
        None => answers::not_found("Callback", id),
    }
}

fn shown(callback: &Callback) -> Value {
    json!({"id": callback.id, "url": callback.url, "type": callback.kind, "objectId": 1,
        "level": "owner", "payloadVersion": "3.0.0", "inactiveFlag": false,
        "isSelfSuppressedFlag": true})
}

//! Callouts: queued when a contact changes, signed with the webhook's key, and posted when a test
//! says so.
//!
//! What the API user itself writes raises none, as where the webhook excludes that user, unless the
//! tenant is told otherwise.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Map, Value, json};

use super::state::State;
use crate::client;

/// Where callouts go, and how untidily.
#[derive(Debug, Clone, Default)]
pub struct Webhook {
    /// Address; plain `http://` only.
    pub url: String,
    /// The secret key; none signs nothing.
    pub secret_key: Option<String>,
    /// Every callout is made twice.
    pub duplicate: bool,
    /// Every second callout never leaves.
    pub drop: bool,
}

/// What names the webhook in its callouts.
pub const WEBHOOK_GUID: &str = "5d9f0a52-7c1e-4a43-8d34-2f1f6f0f9a10";

/// The members whose change a webhook is told of.
const SUBSCRIBED: [&str; 8] = [
    "firstName",
    "lastName",
    "emailAddress",
    "emailAddress2",
    "mobilePhone",
    "phone",
    "title",
    "isActive",
];

/// The value of `X-Hook-Signature` for a body.
pub fn signature(secret_key: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret_key.as_bytes());
    format!("sha1={}", STANDARD.encode(hmac::sign(&key, body)))
}

/// Queues the callout of a change that the API user made.
pub(crate) fn own(state: &mut State, id: i64, action: &str) {
    if state.behaviour.calls_out_own_writes {
        enqueue(state, id, action);
    }
}

/// Queues the callout of a change.
pub(crate) fn enqueue(state: &mut State, id: i64, action: &str) {
    state.callouts += 1;
    let fields: Map<String, Value> = (state.contacts.get(&id))
        .into_iter()
        .flat_map(|contact| contact.members.clone())
        .filter(|(name, _)| SUBSCRIBED.contains(&name.as_str()))
        .collect();
    let body = json!({
        "Action": action, "Guid": WEBHOOK_GUID, "EntityType": "Contact", "Id": id,
        "Fields": fields, "EventTime": format!("{}Z", state.time()),
        "SequenceNumber": state.callouts, "PersonID": 29_682_885,
    });
    state.queue.push_back(body);
}

/// Takes the queue as the bodies to post, with the webhook's disorder applied.
pub(crate) fn bodies(state: &mut State, webhook: &Webhook) -> Vec<Value> {
    let bodies = state.queue.drain(..);
    let kept = bodies.step_by(if webhook.drop { 2 } else { 1 });
    let times = if webhook.duplicate { 2 } else { 1 };
    kept.flat_map(|body| std::iter::repeat_n(body, times))
        .collect()
}

/// Posts one body. The status, or 0 when there was no answer.
pub(crate) async fn post(webhook: &Webhook, body: &Value) -> u16 {
    let body = body.to_string();
    let mut headers = vec![("content-type", "application/json".to_owned())];
    if let Some(key) = &webhook.secret_key {
        headers.push(("x-hook-signature", signature(key, body.as_bytes())));
    }
    let reply = client::send("POST", &webhook.url, &headers, body.as_bytes()).await;
    reply.map_or(0, |reply| reply.status)
}

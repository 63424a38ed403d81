//! Outbound webhooks: bodies are queued when a user changes, and posted when a test says so.
//!
//! Halo promises neither order nor single delivery, and signs nothing: the receiver gets HTTP Basic
//! at most.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::routes::not_found;
use super::state::State;
use super::users;
use crate::client;
use crate::exchange::Answer;

/// Where deliveries go, and how untidily.
#[derive(Debug, Clone, Default)]
pub struct Webhook {
    /// Payload URL; plain `http://` only.
    pub url: String,
    /// User name and password for HTTP Basic; none sends no credentials.
    pub basic: Option<(String, String)>,
    /// Every delivery is made twice.
    pub duplicate: bool,
    /// The newest delivery goes first.
    pub reorder: bool,
    /// Every second delivery never leaves.
    pub drop: bool,
    /// All that waits goes as one array.
    pub batch: bool,
}

/// The id that deliveries and the API name the webhook by.
pub const WEBHOOK_ID: &str = "2f6e0a3c-77f5-4a52-9a40-6a4a3f1f5b6e";

/// Queues the delivery of one change.
pub(crate) fn enqueue(state: &mut State, id: i64, event: &str) {
    let Some(user) = state.users.get(&id) else {
        return;
    };
    let user = users::row(state, user, false);
    state.deliveries += 1;
    let delivery = uuid::Uuid::from_u64_pair(0xb7c1_f0de_6f2e_4d55, state.deliveries);
    let body = json!({
        "id": delivery.to_string(), "webhook_id": WEBHOOK_ID, "timestamp": state.time(),
        "event": event, "object_id": id, "user": user,
    });
    state.queue.push_back(body);
}

/// Takes the queue as the bodies to post, with the webhook's disorder applied.
pub(crate) fn bodies(state: &mut State, webhook: &Webhook) -> Vec<Value> {
    let mut bodies: Vec<Value> = state.queue.drain(..).collect();
    if webhook.drop {
        bodies = bodies.into_iter().step_by(2).collect();
    }
    if webhook.reorder {
        bodies.reverse();
    }
    if webhook.duplicate {
        bodies = bodies
            .into_iter()
            .flat_map(|body| [body.clone(), body])
            .collect();
    }
    if webhook.batch && !bodies.is_empty() {
        bodies = vec![Value::Array(bodies)];
    }
    bodies
}

/// Posts one body. The status, or 0 when there was no answer.
pub(crate) async fn post(webhook: &Webhook, body: &Value) -> u16 {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    if let Some((name, password)) = &webhook.basic {
        let credentials = STANDARD.encode(format!("{name}:{password}"));
        headers.push(("authorization", format!("Basic {credentials}")));
    }
    let body = body.to_string();
    let reply = client::send("POST", &webhook.url, &headers, body.as_bytes()).await;
    reply.map_or(0, |reply| reply.status)
}

/// Answers `GET /Webhook/{id}`.
pub(crate) fn health(state: &State, id: &str) -> Answer {
    match &state.webhook {
        Some(webhook) if id == WEBHOOK_ID => {
            let body = json!({
                "id": WEBHOOK_ID, "name": "Contacts", "type": 0, "url": webhook.url,
                "method": 0, "content_type": "application/json", "active": true,
                "disabled": false, "last_status": 200,
            });
            Answer::json(200, &body)
        }
        Some(_) | None => not_found(),
    }
}

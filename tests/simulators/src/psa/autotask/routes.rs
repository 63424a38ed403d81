//! Paths of a zone of Autotask: `/ATServicesRest/V1.0/...`, whatever their letter case, and a page
//! for people anywhere else.

use serde_json::{Map, Value, json};

use super::members::{COMPANY, CONTACT, described};
use super::state::{Entity, State};
use super::{query, webhooks};
use crate::exchange::{Answer, Request};

pub(crate) fn answer(state: &mut State, base: &str, request: &Request) -> Answer {
    let path = request.path.to_ascii_lowercase();
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let ["atservicesrest", rest @ ..] = segments.as_slice() else {
        return Answer::html(404, PAGE);
    };
    match (request.method.as_str(), rest) {
        ("GET", ["versioninformation"]) => Answer::json(200, &json!({ "apiVersions": ["1.0"] })),
        ("GET", ["v1.0", "zoneinformation"]) => zone(state, base, request),
        (method, ["v1.0", rest @ ..]) => api(state, base, method, rest, request),
        _ => Answer::html(404, PAGE),
    }
}

const PAGE: &str = "<!doctype html><html><title>Autotask</title></html>";

fn zone(state: &mut State, base: &str, request: &Request) -> Answer {
    state.zone_calls += 1;
    let user = request.query("user").unwrap_or_default();
    if !user.eq_ignore_ascii_case(&state.username) {
        return failed("Zone information could not be determined");
    }
    let zone = state.zone.clone().unwrap_or_else(|| base.to_owned());
    Answer::json(
        200,
        &json!({"zoneName": "Simulated 1", "url": format!("{zone}/ATServicesRest/"),
            "webUrl": format!("{zone}/"), "ci": 123_456}),
    )
}

fn api(state: &mut State, base: &str, method: &str, rest: &[&str], request: &Request) -> Answer {
    if state.used >= state.threshold {
        return throttled("Request Threshold Exceeded");
    }
    state.used += 1;
    if let Some(refusal) = refusal(state, request) {
        return refusal;
    }
    match (method, rest) {
        ("GET", ["thresholdinformation"]) => Answer::json(
            200,
            &json!({"externalRequestThreshold": state.threshold, "requestThresholdTimeframe": 60,
                "currentTimeframeRequestCount": state.used}),
        ),
        (_, ["companies", company, "contacts", rest @ ..]) => match company.parse() {
            Ok(company) => children(state, base, method, (company, rest), request),
            Err(_) => Answer::html(404, PAGE),
        },
        ("PATCH", ["companies"]) => match writable(state, request) {
            Ok(body) => done(state, |state| state.change_company(&body)),
            Err(answer) => *answer,
        },
        (_, [name, rest @ ..]) => match entity(name) {
            Some(entity) => records(state, base, method, (entity, rest), request),
            None => Answer::html(404, PAGE),
        },
        _ => Answer::html(404, PAGE),
    }
}

/// What the three headers are turned away with. A wrong secret says nothing at all.
fn refusal(state: &mut State, request: &Request) -> Option<Answer> {
    let header = |name: &str| request.header(name).unwrap_or_default();
    if header("apiintegrationcode") != state.code {
        return Some(failed("IntegrationCode is invalid."));
    }
    let is_user = header("username").eq_ignore_ascii_case(&state.username);
    if !is_user || header("secret") != state.secret {
        state.refused_credentials += 1;
        return Some(unauthorized());
    }
    None
}

fn entity(name: &str) -> Option<Entity> {
    match name {
        "contacts" => Some(Entity::Contacts),
        "companies" => Some(Entity::Companies),
        "resources" => Some(Entity::Resources),
        _ => None,
    }
}

fn records(
    state: &mut State,
    base: &str,
    method: &str,
    (entity, rest): (Entity, &[&str]),
    request: &Request,
) -> Answer {
    let is_denied = state.behaviour.deny_reads
        || (state.behaviour.deny_resources && entity == Entity::Resources);
    let is_about = rest.first() == Some(&"entityinformation");
    if is_denied && !is_about {
        return no_right("query");
    }
    let body = request.json();
    match (method, rest) {
        ("GET", ["entityinformation", rest @ ..]) => information(state, entity, rest),
        ("POST", ["query", rest @ ..]) => {
            let Some(asked) = body else {
                return Answer::json(400, &json!({ "errors": ["The request is no JSON."] }));
            };
            match rest {
                [] => query::answer(state, base, entity, &asked, None),
                ["count"] => query::count(state, entity, &asked),
                ["next"] => {
                    let paging = request.query("paging").unwrap_or_default();
                    query::answer(state, base, entity, &asked, Some(paging))
                }
                _ => Answer::html(404, PAGE),
            }
        }
        ("GET", ["query"]) => {
            let search = request.query("search").unwrap_or_default();
            let asked = serde_json::from_str(search).unwrap_or_default();
            query::answer(state, base, entity, &asked, None)
        }
        // A page of a POST is read with a POST.
        ("GET", ["query", "next"]) => method_not_allowed(),
        ("GET", [id]) => match id.parse() {
            Ok(id) => one(state, entity, id),
            Err(_) => Answer::html(404, PAGE),
        },
        // Contacts are written below their company only.
        ("POST" | "PATCH" | "PUT", _) => Answer::html(404, PAGE),
        _ => method_not_allowed(),
    }
}

fn one(state: &State, entity: Entity, id: i64) -> Answer {
    let is_hidden = state.behaviour.hide_everything;
    let record = state.records(entity).get(&id).filter(|_| !is_hidden);
    if record.is_none() && state.behaviour.missing_is_404 {
        let sentence = "The record could not be found.";
        return Answer::json(404, &json!({ "errors": [sentence] }));
    }
    let item = record.map(|record| {
        let mut row = record.shown(state.fields(entity));
        if state.behaviour.is_strange {
            row.insert("contactMood".to_owned(), json!(["fine"]));
            row.insert("nameSuffix".to_owned(), json!(987_654));
        }
        row
    });
    Answer::json(200, &json!({ "item": item }))
}

fn information(state: &State, entity: Entity, rest: &[&str]) -> Answer {
    let behaviour = &state.behaviour;
    let access = |is_denied: bool| if is_denied { "None" } else { "All" };
    let about = match rest {
        [] => json!({"info": {
            "name": "Contact", "canQuery": true, "canCreate": true, "canUpdate": true,
            "canDelete": true, "hasUserDefinedFields": true, "supportsWebhookCallouts": true,
            "userAccessForQuery": access(behaviour.deny_reads),
            "userAccessForCreate": access(behaviour.deny_writes),
            "userAccessForUpdate": access(behaviour.deny_writes),
            "userAccessForDelete": if behaviour.is_strange { "Sometimes" } else { "None" },
        }}),
        ["fields"] => match entity {
            Entity::Contacts => described(&CONTACT, &[]),
            Entity::Companies => described(&COMPANY, &state.territories),
            Entity::Resources => json!({ "fields": [] }),
        },
        ["userdefinedfields"] => {
            let fields: Vec<Value> = (state.fields(entity).iter())
                .map(super::Field::described)
                .collect();
            json!({ "fields": fields })
        }
        _ => return Answer::html(404, PAGE),
    };
    Answer::json(200, &about)
}

fn children(
    state: &mut State,
    base: &str,
    method: &str,
    (company, rest): (i64, &[&str]),
    request: &Request,
) -> Answer {
    match (method, rest) {
        ("GET", []) if state.behaviour.deny_reads => no_right("query"),
        ("GET", []) => {
            let asked = json!({"filter": [{"op": "eq", "field": "companyID", "value": company}]});
            query::answer(state, base, Entity::Contacts, &asked, None)
        }
        ("POST", []) => match writable(state, request) {
            Ok(body) => done(state, |state| {
                let id = state.create(company, &body)?;
                webhooks::own(state, id, "Create");
                Ok(id)
            }),
            Err(answer) => *answer,
        },
        ("PATCH" | "PUT", []) => match writable(state, request) {
            Ok(body) => done(state, |state| {
                let id = state.change(Some(company), &body, method == "PUT")?;
                webhooks::own(state, id, "Update");
                Ok(id)
            }),
            Err(answer) => *answer,
        },
        ("DELETE", [id]) => match (writable_at_all(state), id.parse()) {
            (Some(denied), _) => denied,
            (None, Ok(id)) => done(state, |state| {
                let own = state.contacts.get(&id).and_then(|c| c.integer("companyID"));
                if own != Some(company) {
                    return Err("No matching records found to delete.".to_owned());
                }
                state.contacts.remove(&id);
                Ok(id)
            }),
            (None, Err(_)) => Answer::html(404, PAGE),
        },
        _ => method_not_allowed(),
    }
}

fn writable_at_all(state: &State) -> Option<Answer> {
    (state.behaviour.deny_writes).then(|| no_right("create or update"))
}

/// The body of a write, if there may be one.
fn writable(state: &State, request: &Request) -> Result<Map<String, Value>, Box<Answer>> {
    if let Some(denied) = writable_at_all(state) {
        return Err(Box::new(denied));
    }
    match request.json() {
        Some(Value::Object(body)) => Ok(body),
        Some(_) | None => {
            let errors = json!({ "errors": ["The request is no JSON object."] });
            Err(Box::new(Answer::json(400, &errors)))
        }
    }
}

/// Writes, and answers with the id alone.
fn done(state: &mut State, write: impl FnOnce(&mut State) -> Result<i64, String>) -> Answer {
    match write(state) {
        Ok(_) if state.behaviour.silent_writes => Answer::json(200, &json!({})),
        Ok(id) if state.behaviour.item_id_as_text => {
            Answer::json(200, &json!({ "itemId": id.to_string() }))
        }
        Ok(id) => Answer::json(200, &json!({ "itemId": id })),
        Err(sentence) => failed(&sentence),
    }
}

fn method_not_allowed() -> Answer {
    let sentence = "The requested resource does not support the method.";
    Answer::json(405, &json!({ "errors": [sentence] }))
}

/// Autotask's way of saying no: status 500 and a sentence.
pub(crate) fn failed(sentence: &str) -> Answer {
    Answer::json(500, &json!({ "errors": [sentence] }))
}

fn no_right(what: &str) -> Answer {
    failed(&format!(
        "The logged in Resource does not have the adequate permissions to {what} this entity type."
    ))
}

pub(crate) fn throttled(sentence: &str) -> Answer {
    Answer::json(429, &json!({ "errors": [sentence] }))
}

pub(crate) fn unauthorized() -> Answer {
    Answer::text(401, "")
}

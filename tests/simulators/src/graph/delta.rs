//! `GET /users/delta`: rounds, pages and their tokens.
//!
//! A round fixes at its first call which users it will show; each page shows their values at the
//! time it is read, so a change during a round is seen again in the next. Tokens are opaque to
//! callers: base64 of what the simulator needs to go on.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::errors::{bad_request, error, unsupported};
use super::properties::{DEFAULT, is_selectable};
use super::render;
use super::round::{Round, build};
use super::state::Tenant;
use crate::exchange::{Answer, Request};

/// Rounds that may still be read, per tenant.
const ROUNDS_KEPT: usize = 64;

/// How a directory says that a cursor is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeltaExpiry {
    /// 410 Gone with a `Location` that starts over, code `syncStateNotFound`.
    #[default]
    Gone,
    /// 410 Gone with a `Location`, code `resyncRequired`.
    ResyncRequired,
    /// 400 with `syncStateNotFound`, as the directory announces it.
    SyncStateNotFound,
    /// 400 with `SyncStateNotFound`, as other workloads spell it.
    SyncStateNotFoundUpperCase,
}

/// The rounds of one tenant and what makes tokens expire.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    open: VecDeque<Arc<Round>>,
    preloaded: Option<Arc<Round>>,
    issued: u64,
    page_generation: u64,
    delta_generation: u64,
    expiry: DeltaExpiry,
}

impl Rounds {
    pub(crate) fn expire_delta_tokens(&mut self, form: DeltaExpiry) {
        self.delta_generation += 1;
        self.expiry = form;
    }

    pub(crate) fn expire_page_tokens(&mut self) {
        self.page_generation += 1;
        self.open.clear();
        self.preloaded = None;
    }

    fn find(&self, id: u64) -> Option<Arc<Round>> {
        let mut known = self.open.iter().chain(&self.preloaded);
        known.find(|round| round.id == id).map(Arc::clone)
    }
}

/// What a caller asked for in its first call; it is baked into every later token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Selected properties, `id` first.
    pub(crate) select: Vec<String>,
    /// Only these users; empty for all.
    pub(crate) ids: Vec<String>,
}

/// Answers the call for a tenant.
pub(crate) fn answer(tenant: &mut Tenant, base: &str, request: &Request) -> Answer {
    if tenant
        .organization
        .get("tenantType")
        .and_then(Value::as_str)
        != Some("AAD")
    {
        return unsupported("Delta query is not supported for this kind of tenant.");
    }
    if let Some(token) = request.query("$skiptoken") {
        return next_page(tenant, base, request, token);
    }
    let token = request.query("$deltatoken").unwrap_or_default();
    if !token.is_empty() && token != "latest" {
        return later_round(tenant, base, request, token);
    }
    let asked = match read_asked(request) {
        Ok(asked) => asked,
        Err(answer) => return *answer,
    };
    if token == "latest" {
        let empty = Round::empty(asked, tenant.sequence);
        return page(tenant, base, request, &Arc::new(empty), 0);
    }
    let round = match tenant.rounds.preloaded.as_ref() {
        Some(round) if round.asked == asked && round.until == tenant.sequence => Arc::clone(round),
        Some(_) | None => open(tenant, asked, 0),
    };
    page(tenant, base, request, &round, 0)
}

/// Serialises the first round for this selection now, so that serving it costs next to nothing.
pub(crate) fn preload(tenant: &mut Tenant, base: &str, select: &str) {
    let asked = Asked {
        select: split(select),
        ids: Vec::new(),
    };
    let round = open(tenant, asked, 0);
    tenant.rounds.open.pop_back();
    let bodies = (0..round.pages.len())
        .map(|number| Bytes::from(body(tenant, base, &round, number, false)))
        .collect();
    let round = Round {
        bodies,
        ..Arc::unwrap_or_clone(round)
    };
    tenant.rounds.preloaded = Some(Arc::new(round));
}

fn open(tenant: &mut Tenant, asked: Asked, since: u64) -> Arc<Round> {
    tenant.rounds.issued += 1;
    let round = Arc::new(build(tenant, tenant.rounds.issued, asked, since));
    if tenant.rounds.open.len() == ROUNDS_KEPT {
        tenant.rounds.open.pop_front();
    }
    tenant.rounds.open.push_back(Arc::clone(&round));
    round
}

fn next_page(tenant: &Tenant, base: &str, request: &Request, token: &str) -> Answer {
    let expired = || {
        error(
            400,
            "Directory_ExpiredPageToken",
            "The specified page token expired.",
        )
    };
    let Some(token) = unpack(token) else {
        return bad_request("Invalid page token.");
    };
    let number = |name: &str| token.get(name).and_then(Value::as_u64).unwrap_or(u64::MAX);
    if token.get("t").and_then(Value::as_str) != Some(tenant.id.as_str()) {
        return bad_request("Invalid page token.");
    }
    let current = number("g") == tenant.rounds.page_generation;
    let Some(round) = tenant.rounds.find(number("r")).filter(|_| current) else {
        return expired();
    };
    match usize::try_from(number("p")) {
        Ok(page_number) if page_number < round.pages.len() => {
            page(tenant, base, request, &round, page_number)
        }
        Ok(_) | Err(_) => expired(),
    }
}

fn later_round(tenant: &mut Tenant, base: &str, request: &Request, token: &str) -> Answer {
    let token = unpack(token);
    let text = |name: &str| token.as_ref().and_then(|token| token.get(name)?.as_str());
    if text("t") != Some(tenant.id.as_str()) {
        return bad_request("The delta token is invalid.");
    }
    let number = |name: &str| token.as_ref().and_then(|token| token.get(name)?.as_u64());
    let (since, generation) = (number("u").unwrap_or(0), number("g").unwrap_or(0));
    if generation != tenant.rounds.delta_generation {
        return expired_delta(tenant.rounds.expiry, base);
    }
    let asked = Asked {
        select: split(text("s").unwrap_or_default()),
        ids: list(text("f")),
    };
    let round = open(tenant, asked, since);
    page(tenant, base, request, &round, 0)
}

fn expired_delta(form: DeltaExpiry, base: &str) -> Answer {
    let message = "The delta token is expired. Restart with a full synchronization.";
    let restart = format!("{base}/v1.0/users/delta?$deltatoken=");
    match form {
        DeltaExpiry::Gone => {
            error(410, "syncStateNotFound", message).with_header("location", restart)
        }
        DeltaExpiry::ResyncRequired => {
            error(410, "resyncRequired", message).with_header("location", restart)
        }
        DeltaExpiry::SyncStateNotFound => error(400, "syncStateNotFound", message),
        DeltaExpiry::SyncStateNotFoundUpperCase => error(400, "SyncStateNotFound", message),
    }
}

fn page(tenant: &Tenant, base: &str, request: &Request, round: &Round, number: usize) -> Answer {
    if let Some(body) = round.bodies.get(number) {
        return Answer::json_bytes(200, body.clone());
    }
    let prefer = request.header("prefer").unwrap_or_default();
    let minimal = prefer.contains("return=minimal");
    let answer = Answer::json_bytes(200, body(tenant, base, round, number, minimal).into());
    if minimal {
        return answer.with_header("preference-applied", "return=minimal".to_owned());
    }
    answer
}

fn body(tenant: &Tenant, base: &str, round: &Round, number: usize, minimal: bool) -> Vec<u8> {
    let behaviour = &tenant.behaviour;
    let last = number + 1 >= round.pages.len();
    let (name, parameter, token) = if last {
        let select = round.asked.select.join(",");
        let token = json!({"t": tenant.id, "s": select, "f": round.asked.ids.join(","),
            "u": round.until, "g": tenant.rounds.delta_generation});
        ("@odata.deltaLink", "deltatoken", token)
    } else {
        let token = json!({"t": tenant.id, "r": round.id, "p": number + 1,
            "g": tenant.rounds.page_generation});
        ("@odata.nextLink", "skiptoken", token)
    };
    let dollar = if behaviour.encoded_links { "%24" } else { "$" };
    let host = match &behaviour.foreign_next_link {
        Some(foreign) if !last => foreign.trim_end_matches('/'),
        Some(_) | None => base,
    };
    let token = pack(&token, behaviour.token_padding);
    let link = format!("{host}/v1.0/users/delta?{dollar}{parameter}={token}");
    let entries = round
        .pages
        .get(number)
        .map(Vec::as_slice)
        .unwrap_or_default();
    render::page(tenant, round, entries, minimal, name, &link)
}

fn read_asked(request: &Request) -> Result<Asked, Box<Answer>> {
    for name in ["$top", "$orderby", "$expand", "$search", "$count", "$skip"] {
        if request.query(name).is_some() {
            return Err(Box::new(unsupported(&format!(
                "{name} is not supported in delta query."
            ))));
        }
    }
    let select = match request.query("$select") {
        Some(text) => split(text),
        None => DEFAULT.iter().map(|name| (*name).to_owned()).collect(),
    };
    if let Some(name) = select.iter().find(|name| !is_selectable(name)) {
        let message = format!("$select is not supported for the following properties: {name}.");
        return Err(Box::new(bad_request(&message)));
    }
    let ids = match request.query("$filter") {
        None => Vec::new(),
        Some(filter) => read_filter(filter)
            .ok_or_else(|| Box::new(unsupported("Only id eq '...' is supported in $filter.")))?,
    };
    Ok(Asked { select, ids })
}

/// `id eq 'a' or id eq 'b'`, the only filter that delta on users has.
fn read_filter(filter: &str) -> Option<Vec<String>> {
    let id = |term: &str| {
        Some(
            term.trim()
                .strip_prefix("id eq '")?
                .strip_suffix('\'')?
                .to_owned(),
        )
    };
    filter.split(" or ").map(id).collect()
}

fn split(select: &str) -> Vec<String> {
    let mut names = vec!["id".to_owned()];
    names.extend(list(Some(select)).into_iter().filter(|name| name != "id"));
    names
}

fn list(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn pack(token: &Value, padding: usize) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(token.to_string());
    if padding > 0 {
        text.push('.');
        text.extend(std::iter::repeat_n('A', padding));
    }
    text
}

fn unpack(token: &str) -> Option<Value> {
    let token = token.split('.').next().unwrap_or_default();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

//! Every exchange of one simulator: in memory for assertions, and as lines of a file for the
//! checker that holds them against the vendor's published API description.
//!
//! Invariants: secrets are masked before anything is kept or written; a line is written by one call
//! to a file opened for appending, so that several test processes may share it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use crate::canary;
use crate::exchange::{Answer, Request};
use crate::faults::Fault;

/// What stands in place of a secret.
const MASK: &str = "***";

/// Names whose values are secrets, in forms, JSON bodies and headers.
const SECRET: [&str; 22] = [
    "access_token",
    "accesstoken",
    "apiintegrationcode",
    "authorization",
    "basic_password",
    "client_assertion",
    "client_secret",
    "cookie",
    "id_token",
    "new_password",
    "otp-secret",
    "otp_secret",
    "otpsecret",
    "password",
    "proxy-authorization",
    "refresh_token",
    "refreshtoken",
    "secret",
    "set-cookie",
    "signing_key",
    "user_token",
    "x-api-key",
];

/// What the paths of reads end in that are asked with a body: Graph's batches, Autotask's queries.
const READS: [&str; 4] = ["/$batch", "/query", "/query/count", "/query/next"];

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// Upper-case HTTP method.
    pub method: String,
    /// Decoded path without the query.
    pub path: String,
    /// Decoded query parameters in the order received.
    pub query: Vec<(String, String)>,
    /// Parsed JSON, the text of anything else with secrets masked, or null.
    pub request_body: Value,
    /// The status that was answered, or would have been had the connection not been cut.
    pub status: u16,
    /// The name of an injected fault.
    pub fault: Option<&'static str>,
    /// Whether the simulator carried the request out (false when refused or pre-empted).
    pub carried_out: bool,
}

impl Exchange {
    /// The first value of a query parameter; letter case of the name is free.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        crate::exchange::find(&self.query, name)
    }

    /// A request that changes the vendor's data: neither a sign-in nor reads that are asked with a
    /// body.
    pub fn is_write(&self) -> bool {
        self.method != "GET"
            && self.method != "HEAD"
            && !is_sign_in(&self.path)
            && !READS.iter().any(|end| self.path.ends_with(end))
    }
}

/// What the paths of calls hold that come before a vendor's API is called: for a token, for the place
/// where a tenant lives, for the key of a signature.
const SIGN_INS: [&str; 4] = [
    "/zoneinformation",
    "/companyinfo/",
    "/callbackkey/",
    "/security/authenticate",
];

/// Whether a path is what a vendor is asked before its API.
pub(crate) fn is_sign_in(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.ends_with("/token") || SIGN_INS.iter().any(|part| path.contains(part))
}

/// Whether an answer tells secrets: those of the simulator, of which each is a canary, or those that
/// somebody else gave it, as sign-ins and the entries of documentation systems do.
fn tells_secrets(path: &str, answer: &[u8]) -> bool {
    is_sign_in(path) || path.contains("passwords") || canary::told_in(answer).is_some()
}

/// A handle on the exchanges of one simulator; clones share them.
#[derive(Debug, Clone)]
pub struct Journal {
    vendor: &'static str,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    exchanges: Vec<Exchange>,
    file: Option<File>,
}

impl Journal {
    /// A journal that appends to `<dir>/<vendor>.ndjson` when a folder is given.
    pub(crate) fn open(vendor: &'static str, dir: Option<&Path>) -> io::Result<Self> {
        let file = match dir {
            None => None,
            Some(dir) => {
                std::fs::create_dir_all(dir)?;
                let path = dir.join(format!("{vendor}.ndjson"));
                Some(OpenOptions::new().append(true).create(true).open(path)?)
            }
        };
        let inner = Inner {
            exchanges: Vec::new(),
            file,
        };
        Ok(Self {
            vendor,
            inner: Arc::new(Mutex::new(inner)),
        })
    }

    /// Every exchange so far, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.inner().exchanges.clone()
    }

    /// Exchanges that asked for a change of the vendor's data, carried out or not.
    pub fn writes(&self) -> Vec<Exchange> {
        self.matching(Exchange::is_write)
    }

    /// Exchanges for which `keep` holds, oldest first.
    pub fn matching(&self, keep: impl Fn(&Exchange) -> bool) -> Vec<Exchange> {
        self.inner()
            .exchanges
            .iter()
            .filter(|exchange| keep(exchange))
            .cloned()
            .collect()
    }

    /// How many exchanges had this method (`"*"` for any) and a path containing `part`; letter
    /// case is free.
    pub fn count(&self, method: &str, part: &str) -> usize {
        let part = part.to_lowercase();
        let fits = |exchange: &&Exchange| {
            (method == "*" || exchange.method.eq_ignore_ascii_case(method))
                && exchange.path.to_lowercase().contains(&part)
        };
        self.inner().exchanges.iter().filter(fits).count()
    }

    /// How many exchanges carried an injected fault.
    pub fn faults(&self) -> usize {
        self.inner()
            .exchanges
            .iter()
            .filter(|exchange| exchange.fault.is_some())
            .count()
    }

    /// Forgets the exchanges in memory; the file keeps its lines.
    pub fn clear(&self) {
        self.inner().exchanges.clear();
    }

    pub(crate) fn record(&self, request: &Request, answer: &Answer, fault: Option<&Fault>) {
        let carried_out = fault.is_none_or(Fault::carries_out) && answer.status < 400;
        let exchange = Exchange {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            request_body: request_body(request),
            status: answer.status,
            fault: fault.map(Fault::name),
            carried_out,
        };
        let mut inner = self.inner();
        if let Some(file) = inner.file.as_mut() {
            let line = line(self.vendor, request, &exchange, answer);
            file.write_all(&line)
                .expect("the journal folder stays writable while tests run");
        }
        inner.exchanges.push(exchange);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One journal line with its line break. The answer's JSON is spliced in as it is, since parsing
/// pages of a large tenant again would dominate the benches.
fn line(vendor: &str, request: &Request, exchange: &Exchange, answer: &Answer) -> Vec<u8> {
    let request_headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), masked(name.as_str(), text))
        })
        .collect();
    let mut response_headers: Map<String, Value> = answer
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    if !answer.body.is_empty() {
        response_headers.insert("content-type".to_owned(), json!(answer.content_type));
    }
    let head = json!({
        "vendor": vendor, "method": exchange.method, "url": request.target,
        "request_headers": request_headers, "request_body": exchange.request_body,
        "status": answer.status, "response_headers": response_headers, "fault": exchange.fault,
    });
    let mut line = head.to_string().into_bytes();
    line.pop();
    line.extend_from_slice(b",\"response_body\":");
    line.extend_from_slice(&response_body(request, answer));
    line.extend_from_slice(b"}\n");
    line
}

fn response_body(request: &Request, answer: &Answer) -> Vec<u8> {
    if answer.body.is_empty() {
        return b"null".to_vec();
    }
    if !answer.content_type.contains("json") {
        return json!(String::from_utf8_lossy(&answer.body))
            .to_string()
            .into_bytes();
    }
    if !tells_secrets(&request.path, &answer.body) {
        return answer.body.to_vec();
    }
    match serde_json::from_slice(&answer.body) {
        Ok(mut body) => {
            mask_members(&mut body);
            body.to_string().into_bytes()
        }
        Err(_) => json!(MASK).to_string().into_bytes(),
    }
}

fn request_body(request: &Request) -> Value {
    if request.body.is_empty() {
        return Value::Null;
    }
    if let Some(mut body) = request.json() {
        mask_members(&mut body);
        return body;
    }
    match std::str::from_utf8(&request.body) {
        Ok(text) => Value::String(
            text.split('&')
                .map(masked_pair)
                .collect::<Vec<_>>()
                .join("&"),
        ),
        Err(_) => json!("<binary>"),
    }
}

fn masked_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
        Some(_) | None => pair.to_owned(),
    }
}

fn mask_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && !member.is_null() {
                    *member = json!(MASK);
                } else {
                    mask_members(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn masked(name: &str, value: String) -> Value {
    if is_secret(name) {
        json!(MASK)
    } else {
        json!(value)
    }
}

fn is_secret(name: &str) -> bool {
    SECRET
        .iter()
        .any(|secret| secret.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use bytes::Bytes;

    fn request(target: &str, body: &str) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Basic c2VjcmV0".parse().unwrap());
        Request::new(
            "POST",
            target,
            headers,
            Bytes::copy_from_slice(body.as_bytes()),
        )
    }

    #[test]
    fn secrets_of_headers_forms_and_answers_are_masked() {
        let asked = request(
            "/auth/token?tenant=a",
            "client_id=x&client_secret=hush&scope=y",
        );
        let answer = Answer::json(200, &json!({"access_token": "hush", "refresh_token": null}));
        let journal = Journal::open("halo", None).unwrap();
        journal.record(&asked, &answer, None);
        let exchange = journal.exchanges().remove(0);
        assert_eq!(
            exchange.request_body,
            json!("client_id=x&client_secret=***&scope=y")
        );
        assert!(!exchange.is_write());
        let text = String::from_utf8(line("halo", &asked, &exchange, &answer)).unwrap();
        assert!(
            !text.contains("hush") && !text.contains("c2VjcmV0"),
            "{text}"
        );
        let parsed: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["response_body"]["access_token"], "***");
        assert_eq!(parsed["response_body"]["refresh_token"], Value::Null);
        assert_eq!(parsed["request_headers"]["authorization"], "***");
        assert_eq!(parsed["url"], "/auth/token?tenant=a");
    }

    #[test]
    fn a_sign_in_of_kaseya_bms_is_one_and_tells_no_secret() {
        let form = "GrantType=password&UserName=x&Password=hush&Tenant=Acme";
        let asked = request("/v2/security/authenticate", form);
        let tokens = json!({"accessToken": "hush", "refreshToken": "hush"});
        let answer = Answer::json(200, &json!({"success": true, "result": tokens}));
        let journal = Journal::open("kaseya-bms", None).unwrap();
        journal.record(&asked, &answer, None);
        let exchange = journal.exchanges().remove(0);
        assert!(!exchange.is_write());
        let text = String::from_utf8(line("kaseya-bms", &asked, &exchange, &answer)).unwrap();
        assert!(
            !text.contains("hush") && text.contains("Tenant=Acme"),
            "{text}"
        );
    }

    #[test]
    fn passwords_and_seeds_that_a_vendor_tells_are_masked() {
        let mut asked = request("/api/v1/asset_passwords", "");
        asked.headers.insert("x-api-key", "hush".parse().unwrap());
        let rows = json!([{"id": 1, "password": "hush", "otp_secret": "hush", "username": "u"}]);
        let answer = Answer::json(200, &json!({ "asset_passwords": rows }));
        let journal = Journal::open("hudu", None).unwrap();
        journal.record(&asked, &answer, None);
        let exchange = journal.exchanges().remove(0);
        let text = String::from_utf8(line("hudu", &asked, &exchange, &answer)).unwrap();
        assert!(!text.contains("hush"), "{text}");
        let parsed: Value = serde_json::from_str(&text).unwrap();
        let row = &parsed["response_body"]["asset_passwords"][0];
        assert_eq!(
            (&row["password"], &row["username"]),
            (&json!("***"), &json!("u"))
        );
        let asked = request("/organizations/1/relationships/passwords", "{}");
        let answer = Answer {
            content_type: "application/vnd.api+json",
            ..Answer::json(200, &json!({"data": {"attributes": {"otpSecret": "hush"}}}))
        };
        let text = String::from_utf8(line("it-glue", &asked, &exchange, &answer)).unwrap();
        let parsed: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            parsed["response_body"]["data"]["attributes"]["otpSecret"],
            "***"
        );
    }

    #[test]
    fn writes_and_counts_tell_reads_from_changes_and_name_the_fault() {
        let journal = Journal::open("halo", None).unwrap();
        let ok = Answer::json(200, &json!([]));
        journal.record(
            &request("/api/Users", "[]"),
            &ok,
            Some(&Fault::LostAfterWrite),
        );
        journal.record(
            &request("/api/Users", "[]"),
            &ok,
            Some(&Fault::ServerError(500)),
        );
        journal.record(&request("/auth/token", ""), &ok, None);
        assert_eq!(journal.writes().len(), 2);
        assert_eq!(journal.count("POST", "/users"), 2);
        assert_eq!(journal.faults(), 2);
        assert_eq!(journal.matching(|exchange| exchange.carried_out).len(), 2);
        journal.clear();
        assert!(journal.exchanges().is_empty());
    }

    #[test]
    fn lines_are_appended_whole_by_several_writers() {
        let dir = std::env::temp_dir().join(format!("simulators-journal-{}", uuid::Uuid::new_v4()));
        let journals = [0, 1].map(|_| Journal::open("graph", Some(&dir)).unwrap());
        let text = Answer::text(429, "slow\ndown");
        std::thread::scope(|scope| {
            for journal in &journals {
                scope.spawn(|| {
                    (0..50).for_each(|_| journal.record(&request("/v1.0/x", "{}"), &text, None));
                });
            }
        });
        let file = std::fs::read_to_string(dir.join("graph.ndjson")).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        let lines: Vec<Value> = file
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(lines.len(), 100);
        assert!(
            lines
                .iter()
                .all(|line| line["response_body"] == "slow\ndown")
        );
    }
}

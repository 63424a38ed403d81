//! Autotask over HTTP, against a server that answers what it is told.

mod bodies;
mod companies;
mod rate;
mod reads;
mod writes;

use serde_json::{Value, json as value};

use super::*;
use crate::http::Pause;
use crate::http::scripted::{Scripted, json};
use crate::psa::autotask::settings::tests::document;

struct Bench {
    server: Scripted,
    psa: Box<dyn Psa>,
    vendors: Vendors,
    pause: Pause,
}

/// A tenant that lives at the server itself.
fn zone() -> String {
    json(
        200,
        r#"{"zoneName":"X","url":"{base}/ATServicesRest/","ci":1}"#,
    )
}

/// The fields of a tenant that has all of ours, or none.
fn fields(names: &[&str]) -> String {
    let fields: Vec<Value> = names
        .iter()
        .map(|name| value!({"name": name, "length": 50, "isReadOnly": false}))
        .collect();
    json(200, &value!({ "fields": fields }).to_string())
}

/// A threshold of which so much is used.
fn threshold(used: i64) -> String {
    let told = value!({"externalRequestThreshold": 10_000, "requestThresholdTimeframe": 60,
        "currentTimeframeRequestCount": used});
    json(200, &told.to_string())
}

impl Bench {
    /// Answers where the tenant lives, then the fields of a tenant that has `Office365Id`, the
    /// threshold, and then these. For what asks for fields first.
    async fn start(answers: Vec<String>) -> Self {
        let known = vec![zone(), fields(&["Office365Id"]), threshold(0)];
        Self::start_with([known, answers].concat()).await
    }

    async fn start_with(answers: Vec<String>) -> Self {
        let server = Scripted::start(answers).await;
        let pause = Pause::recorded();
        let vendors = Vendors::new().unwrap().with_pause(pause.clone());
        let psa = psa_at(&vendors, &server.url);
        Self {
            server,
            psa,
            vendors,
            pause,
        }
    }

    /// First lines of the requests to the API, without what is asked once.
    fn calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        let lines = requests
            .iter()
            .map(|r| r.lines().next().unwrap().replace(" HTTP/1.1", ""));
        let lines = lines.map(|line| line.replace("/ATServicesRest/V1.0", ""));
        let once = [
            "zoneInformation",
            "userDefinedFields",
            "ThresholdInformation",
        ];
        lines
            .filter(|line| !once.iter().any(|part| line.contains(part)))
            .collect()
    }

    fn bodies(&self) -> Vec<Value> {
        let requests = self.server.requests().into_iter();
        let bodies = requests.filter_map(|request| {
            let (_, body) = request.split_once("\r\n\r\n").unwrap();
            serde_json::from_str(body).ok()
        });
        bodies.collect()
    }

    fn last_body(&self) -> Value {
        self.bodies().pop().unwrap()
    }
}

fn psa_at(vendors: &Vendors, url: &str) -> Box<dyn Psa> {
    let mut document = document();
    document["discovery_url"] = value!(url);
    let settings: crate::psa::Settings = serde_json::from_value(document).unwrap();
    crate::psa::connect(vendors, &settings).unwrap()
}

fn company() -> CompanyId {
    CompanyId::parse("42").unwrap()
}

/// A page of contacts with these numbers; does it name another?
fn page(ids: std::ops::Range<usize>, has_next: bool) -> String {
    let rows: Vec<Value> = ids
        .map(|id| {
            value!({"id": id, "companyID": 42, "firstName": "User", "lastName": id.to_string(),
                "isActive": id % 2})
        })
        .collect();
    list(&value!(rows), has_next)
}

fn list(rows: &Value, has_next: bool) -> String {
    let next = has_next.then_some("https://evil.example/Contacts/query/next?paging=x");
    let body = value!({"items": rows, "pageDetails": {"count": rows.as_array().unwrap().len(),
        "requestCount": 500, "prevPageUrl": null, "nextPageUrl": next}});
    json(200, &body.to_string())
}

fn item(item: &Value) -> String {
    json(200, &value!({ "item": item }).to_string())
}

/// An error in Autotask's way.
fn errors(status: u16, text: &str) -> String {
    json(status, &value!({ "errors": [text] }).to_string())
}

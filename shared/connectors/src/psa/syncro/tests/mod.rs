//! Syncro over HTTP, against a server that answers what it is told.

mod fields;
mod reads;
mod writes;

use serde_json::{Value, json as value};

use super::*;
use crate::http::Pause;
use crate::http::scripted::{Scripted, json};
use crate::psa::syncro::settings::tests::document;

struct Bench {
    server: Scripted,
    vendors: Vendors,
    settings: crate::psa::Settings,
    psa: Box<dyn Psa>,
}

impl Bench {
    async fn start(answers: Vec<String>) -> Self {
        let server = Scripted::start(answers).await;
        let mut document = document();
        document["api_url"] = value!(format!("{}/api/v1", server.url));
        let settings: crate::psa::Settings = serde_json::from_value(document).unwrap();
        let vendors = Vendors::new().unwrap().with_pause(Pause::recorded());
        let psa = crate::psa::connect(&vendors, &settings).unwrap();
        Self {
            server,
            vendors,
            settings,
            psa,
        }
    }

    /// The connector of another invocation in the same process.
    fn again(&self) -> Box<dyn Psa> {
        crate::psa::connect(&self.vendors, &self.settings).unwrap()
    }

    /// First lines of the requests, without the beginning that all paths have.
    fn calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        let line = |request: &String| {
            let line = request.lines().next().unwrap();
            line.replace(" HTTP/1.1", "").replace("/api/v1", "")
        };
        requests.iter().map(line).collect()
    }

    fn body(&self, at: usize) -> Value {
        let requests = self.server.requests();
        serde_json::from_str(requests[at].split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

fn company() -> CompanyId {
    CompanyId::parse("42").unwrap()
}

/// A page of contacts with these ids, which show all custom fields.
fn page(ids: std::ops::Range<usize>, total_pages: usize, total_entries: usize) -> String {
    let row = |id: usize| {
        value!({ "id": id, "name": format!("User {id}"), "customer_id": 42,
            "email": format!("u{id}@a.example"), "properties": all_fields() })
    };
    let rows: Vec<Value> = ids.map(row).collect();
    list(&rows, total_pages, total_entries)
}

fn list(rows: &[Value], total_pages: usize, total_entries: usize) -> String {
    let body = value!({ "contacts": rows, "meta": { "total_pages": total_pages,
        "total_entries": total_entries, "per_page": 50, "page": 1 } });
    json(200, &body.to_string())
}

fn all_fields() -> Value {
    value!({ "SupportPIN": "", "IsOffice365": "", "Office365Id": "" })
}

fn customer() -> String {
    json(
        200,
        r#"{"customer":{"id":42,"business_name":"Northwind","email":"Office@a.example"}}"#,
    )
}

fn me() -> String {
    let body = r#"{"user_token":"hush","permissions":{"customer":{"read":true,"write":true}}}"#;
    json(200, body)
}

/// What Syncro says of a token that is none, and of one that may not do something.
fn not_authorized() -> String {
    let words = "Not authorized. Please ask account admin to update your group permissions.";
    json(401, &value!({ "error": words }).to_string())
}

fn not_found() -> String {
    json(404, r#"{"message":"Not found"}"#)
}

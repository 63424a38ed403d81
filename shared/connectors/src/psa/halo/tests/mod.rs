//! Halo over HTTP, against a server that answers what it is told.

mod reads;
mod writes;

use serde_json::{Value, json as value};

use super::*;
use crate::http::Pause;
use crate::http::scripted::{Scripted, json, token};
use crate::psa::halo::settings::tests::document;

struct Bench {
    server: Scripted,
    psa: Box<dyn Psa>,
    pause: Pause,
}

impl Bench {
    /// Answers a sign-in, then these.
    async fn start(answers: Vec<String>) -> Self {
        let all = [vec![token("one", 3600)], answers].concat();
        Self::start_with(all).await
    }

    async fn start_with(answers: Vec<String>) -> Self {
        let server = Scripted::start(answers).await;
        let mut document = document();
        document["api_url"] = value!(format!("{}/api", server.url));
        document["auth_url"] = value!(format!("{}/auth", server.url));
        let settings: crate::psa::Settings = serde_json::from_value(document).unwrap();
        let pause = Pause::recorded();
        let vendors = Vendors::new().unwrap().with_pause(pause.clone());
        let psa = crate::psa::connect(&vendors, &settings).unwrap();
        Self { server, psa, pause }
    }

    /// First lines of the requests after the sign-in.
    fn calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        let lines = requests
            .iter()
            .map(|r| r.lines().next().unwrap().replace(" HTTP/1.1", ""));
        lines.filter(|line| !line.contains("/auth/token")).collect()
    }

    fn last_body(&self) -> Value {
        let requests = self.server.requests();
        serde_json::from_str(requests.last().unwrap().split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

fn company() -> CompanyId {
    CompanyId::parse("42").unwrap()
}

fn users(record_count: usize, ids: std::ops::Range<usize>) -> String {
    let rows: Vec<Value> = ids
        .map(|id| value!({"id": id, "name": format!("User {id}"), "client_id": 42, "inactive": id % 2 == 0}))
        .collect();
    json(
        200,
        &value!({"record_count": record_count, "users": rows}).to_string(),
    )
}

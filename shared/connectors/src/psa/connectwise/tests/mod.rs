//! ConnectWise PSA over HTTP, against a server that answers what it is told.

mod addresses;
mod reads;
mod writes;

use serde_json::{Value, json as value};

use super::settings::tests::document;
use super::*;
use crate::http::Pause;
use crate::http::scripted::{Scripted, json};

struct Bench {
    server: Scripted,
    psa: Box<dyn Psa>,
    vendors: Vendors,
    pause: Pause,
}

impl Bench {
    /// Answers where the company lives, then these.
    async fn start(answers: Vec<String>) -> Self {
        let all = [vec![info("v2025_1/")], answers].concat();
        Self::start_with(all).await
    }

    /// Answers where the company lives and its kinds of communication, then these.
    async fn knowing_kinds(answers: Vec<String>) -> Self {
        let all = [vec![info("v2025_1/"), kinds()], answers].concat();
        Self::start_with(all).await
    }

    async fn start_with(answers: Vec<String>) -> Self {
        Self::start_as(answers, |_| {}).await
    }

    async fn start_as(answers: Vec<String>, change: impl Fn(&mut Value)) -> Self {
        let server = Scripted::start(answers).await;
        let mut document = document();
        document["site_url"] = value!(server.url);
        change(&mut document);
        let settings: crate::psa::Settings = serde_json::from_value(document).unwrap();
        let pause = Pause::recorded();
        let vendors = Vendors::new().unwrap().with_pause(pause.clone());
        let psa = crate::psa::connect(&vendors, &settings).unwrap();
        Self {
            server,
            psa,
            vendors,
            pause,
        }
    }

    /// First lines of the requests below the API's path, without that path.
    fn calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        let lines = requests
            .iter()
            .map(|request| request.lines().next().unwrap());
        lines
            .filter(|line| line.contains("/apis/3.0/"))
            .map(|line| {
                line.replace(" HTTP/1.1", "")
                    .replace("/v2025_1/apis/3.0/", "")
            })
            .collect()
    }

    fn last_body(&self) -> Value {
        let requests = self.server.requests();
        serde_json::from_str(requests.last().unwrap().split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

fn info(codebase: &str) -> String {
    let info = value!({"CompanyName": "acmemsp", "Codebase": codebase, "IsCloud": true});
    json(200, &info.to_string())
}

fn kinds() -> String {
    let rows = value!([
        {"id": 1, "description": "Email", "emailFlag": true, "defaultFlag": true},
        {"id": 2, "description": "Direct", "phoneFlag": true, "defaultFlag": true},
        {"id": 4, "description": "Mobile", "phoneFlag": true},
        {"id": 14, "description": "Home Email", "emailFlag": true}
    ]);
    json(200, &rows.to_string())
}

fn company() -> CompanyId {
    CompanyId::parse("250").unwrap()
}

fn ok(body: &Value) -> String {
    json(200, &body.to_string())
}

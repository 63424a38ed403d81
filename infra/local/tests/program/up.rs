//! `muster up`: everything in one process, until it is told to end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bench::{Bench, OPERATOR, PATH_TOKEN, WEBHOOK_PASSWORD};

struct Up {
    process: Child,
    lines: BufReader<ChildStdout>,
    address: String,
}

impl Up {
    fn start(bench: &Bench) -> Self {
        let mut process = bench.command("up", &["--port", "0"]).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .unwrap()
            .to_owned();
        Self {
            process,
            lines,
            address,
        }
    }

    /// One request; status and body.
    fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        let credentials = token.map(|token| format!("authorization: Bearer {token}\r\n"));
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{}\r\n",
            self.address,
            credentials.unwrap_or_default()
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        let body = text.split("\r\n\r\n").nth(1).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn accounts(&self) -> Vec<Value> {
        let (status, body) = self.get("/v1/customers/northwind/accounts?limit=500", Some(OPERATOR));
        assert_eq!((status, &body["next"]), (200, &Value::Null));
        body["accounts"].as_array().unwrap().clone()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Looks until it is so, for ten seconds at most.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(10), "{what}");
        let pause = Duration::from_millis(20);
        tokio::time::timeout(pause, std::future::pending::<()>())
            .await
            .unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b18_up_imports_at_once_serves_webhooks_and_ends_cleanly() {
    let bench = Bench::new(8).await;
    let mut up = Up::start(&bench);
    until("the first import", || {
        let accounts = up.accounts();
        // Matched is before pushed: a contact may be on its way still.
        accounts.iter().any(|a| a["psa"]["contact_id"].is_string())
            && accounts
                .iter()
                .all(|a| a["psa"]["status"] != "off" || a["account_type"] != "end-user")
    })
    .await;
    assert_eq!(up.get("/v1/customers/northwind/accounts", None).0, 401);

    // A technician edits a contact; Halo delivers over HTTP; the account follows.
    let linked = up
        .accounts()
        .into_iter()
        .find(|a| a["psa"]["contact_id"].is_string())
        .unwrap();
    let contact: i64 = linked["psa"]["contact_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    bench.halo.set_webhook(simulators::psa::halo::Webhook {
        url: format!("http://{}/webhooks/halo/{PATH_TOKEN}", up.address),
        basic: Some(("halo".to_owned(), WEBHOOK_PASSWORD.to_owned())),
        ..Default::default()
    });
    bench.halo.take_deliveries();
    bench
        .halo
        .edit_user(contact, &json!({ "mobilenumber": "+46 70 555 99 09" }));
    assert_eq!(bench.halo.deliver_webhooks().await, [200]);
    until("the new number", || {
        up.accounts()
            .iter()
            .any(|a| a["id"] == linked["id"] && a["mobile"] == "+46 70 555 99 09")
    })
    .await;

    // Told to end, it ends well, and a second program gets the directory.
    let told = Command::new("kill")
        .arg(up.process.id().to_string())
        .status()
        .unwrap();
    assert!(told.success());
    let ended = up.process.wait().unwrap();
    assert_eq!(ended.code(), Some(0));
    let mut rest = String::new();
    up.lines.read_to_string(&mut rest).unwrap();
    let accounts = bench
        .json("accounts", &["--customer", "northwind", "--json"])
        .await;
    assert!(
        accounts
            .iter()
            .any(|account| account["mobile"] == "+46 70 555 99 09")
    );
}

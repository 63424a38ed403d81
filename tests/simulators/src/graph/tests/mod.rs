//! How the simulated directory behaves, asked over real sockets by a client that knows nothing.

mod delta;
mod directory;

use serde_json::{Value, json};

use super::{CLIENT_ID, CLIENT_SECRET, Graph};
use crate::client::{Reply, send};
use crate::simulator::Options;

const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";
const OTHER: &str = "0785ef7c-0000-4000-8000-000000000002";
const SELECT: &str = "$select=id,displayName,mail,mobilePhone,businessPhones,assignedLicenses";

/// A client as simple as can be: one token, no retries.
struct Caller {
    token: String,
}

impl Caller {
    async fn new(graph: &Graph, tenant: &str) -> Self {
        let reply = sign_in(graph, tenant, CLIENT_SECRET).await;
        let token = json_of(&reply)["access_token"].as_str().unwrap().to_owned();
        Self { token }
    }

    async fn get(&self, url: &str) -> Reply {
        self.get_with(url, &[]).await
    }

    async fn get_with(&self, url: &str, more: &[(&str, &str)]) -> Reply {
        let mut headers = vec![
            ("authorization", format!("Bearer {}", self.token)),
            ("accept", "application/json".into()),
        ];
        headers.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        send("GET", url, &headers, b"").await.unwrap()
    }

    /// Follows a round to its end: every item in order, pages seen, and the delta link.
    async fn round(&self, first: &str, more: &[(&str, &str)]) -> (Vec<Value>, usize, String) {
        let (mut items, mut pages, mut url) = (Vec::new(), 0, first.to_owned());
        loop {
            let reply = self.get_with(&url, more).await;
            assert_eq!(
                reply.status,
                200,
                "{}",
                String::from_utf8_lossy(&reply.body)
            );
            let page = json_of(&reply);
            items.extend(page["value"].as_array().unwrap().clone());
            pages += 1;
            if let Some(link) = page["@odata.deltaLink"].as_str() {
                assert!(page.get("@odata.nextLink").is_none());
                return (items, pages, link.to_owned());
            }
            page["@odata.nextLink"]
                .as_str()
                .unwrap()
                .clone_into(&mut url);
        }
    }
}

async fn sign_in(graph: &Graph, tenant: &str, secret: &str) -> Reply {
    let url = format!("{}/{tenant}/oauth2/v2.0/token", graph.base());
    let form = format!(
        "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={secret}\
         &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    );
    let headers = [(
        "content-type",
        "application/x-www-form-urlencoded".to_owned(),
    )];
    send("POST", &url, &headers, form.as_bytes()).await.unwrap()
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn code_of(reply: &Reply) -> String {
    json_of(reply)["error"]["code"].as_str().unwrap().to_owned()
}

fn user(number: usize) -> Value {
    json!({"id": format!("user-{number}"), "displayName": format!("Person {number}"),
        "mail": format!("p{number}@acme.example"), "mobilePhone": null})
}

async fn graph_with(count: usize, options: Options) -> Graph {
    let graph = Graph::start(options).await.unwrap();
    graph.add_tenant(TENANT, "acme.example");
    for number in 0..count {
        graph.put_user(TENANT, user(number));
    }
    graph
}

fn first(graph: &Graph) -> String {
    format!("{}/v1.0/users/delta?{SELECT}", graph.base())
}

fn ids(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

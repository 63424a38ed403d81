//! Agents of customers' networks, call by call.

use std::io::Write;

use domain::account::AccountState::Active;
use domain::run::RunStatus;
use flate2::Compression;
use flate2::write::GzEncoder;
use muster::agents::enrol;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::exports::on_premises;
use super::{Answer, call, count, runs};
use crate::world::{World, id};

/// Two customers, and a token of an agent of each.
pub(crate) struct Agents {
    pub(crate) world: World,
    pub(crate) token: String,
    pub(crate) other: String,
}

impl Agents {
    /// A system with both, and an agent of each.
    pub(crate) async fn new() -> Self {
        let customers = on_premises("northwind", "\"active-directory\"")
            + &on_premises("fabrikam", "\"active-directory\"");
        let world = World::new(&customers).await;
        let token = enrol(world.app(), &id("northwind")).await.unwrap().token;
        let other = enrol(world.app(), &id("fabrikam")).await.unwrap().token;
        Self {
            world,
            token,
            other,
        }
    }

    /// Calls as the first customer's agent.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: impl Into<axum::body::Body>,
    ) -> Answer {
        call(&self.world, &self.token, method, path, body, &[]).await
    }

    /// Opens an upload with one file of so many parts; its id.
    pub(crate) async fn open(&self, parts: u32) -> String {
        let body = opening("users.ldif", parts);
        let (status, answer) = self.call("POST", "/v1/uploads", body.to_string()).await;
        assert_eq!(status, 201, "{answer}");
        answer["upload_id"].as_str().unwrap().to_owned()
    }

    /// Hands in a part with its digest: `1/parts/2` is the second of the first file.
    pub(crate) async fn part(&self, upload: &str, part: &str, body: Vec<u8>) -> Answer {
        let path = format!("/v1/uploads/{upload}/files/{part}");
        let digest = digest(&body);
        let digest = [("x-content-sha256", digest.as_str())];
        call(&self.world, &self.token, "PUT", &path, body, &digest).await
    }

    /// Says that an upload is complete.
    pub(crate) async fn complete(&self, upload: &str) -> Answer {
        self.call("POST", &format!("/v1/uploads/{upload}/complete"), "")
            .await
    }

    /// One file in one part, whatever it holds, and all that follows.
    pub(crate) async fn hand_in(&mut self, body: Vec<u8>) {
        let upload = self.open(1).await;
        let (status, answer) = self.part(&upload, "1/parts/1", body).await;
        assert_eq!(status, 201, "{answer}");
        assert_eq!(self.complete(&upload).await.0, 202);
        self.world.settle().await;
    }

    /// How many accounts there are after a good upload of so many people.
    pub(crate) async fn good(&mut self, people: usize) -> usize {
        self.hand_in(gzip(&ldif(people))).await;
        let run = runs(&self.world, "northwind").await.remove(0);
        assert_eq!((run.status, &run.error), (RunStatus::Succeeded, &None));
        count(&self.world, "northwind", Active).await
    }
}

/// The body that opens an upload with one file.
pub(crate) fn opening(name: &str, parts: u32) -> Value {
    json!({ "source": "active-directory", "files": [{ "name": name, "parts": parts }] })
}

/// The SHA-256 of a body in hexadecimal.
pub(crate) fn digest(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A part as it travels.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// An export of so many people, the first being number 0.
pub(crate) fn ldif(people: usize) -> Vec<u8> {
    let entry = |number: usize| {
        format!(
            "dn: CN=P{number},DC=northwind,DC=example\nobjectClass: user\n\
             objectGUID: 93334e47-0000-4000-8000-{number:012}\nsAMAccountName: p{number}\n\
             displayName: P {number}\nuserAccountControl: 512\n\n"
        )
    };
    (0..people).map(entry).collect::<String>().into_bytes()
}

//! The contract of a PSA, continued: who is believed, and what is told to nobody.

use std::io::Write;
use std::sync::{Arc, Mutex};

use connectors::psa::Settings;
use connectors::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery, verify};
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::ContactId;
use domain::limits::DELIVERY_BYTES_MAX;
use http::HeaderMap;
use simulators::Fault;

use super::bench::{Bench, ENTRA_ID, IDA, change, ida};
use super::vendor::{Call, Entry, Simulated, Ways};
use crate::world::PATH_TOKEN;

/// A delivery on its way.
#[derive(Clone)]
struct Sent {
    path_token: String,
    proofs: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl<S: Simulated> Bench<S> {
    /// As the vendor sends it.
    fn genuine(&self, body: Vec<u8>) -> Sent {
        Sent {
            path_token: PATH_TOKEN.to_owned(),
            proofs: self.side.proofs(&body),
            body,
        }
    }

    async fn verify(&self, sent: &Sent) -> Result<Delivery, DeliveryError> {
        self.verify_as(S::KIND.as_str(), sent).await
    }

    async fn verify_as(&self, system: &str, sent: &Sent) -> Result<Delivery, DeliveryError> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        for (name, value) in &sent.proofs {
            headers.insert(*name, value.parse().unwrap());
        }
        let unverified = UnverifiedDelivery {
            system,
            path_token: &sent.path_token,
            headers: &headers,
            body: &sent.body,
        };
        verify(&self.vendors, &self.settings(), unverified).await
    }

    fn somebody(&self) -> ContactId {
        self.add(&Entry::person("Ann Lee", "ann@northwind.example"))
    }
}

pub(super) async fn genuine_deliveries_name_their_contacts_or_there_are_none<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.somebody();
    let body = bench.side.delivery(&id);
    assert_eq!(body.is_none(), bench.gaps().no_deliveries);
    let Some(body) = body else {
        // Whatever comes is nobody's, also where the path is guessed or known.
        let stranger = bench.genuine(format!(r#"{{"id":{id}}}"#).into_bytes());
        let verified = bench.verify(&stranger).await;
        assert!(verified.is_err() || verified.unwrap().contacts.is_empty());
        return;
    };
    let first = bench.genuine(body);
    let delivery = bench.verify(&first).await.unwrap();
    assert_eq!(delivery.contacts.as_slice(), std::slice::from_ref(&id));
    assert_eq!(delivery.left_out, 0);
    let again = bench.verify(&first).await.unwrap();
    assert_eq!(again.id, delivery.id, "a repeated one is known by its id");
    // A later one is another; the first, come late, is what it was: a hint to look.
    let second = bench.genuine(bench.side.delivery(&id).unwrap());
    let later = bench.verify(&second).await.unwrap();
    assert_ne!(later.id, delivery.id);
    assert_eq!(later.contacts, [id]);
    assert_eq!(bench.verify(&first).await.unwrap(), delivery);
    assert!(!format!("{delivery:?}").contains("Ann"));
}

pub(super) async fn forged_deliveries_are_turned_away<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.somebody();
    let body = bench.side.delivery(&id);
    let body = body.unwrap_or_else(|| format!(r#"{{"id":{id}}}"#).into_bytes());
    let genuine = bench.genuine(body);
    for path_token in [PATH_TOKEN.to_uppercase(), String::new(), "x".repeat(32)] {
        let sent = Sent {
            path_token,
            ..genuine.clone()
        };
        assert_eq!(bench.verify(&sent).await, Err(DeliveryError::NotFound));
    }
    let elsewhere = bench.verify_as("nobodys-psa", &genuine).await;
    assert_eq!(elsewhere, Err(DeliveryError::NotFound));
    if bench.gaps().no_deliveries {
        return;
    }
    for at in 0..genuine.proofs.len() {
        let mut missing = genuine.clone();
        missing.proofs.remove(at);
        let refused = bench.verify(&missing).await;
        assert_eq!(refused, Err(DeliveryError::Unauthorized), "missing");
        let mut wrong = genuine.clone();
        wrong.proofs[at].1 = altered(&wrong.proofs[at].1);
        let refused = bench.verify(&wrong).await;
        assert_eq!(refused, Err(DeliveryError::Unauthorized), "wrong");
    }
    let is_signed = !bench.gaps().unsigned_deliveries;
    assert!(!is_signed || !genuine.proofs.is_empty());
    if is_signed {
        let mut other = genuine.clone();
        other.body.push(b' ');
        let refused = bench.verify(&other).await;
        assert_eq!(refused, Err(DeliveryError::Unauthorized), "another body");
    }
    let huge = bench.genuine(vec![b' '; DELIVERY_BYTES_MAX + 1]);
    assert_eq!(bench.verify(&huge).await, Err(DeliveryError::TooLarge));
    for body in ["not json", "[1]", "{\"", ""] {
        let refused = bench.verify(&bench.genuine(body.into())).await;
        // Where the body says which key proves it, it is not believed before it is read.
        let expected = [DeliveryError::Unreadable, DeliveryError::Unauthorized];
        assert!(expected.contains(&refused.unwrap_err()), "{body}");
    }
}

/// A proof with another letter in its middle, so that it is still a proof by its form.
fn altered(proof: &str) -> String {
    let middle = proof.chars().count() / 2;
    let letter = |(at, letter): (usize, char)| match letter {
        'a' | 'A' if at == middle => 'b',
        _ if at == middle => 'a',
        other => other,
    };
    proof.chars().enumerate().map(letter).collect()
}

/// Texts that nobody may see.
fn secrets<S: Simulated>(bench: &Bench<S>) -> Vec<String> {
    let facts = bench.side.facts();
    let document = bench.side.document();
    let credentials = facts.credentials.iter().filter_map(|member| {
        let text = document[member].as_str()?;
        // What is no secret by itself, such as a name of three letters, stands in ordinary words.
        (text.len() > 8).then(|| text.to_owned())
    });
    let mut secrets: Vec<String> = credentials.chain(facts.secrets.clone()).collect();
    let persons = ["Ida", "Berg", "ida@", "i.berg@", "555 01", "Endodontics"];
    let more = [PATH_TOKEN, ENTRA_ID, "Bearer ", "Basic "];
    secrets.extend(persons.into_iter().chain(more).map(str::to_owned));
    secrets
}

pub(super) fn assert_tells_none(text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{secret} in: {text}");
    }
}

pub(super) fn faults() -> [Fault; 7] {
    [
        Fault::throttled(Some(90)),
        Fault::throttled(None),
        Fault::ServerError(500),
        Fault::Html,
        Fault::CutBody,
        Fault::LostBeforeWrite,
        Fault::Unauthorized,
    ]
}

pub(super) async fn no_error_tells_a_secret_or_a_person<S: Simulated>() {
    let canary = "canary-7f3b-secret";
    let mut texts = Vec::new();
    for fault in faults() {
        for call in [Call::Probe, Call::SignIn, Call::List, Call::Create] {
            let bench = Bench::<S>::new().await;
            if bench.side.route(call).is_none() {
                continue;
            }
            bench.fail(call, 100, fault.clone());
            let error = match call {
                Call::Create => bench.create().await.err(),
                Call::List => bench.psa().contacts(&bench.company).await.err(),
                Call::Probe | Call::SignIn | Call::Update => bench.psa().check().await.err(),
            };
            texts.push((secrets(&bench), error.expect("it goes wrong")));
        }
    }
    let bench = Bench::<S>::new().await;
    for member in bench.side.facts().credentials {
        let wrong: Settings = bench.settings_with(member, canary);
        assert!(!format!("{wrong:?}").contains(canary), "{member}");
        let psa = bench.vendors.psa(&wrong).unwrap();
        let hidden = [secrets(&bench), vec![canary.to_owned()]].concat();
        texts.push((hidden, psa.check().await.unwrap_err()));
    }
    assert_tells_none(&format!("{:?}", bench.settings()), &secrets(&bench));
    for (mut hidden, error) in texts {
        hidden.push("127.0.0.1".to_owned());
        let text = format!("{error} {error:?} {}", Failure::from(error.clone()).chain());
        assert_tells_none(&text, &hidden);
    }
    let (new, id) = (bench.ida(), bench.create().await.unwrap());
    let update = change(&id, Attribute::Mobile, ida().value(Attribute::Mobile));
    let read = bench.psa().contact(&id).await.unwrap();
    let debugged = format!("{new:?} {update:?} {read:?} {:?}", bench.vendors);
    assert_tells_none(&debugged, &secrets(&bench));
}

/// What is logged on this thread.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) async fn no_log_tells_a_secret_or_a_person<S: Simulated>() {
    let lines = Lines::default();
    let writer = lines.clone();
    let log = platform::telemetry::log_to(move || writer.clone(), "connectors=trace,domain=trace");
    let guard = tracing::subscriber::set_default(log);
    // A place in the code that another test's thread came to first is taken for one that nobody
    // listens to. So all of them are gone through once, and asked about anew.
    all_that_is_logged(&Bench::<S>::new().await).await;
    tracing::callsite::rebuild_interest_cache();
    lines.clear();
    let bench = Bench::<S>::new().await;
    all_that_is_logged(&bench).await;
    drop(guard);
    let text = lines.text();
    let lines = text.lines().filter(|line| line.contains("vendor called"));
    let (lines, calls) = (lines.count(), bench.vendors.calls().psa);
    assert!(
        calls > 10 && lines >= usize::try_from(calls).unwrap(),
        "{lines} lines, {calls} calls"
    );
    assert_tells_none(&text, &secrets(&bench));
}

/// What works, and what does not.
async fn all_that_is_logged<S: Simulated>(bench: &Bench<S>) {
    bench.psa().check().await.unwrap();
    let id = bench.create().await.unwrap();
    bench.find(IDA).await;
    bench.psa().contacts(&bench.company).await.unwrap();
    let update = change(&id, Attribute::Mobile, "+46 70 555 01 09");
    bench.update(update).await.unwrap();
    if let Some(body) = bench.side.delivery(&id) {
        bench.verify(&bench.genuine(body)).await.unwrap();
    }
    for fault in faults() {
        bench.fail(Call::Probe, 3, fault.clone());
        bench.psa().check().await.unwrap_or_default();
        bench.side.faults().clear();
        bench.fail(Call::Update, 1, fault);
        let update = change(&id, Attribute::JobTitle, "Surgeon");
        bench.update(update).await.unwrap_or_else(|_| id.clone());
        bench.side.faults().clear();
    }
    bench.set(Ways {
        denies_writes: true,
        ..Ways::default()
    });
    bench.create().await.unwrap_err();
}

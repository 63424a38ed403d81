//! The contract of a PSA, continued: answers that are none, and words that are passed on.

use axum::response::Html;
use connectors::error::{ConnectorError, Garble};
use domain::failure::Disposition;
use domain::fields::Attribute;
use simulators::Fault;

use super::bench::{Bench, change, disposition, refused_field};
use super::vendor::{Call, Simulated};

const LATER: Disposition = Disposition::Retry { after: None };

/// A web server that has a page for every path, as a host has that is not the API's: its address.
pub(super) async fn page_server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let page = async || Html("<!doctype html><title>Welcome</title>");
    let router = axum::Router::new().fallback(page);
    // It ends with the runtime of the test.
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}

pub(super) async fn a_page_instead_of_data_is_told_with_the_address_to_correct<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let wrong = bench.side.misaddressed(&page_server().await);
    assert!(!wrong.is_empty(), "the vendor has an address");
    for wrong in wrong {
        let psa = bench.psa_with(wrong.member, &wrong.value);
        let error = psa.check().await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(wrong.remedy), "{}: {text}", wrong.member);
        assert!(!text.contains("127.0.0.1"), "an address in: {text}");
        assert!(!error.is_outcome_unknown() || disposition(&error) == LATER);
    }
    // While a server starts, it may pass; a write may have happened.
    bench.fail(Call::Create, 1, Fault::Html);
    let error = bench.create().await.unwrap_err();
    let ConnectorError::Unreadable { garble, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*garble, Garble::NotData);
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(disposition(&error), LATER);
    bench.fail(Call::List, 10, Fault::Html);
    let error = bench.psa().contacts(&bench.company).await.unwrap_err();
    assert_eq!(disposition(&error), LATER, "{error}");
}

pub(super) async fn a_host_that_is_not_there_is_tried_again<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for wrong in bench.side.misaddressed(&origin) {
        let psa = bench.psa_with(wrong.member, &wrong.value);
        let error = psa.check().await.unwrap_err();
        assert!(
            matches!(error, ConnectorError::Unreachable { .. }),
            "{}: {error}",
            wrong.member
        );
        assert_eq!(disposition(&error), LATER);
        let text = format!("{error} {error:?}");
        assert!(!text.contains("127.0.0.1"), "an address in: {text}");
    }
}

pub(super) async fn a_refusal_in_the_vendors_words_names_no_person<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let words = "Contact 'Ida Berg' <ida@northwind.example>, DENTIST in Endodontics (+46 70 555 01 \
                 02) is there already; i.berg@northwind.example and ida berg too.";
    bench.fail(Call::Create, 1, bench.side.refusal(words));
    let error = bench.create().await.unwrap_err();
    refused_field(&error);
    assert!(!error.is_outcome_unknown(), "{error}");
    assert_names_nobody(&error);
    bench.side.faults().clear();
    let id = bench.create().await.unwrap();
    let words = "Surgeon is no value for Ida Berg, tel. 555 01 02.";
    bench.fail(Call::Update, 1, bench.side.refusal(words));
    let error = bench
        .update(change(&id, Attribute::JobTitle, "Surgeon"))
        .await;
    let error = error.unwrap_err();
    refused_field(&error);
    let text = format!("{error} {error:?}").to_lowercase();
    assert!(!text.contains("surgeon"), "what was sent is in: {text}");
}

/// Nothing of Ida is in it, whatever the case of its letters.
fn assert_names_nobody(error: &ConnectorError) {
    let text = format!("{error} {error:?}").to_lowercase();
    for part in [
        "ida",
        "berg",
        "northwind.example",
        "555",
        "dentist",
        "endodontic",
    ] {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '.');
        let mut words = words.filter(|word| *word == part || part.len() > 3 && word.contains(part));
        assert_eq!(words.next(), None, "in: {text}");
    }
}

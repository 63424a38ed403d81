//! The contract of a documentation system, continued: what goes wrong, and who is turned away.

use std::time::Duration;

use connectors::Vendors;
use connectors::error::{ConnectorError, Garble};
use domain::failure::Disposition;
use simulators::Fault;

use super::bench::{Bench, ida_made, rename};
use super::vendor::{Call, Simulated, Ways};
use crate::contract::answers::page_server;
use crate::contract::bench::{disposition, refused_field};

const LATER: Disposition = Disposition::Retry { after: None };

pub(super) async fn a_pause_that_documentation_asks_for_is_kept_and_the_call_repeated<
    S: Simulated,
>() {
    let bench = Bench::<S>::new().await;
    bench.fail(Call::Probe, 1, Fault::throttled(Some(7)));
    assert!(bench.docs().check().await.unwrap().is_complete());
    let pauses = bench.pause.pauses();
    assert!(pauses.contains(&Duration::from_secs(7)), "{pauses:?}");
    // A write that was turned away did not happen, and is repeated too.
    bench.fail(Call::Create, 1, Fault::throttled(Some(3)));
    bench.create().await.unwrap();
    assert_eq!(bench.side.entries_of(&bench.organization).len(), 1);
    // One that is too long to wait for in place is the queue's to wait for.
    bench.fail(Call::List, 1, Fault::throttled(Some(90)));
    let error = bench.entries().await.unwrap_err();
    let turned_away = Disposition::Retry {
        after: Some(Duration::from_secs(90)),
    };
    assert_eq!(disposition(&error), turned_away, "{error}");
}

pub(super) async fn a_refusal_without_a_pause_teaches_the_rate<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let facts = bench.side.facts();
    bench.docs().check().await.unwrap();
    assert!(bench.pause.pauses().is_empty(), "nothing is learned yet");
    bench.fail(Call::Probe, 1, Fault::throttled(None));
    let error = bench.docs().check().await.unwrap_err();
    let ConnectorError::RateLimited { after, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*after, Some(facts.back_off));
    for _ in 0..2 {
        let before = bench.pause.pauses().len();
        bench.docs().check().await.unwrap();
        let pauses = bench.pause.pauses().split_off(before);
        let least = facts.learned_pause;
        assert!(pauses.iter().any(|pause| *pause >= least), "{pauses:?}");
    }
    // Another process has to learn it itself.
    let other = Bench {
        vendors: Vendors::new().unwrap().with_pause(bench.pause.clone()),
        ..bench
    };
    let before = other.pause.pauses().len();
    other.docs().check().await.unwrap();
    assert_eq!(other.pause.pauses().len(), before);
}

pub(super) async fn a_wrong_key_waits_for_a_person<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida_made());
    let docs = bench.docs_with("api_key", "0000-not-it-0000");
    for error in [
        docs.check().await.unwrap_err(),
        docs.organizations().await.unwrap_err(),
        docs.entries(&bench.organization).await.unwrap_err(),
        docs.entry(&id).await.unwrap_err(),
        docs.apply(&domain::docs::entry::EntryChange::Update(rename(&id, "x")))
            .await
            .unwrap_err(),
    ] {
        let is_it = matches!(error, ConnectorError::Unauthorized { .. });
        assert!(is_it, "{error}");
        assert_eq!(disposition(&error), Disposition::Suspend);
        assert!(error.to_string().contains(S::KIND.name()), "{error}");
    }
    // One that worked so far, as after it was revoked.
    bench.fail(Call::Probe, 9, Fault::Unauthorized);
    let error = bench.docs().check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
}

pub(super) async fn a_right_to_passwords_that_is_missing_is_named_and_waits_for_a_person<
    S: Simulated,
>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida_made());
    bench.set(Ways {
        denies_passwords: true,
        ..Ways::default()
    });
    let right = bench.side.facts().right;
    for error in [
        bench.entries().await.unwrap_err(),
        bench.docs().entry(&id).await.unwrap_err(),
        bench.create().await.unwrap_err(),
        bench.update(rename(&id, "x")).await.unwrap_err(),
    ] {
        let is_it = matches!(error, ConnectorError::Forbidden { .. });
        assert!(is_it, "{error}");
        assert!(error.to_string().contains(right), "{right} in: {error}");
        assert_eq!(disposition(&error), Disposition::Suspend);
        assert!(!error.is_outcome_unknown());
    }
    assert_eq!(bench.docs().organizations().await.unwrap().len(), 1);
}

pub(super) async fn a_read_of_entries_is_repeated_after_a_fault_and_a_write_never_is<
    S: Simulated,
>() {
    for fault in [
        Fault::ServerError(500),
        Fault::ServerError(503),
        Fault::CutBody,
        Fault::LostAfterWrite,
        Fault::LostBeforeWrite,
    ] {
        let (name, bench) = (fault.name(), Bench::<S>::new().await);
        let id = bench.add(&ida_made());
        bench.fail(Call::List, 2, fault.clone());
        assert_eq!(bench.entries().await.unwrap().len(), 1, "{name}");
        bench.fail(Call::List, 3, fault.clone());
        let error = bench.entries().await.unwrap_err();
        assert_eq!(disposition(&error), LATER, "{name}: {error}");
        bench.side.faults().clear();
        bench.fail(Call::Update, 1, fault.clone());
        let error = bench.update(rename(&id, "x")).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{name}: {error}");
        assert_eq!(disposition(&error), LATER, "{name}");
        assert_eq!(bench.count(Call::Update), 1, "{name}: written once");
    }
}

pub(super) async fn a_page_instead_of_entries_is_told_with_the_address_to_correct<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let docs = bench.docs_with("api_url", &page_server().await);
    for error in [
        docs.check().await.unwrap_err(),
        docs.entries(&bench.organization).await.unwrap_err(),
    ] {
        let text = error.to_string();
        let remedy = bench.side.facts().address_remedy;
        assert!(text.contains(remedy), "{remedy} in: {text}");
        assert!(!text.contains("127.0.0.1"), "an address in: {text}");
        let ConnectorError::Unreadable { garble, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*garble, Garble::NotData);
        assert_eq!(disposition(&error), LATER);
    }
}

pub(super) async fn a_documentation_host_that_is_not_there_is_tried_again<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = bench
        .docs_with("api_url", &origin)
        .check()
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unreachable { .. }),
        "{error}"
    );
    assert_eq!(disposition(&error), LATER);
    let text = format!("{error} {error:?}");
    assert!(!text.contains("127.0.0.1"), "an address in: {text}");
}

pub(super) async fn a_refusal_of_an_entry_in_the_vendors_words_names_nobody<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let words = "'Microsoft 365 - Ida Berg' of ida.berg@northwind.example is taken; IDA BERG too.";
    bench.fail(Call::Create, 1, bench.side.refusal(words));
    let error = bench.create().await.unwrap_err();
    refused_field(&error);
    assert!(!error.is_outcome_unknown(), "{error}");
    let text = format!("{error} {error:?}").to_lowercase();
    for part in ["ida", "berg", "northwind"] {
        assert!(!text.contains(part), "{part} in: {text}");
    }
    assert!(text.contains("is taken"), "{text}");
}

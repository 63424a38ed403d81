//! The contract of a PSA, continued: what goes wrong, and who is turned away.

use std::time::Duration;

use connectors::Vendors;
use connectors::error::ConnectorError;
use domain::failure::Disposition;
use simulators::Fault;

use super::bench::{Bench, IDA, disposition};
use super::vendor::{Call, Simulated, Ways};

const LATER: Disposition = Disposition::Retry { after: None };

pub(super) async fn a_pause_that_is_asked_for_is_kept_and_the_call_repeated<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.fail(Call::Probe, 1, Fault::throttled(Some(7)));
    assert!(bench.psa().check().await.unwrap().is_complete());
    let pauses = bench.pause.pauses();
    assert!(pauses.contains(&Duration::from_secs(7)), "{pauses:?}");
    // A write that was turned away did not happen, and is repeated too.
    bench.fail(Call::Create, 1, Fault::throttled(Some(3)));
    bench.create().await.unwrap();
    let pauses = bench.pause.pauses();
    assert!(pauses.contains(&Duration::from_secs(3)), "{pauses:?}");
    assert_eq!(bench.side.persons(&bench.company).len(), 1);
    // One that is too long to wait for in place is the queue's to wait for.
    let turned_away = Disposition::Retry {
        after: Some(Duration::from_secs(90)),
    };
    bench.fail(Call::Probe, 1, Fault::throttled(Some(90)));
    let error = bench.psa().check().await.unwrap_err();
    assert_eq!(disposition(&error), turned_away, "{error}");
    bench.fail(Call::List, 1, Fault::throttled(Some(90)));
    let contacts = bench.psa().contacts(&bench.company).await;
    let error = contacts.unwrap_err();
    assert_eq!(disposition(&error), turned_away, "{error}");
}

pub(super) async fn a_refusal_without_a_pause_is_waited_out_and_what_it_tells_is_kept<
    S: Simulated,
>() {
    let bench = Bench::<S>::new().await;
    bench.psa().check().await.unwrap();
    // As often as it takes for a connector that waits by itself first.
    bench.fail(Call::Probe, 10, Fault::throttled(None));
    let error = bench.psa().check().await.unwrap_err();
    let ConnectorError::RateLimited { after, .. } = &error else {
        panic!("{error}")
    };
    assert!(after.is_some(), "it says how long: {error}");
    bench.side.faults().clear();
    let learned = bench.side.facts().learned_pause;
    for _ in 0..2 {
        let before = bench.pause.pauses().len();
        bench.psa().check().await.unwrap();
        let pauses = bench.pause.pauses().split_off(before);
        if let Some(least) = learned {
            assert!(pauses.iter().any(|pause| *pause >= least), "{pauses:?}");
        }
    }
    if learned.is_none() {
        return;
    }
    // Another process has to learn it itself.
    let other = Bench {
        vendors: Vendors::new().unwrap().with_pause(bench.pause.clone()),
        ..bench
    };
    let before = other.pause.pauses().len();
    other.psa().check().await.unwrap();
    assert_eq!(other.pause.pauses().len(), before);
}

pub(super) async fn a_refused_token_is_renewed_once_and_then_it_is_the_credentials<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let psa = bench.psa();
    psa.check().await.unwrap();
    let has_tokens = bench.side.route(Call::SignIn).is_some();
    if has_tokens {
        assert_eq!(bench.count(Call::SignIn), 1);
        bench.side.expire_tokens();
        psa.check().await.unwrap();
        psa.check().await.unwrap();
        assert_eq!(bench.count(Call::SignIn), 2);
        // A write that met an old token did not happen, and is repeated.
        bench.side.expire_tokens();
        bench.create().await.unwrap();
        assert_eq!(bench.side.persons(&bench.company).len(), 1);
    }
    let (sign_ins, probes) = (bench.count(Call::SignIn), bench.count(Call::Probe));
    bench.fail(Call::Probe, 10, Fault::Unauthorized);
    let error = psa.check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    assert_eq!(disposition(&error), Disposition::Suspend);
    assert!(error.to_string().contains(S::KIND.name()), "{error}");
    let asked = bench.count(Call::Probe) - probes;
    if has_tokens {
        let renewed = bench.count(Call::SignIn) - sign_ins;
        assert_eq!((renewed, asked), (1, 2), "once more, and not again");
    } else {
        assert!(asked <= 2, "credentials are not tried over and over");
    }
    bench.side.faults().clear();
    // Tokens are shared by all who sign in the same way.
    let sign_ins = bench.count(Call::SignIn);
    bench.psa().check().await.unwrap();
    assert_eq!(bench.count(Call::SignIn), sign_ins);
}

pub(super) async fn wrong_credentials_wait_for_a_person<S: Simulated>() {
    let credentials = Bench::<S>::new().await.side.facts().credentials;
    assert!(!credentials.is_empty(), "something proves who calls");
    for member in credentials {
        let bench = Bench::<S>::new().await;
        let psa = bench.psa_with(member, "0000-not-it-0000");
        for _ in 0..2 {
            let error = psa.check().await.unwrap_err();
            assert!(
                matches!(error, ConnectorError::Unauthorized { .. }),
                "{member}: {error}"
            );
            assert_eq!(disposition(&error), Disposition::Suspend, "{member}");
        }
        // Who is locked out after a few tries is not tried over and over.
        let tries = bench.count(Call::SignIn).max(bench.count(Call::Probe));
        assert!(tries <= 4, "{member}: {tries} tries");
    }
}

pub(super) async fn a_right_that_is_missing_is_named_and_waits_for_a_person<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let facts = bench.side.facts();
    let assert_denied = |error: ConnectorError, right: &str| {
        let is_forbidden = matches!(error, ConnectorError::Forbidden { .. });
        let is_refused = matches!(error, ConnectorError::Unauthorized { .. });
        let is_denied = is_forbidden || facts.denies_as_unauthorized && is_refused;
        assert!(is_denied, "{error}");
        assert!(error.to_string().contains(right), "{right} in: {error}");
        assert!(!error.is_outcome_unknown());
        assert_eq!(disposition(&error), Disposition::Suspend);
    };
    bench.set(Ways {
        denies_writes: true,
        ..Ways::default()
    });
    assert_denied(bench.create().await.unwrap_err(), facts.write_right);
    assert!(bench.side.persons(&bench.company).is_empty());
    bench.set(Ways {
        denies_reads: true,
        ..Ways::default()
    });
    let contacts = bench.psa().contacts(&bench.company).await;
    assert_denied(contacts.unwrap_err(), facts.read_right);
    let found = bench.psa().find_by_email(&bench.company, IDA).await;
    assert_denied(found.unwrap_err(), facts.read_right);
}

pub(super) async fn a_read_is_repeated_after_a_fault_and_a_write_never_is<S: Simulated>() {
    for fault in [
        Fault::ServerError(500),
        Fault::ServerError(503),
        Fault::CutBody,
        Fault::LostAfterWrite,
        Fault::LostBeforeWrite,
    ] {
        let (name, bench) = (fault.name(), Bench::<S>::new().await);
        bench.fail(Call::Probe, 2, fault.clone());
        assert!(bench.psa().check().await.unwrap().is_complete(), "{name}");
        bench.fail(Call::Probe, 3, fault.clone());
        let error = bench.psa().check().await.unwrap_err();
        assert_eq!(disposition(&error), LATER, "{name}: {error}");
        bench.side.faults().clear();
        bench.fail(Call::List, 2, fault.clone());
        let contacts = bench.psa().contacts(&bench.company).await;
        assert!(contacts.is_ok(), "{name}");
        bench.fail(Call::Create, 1, fault.clone());
        let error = bench.create().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{name}: {error}");
        assert_eq!(disposition(&error), LATER, "{name}");
        assert_eq!(bench.count(Call::Create), 1, "{name}: written once");
        // Whether it happened is found out by looking.
        let made = bench.side.persons(&bench.company);
        let found = bench.find(&IDA.to_uppercase()).await;
        let found: Vec<_> = found.into_iter().map(|contact| contact.id).collect();
        assert_eq!(found, made, "{name}");
        assert_eq!(made.len(), usize::from(carries_out(&fault)), "{name}");
    }
}

/// Does the vendor do what it was asked, although nobody learns of it?
fn carries_out(fault: &Fault) -> bool {
    matches!(fault, Fault::CutBody | Fault::LostAfterWrite)
}

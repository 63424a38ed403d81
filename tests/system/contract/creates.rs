//! The contract of a PSA, continued: making contacts, each once.

use connectors::error::ConnectorError;
use domain::push::contact::{ContactChange, ContactUpdate, ExternalId};
use simulators::Fault;

use super::bench::{Bench, ENTRA_ID, IDA, ida, nothing, refused_field};
use super::vendor::{Call, Simulated};

pub(super) async fn what_is_made_reads_back_equal<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.create().await.unwrap();
    assert_eq!(
        bench.side.persons(&bench.company).as_slice(),
        std::slice::from_ref(&id)
    );
    bench.assert_holds(&id, &bench.ida_made()).await;
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.company, bench.company);
    assert!(read.active);
    // Somebody of whom less is known.
    let mut new = bench.ida();
    let less = super::vendor::Entry::person("Iver Dahl", "iver@northwind.example");
    new.fields = less.fields();
    new.alternate_emails.clear();
    new.external_id = None;
    new.custom.clear();
    let id = bench
        .psa()
        .apply(&ContactChange::Create(new))
        .await
        .unwrap();
    bench.assert_holds(&id, &less).await;
}

pub(super) async fn a_person_who_is_looked_for_before_is_made_once<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let first = bench.look_and_create().await.unwrap();
    assert_eq!(bench.look_and_create().await.unwrap(), first);
    assert_eq!(bench.count(Call::Create), 1);
    if !bench.gaps().no_create_once {
        assert_eq!(bench.create().await.unwrap(), first, "it makes one once");
    }
    assert_eq!(bench.side.persons(&bench.company), [first]);
}

pub(super) async fn an_answer_lost_after_the_write_makes_no_twin<S: Simulated>() {
    for fault in [Fault::LostAfterWrite, Fault::CutBody] {
        let bench = Bench::<S>::new().await;
        bench.fail(Call::Create, 1, fault.clone());
        let error = bench.create().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{}: {error}", fault.name());
        assert_eq!(bench.side.persons(&bench.company).len(), 1);
        let id = bench.look_and_create().await.unwrap();
        let persons = bench.side.persons(&bench.company);
        assert_eq!(persons, [id], "{}", fault.name());
        assert_eq!(bench.count(Call::Create), 1, "{}", fault.name());
    }
}

pub(super) async fn a_create_that_breaks_off_half_way_makes_no_twin<S: Simulated>() {
    for fault in [
        Fault::throttled(Some(90)),
        Fault::ServerError(503),
        Fault::LostAfterWrite,
        Fault::LostBeforeWrite,
        Fault::Html,
        bench_refusal::<S>().await,
    ] {
        let bench = Bench::<S>::new().await;
        // Where a create takes several writes, one after the first goes wrong.
        bench.fail(Call::Update, 1, fault.clone());
        let made = bench.create().await;
        let is_there = !bench.side.persons(&bench.company).is_empty();
        match made {
            Ok(id) => assert_eq!(bench.side.persons(&bench.company), [id]),
            Err(error) if is_there => {
                assert!(error.is_outcome_unknown(), "{}: {error}", fault.name());
            }
            Err(_) => {}
        }
        bench.side.faults().clear();
        let id = bench.look_and_create().await.unwrap();
        let persons = bench.side.persons(&bench.company);
        assert_eq!(persons, [id], "{}", fault.name());
        assert_eq!(bench.find(IDA).await.len(), 1, "{}", fault.name());
    }
}

async fn bench_refusal<S: Simulated>() -> Fault {
    Bench::<S>::new().await.side.refusal("It is not allowed.")
}

pub(super) async fn as_many_addresses_are_kept_as_the_gaps_say<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let most = bench.gaps().alternate_emails_max;
    // One more than there are places, in reason, and one of them twice.
    let others: Vec<String> = (0..most.min(5) + 1)
        .map(|number| format!("ida{number}@northwind.example"))
        .collect();
    let mut new = bench.ida();
    new.alternate_emails = [&[IDA.to_uppercase()], others.as_slice()].concat();
    let id = bench
        .psa()
        .apply(&ContactChange::Create(new))
        .await
        .unwrap();
    let mut expected = bench.ida_made();
    expected.alternate_emails = others.clone();
    bench.assert_holds(&id, &expected).await;
    for address in others.iter().take(most) {
        assert_eq!(bench.find(address).await.len(), 1, "{address}");
    }
}

pub(super) async fn the_external_id_is_kept_or_refused<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let mut before = ida();
    before.external_id = None;
    let id = bench.add(&before);
    let update = ContactUpdate {
        external_id: Some(ENTRA_ID.to_owned()),
        ..nothing(&id)
    };
    let updated = bench.update(update).await;
    if bench.gaps().no_external_id {
        let error: ConnectorError = updated.unwrap_err();
        assert_eq!(refused_field(&error), Some("external_id"));
        assert_eq!(bench.bodies().len(), 0, "nothing was sent");
        return;
    }
    assert_eq!(updated.unwrap(), id);
    bench.assert_holds(&id, &ida()).await;
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    let expected = ExternalId::Id(ENTRA_ID.to_owned());
    assert_eq!(read.external_id, Some(expected));
}

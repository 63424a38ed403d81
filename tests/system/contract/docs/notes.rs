//! The contract of a documentation system, continued: the contact details in an entry's notes (B29), and
//! what entries are embedded in (B197).

use domain::docs::notes::{BEGIN, END};
use domain::failure::Disposition;
use domain::limits::NOTES_BYTES_MAX;
use simulators::Fault;

use super::bench::{Bench, details, ida_made, no_details, no_entry, rename};
use super::vendor::{Call, Held, Simulated};
use crate::contract::bench::{disposition, refused_field};
use crate::contract::trust::assert_tells_none;

const MAIL: &str = "ida@northwind.example";

fn block(end: &str) -> String {
    [BEGIN, &format!("E-mail: {MAIL}"), END].join(end)
}

pub(super) async fn b29_details_come_to_the_notes_and_go_and_all_else_is_kept<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    for (notes, end) in [
        ("", "\n"),
        (" Ask Bo:\n\tcanary & <3 \n", "\n"),
        ("<p>Ask <i>Bo</i> &amp; Cem</p>\n<p>canary</p>", "<br>"),
    ] {
        let id = bench.add(&ida_made());
        bench.side.set_notes(&id, notes);
        let before = bench.side.everything(&id);
        assert_eq!(bench.update(details(&id, MAIL)).await.unwrap(), id);
        let lead = if notes.is_empty() { "" } else { end };
        assert_eq!(
            bench.side.notes(&id),
            format!("{notes}{lead}{}", block(end))
        );
        bench.assert_holds(&id, &ida_made()).await;
        // What stands there is not written again.
        let writes = bench.bodies().len();
        bench.update(details(&id, MAIL)).await.unwrap();
        assert_eq!(bench.bodies().len(), writes);
        bench.update(no_details(&id)).await.unwrap();
        assert_eq!(bench.side.everything(&id), before, "to the letter");
        bench.update(no_details(&id)).await.unwrap();
        assert_eq!(bench.bodies().len(), writes + 1);
    }
}

pub(super) async fn b29_one_read_and_one_write_of_the_notes_alone_tell_the_details<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida_made());
    bench.update(details(&id, MAIL)).await.unwrap();
    assert_eq!(bench.vendors.calls().documentation, 2);
    let bodies = bench.bodies();
    let text = bodies[0].to_string();
    assert_eq!(bodies.len(), 1);
    for other in [
        "username",
        "\"password\"",
        "\"name\"",
        "category",
        "url",
        "otp",
        "archived",
    ] {
        assert!(!text.contains(other), "{other} in {text}");
    }
    // With a name they are one write.
    let both = domain::docs::entry::EntryUpdate {
        details: no_details(&id).details,
        ..rename(&id, "ida2")
    };
    bench.update(both).await.unwrap();
    assert_eq!(bench.bodies().len(), 2);
    assert_eq!(
        bench.side.held(&id).unwrap().username.as_deref(),
        Some("ida2")
    );
    assert!(!bench.side.notes(&id).contains("Muster"));
}

pub(super) async fn notes_that_cannot_be_spliced_are_refused_and_kept<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let whole = block("\n");
    for (notes, remedy) in [
        (format!("canary {BEGIN}"), "confirm the entry again"),
        (format!("{whole}canary{whole}"), "confirm the entry again"),
        (format!("{END}{BEGIN}canary"), "confirm the entry again"),
        ("canary ".repeat(NOTES_BYTES_MAX / 7), "shorten them"),
    ] {
        let id = bench.add(&ida_made());
        bench.side.set_notes(&id, &notes);
        let error = bench.update(details(&id, MAIL)).await.unwrap_err();
        assert_eq!(refused_field(&error), Some("notes"), "{error}");
        let told = format!("{error} {error:?}");
        assert!(told.contains(remedy), "{told}");
        assert_tells_none(&told, &["canary".to_owned(), MAIL.to_owned()]);
        assert_eq!(bench.side.notes(&id), notes);
    }
    assert_eq!(bench.bodies().len(), 0, "nothing was sent");
    let error = bench.update(details(&no_entry(), MAIL)).await.unwrap_err();
    assert_eq!(disposition(&error), Disposition::Reject, "{error}");
}

/// Notes hold what people put there, secrets too, and vendors repeat what they were sent.
pub(super) async fn no_error_and_no_debug_tells_notes<S: Simulated>() {
    let secret = ["hush-9c1f", "Karlsson", MAIL];
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida_made());
    let notes = format!("{} {}", secret[0], secret[1]);
    bench.side.set_notes(&id, &notes);
    let words = format!("cannot hold {notes} {MAIL}");
    let refusal = bench.side.refusal(&words);
    let hidden = secret.map(str::to_owned);
    let faults = crate::contract::trust::faults().into_iter();
    let faults = faults.flat_map(|fault| [(Call::One, fault.clone()), (Call::Update, fault)]);
    for (call, fault) in faults.chain([(Call::Update, refusal)]) {
        bench.fail(call, 100, fault);
        let told = bench.update(details(&id, MAIL)).await;
        let told = format!("{told:?} {:?}", details(&id, MAIL));
        bench.side.faults().clear();
        assert_tells_none(&told, &hidden);
    }
    // A write whose answer was lost says what is to stand there, and may be repeated.
    bench.side.set_notes(&id, &notes);
    bench.fail(Call::Update, 1, Fault::LostAfterWrite);
    assert!(bench.update(details(&id, MAIL)).await.is_err());
    let written = bench.side.notes(&id);
    bench.update(details(&id, MAIL)).await.unwrap();
    assert_eq!(bench.side.notes(&id), written);
}

pub(super) async fn b197_an_entry_is_made_embedded_where_the_customer_says_so<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let embedded = Held {
        is_embedded: true,
        ..ida_made()
    };
    let home = bench.configuration();
    let id = bench.create_in(&home).await.unwrap();
    bench.assert_holds(&id, &embedded).await;
    let text = bench.bodies()[0].to_string();
    assert!(text.contains(home.as_str()), "{text}");
    // An answer that is lost is looked for among those that are embedded.
    bench.fail(Call::Create, 1, Fault::LostAfterWrite);
    let general = bench.create().await.unwrap();
    bench.fail(Call::Create, 1, Fault::LostAfterWrite);
    let second = bench.create_in(&home).await.unwrap();
    bench.assert_holds(&general, &ida_made()).await;
    bench.assert_holds(&second, &embedded).await;
    assert!(second != id && bench.side.entries_of(&bench.organization).len() == 3);
}

pub(super) async fn b197_the_home_of_entries_is_looked_for_once_and_refused_where_it_is_not_there<
    S: Simulated,
>() {
    let bench = Bench::<S>::new().await;
    let other = bench.side.add_organization("Fabrikam", true);
    let elsewhere = bench.side.add_configuration(&other);
    let nowhere = domain::id::ConfigurationId::parse("999999").unwrap();
    let no_number = domain::id::ConfigurationId::parse("dc-1").unwrap();
    for home in [elsewhere, nowhere, no_number] {
        let error = bench.create_in(&home).await.unwrap_err();
        assert_eq!(refused_field(&error), Some("configuration"), "{error}");
        assert!(
            error.to_string().contains("docs_configuration_id"),
            "{error}"
        );
    }
    assert_eq!(bench.bodies().len(), 0, "nothing was made");
    let home = bench.configuration();
    let docs = bench.docs();
    let new = domain::docs::entry::NewEntry {
        embedded_in: Some(home),
        ..bench.ida()
    };
    let change = domain::docs::entry::EntryChange::Create(new);
    docs.apply(&change).await.unwrap();
    let before = bench.vendors.calls().documentation;
    docs.apply(&change).await.unwrap();
    assert_eq!(bench.vendors.calls().documentation - before, 1);
}

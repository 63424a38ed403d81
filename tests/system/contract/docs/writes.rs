//! The contract of a documentation system, continued: what is made and changed.

use connectors::docs::NO_PASSWORD;
use connectors::error::ConnectorError;
use domain::docs::entry::{EntryChange, EntryUpdate};
use domain::failure::Disposition;
use simulators::Fault;

use super::bench::{Bench, IDA, category, ida_made, no_entry, no_organization, rename};
use super::vendor::{Call, Held, Simulated};
use crate::contract::bench::{disposition, refused_field};

pub(super) async fn an_entry_that_is_made_reads_back_equal_and_holds_no_password<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.create().await.unwrap();
    let entries = bench.side.entries_of(&bench.organization);
    assert_eq!(entries, std::slice::from_ref(&id));
    bench.assert_holds(&id, &ida_made()).await;
    let everything = bench.side.everything(&id);
    assert_eq!(everything["password"], NO_PASSWORD);
    let text = everything.to_string();
    assert!(
        text.contains("Made by Muster"),
        "it says what it is: {text}"
    );
    assert_eq!(bench.entries().await.unwrap().len(), 1);
}

pub(super) async fn an_answer_lost_after_the_create_makes_no_second_entry<S: Simulated>() {
    for fault in [Fault::LostAfterWrite, Fault::CutBody] {
        let bench = Bench::<S>::new().await;
        // Ida has another entry, and so has somebody with her name.
        bench.add(&Held::new("AD - Ida Berg", IDA, "Active Directory"));
        bench.add(&Held::new(
            "Microsoft 365 - Ida Berg",
            "ida2",
            "Microsoft 365",
        ));
        bench.fail(Call::Create, 1, fault.clone());
        let id = bench.create().await.unwrap();
        bench.assert_holds(&id, &ida_made()).await;
        let entries = bench.side.entries_of(&bench.organization);
        assert_eq!(entries.len(), 3, "{}", fault.name());
        assert_eq!(bench.count(Call::Create), 1, "{}", fault.name());
    }
}

pub(super) async fn a_create_that_did_not_happen_is_not_called_made<S: Simulated>() {
    for fault in [
        Fault::ServerError(500),
        Fault::ServerError(503),
        Fault::LostBeforeWrite,
        Fault::Html,
    ] {
        let bench = Bench::<S>::new().await;
        bench.add(&Held::new("AD - Ida Berg", IDA, "Active Directory"));
        bench.fail(Call::Create, 1, fault.clone());
        let error = bench.create().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{}: {error}", fault.name());
        let later = Disposition::Retry { after: None };
        assert_eq!(disposition(&error), later, "{}", fault.name());
        assert_eq!(bench.count(Call::Create), 1, "{}", fault.name());
        assert_eq!(bench.side.entries_of(&bench.organization).len(), 1);
        bench.create().await.unwrap();
        assert_eq!(bench.side.entries_of(&bench.organization).len(), 2);
    }
    // Where it cannot be looked for either, that is no reason to make another.
    let bench = Bench::<S>::new().await;
    bench.fail(Call::Create, 1, Fault::LostAfterWrite);
    bench.fail(Call::List, 9, Fault::ServerError(503));
    assert!(bench.create().await.unwrap_err().is_outcome_unknown());
    assert_eq!(bench.count(Call::Create), 1);
}

pub(super) async fn a_category_that_a_person_confirmed_is_set_and_all_else_is_kept<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let held = Held {
        is_embedded: true,
        ..Held::new("Ann", "alee", "")
    };
    let id = bench.add(&held);
    let before = bench.side.everything(&id);
    let set = bench.update(category(&id, "Active Directory")).await;
    assert_eq!(set.unwrap(), id);
    let expected = Held {
        category: Some("Active Directory".to_owned()),
        ..held
    };
    bench.assert_holds(&id, &expected).await;
    assert_changed(&before, &bench.side.everything(&id), "category");
}

pub(super) async fn a_renamed_account_renames_the_entry_and_all_else_is_kept<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&Held::new("Ann", "ann@northwind.example", "Microsoft 365"));
    let before = bench.side.everything(&id);
    bench
        .update(rename(&id, "ann.lee@northwind.example"))
        .await
        .unwrap();
    let expected = Held::new("Ann", "ann.lee@northwind.example", "Microsoft 365");
    bench.assert_holds(&id, &expected).await;
    assert_changed(&before, &bench.side.everything(&id), "username");
    // Both at once are one write.
    let update = EntryUpdate {
        category: Some("Cloud".to_owned()),
        ..rename(&id, "ann")
    };
    bench.update(update).await.unwrap();
    bench
        .assert_holds(&id, &Held::new("Ann", "ann", "Cloud"))
        .await;
    assert_eq!(bench.bodies().len(), 2);
}

/// Of all that the vendor holds, only members with that in their names changed.
fn assert_changed(before: &serde_json::Value, after: &serde_json::Value, part: &str) {
    let (before, after) = (before.as_object().unwrap(), after.as_object().unwrap());
    let changed = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value));
    let changed: Vec<&String> = changed.map(|(name, _)| name).collect();
    let is_it = |name: &&&String| match part {
        "category" => name.contains("category") || name.as_str() == "password_type",
        part => name.as_str() == part,
    };
    assert!(!changed.is_empty());
    assert_eq!(
        changed.iter().filter(is_it).count(),
        changed.len(),
        "{changed:?}"
    );
}

pub(super) async fn a_change_of_nothing_sends_nothing<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida_made());
    assert_eq!(bench.update(EntryUpdate::of(id.clone())).await.unwrap(), id);
    assert_eq!(bench.vendors.calls().documentation, 0);
}

pub(super) async fn a_category_that_is_missing_is_refused_unless_they_are_free<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&Held::new("Ann", "alee", ""));
    let changed = bench.update(category(&id, "Local Account")).await;
    let mut new = bench.ida();
    new.category = "Local Account".to_owned();
    let made = bench.docs().apply(&EntryChange::Create(new)).await;
    if bench.docs().gaps().free_categories {
        changed.unwrap();
        let made = made.unwrap();
        let held = bench.side.held(&made).unwrap();
        assert_eq!(held.category.as_deref(), Some("Local Account"));
        return;
    }
    for error in [changed.unwrap_err(), made.unwrap_err()] {
        assert_eq!(refused_field(&error), Some("category"));
        assert!(error.to_string().contains("make it in"), "{error}");
    }
    assert_eq!(bench.bodies().len(), 0, "nothing was sent");
}

pub(super) async fn what_an_entry_cannot_hold_is_refused_with_the_fields_name<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida_made());
    let long = "canary".repeat(50);
    let mut refusals = Vec::new();
    for (field, value) in [
        ("name", long.as_str()),
        ("name", " "),
        ("username", long.as_str()),
        ("username", ""),
        ("category", long.as_str()),
        ("category", ""),
    ] {
        let mut new = bench.ida();
        let place = match field {
            "name" => &mut new.name,
            "username" => &mut new.username,
            _ => &mut new.category,
        };
        value.clone_into(place);
        let made = bench.docs().apply(&EntryChange::Create(new)).await;
        refusals.push((field, made));
    }
    refusals.push(("username", bench.update(rename(&id, &long)).await));
    refusals.push(("category", bench.update(category(&id, &long)).await));
    for (field, refusal) in refusals {
        let error = refusal.unwrap_err();
        assert_eq!(refused_field(&error), Some(field), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    assert_eq!(bench.bodies().len(), 0, "nothing was sent");
    // As long as it may be.
    let most = "x".repeat(255);
    bench.update(rename(&id, &most)).await.unwrap();
    assert_eq!(bench.side.held(&id).unwrap().username, Some(most));
}

pub(super) async fn an_entry_that_is_gone_is_not_made_by_a_change<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    for update in [rename(&no_entry(), "ann"), category(&no_entry(), "Cloud")] {
        let error = bench.update(update).await.unwrap_err();
        assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
        assert_eq!(disposition(&error), Disposition::Reject);
    }
    assert!(bench.side.entries_of(&bench.organization).is_empty());
}

pub(super) async fn an_entry_is_not_made_in_an_organization_that_is_gone<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let mut new = bench.ida();
    new.organization = no_organization();
    let made = bench.docs().apply(&EntryChange::Create(new)).await;
    let error = made.unwrap_err();
    assert_eq!(disposition(&error), Disposition::Reject, "{error}");
    assert!(error.to_string().contains("organization"), "{error}");
}

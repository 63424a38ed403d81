//! The contract of a PSA, continued: changing contacts.

use connectors::error::ConnectorError;
use domain::fields::Attribute;
use domain::id::ContactId;
use serde_json::Value;

use super::bench::{Bench, activity, change, ida, nothing, refused_field};
use super::vendor::{Entry, Simulated};

const MOBILE: &str = "+46 70 555 01 09";

pub(super) async fn a_change_sends_what_changes_and_keeps_all_else<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida());
    bench.side.annotate(&id);
    let before = bench.side.everything(&id);
    let sent_before = bench.bodies().len();
    let mut update = change(&id, Attribute::JobTitle, "Surgeon");
    let mobile = Some(MOBILE.to_owned());
    update.set.push((Attribute::Mobile, mobile));
    assert_eq!(bench.update(update).await.unwrap(), id);
    let changed = ida()
        .with(Attribute::JobTitle, "Surgeon")
        .with(Attribute::Mobile, MOBILE);
    bench.assert_holds(&id, &changed).await;
    let sent = bench.bodies().split_off(sent_before);
    assert_sends_nothing_else(&bench, &sent, &[Attribute::JobTitle, Attribute::Mobile]);
    // Changed back, it is what it was: what a technician wrote included.
    let mut back = change(&id, Attribute::JobTitle, "Dentist");
    let mobile = Some(ida().value(Attribute::Mobile).to_owned());
    back.set.push((Attribute::Mobile, mobile));
    bench.update(back).await.unwrap();
    assert_eq!(bench.side.everything(&id), before);
    // Nothing to say, nothing said.
    let writes = bench.bodies().len();
    assert_eq!(bench.update(nothing(&id)).await.unwrap(), id);
    assert_eq!(bench.bodies().len(), writes);
}

/// No body holds a value of Ida's that did not change, but for those that the vendor insists on.
fn assert_sends_nothing_else<S: Simulated>(bench: &Bench<S>, sent: &[Value], set: &[Attribute]) {
    let text = Value::from(sent.to_vec()).to_string();
    assert!(text.contains("Surgeon"), "the change itself is sent");
    let resent = bench.side.facts().resent;
    for (attribute, value) in bench.ida_there().values {
        let may_be_sent = set.contains(&attribute) || resent.contains(&attribute);
        let quoted = Value::from(value).to_string();
        assert!(may_be_sent || !text.contains(&quoted), "{attribute}");
    }
}

pub(super) async fn the_main_address_changes_and_the_others_stay<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida());
    let address = "ida.berg@northwind.example";
    let update = change(&id, Attribute::Email, address);
    bench.update(update).await.unwrap();
    let expected = ida().with(Attribute::Email, address);
    bench.assert_holds(&id, &expected).await;
    assert_eq!(bench.find(address).await.len(), 1);
    // One that had none gets one.
    let bare = Entry::person("Ann Lee", "");
    let id = bench.add(&bare);
    let update = change(&id, Attribute::Email, "ann@northwind.example");
    bench.update(update).await.unwrap();
    let expected = bare.with(Attribute::Email, "ann@northwind.example");
    bench.assert_holds(&id, &expected).await;
}

pub(super) async fn a_field_is_cleared_unless_the_vendor_needs_it<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let gaps = bench.gaps();
    let id = bench.add(&ida());
    let mut expected = bench.ida_there();
    for attribute in [
        Attribute::JobTitle,
        Attribute::Mobile,
        Attribute::Phone,
        Attribute::Department,
    ] {
        if gaps.attributes.contains(&attribute) {
            continue;
        }
        let cleared = change(&id, attribute, "");
        bench.update(cleared).await.unwrap();
        expected = expected.with(attribute, "");
        bench.assert_holds(&id, &expected).await;
        // To clear what is empty is no error.
        let again = change(&id, attribute, "");
        bench.update(again).await.unwrap();
        bench.assert_holds(&id, &expected).await;
    }
    let writes = bench.bodies().len();
    let needed = bench.side.facts().needed;
    let error = bench.update(change(&id, needed, "")).await.unwrap_err();
    assert_eq!(refused_field(&error), Some(needed.as_str()), "{error}");
    assert_eq!(bench.bodies().len(), writes, "nothing was sent");
    bench.assert_holds(&id, &expected).await;
}

pub(super) async fn a_contact_goes_out_of_use_and_comes_back_or_is_refused<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida());
    bench.side.annotate(&id);
    let before = bench.side.everything(&id);
    for active in [false, true] {
        let changed = bench.update(activity(&id, active)).await;
        if bench.gaps().no_active_status {
            let error = changed.unwrap_err();
            assert_eq!(refused_field(&error), Some("active"), "{error}");
            assert_eq!(bench.bodies().len(), 0, "nothing was sent");
            continue;
        }
        assert_eq!(changed.unwrap(), id);
        let expected = if active { ida() } else { ida().out_of_use() };
        bench.assert_holds(&id, &expected).await;
        let found = bench.find(ida().value(Attribute::Email)).await;
        assert_eq!(found[0].active, active);
    }
    assert_eq!(bench.side.everything(&id), before);
}

pub(super) async fn what_a_field_cannot_hold_is_refused_with_the_fields_name<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida());
    let lengths = bench.side.facts().lengths;
    assert!(!lengths.is_empty(), "every vendor has a shortest field");
    for (attribute, most) in lengths {
        let writes = bench.bodies().len();
        let long = "Zk".repeat(most).chars().take(most + 1).collect::<String>();
        let error = bench.update(change(&id, attribute, &long)).await;
        let error = error.unwrap_err();
        assert_eq!(refused_field(&error), Some(attribute.as_str()), "{error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(&(most + 1).to_string()), "{text}");
        assert!(!text.contains("Zk"), "the value is in: {text}");
        assert_eq!(bench.bodies().len(), writes, "nothing was sent");
        let mut new = bench.ida();
        new.fields.set(attribute, Some(long));
        let create = domain::push::contact::ContactChange::Create(new);
        let error = bench.psa().apply(&create).await.unwrap_err();
        assert_eq!(refused_field(&error), Some(attribute.as_str()), "{error}");
        assert_eq!(bench.bodies().len(), writes, "nothing was sent");
        // As long as it may be, it is taken whole.
        let longest = "Zk".repeat(most).chars().take(most).collect::<String>();
        let update = change(&id, attribute, &longest);
        bench.update(update).await.unwrap();
        assert_eq!(bench.entry(&id).value(attribute), longest);
    }
}

pub(super) async fn what_contacts_of_the_vendor_lack_is_refused<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida());
    let gaps = bench.gaps();
    for attribute in &gaps.attributes {
        let error = bench.update(change(&id, *attribute, "Something")).await;
        let error = error.unwrap_err();
        assert_eq!(refused_field(&error), Some(attribute.as_str()), "{error}");
    }
    assert_eq!(bench.bodies().len(), 0, "nothing was sent");
    // And no more than that is lacking.
    for attribute in Attribute::ALL {
        let has_one = bench.entry(&id).values.contains_key(&attribute);
        assert_eq!(
            has_one,
            !gaps.attributes.contains(&attribute),
            "{attribute}"
        );
    }
}

pub(super) async fn a_contact_that_is_not_there_is_not_made_by_a_change<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let nobody = ContactId::parse("999999").unwrap();
    let update = change(&nobody, Attribute::JobTitle, "Surgeon");
    let error = bench.update(update).await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    assert_eq!(bench.psa().contact(&nobody).await.unwrap(), None);
    assert!(bench.side.persons(&bench.company).is_empty());
    // What cannot be an id of the vendor's is nobody's either, and no call is worth it.
    let foreign = ContactId::parse("no-number").unwrap();
    assert_eq!(bench.psa().contact(&foreign).await.unwrap(), None);
}

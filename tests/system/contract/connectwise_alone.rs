//! What is true of ConnectWise PSA alone: a codebase that moves, tables of the MSP's, kinds of
//! communication, keys of signatures.

use connectors::error::ConnectorError;
use connectors::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery, verify};
use domain::failure::Disposition;
use domain::fields::Attribute;
use domain::id::ContactId;
use domain::push::contact::{ContactChange, ContactUpdate, ExternalId};
use domain::push::custom::CustomField as Pin;
use http::HeaderMap;
use serde_json::json;
use simulators::psa::connectwise::{Behaviour, CustomField};
use simulators::{Fault, Options};

use super::bench::{Bench, IDA, IDA_ALSO, change, disposition, ida, nothing, refused_field};
use super::connectwise::ConnectWise;
use super::vendor::{Entry, Simulated};
use crate::world::PATH_TOKEN;

impl Bench<ConnectWise> {
    fn behave(&self, behaviour: Behaviour) {
        self.side.simulator.set_behaviour(behaviour);
    }

    fn infos(&self) -> usize {
        self.side.journal().count("GET", "/login/companyinfo/")
    }

    async fn verify_signed(
        &self,
        body: &[u8],
        signature: String,
    ) -> Result<Delivery, DeliveryError> {
        let mut headers = HeaderMap::new();
        headers.insert("x-content-signature", signature.parse().unwrap());
        let unverified = UnverifiedDelivery {
            system: "connectwise",
            path_token: PATH_TOKEN,
            headers: &headers,
            body,
        };
        verify(&self.vendors, &self.settings(), unverified).await
    }
}

#[tokio::test]
async fn an_upgrade_of_the_vendors_costs_one_question_and_nothing_is_done_twice() {
    let bench = Bench::<ConnectWise>::new().await;
    let psa = bench.psa();
    psa.check().await.unwrap();
    bench.psa().check().await.unwrap();
    assert_eq!(bench.infos(), 1, "remembered for the process");
    bench.side.simulator.set_codebase("v2025_2");
    let id = bench.create().await.unwrap();
    assert_eq!(bench.infos(), 2);
    assert_eq!(
        bench.side.persons(&bench.company).as_slice(),
        std::slice::from_ref(&id)
    );
    // A write is the call that meets it.
    bench.side.simulator.set_codebase("v2025_3");
    bench
        .update(change(&id, Attribute::JobTitle, "Surgeon"))
        .await
        .unwrap();
    assert_eq!(bench.infos(), 3);
    let expected = bench.ida_made().with(Attribute::JobTitle, "Surgeon");
    bench.assert_holds(&id, &expected).await;
}

#[tokio::test]
async fn a_record_that_is_gone_is_no_upgrade() {
    let bench = Bench::<ConnectWise>::new().await;
    let nobody = ContactId::parse("999999").unwrap();
    assert_eq!(bench.psa().contact(&nobody).await.unwrap(), None);
    assert_eq!(bench.infos(), 1);
    let gone = bench.side.add_company("Gone", true);
    let number = gone.as_str().parse().unwrap();
    bench.side.simulator.delete_company(number);
    let error = bench.psa().contacts(&gone).await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    assert_eq!(bench.psa().company(&gone).await.unwrap(), None);
    let companies = bench.psa().companies().await.unwrap();
    assert!(companies.iter().all(|company| company.id != gone));
    // Who was taken out of its company is nobody's.
    let id = bench.add(&ida());
    let steps = json!([{ "op": "replace", "path": "company", "value": null },
        { "op": "replace", "path": "site", "value": null }]);
    let number = id.as_str().parse().unwrap();
    assert!(bench.side.simulator.edit_contact(number, &steps));
    assert_eq!(bench.psa().contact(&id).await.unwrap(), None);
}

#[tokio::test]
async fn a_list_without_links_ends_where_a_page_is_not_full() {
    let bench = Bench::<ConnectWise>::new().await;
    for number in 0..501 {
        bench.add(&Entry::person(&format!("Person {number}"), ""));
    }
    bench.behave(Behaviour {
        no_links: true,
        ..Behaviour::default()
    });
    let contacts = bench.psa().contacts(&bench.company).await.unwrap();
    assert_eq!(contacts.len(), 501);
}

#[tokio::test]
async fn an_address_that_is_a_condition_finds_nobody_else() {
    let bench = Bench::<ConnectWise>::new().await;
    bench.add(&ida());
    let odd = "\"a\" or id>0\"@northwind.example";
    let id = bench.add(&Entry::person("Odd One", odd));
    for (address, expected) in [
        (odd, vec![id.clone()]),
        ("x\" or communicationItems/value like \"*", vec![]),
        ("*@northwind.example", vec![]),
        ("%", vec![]),
        ("[i]da@northwind.example", vec![]),
    ] {
        let found = bench.find(address).await.into_iter();
        let found: Vec<ContactId> = found.map(|contact| contact.id).collect();
        assert_eq!(found, expected, "{address}");
    }
}

#[tokio::test]
async fn b166_the_home_address_is_another_address_whatever_is_default() {
    let bench = Bench::<ConnectWise>::new().await;
    let id = bench.add(&ida());
    // Its other address becomes the main one, and is there once.
    bench
        .update(change(&id, Attribute::Email, IDA_ALSO))
        .await
        .unwrap();
    let mut expected = ida().with(Attribute::Email, IDA_ALSO);
    expected.alternate_emails = vec![IDA.to_owned()];
    bench.assert_holds(&id, &expected).await;
    assert_eq!(bench.find(IDA).await.len(), 1);
}

#[tokio::test]
async fn a_number_keeps_its_extension_apart_and_reads_with_it() {
    let bench = Bench::<ConnectWise>::new().await;
    let id = bench.add(&ida());
    let phone = "+46 8 555 01 03 x12";
    bench
        .update(change(&id, Attribute::Phone, phone))
        .await
        .unwrap();
    let number = id.as_str().parse().unwrap();
    let items = bench.side.simulator.contact(number).unwrap()["communicationItems"].clone();
    let items = items.as_array().unwrap().iter();
    let mut direct = items.filter(|item| item["type"]["name"] == "Direct");
    let direct = direct.next().unwrap();
    assert_eq!(
        (&direct["value"], &direct["extension"]),
        (&json!("+46 8 555 01 03"), &json!("12"))
    );
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.fields.phone.as_deref(), Some(phone));
    // Written again, nothing is sent; without one, it is emptied.
    let writes = bench.bodies().len();
    bench
        .update(change(&id, Attribute::Phone, phone))
        .await
        .unwrap();
    assert_eq!(bench.bodies().len(), writes);
    let bare = "+46 8 555 01 03";
    bench
        .update(change(&id, Attribute::Phone, bare))
        .await
        .unwrap();
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.fields.phone.as_deref(), Some(bare));
}

#[tokio::test]
async fn kinds_that_the_msp_renamed_are_told_and_refused_and_nothing_else_is() {
    let bench = Bench::<ConnectWise>::new().await;
    let simulator = &bench.side.simulator;
    simulator.rename_communication_type("Mobile", "Pager");
    // The default of its class stands in for the desk phone.
    simulator.rename_communication_type("Direct", "Office");
    let access = bench.psa().check().await.unwrap();
    assert_eq!(access.missing.len(), 1, "{access:?}");
    assert!(
        access.missing[0].contains("no communication type Mobile"),
        "{access:?}"
    );
    let error = bench.create().await.unwrap_err();
    assert_eq!(refused_field(&error), Some("mobile"));
    let mut new = bench.ida();
    new.fields.mobile = None;
    let id = bench
        .psa()
        .apply(&ContactChange::Create(new))
        .await
        .unwrap();
    let expected = bench.ida_made().with(Attribute::Mobile, "");
    bench.assert_holds(&id, &expected).await;
}

#[tokio::test]
async fn what_the_vendor_keeps_although_it_was_cleared_is_refused() {
    let bench = Bench::<ConnectWise>::new().await;
    let id = bench.add(&ida());
    bench.behave(Behaviour {
        keep_on_null: true,
        ..Behaviour::default()
    });
    for attribute in [
        Attribute::JobTitle,
        Attribute::Department,
        Attribute::Surname,
    ] {
        let error = bench.update(change(&id, attribute, "")).await.unwrap_err();
        assert_eq!(refused_field(&error), Some(attribute.as_str()), "{error}");
    }
}

#[tokio::test]
async fn without_any_contact_custom_fields_are_filled_by_the_next_change() {
    let bench = Bench::<ConnectWise>::new().await;
    bench.side.simulator.delete_everybody();
    let id = bench.create().await.unwrap();
    let mut expected = bench.ida_made();
    expected.external_id = None;
    expected.custom.clear();
    bench.assert_holds(&id, &expected).await;
    // Read back, the fields are there and empty: known, and so written by the next push.
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.external_id, Some(ExternalId::Empty));
    assert_eq!(read.custom.len(), 2);
    let update = ContactUpdate {
        external_id: bench.ida().external_id,
        custom: bench.ida().custom,
        ..nothing(&id)
    };
    bench.update(update).await.unwrap();
    bench.assert_holds(&id, &bench.ida_made()).await;
}

/// The case whose exchanges are recorded besides the one of the contract: departments and contact
/// types, addresses and numbers that come and go.
#[tokio::test]
async fn b142_what_else_is_said_follows_the_description_of_the_vendor() {
    let bench = Bench::<ConnectWise>::with(Options::default()).await;
    let psa = bench.psa_with("contact_type", "end user");
    let mut new = bench.ida();
    new.fields.department = Some("Implants".to_owned());
    new.fields.mobile = None;
    let id = psa.apply(&ContactChange::Create(new)).await.unwrap();
    assert!(
        bench
            .side
            .simulator
            .departments()
            .contains(&"Implants".to_owned())
    );
    assert_eq!(bench.entry(&id).types, ["End User"]);
    for (attribute, value) in [
        (Attribute::Mobile, "+46 70 555 01 02"),
        (Attribute::Phone, "+46 8 555 01 03 x12"),
        (Attribute::Phone, ""),
        (Attribute::Department, ""),
        (Attribute::Surname, ""),
    ] {
        bench.update(change(&id, attribute, value)).await.unwrap();
        assert_eq!(
            bench.entry(&id).value(attribute),
            value.trim_end_matches(" x12")
        );
    }
    let nobody = ContactId::parse("999999").unwrap();
    assert_eq!(psa.contact(&nobody).await.unwrap(), None);
    let gone = bench
        .psa()
        .contacts(&domain::id::CompanyId::parse("999999").unwrap())
        .await;
    assert!(gone.is_err());
}

#[tokio::test]
async fn a_department_that_may_not_be_made_is_refused_and_the_rest_goes_on() {
    let bench = Bench::<ConnectWise>::new().await;
    bench.behave(Behaviour {
        deny_table_writes: true,
        ..Behaviour::default()
    });
    let id = bench.add(&ida());
    let update = change(&id, Attribute::Department, "Implants");
    let error = bench.update(update).await.unwrap_err();
    assert_eq!(refused_field(&error), Some("department"));
    assert!(
        error.to_string().contains("Add on System > Table Setup"),
        "{error}"
    );
    bench
        .update(change(&id, Attribute::Department, "finance"))
        .await
        .unwrap();
    let expected = ida().with(Attribute::Department, "Finance");
    bench.assert_holds(&id, &expected).await;
}

#[tokio::test]
async fn a_choice_of_options_is_not_written_to() {
    let bench = Bench::<ConnectWise>::new().await;
    let choice = CustomField {
        entry_method: "List".to_owned(),
        ..CustomField::text("SupportPIN")
    };
    bench.side.simulator.define_field(31, choice);
    let id = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.custom.len(), 1);
    let update = ContactUpdate {
        custom: vec![(
            domain::push::custom::CustomField::SupportPin,
            "1".to_owned(),
        )],
        ..nothing(&id)
    };
    bench.update(update).await.unwrap();
    assert!(bench.bodies().is_empty());
}

#[tokio::test]
async fn a_key_is_fetched_once_and_anew_where_it_may_have_changed_and_asked_for_again_later() {
    let bench = Bench::<ConnectWise>::new().await;
    let id = bench.add(&ida());
    let body = bench.side.delivery(&id).unwrap();
    let sign = |body: &[u8]| bench.side.simulator.sign(body);
    let keys = || bench.side.journal().count("GET", "/system/callbackkey/");
    // Not to be had now: the vendor comes again after this answer, and after no other.
    let faults = bench.side.faults();
    for fault in [Fault::ServerError(503), Fault::LostBeforeWrite, Fault::Html] {
        faults.next("GET", "/callbackkey/", 3, fault);
        let refused = bench.verify_signed(&body, sign(&body)).await.unwrap_err();
        assert_eq!((refused, refused.status()), (DeliveryError::NotNow, 429));
        faults.clear();
    }
    let before = keys();
    for _ in 0..3 {
        let delivery = bench.verify_signed(&body, sign(&body)).await.unwrap();
        assert_eq!(delivery.contacts.as_slice(), std::slice::from_ref(&id));
    }
    assert_eq!(keys() - before, 1);
    // Signed with another company's key, or by anybody.
    let forged = bench
        .verify_signed(&body, simulators_sign_with("another", &body))
        .await;
    assert_eq!(forged, Err(DeliveryError::Unauthorized));
    assert_eq!(keys() - before, 1);
    // Its key must be its own company's, whoever else the host signs for.
    let text = String::from_utf8(body).unwrap();
    let evil = text.replace("companyName=acmemsp", "companyName=evilmsp");
    let refused = bench
        .verify_signed(evil.as_bytes(), sign(evil.as_bytes()))
        .await;
    assert_eq!(refused, Err(DeliveryError::Unauthorized));
    let elsewhere = text.replace("http://127.0.0.1:", "http://127.0.0.1:1");
    let refused = bench
        .verify_signed(elsewhere.as_bytes(), sign(elsewhere.as_bytes()))
        .await;
    assert_eq!(refused, Err(DeliveryError::Unauthorized));
    assert_eq!(keys() - before, 1, "nothing was fetched for them");
}

/// A signature that another key makes.
fn simulators_sign_with(key: &str, body: &[u8]) -> String {
    simulators::psa::connectwise::sign(key, body)
}

#[tokio::test]
async fn a_site_that_does_not_know_the_company_waits_for_a_person() {
    let bench = Bench::<ConnectWise>::new().await;
    let error = bench
        .psa_with("company_id", "nobody")
        .check()
        .await
        .unwrap_err();
    assert_eq!(disposition(&error), Disposition::Suspend);
    assert!(
        error
            .to_string()
            .contains("the site of the company's region"),
        "{error}"
    );
}

#[tokio::test]
async fn b156_a_support_pin_that_is_written_is_a_note_of_the_contact_too() {
    let bench = Bench::<ConnectWise>::with(Options::default()).await;
    let pinned = |contact: &ContactId, pin: &str| ContactUpdate {
        custom: vec![(Pin::SupportPin, pin.to_owned())],
        ..nothing(contact)
    };
    let notes = |contact: &ContactId| {
        let id = contact.as_str().parse().unwrap();
        bench.side.simulator.notes(id)
    };
    let made = bench.add(&Entry::person("Ann Alm", "ann@northwind.example"));
    bench.update(pinned(&made, "482913")).await.unwrap();
    assert_eq!(notes(&made), ["SupportPIN: 482913"]);
    // A change of something else makes no note.
    let other = change(&made, Attribute::JobTitle, "Nurse");
    bench.update(other).await.unwrap();
    assert_eq!(notes(&made).len(), 1);
    // The PIN counts; a note that cannot be made is told in the log.
    bench
        .side
        .faults()
        .next("POST", "/notes", 1, Fault::Unauthorized);
    bench.update(pinned(&made, "111111")).await.unwrap();
    assert_eq!(bench.entry(&made).custom[&Pin::SupportPin], "111111");
    assert_eq!(notes(&made).len(), 1);
}

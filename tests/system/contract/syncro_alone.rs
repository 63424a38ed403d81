//! What is true of Syncro alone: fields that nothing lists, properties that replace or join, one 401
//! for two mistakes, a customer who is a person.

use std::time::Duration;

use connectors::error::ConnectorError;
use connectors::psa::Psa;
use domain::fields::Attribute;
use domain::push::contact::{Contact, ContactChange, ContactUpdate, ExternalId};
use domain::push::custom::{CustomField, OFFICE_365_ID};
use serde_json::json;
use simulators::psa::syncro::{Behaviour, FieldKind};
use simulators::{Fault, Options};

use super::bench::{Bench, ENTRA_ID, IDA, activity, change, ida, nothing, refused_field};
use super::syncro::{BADGE, FIELDS, Syncro};
use super::vendor::{Call, Entry};

impl Bench<Syncro> {
    fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        let mut behaviour = Behaviour::default();
        change(&mut behaviour);
        self.side.simulator.set_behaviour(behaviour);
    }

    /// Another process that calls the same instance.
    fn elsewhere(&self) -> Box<dyn Psa> {
        let vendors = connectors::Vendors::new().unwrap();
        vendors
            .with_pause(self.pause.clone())
            .psa(&self.settings())
            .unwrap()
    }

    fn pin(&self, pin: &str, contact: &Contact) -> ContactUpdate {
        ContactUpdate {
            custom: vec![(CustomField::SupportPin, pin.to_owned())],
            ..nothing(&contact.id)
        }
    }
}

#[tokio::test]
async fn b150_the_active_status_is_refused_with_its_reason_and_no_call_is_made() {
    let bench = Bench::<Syncro>::new().await;
    let id = bench.add(&ida());
    for active in [false, true] {
        let mut update = activity(&id, active);
        update.set = change(&id, Attribute::JobTitle, "Surgeon").set;
        let error = bench.update(update).await.unwrap_err();
        assert_eq!(refused_field(&error), Some("active"));
        assert!(
            error.to_string().contains("cannot be put out of use"),
            "{error}"
        );
    }
    assert_eq!(bench.vendors.calls().psa, 0);
    assert!(bench.gaps().no_active_status);
}

#[tokio::test]
async fn b145_b161_b163_b168_what_syncro_does_not_do_is_declared_and_not_tried() {
    let bench = Bench::<Syncro>::new().await;
    let gaps = bench.gaps();
    assert!(gaps.no_territory && gaps.no_company_fields && gaps.no_kept_names);
    assert_eq!(gaps.alternate_emails_max, 0);
    let company = bench.psa().company(&bench.company).await.unwrap().unwrap();
    assert_eq!((company.territory, company.account_manager), (None, None));
    // Mail of this address comes to Ann's tickets; she is not found by it.
    let ann = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    bench.side.simulator.edit_contact(
        ann.as_str().parse().unwrap(),
        &json!({ "ticket_matching_emails": IDA }),
    );
    assert!(bench.find(IDA).await.is_empty());
    let read = bench.psa().contact(&ann).await.unwrap().unwrap();
    assert!(read.alternate_emails.is_empty());
    let before = bench.bodies().len();
    let tenant = bench.psa().write_tenant_id(&bench.company, ENTRA_ID).await;
    assert_eq!(tenant, Ok(connectors::psa::TenantIdWrite::NoField));
    assert_eq!(bench.bodies().len(), before);
}

#[tokio::test]
async fn fields_are_known_by_the_settings_by_contacts_or_by_what_stayed() {
    // The settings name them: they are there, although nobody has them yet.
    let bench = Bench::<Syncro>::with(Options::default()).await;
    let ann = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let read = bench.psa().contact(&ann).await.unwrap().unwrap();
    assert_eq!(read.custom[&CustomField::SupportPin], None);
    assert_eq!(read.external_id, Some(ExternalId::Empty));
    // The settings do not name them, or may not be read: nothing is known.
    for may_read in [true, false] {
        let bench = Bench::<Syncro>::new().await;
        bench.behave(|behaviour| {
            behaviour.name_contact_fields = false;
            behaviour.permissions.settings = may_read;
        });
        let ann = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
        let read = bench.psa().contact(&ann).await.unwrap().unwrap();
        assert!(read.custom.is_empty() && read.external_id.is_none());
        let asked = bench.side.journal_count("/settings");
        bench.psa().contact(&ann).await.unwrap();
        assert_eq!(
            (asked, bench.side.journal_count("/settings")),
            (1, 1),
            "asked once"
        );
        // What stayed with somebody who was made is there for all.
        bench.create().await.unwrap();
        let read = bench.psa().contact(&ann).await.unwrap().unwrap();
        assert_eq!(read.custom.len(), 2);
        assert_eq!(read.external_id, Some(ExternalId::Empty));
        // Another process learns it from whoever shows it.
        let contacts = bench.elsewhere().contacts(&bench.company).await.unwrap();
        let ann = contacts.iter().find(|contact| contact.id == ann).unwrap();
        assert_eq!(ann.custom.len(), 2, "{ann:?}");
    }
}

#[tokio::test]
async fn b153_a_field_that_the_settings_promise_and_that_does_not_stay_is_left_out() {
    let bench = Bench::<Syncro>::new().await;
    let ann = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let read = bench.psa().contact(&ann).await.unwrap().unwrap();
    assert_eq!(read.custom.len(), 2);
    // It goes away, as a field of customers is none of contacts; the connector still thinks of it.
    bench.side.simulator.set_fields(&[BADGE]);
    bench.update(bench.pin("4711", &read)).await.unwrap();
    let held = bench.entry(&ann);
    assert!(held.custom.is_empty() && held.value(Attribute::DisplayName) == "Ann Lee");
}

#[tokio::test]
async fn properties_of_others_stay_whether_a_change_replaces_or_joins_them() {
    for merge_properties in [false, true] {
        let bench = Bench::<Syncro>::new().await;
        bench.behave(|behaviour| behaviour.merge_properties = merge_properties);
        let id = bench.add(&ida());
        let number = id.as_str().parse().unwrap();
        let badge = json!({ "properties": { "Badge": "A-17" } });
        assert!(bench.side.simulator.edit_contact(number, &badge));
        let mut update = change(&id, Attribute::JobTitle, "Surgeon");
        update.custom = vec![(CustomField::SupportPin, "4711".to_owned())];
        bench.update(update).await.unwrap();
        let properties = bench.side.simulator.contact(number).unwrap()["properties"].take();
        assert_eq!(
            properties,
            json!({ "title": "Surgeon", "SupportPIN": "4711", "IsOffice365": "True",
                "Office365Id": ENTRA_ID, "Badge": "A-17" })
        );
    }
}

#[tokio::test]
async fn b152_a_check_box_says_yes_and_no_as_a_text_does() {
    let bench = Bench::<Syncro>::new().await;
    let flag = ("IsOffice365", FieldKind::CheckBox);
    bench
        .side
        .simulator
        .set_fields(&[flag, (OFFICE_365_ID, FieldKind::Text)]);
    let mut without = ida();
    without.custom.clear();
    let id = bench.add(&without);
    for (text, stored) in [("True", "1"), ("False", "0"), ("True", "1")] {
        let update = ContactUpdate {
            custom: vec![(CustomField::IsOffice365, text.to_owned())],
            ..nothing(&id)
        };
        bench.update(update).await.unwrap();
        let read = bench.psa().contact(&id).await.unwrap().unwrap();
        assert_eq!(
            read.custom[&CustomField::IsOffice365].as_deref(),
            Some(text)
        );
        let held = bench
            .side
            .simulator
            .contact(id.as_str().parse().unwrap())
            .unwrap();
        assert_eq!(held["properties"]["IsOffice365"], stored);
    }
}

#[tokio::test]
async fn an_instance_that_answers_writes_with_nothing_is_looked_at() {
    let bench = Bench::<Syncro>::new().await;
    bench.behave(|behaviour| behaviour.silent_writes = true);
    let id = bench.create().await.unwrap();
    bench.assert_holds(&id, &bench.ida_made()).await;
    assert_eq!(bench.side.simulator.contacts_of(bench.number()).len(), 1);
}

#[tokio::test]
async fn a_create_whose_rest_is_refused_is_finished_by_a_change() {
    let bench = Bench::<Syncro>::new().await;
    bench.fail(Call::Update, 1, Fault::ServerError(503));
    let id = bench.create().await.unwrap();
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.fields.job_title, None);
    assert!(
        read.known.contains(&Attribute::JobTitle),
        "the next push sees it"
    );
    let update = change(&id, Attribute::JobTitle, "Dentist");
    bench.update(update).await.unwrap();
    assert_eq!(bench.entry(&id).value(Attribute::JobTitle), "Dentist");
}

#[tokio::test]
async fn a_customer_who_is_the_person_gets_no_second_record() {
    let bench = Bench::<Syncro>::new().await;
    let itself = json!({ "email": IDA.to_uppercase(), "firstname": "Ida", "lastname": "Berg" });
    assert!(bench.side.simulator.edit_customer(bench.number(), &itself));
    let error = bench.create().await.unwrap_err();
    assert_eq!(refused_field(&error), Some("email"), "{error}");
    assert!(bench.side.simulator.contacts_of(bench.number()).is_empty());
    assert_eq!(bench.bodies().len(), 0, "nothing was sent");
}

#[tokio::test]
async fn an_address_that_the_customer_has_in_another_contact_is_refused_by_its_field() {
    let bench = Bench::<Syncro>::new().await;
    bench.add(&ida());
    let ann = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    bench.behave(|behaviour| behaviour.refuse_duplicates = true);
    let error = bench.create().await.unwrap_err();
    assert_eq!(refused_field(&error), Some("email"), "{error}");
    let error = bench.update(change(&ann, Attribute::Email, IDA)).await;
    let error = error.unwrap_err();
    assert_eq!(refused_field(&error), Some("email"), "{error}");
    assert!(
        error.to_string().contains("has already been taken"),
        "{error}"
    );
}

#[tokio::test]
async fn a_company_without_a_business_is_called_by_its_person() {
    let bench = Bench::<Syncro>::new().await;
    let person = bench.side.simulator.add_customer("");
    let named = json!({ "firstname": "Nora", "lastname": "West" });
    assert!(bench.side.simulator.edit_customer(person, &named));
    let companies = bench.psa().companies().await.unwrap();
    let names: Vec<&str> = companies.iter().map(|c| c.name.as_str()).collect();
    assert!(names.contains(&"Nora West"), "{names:?}");
}

#[tokio::test]
async fn who_calls_too_often_is_turned_away_and_from_then_on_keeps_the_pace() {
    let bench = Bench::<Syncro>::new().await;
    bench.behave(|behaviour| behaviour.calls_per_minute = Some(2));
    let error = bench.psa().check().await.unwrap_err();
    let ConnectorError::RateLimited { after, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*after, Some(Duration::from_secs(60)));
    bench.behave(|_| {});
    // The limit is of the address that calls: another instance is called as slowly.
    let other = simulators::Syncro::start(Options::unrecorded())
        .await
        .unwrap();
    let before = bench.pause.pauses().len();
    let psa = bench.psa_with("api_url", &other.api_url());
    psa.check().await.unwrap();
    let pauses = bench.pause.pauses().split_off(before);
    assert_eq!(pauses.len(), 3, "each call waits its turn: {pauses:?}");
}

#[tokio::test]
async fn a_contact_that_moves_to_another_company_is_of_that_one() {
    let bench = Bench::<Syncro>::new().await;
    let id = bench.add(&ida());
    let other = bench.side.simulator.add_customer("Fabrikam");
    let moved = json!({ "customer_id": other });
    assert!(
        bench
            .side
            .simulator
            .edit_contact(id.as_str().parse().unwrap(), &moved)
    );
    assert!(
        bench
            .psa()
            .contacts(&bench.company)
            .await
            .unwrap()
            .is_empty()
    );
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.company.as_str(), other.to_string());
    let create = ContactChange::Create(bench.ida());
    bench.psa().apply(&create).await.unwrap();
    assert_eq!(bench.side.simulator.contacts_of(bench.number()).len(), 1);
}

/// Every field that Muster knows is among those that the contract's instance has.
#[test]
fn b181_the_contract_has_every_field_by_its_exact_name() {
    for field in CustomField::ALL {
        assert!(
            FIELDS.iter().any(|(name, _)| *name == field.name()),
            "{field}"
        );
    }
}

impl Bench<Syncro> {
    fn number(&self) -> i64 {
        self.company.as_str().parse().unwrap()
    }
}

impl Syncro {
    fn journal_count(&self, part: &str) -> usize {
        self.simulator.journal().count("GET", part)
    }
}

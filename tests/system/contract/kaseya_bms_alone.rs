//! What is Kaseya BMS's alone: ways that nobody confirmed, each of which a tenant may have.

use connectors::error::ConnectorError;
use connectors::psa::TenantIdWrite;
use domain::failure::Disposition;
use domain::fields::Attribute;
use domain::push::contact::ContactUpdate;
use domain::push::custom::CustomField;
use serde_json::json;
use simulators::Options;
use simulators::psa::kaseya_bms::{self as bms, Behaviour};

use super::bench::{Bench, IDA, activity, change, disposition, ida, nothing, refused_field};
use super::kaseya_bms::{KaseyaBms, item};
use super::vendor::{Entry, Simulated};

impl Bench<KaseyaBms> {
    fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        let mut behaviour = Behaviour::default();
        change(&mut behaviour);
        self.side.simulator.set_behaviour(behaviour);
    }
}

#[tokio::test]
async fn the_letter_case_of_the_description_and_objects_without_an_envelope_are_read_too() {
    let bench = Bench::<KaseyaBms>::with(Options::default()).await;
    bench.behave(|behaviour| {
        behaviour.pascal_case = true;
        behaviour.bare_objects = true;
    });
    assert!(bench.psa().check().await.unwrap().is_complete());
    let id = bench.create().await.unwrap();
    bench.assert_holds(&id, &ida()).await;
    let company = bench.psa().company(&bench.company).await.unwrap().unwrap();
    assert_eq!(company.name, "Northwind Dental");
    let mut update = change(&id, Attribute::Mobile, "");
    update.set.push((Attribute::JobTitle, None));
    bench.update(update).await.unwrap();
    bench
        .update(change(&id, Attribute::Mobile, "+46 70 555 01 09"))
        .await
        .unwrap();
    let psa = bench.psa();
    for expected in [TenantIdWrite::Written, TenantIdWrite::AlreadyThere] {
        let written = psa
            .write_tenant_id(&bench.company, "0785ef7c-aa")
            .await
            .unwrap();
        assert_eq!(written, expected);
    }
}

#[tokio::test]
async fn lists_that_hide_those_out_of_use_are_read_twice_and_nobody_is_made_anew() {
    let bench = Bench::<KaseyaBms>::new().await;
    bench.behave(|behaviour| behaviour.lists_show_inactive = false);
    let ann = bench.add(&Entry::person("Ann Lee", IDA).out_of_use());
    bench.add(&Entry::person("Joe Lee", "joe@northwind.example"));
    let old = bench.side.add_company("Old Customer", false);
    let contacts = bench.psa().contacts(&bench.company).await.unwrap();
    let states: Vec<bool> = contacts.iter().map(|contact| contact.active).collect();
    assert_eq!(states, [true, false]);
    assert_eq!(bench.look_and_create().await.unwrap(), ann);
    let companies = bench.psa().companies().await.unwrap();
    assert!(
        companies
            .iter()
            .any(|company| company.id == old && !company.active)
    );
}

#[tokio::test]
async fn failures_with_status_200_mean_what_their_statuses_mean() {
    let bench = Bench::<KaseyaBms>::new().await;
    bench.behave(|behaviour| {
        behaviour.soft_denials = true;
        behaviour.soft_missing = true;
    });
    let psa = bench.psa();
    psa.check().await.unwrap();
    bench.side.expire_tokens();
    psa.check().await.unwrap();
    let gone = domain::id::CompanyId::parse("999999").unwrap();
    let error = psa.contacts(&gone).await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    let nobody = domain::id::ContactId::parse("999999").unwrap();
    assert_eq!(psa.contact(&nobody).await.unwrap(), None);
    bench.behave(|behaviour| {
        behaviour.soft_denials = true;
        behaviour.deny_writes = true;
    });
    let error = bench.create().await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    let wrong = bench.psa_with("password", "0000-not-it-0000");
    let error = wrong.check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_report_of_mistakes_names_our_field() {
    let bench = Bench::<KaseyaBms>::new().await;
    bench.behave(|behaviour| behaviour.problem_reports = true);
    let mut new = bench.ida();
    // A location of nobody's.
    new.site = domain::id::SiteId::parse("77").ok();
    let create = domain::push::contact::ContactChange::Create(new);
    let error = bench.psa().apply(&create).await.unwrap_err();
    assert_eq!(refused_field(&error), Some("site"), "{error}");
    assert!(bench.side.persons(&bench.company).is_empty());
}

#[tokio::test]
async fn types_are_learnt_from_contacts_where_tables_cannot_be_read() {
    let bench = Bench::<KaseyaBms>::new().await;
    bench.behave(|behaviour| behaviour.lookups = false);
    let error = bench.create().await.unwrap_err();
    assert_eq!(refused_field(&error), Some("email"), "{error}");
    bench.add(&Entry {
        alternate_emails: Vec::new(),
        ..ida().with(Attribute::Email, "other@northwind.example")
    });
    let id = bench.create().await.unwrap();
    bench.assert_holds(&id, &ida()).await;
}

#[tokio::test]
async fn a_create_whose_answer_says_nothing_is_found_again() {
    let bench = Bench::<KaseyaBms>::new().await;
    bench.behave(|behaviour| behaviour.silent_creates = true);
    let id = bench.create().await.unwrap();
    let made = bench.side.persons(&bench.company);
    assert_eq!(made.as_slice(), std::slice::from_ref(&id));
    bench.assert_holds(&id, &ida()).await;
}

#[tokio::test]
async fn a_state_that_is_taken_and_not_kept_is_a_refusal() {
    let bench = Bench::<KaseyaBms>::new().await;
    bench.behave(|behaviour| behaviour.ignore_activity = true);
    let id = bench.add(&ida());
    let error = bench.update(activity(&id, false)).await.unwrap_err();
    assert_eq!(refused_field(&error), Some("active"), "{error}");
}

#[tokio::test]
async fn phones_that_are_not_ours_stay_and_two_that_are_the_same_are_left_alone() {
    let bench = Bench::<KaseyaBms>::new().await;
    let id = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let number = id.as_str().parse().unwrap();
    let home = item("+46 8 555 01 99", bms::HOME_PHONE, true);
    assert!(bench.side.simulator.add_phone(number, &home));
    bench
        .update(change(&id, Attribute::Phone, "+46 8 555 01 03"))
        .await
        .unwrap();
    let phones = bench.side.simulator.contact(number).unwrap()["Phones"].clone();
    assert_eq!(phones[0]["Phone"], "+46 8 555 01 99");
    assert_eq!(
        (&phones[0]["IsDefault"], &phones[1]["IsDefault"]),
        (&json!(true), &json!(false))
    );
    // Another with the same number: which of them is meant cannot be said.
    let same = item("+46 8 555 01 03", bms::HOME_PHONE, false);
    assert!(bench.side.simulator.add_phone(number, &same));
    let error = bench
        .update(change(&id, Attribute::Phone, ""))
        .await
        .unwrap_err();
    assert_eq!(refused_field(&error), Some("phone"), "{error}");
}

#[tokio::test]
async fn a_number_of_another_module_suspends_the_connection() {
    let bench = Bench::<KaseyaBms>::new().await;
    let id = bench.add(&ida());
    let pin = bms::text_field("SupportPIN");
    bench.side.simulator.define_field(5, 71, pin);
    let mut document = bench.side.document();
    document["contacts_module"] = json!(5);
    let document = secrecy::SecretString::from(document.to_string());
    let settings = connectors::psa::Settings::from_json(&document).unwrap();
    let update = ContactUpdate {
        custom: vec![(CustomField::SupportPin, "771204".to_owned())],
        ..nothing(&id)
    };
    let change = domain::push::contact::ContactChange::Update(update);
    let error = bench
        .vendors
        .psa(&settings)
        .unwrap()
        .apply(&change)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("contacts_module is the number of another module"),
        "{error}"
    );
    assert_eq!(disposition(&error), Disposition::Suspend);
    bench.assert_holds(&id, &ida()).await;
}

#[tokio::test]
async fn many_changes_come_over_pages_and_each_is_told() {
    let bench = Bench::<KaseyaBms>::with(Options::default()).await;
    bench.behave(|_| {});
    let (_, position) = bench.changes(None).await;
    let everybody: Vec<_> = (0..250)
        .map(|number| {
            let address = format!("person{number}@northwind.example");
            bench.add(&Entry::person(&format!("Person No{number}"), &address))
        })
        .collect();
    let before = bench.side.simulator.journal().exchanges().len();
    let (mut told, position) = bench.changes(Some(position)).await;
    assert_eq!(bench.side.simulator.journal().exchanges().len(), before + 3);
    let mut expected: Vec<_> = everybody.iter().map(|id| bench.changed(id)).collect();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    // Read once more, since records may have moved from page to page meanwhile.
    let (told, position) = bench.changes(Some(position)).await;
    assert_eq!(told, []);
    assert_eq!(
        bench.changes(Some(position.clone())).await,
        (Vec::new(), position)
    );
}

#[tokio::test]
async fn times_that_bms_reads_in_another_zone_than_it_writes_hide_no_change() {
    for hours in [-12, -5, 2, 14] {
        let bench = Bench::<KaseyaBms>::new().await;
        bench.behave(|behaviour| behaviour.filter_zone_hours = hours);
        let ida = bench.add(&Entry::person("Ida Berg", IDA));
        let (first, mut position) = bench.changes(None).await;
        assert_eq!(first, []);
        for title in ["Dentist", "Head of care"] {
            bench.side.retitle(&ida, title);
            let (told, next) = bench.changes(Some(position)).await;
            assert_eq!(told, [bench.changed(&ida)], "{hours} hours");
            let quiet = bench.changes(Some(next.clone())).await;
            assert_eq!(quiet, (Vec::new(), next.clone()), "{hours} hours");
            position = next;
        }
    }
}

//! Which custom fields there are, as far as answers tell.

use domain::push::contact::ExternalId;
use domain::push::custom::CustomField;

use super::writes::{contact, new_contact, update};
use super::*;

fn settings(fields: &Value) -> String {
    let body = value!({ "customers": { "required_fields": null, "customer_fields": fields,
        "customer_field_answers": [] }, "business_hours_enabled": true });
    json(200, &body.to_string())
}

fn id() -> ContactId {
    ContactId::parse("7").unwrap()
}

#[tokio::test]
async fn settings_are_asked_once_where_a_contact_leaves_a_field_open() {
    let named = settings(&value!([{ "id": 3, "name": "SupportPIN" }]));
    let bare = || contact(&value!({ "IsOffice365": "True" }));
    let bench = Bench::start(vec![bare(), named, bare()]).await;
    for psa in [&bench.psa, &bench.again()] {
        let read = psa.contact(&id()).await.unwrap().unwrap();
        assert_eq!(read.custom[&CustomField::SupportPin], None);
        assert_eq!(
            read.custom[&CustomField::IsOffice365].as_deref(),
            Some("True")
        );
        assert_eq!(read.external_id, None, "nothing tells of Office365Id");
    }
    assert_eq!(
        bench.calls(),
        ["GET /contacts/7", "GET /settings", "GET /contacts/7"]
    );
}

#[tokio::test]
async fn settings_that_cannot_be_had_are_no_error() {
    let denied = vec![not_authorized(), me()];
    for no_settings in [denied, vec![not_found()], vec![json(200, "[")]] {
        let answers = [vec![contact(&value!({}))], no_settings].concat();
        let bench = Bench::start(answers).await;
        let read = bench.psa.contact(&id()).await.unwrap().unwrap();
        assert!(read.custom.is_empty() && read.external_id.is_none());
        assert!(read.known.contains(&Attribute::JobTitle));
    }
}

#[tokio::test]
async fn b153_a_field_that_does_not_stay_is_left_out_from_then_on() {
    let stays = || contact(&value!({ "title": "Dentist", "SupportPIN": "493817" }));
    let answers = vec![customer(), contact(&value!({})), stays(), stays(), stays()];
    let bench = Bench::start(answers).await;
    let create = ContactChange::Create(new_contact());
    assert_eq!(bench.psa.apply(&create).await, Ok(id()));
    let psa = bench.again();
    let mut change = update();
    change.external_id = Some("0c2e7d1a".into());
    change.custom = vec![(CustomField::SupportPin, "4711".into())];
    psa.apply(&ContactChange::Update(change)).await.unwrap();
    assert_eq!(
        bench.body(4)["properties"],
        value!({ "title": "Dentist", "SupportPIN": "4711" })
    );
    // Where nothing else is to be said, nothing is.
    let calls = bench.calls().len();
    let mut change = update();
    change.set.clear();
    change.external_id = Some("0c2e7d1a".into());
    psa.apply(&ContactChange::Update(change)).await.unwrap();
    assert_eq!(bench.calls().len(), calls);
}

#[tokio::test]
async fn what_stayed_is_read_where_the_answer_does_not_show_it() {
    let answers = vec![
        contact(&value!({})),
        json(200, r#"{"id":7}"#),
        contact(&value!({ "SupportPIN": "4711", "IsOffice365": "", "Office365Id": "" })),
        contact(&value!({})),
    ];
    let bench = Bench::start(answers).await;
    let mut change = update();
    change.custom = vec![(CustomField::SupportPin, "4711".into())];
    bench
        .psa
        .apply(&ContactChange::Update(change))
        .await
        .unwrap();
    assert_eq!(bench.calls()[2], "GET /contacts/7");
    let read = bench.psa.contact(&id()).await.unwrap().unwrap();
    assert_eq!(read.custom.len(), 2, "all of them are there, and empty");
    assert_eq!(read.external_id, Some(ExternalId::Empty));
}

#[tokio::test]
async fn a_check_forgets_what_was_missing() {
    let customers = json(200, r#"{"customers":[{"id":1}],"meta":{"total_pages":1}}"#);
    let answers = vec![
        contact(&value!({})),
        settings(&value!([])),
        me(),
        page(0..0, 0, 0),
        customers,
        contact(&value!({})),
        settings(&value!(["SupportPIN"])),
    ];
    let bench = Bench::start(answers).await;
    let read = bench.psa.contact(&id()).await.unwrap().unwrap();
    assert!(read.custom.is_empty());
    assert!(bench.psa.check().await.unwrap().is_complete());
    let read = bench.psa.contact(&id()).await.unwrap().unwrap();
    assert_eq!(read.custom[&CustomField::SupportPin], None);
}

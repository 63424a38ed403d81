//! Creates, updates and refusals.

use domain::fields::{Attribute, Fields};
use domain::id::AccountId;
use domain::push::contact::{ContactUpdate, NewContact};

use super::*;
use crate::http::scripted::{cut, reply};

fn new_contact() -> NewContact {
    NewContact {
        account: AccountId::parse("acc_1").unwrap(),
        company: company(),
        site: None,
        fields: Fields {
            given_name: Some("Iver".into()),
            surname: Some("Dahl".into()),
            email: Some("iver@northwind.example".into()),
            ..Fields::default()
        },
        alternate_emails: Vec::new(),
        external_id: Some("0c2e7d1a-5a35-4f2f-b6a1-9a2f8f4f7b10".into()),
        custom: Vec::new(),
    }
}

fn update() -> ContactUpdate {
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("1187").unwrap(),
        set: vec![(Attribute::Mobile, Some("206-555-0199".into()))],
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

fn row(more: &Value) -> Value {
    let mut row = value!({"id": 1187, "companyID": 43, "firstName": "Iver", "lastName": "Dahl",
        "emailAddress": "iver@northwind.example", "isActive": 1});
    row.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    row
}

#[tokio::test]
async fn a_create_is_written_under_its_company() {
    for body in [r#"{"itemId":1202}"#, r#"{"itemId":"1202"}"#] {
        let bench = Bench::start(vec![json(200, body)]).await;
        let create = ContactChange::Create(new_contact());
        assert_eq!(bench.psa.apply(&create).await.unwrap().as_str(), "1202");
        assert_eq!(bench.calls(), ["POST /Companies/42/Contacts"]);
        assert_eq!(bench.last_body()["companyID"], 42);
        assert_eq!(bench.last_body()["isActive"], 1);
    }
}

#[tokio::test]
async fn a_create_without_an_answer_adopts_what_it_made() {
    let found = |rows: &Value| list(rows, false);
    let udf = value!([{"name": "Office365Id", "value": "7d0f6c1e-2f6a-4c39-9a55-0d5a7f9c1b22"}]);
    let rows = value!([
        row(&value!({"id": 900, "companyID": 42, "isActive": 0})),
        row(&value!({"id": 1100, "companyID": 42})),
        row(&value!({"id": 1202, "companyID": 42})),
        row(&value!({"id": 1203, "companyID": 42, "userDefinedFields": udf}))
    ]);
    let create = ContactChange::Create(new_contact());
    let bench = Bench::start(vec![reply(200, "", ""), found(&rows)]).await;
    assert_eq!(bench.psa.apply(&create).await.unwrap().as_str(), "1202");
    let bench = Bench::start(vec![json(200, "{}"), found(&value!([]))]).await;
    let error = bench.psa.apply(&create).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    // Without an address, by the name.
    let mut nameless = new_contact();
    nameless.fields.email = None;
    let bench = Bench::start(vec![json(200, "{}"), found(&rows)]).await;
    let create = ContactChange::Create(nameless);
    assert_eq!(bench.psa.apply(&create).await.unwrap().as_str(), "1202");
    assert_eq!(bench.last_body()["filter"][2]["items"][1]["value"], "Dahl");
}

#[tokio::test]
async fn a_lost_answer_is_an_error_and_the_write_goes_out_once() {
    for lost in [
        String::new(),
        cut("{"),
        reply(502, "", "<html>"),
        errors(500, "Something went wrong"),
        json(200, "{\"itemId\":"),
    ] {
        let bench = Bench::start(vec![lost.clone()]).await;
        let create = ContactChange::Create(new_contact());
        let error = bench.psa.apply(&create).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{error}");
        assert_eq!(bench.calls().len(), 1, "{lost}");
    }
}

#[tokio::test]
async fn a_change_is_written_under_the_company_that_the_contact_is_in() {
    let written = || json(200, r#"{"itemId":1187}"#);
    let bench = Bench::start(vec![item(&row(&value!({}))), written(), written()]).await;
    for _ in 0..2 {
        bench
            .psa
            .apply(&ContactChange::Update(update()))
            .await
            .unwrap();
    }
    assert_eq!(
        bench.calls(),
        [
            "GET /Contacts/1187",
            "PATCH /Companies/43/Contacts",
            "PATCH /Companies/43/Contacts",
        ]
    );
    assert_eq!(
        bench.last_body(),
        value!({"id": 1187, "mobilePhone": "206-555-0199"})
    );
    // Another contact's number is no good answer.
    let other = vec![item(&row(&value!({}))), json(200, r#"{"itemId":7}"#)];
    let bench = Bench::start(other).await;
    let error = bench
        .psa
        .apply(&ContactChange::Update(update()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("another contact"), "{error}");
    let bench = Bench::start(vec![item(&Value::Null)]).await;
    let error = bench
        .psa
        .apply(&ContactChange::Update(update()))
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    let mut nothing = update();
    nothing.set.clear();
    let bench = Bench::start(Vec::new()).await;
    bench
        .psa
        .apply(&ContactChange::Update(nothing))
        .await
        .unwrap();
    assert!(bench.calls().is_empty());
}

#[tokio::test]
async fn another_systems_key_is_never_overwritten() {
    let start = async |external_id: &str| {
        let answers = vec![
            zone(),
            fields(&[]),
            threshold(0),
            item(&row(&value!({ "externalID": external_id }))),
            json(200, r#"{"itemId":1187}"#),
        ];
        Bench::start_with(answers).await
    };
    let mut change = update();
    change.external_id = Some("0c2e7d1a-5a35-4f2f-b6a1-9a2f8f4f7b10".into());
    let bench = start("HR-0042").await;
    let error = bench
        .psa
        .apply(&ContactChange::Update(change.clone()))
        .await
        .unwrap_err();
    let ConnectorError::Refused { field, reason, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(field.as_deref(), Some("external_id"));
    assert!(reason.contains("Office365Id") && !reason.contains("HR-0042"));
    let bench = start("").await;
    bench
        .psa
        .apply(&ContactChange::Update(change))
        .await
        .unwrap();
    let id = "0c2e7d1a-5a35-4f2f-b6a1-9a2f8f4f7b10";
    assert_eq!(bench.last_body()["externalID"], id);
}

#[tokio::test]
async fn what_autotask_refuses_is_told_with_the_field_and_no_person() {
    let refuse = async |answer: String| {
        let bench = Bench::start(vec![answer]).await;
        let create = ContactChange::Create(new_contact());
        bench.psa.apply(&create).await.unwrap_err()
    };
    let text = "Value 'Dahl' of field lastName of iver@northwind.example must be less than or \
                equal to 3";
    let error = refuse(errors(500, text)).await;
    let ConnectorError::Refused { field, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(field.as_deref(), Some("surname"));
    for secret in ["Dahl", "iver", "Iver"] {
        assert!(!error.to_string().contains(secret), "{error}");
    }
    assert!(!error.is_outcome_unknown());
    let error = refuse(errors(500, "IntegrationCode is invalid.")).await;
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    for answer in [
        errors(403, "no"),
        errors(500, "User does not have the adequate permissions to create"),
    ] {
        let error = refuse(answer).await;
        assert!(
            error.to_string().contains("may not create contacts"),
            "{error}"
        );
        assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    }
    let error = refuse(errors(404, "no such company")).await;
    assert!(
        error.to_string().ends_with("does not know the company"),
        "{error}"
    );
    let error = refuse(reply(405, "content-type: text/html\r\n", "<html>")).await;
    assert!(error.to_string().contains("a web page"), "{error}");
}

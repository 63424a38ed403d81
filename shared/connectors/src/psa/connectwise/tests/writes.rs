//! Creates, changes and refusals.

use domain::fields::Fields;
use domain::id::AccountId;
use domain::push::contact::{ContactUpdate, NewContact};

use super::*;
use crate::http::scripted::{cut, reply};

pub(super) fn new_contact() -> NewContact {
    NewContact {
        account: AccountId::parse("acc_1").unwrap(),
        company: company(),
        site: SiteId::parse("901").ok(),
        fields: Fields {
            display_name: Some("Iver Dahl".into()),
            given_name: Some("Iver".into()),
            email: Some("iver@contoso.example".into()),
            ..Fields::default()
        },
        alternate_emails: Vec::new(),
        external_id: None,
        custom: Vec::new(),
    }
}

fn update(set: &[(Attribute, Option<&str>)]) -> ContactUpdate {
    let set = set.iter();
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("57919").unwrap(),
        set: set
            .map(|(attribute, value)| (*attribute, value.map(str::to_owned)))
            .collect(),
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

fn jane() -> Value {
    value!({"id": 57919, "firstName": "Jane", "title": "Controller", "company": {"id": 250},
        "communicationItems": [{"id": 7004, "type": {"id": 4}, "value": "2065550101",
            "communicationType": "Phone"}]})
}

#[tokio::test]
async fn a_create_is_one_write_after_the_tables_were_read() {
    let fields = value!([{"id": 5, "customFields": [{"id": 33, "caption": "Office365Id"}]}]);
    let departments = value!([{"id": 3, "name": "Care"}]);
    let answers = vec![ok(&departments), ok(&fields), json(201, r#"{"id":57920}"#)];
    let bench = Bench::knowing_kinds(answers).await;
    let mut new = new_contact();
    new.external_id = Some("0c2e7d1a".into());
    new.fields.department = Some("CARE".into());
    let id = bench.psa.apply(&ContactChange::Create(new)).await.unwrap();
    assert_eq!(id.as_str(), "57920");
    assert_eq!(
        bench.last_body(),
        value!({"firstName": "Iver", "company": {"id": 250}, "site": {"id": 901},
            "department": {"id": 3}, "communicationItems": [{"type": {"id": 1},
                "value": "iver@contoso.example", "defaultFlag": true, "communicationType": "Email"}],
            "customFields": [{"id": 33, "value": "0c2e7d1a"}]})
    );
    let writes = bench
        .calls()
        .into_iter()
        .filter(|call| !call.starts_with("GET"));
    assert_eq!(writes.collect::<Vec<_>>(), ["POST company/contacts"]);
}

#[tokio::test]
async fn b142_a_contact_type_of_the_settings_is_given_to_new_contacts() {
    let types = || {
        ok(&value!([{"id": 6, "description": "Approver"},
        {"id": 7, "description": "End User"}]))
    };
    let answers = |last| vec![info("v2025_1/"), kinds(), types(), last];
    let with =
        |name: &'static str| move |document: &mut Value| document["contact_type"] = value!(name);
    let made = json(201, r#"{"id":57920}"#);
    let bench = Bench::start_as(answers(made), with("end user")).await;
    let change = ContactChange::Create(new_contact());
    bench.psa.apply(&change).await.unwrap();
    assert_eq!(bench.last_body()["typeIds"], value!([7]));
    let bench = Bench::start_as(answers(String::new()), with("Patient")).await;
    let error = bench.psa.apply(&change).await.unwrap_err();
    let ConnectorError::Refused { field, reason, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(field.as_deref(), Some("contact_type"));
    assert!(reason.contains("correct contact_type"), "{reason}");
}

#[tokio::test]
async fn a_department_that_is_not_there_is_made_or_the_change_refused() {
    let departments = || ok(&value!([{"id": 3, "name": "Care"}]));
    let patched = || ok(&value!({"id": 57919, "department": {"id": 8, "name": "Finance"}}));
    let change = ContactChange::Update(update(&[(Attribute::Department, Some("Finance"))]));
    let made = json(201, r#"{"id":8,"name":"Finance"}"#);
    let answers = vec![
        ok(&jane()),
        kinds(),
        departments(),
        made,
        patched(),
        ok(&jane()),
        patched(),
    ];
    let bench = Bench::start(answers).await;
    bench.psa.apply(&change).await.unwrap();
    assert_eq!(bench.calls()[3], "POST company/contacts/departments");
    assert_eq!(
        bench.last_body(),
        value!([{"op": "replace", "path": "/department", "value": {"id": 8}}])
    );
    // Made once, and known from then on.
    bench.psa.apply(&change).await.unwrap();
    assert_eq!(bench.calls().len(), 7);
    let answers = vec![ok(&jane()), kinds(), departments(), json(403, "{}")];
    let bench = Bench::start(answers).await;
    let error = bench.psa.apply(&change).await.unwrap_err();
    let ConnectorError::Refused { field, reason, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(field.as_deref(), Some("department"));
    assert!(reason.contains("Add on System > Table Setup"), "{reason}");
}

#[tokio::test]
async fn a_change_reads_patches_and_touches_addresses_by_their_ids() {
    let patched = value!({"id": 57919, "title": "CFO"});
    let item = value!({"id": 7004, "type": {"id": 4}, "value": "2065550199"});
    let answers = vec![ok(&jane()), kinds(), ok(&patched), ok(&item)];
    let bench = Bench::start(answers).await;
    let change = ContactChange::Update(update(&[
        (Attribute::Mobile, Some("2065550199")),
        (Attribute::JobTitle, Some("CFO")),
    ]));
    assert_eq!(bench.psa.apply(&change).await.unwrap().as_str(), "57919");
    assert_eq!(
        bench.calls()[2..],
        [
            "PATCH company/contacts/57919",
            "PATCH company/contacts/57919/communications/7004"
        ]
    );
    assert_eq!(
        bench.last_body(),
        value!([{"op": "replace", "path": "/value", "value": "2065550199"}])
    );
    let cleared = vec![ok(&jane()), kinds(), reply(204, "", "")];
    let bench = Bench::start(cleared).await;
    let change = ContactChange::Update(update(&[(Attribute::Mobile, None)]));
    bench.psa.apply(&change).await.unwrap();
    assert_eq!(
        bench.calls()[2],
        "DELETE company/contacts/57919/communications/7004"
    );
    let bench = Bench::start(Vec::new()).await;
    let nothing = ContactChange::Update(update(&[]));
    bench.psa.apply(&nothing).await.unwrap();
    assert!(bench.server.requests().is_empty());
}

#[tokio::test]
async fn an_answer_is_looked_at_for_whose_it_is_and_for_what_was_kept() {
    let clear = ContactChange::Update(update(&[(Attribute::JobTitle, None)]));
    let answers = |last: Value| vec![ok(&jane()), kinds(), ok(&last)];
    for gone in [value!({"id": 57919}), value!({"id": 57919, "title": ""})] {
        let bench = Bench::start(answers(gone)).await;
        bench.psa.apply(&clear).await.unwrap();
    }
    let bench = Bench::start(answers(value!({"id": 57919, "title": "Controller"}))).await;
    let error = bench.psa.apply(&clear).await.unwrap_err().to_string();
    assert!(
        error.starts_with("ConnectWise PSA refused job_title: "),
        "{error}"
    );
    let bench = Bench::start(answers(value!({"id": 1}))).await;
    assert!(bench.psa.apply(&clear).await.is_err());
}

#[tokio::test]
async fn a_lost_answer_is_an_error_and_the_write_goes_out_once() {
    for lost in [
        String::new(),
        cut("{"),
        reply(502, "", "<html>"),
        json(201, "{\"id\":"),
        json(201, "{}"),
    ] {
        let bench = Bench::knowing_kinds(vec![lost.clone()]).await;
        let change = ContactChange::Create(new_contact());
        let error = bench.psa.apply(&change).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{error}");
        let posts = bench
            .calls()
            .into_iter()
            .filter(|call| call.starts_with("POST"));
        assert_eq!(posts.count(), 1, "{lost}");
    }
}

#[tokio::test]
async fn refusals_name_the_field_and_no_person() {
    let named = r#"{"code":"InvalidObject","message":"contact object is invalid","errors":[{"code":
        "InvalidField","message":"CFO of Jane is not valid","resource":"contact","field":"title"}]}"#;
    for (status, body, expected) in [
        (
            400,
            named,
            "ConnectWise PSA refused job_title: *** of *** is not valid (status 400)",
        ),
        (
            400,
            r#"{"code":"InvalidPatch","message":"'jane@x.example' exists","errors":null}"#,
            "ConnectWise PSA refused the request: '***' exists (status 400)",
        ),
        (
            403,
            "{}",
            "ConnectWise PSA denied access: the right Edit on Companies > Contacts",
        ),
        (
            404,
            r#"{"code":"NotFound","message":"Contact 57919 not found","errors":null}"#,
            "ConnectWise PSA does not know the contact",
        ),
        (409, "{}", "ConnectWise PSA saw another change"),
        (
            415,
            "{}",
            "ConnectWise PSA sent what cannot be read: a refusal of the way",
        ),
    ] {
        let bench = Bench::start(vec![ok(&jane()), kinds(), json(status, body)]).await;
        let change = update(&[
            (Attribute::JobTitle, Some("CFO")),
            (Attribute::GivenName, Some("Jane")),
        ]);
        let error = bench.psa.apply(&ContactChange::Update(change)).await;
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let bench = Bench::start(Vec::new()).await;
    let long = "x".repeat(31);
    let change = ContactChange::Update(update(&[(Attribute::Surname, Some(&long))]));
    let error = bench.psa.apply(&change).await.unwrap_err().to_string();
    assert!(
        error.starts_with("ConnectWise PSA refused surname: it has 31"),
        "{error}"
    );
    assert!(bench.server.requests().is_empty());
}

//! Creates, updates and refusals.

use domain::fields::Fields;
use domain::id::AccountId;
use domain::push::contact::{ContactUpdate, NewContact};
use domain::push::custom::CustomField;

use super::*;
use crate::http::scripted::{cut, reply};

pub(super) fn new_contact() -> NewContact {
    NewContact {
        account: AccountId::parse("acc_1").unwrap(),
        company: company(),
        site: None,
        fields: Fields {
            display_name: Some("Iver Dahl".into()),
            email: Some("iver@a.example".into()),
            job_title: Some("Dentist".into()),
            ..Fields::default()
        },
        alternate_emails: Vec::new(),
        external_id: Some("0c2e7d1a".into()),
        custom: vec![(CustomField::SupportPin, "493817".into())],
    }
}

pub(super) fn update() -> ContactUpdate {
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("7").unwrap(),
        set: vec![(Attribute::Mobile, Some("+46 70 555 0150".into()))],
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

pub(super) fn contact(properties: &Value) -> String {
    let body =
        value!({ "id": 7, "customer_id": 42, "name": "Iver Dahl", "properties": properties });
    json(200, &body.to_string())
}

async fn create(bench: &Bench) -> Result<ContactId, ConnectorError> {
    bench.psa.apply(&ContactChange::Create(new_contact())).await
}

#[tokio::test]
async fn a_create_is_completed_by_a_change() {
    let stored = value!({ "title": "Dentist", "SupportPIN": "493817", "Office365Id": "0c2e7d1a" });
    let answers = vec![customer(), contact(&value!({})), contact(&stored)];
    let bench = Bench::start(answers).await;
    assert_eq!(create(&bench).await.unwrap().as_str(), "7");
    assert_eq!(
        bench.calls(),
        ["GET /customers/42", "POST /contacts", "PUT /contacts/7"]
    );
    let made = value!({ "customer_id": 42, "name": "Iver Dahl", "email": "iver@a.example" });
    assert_eq!(bench.body(1), made);
    let completed = value!({ "name": "Iver Dahl", "title": "Dentist", "properties": stored });
    assert_eq!(bench.body(2), completed);
}

#[tokio::test]
async fn a_create_that_cannot_be_completed_is_made_all_the_same() {
    for broken in [
        String::new(),
        reply(502, "", "<html>"),
        json(422, r#"{"errors":"Title is bad"}"#),
    ] {
        let bench = Bench::start(vec![customer(), contact(&value!({})), broken]).await;
        assert_eq!(create(&bench).await.unwrap().as_str(), "7");
        assert_eq!(bench.calls().len(), 3, "each goes out once");
    }
}

#[tokio::test]
async fn a_create_without_an_answer_adopts_what_it_made() {
    let rows = [
        value!({ "id": 5, "name": "Iver Dahl", "email": "iver@a.example", "properties":
            { "Office365Id": "other", "SupportPIN": "1", "IsOffice365": "1" } }),
        value!({ "id": 7, "name": "Iver Dahl", "email": "Iver@a.example" }),
        value!({ "id": 8, "name": "Ivy Dahl", "email": "iver@a.example" }),
        value!({ "id": 6, "name": "Iver Dahl", "email": "iver@a.example" }),
    ];
    let nothing = || reply(200, "", "");
    let answers = vec![
        customer(),
        nothing(),
        list(&rows, 1, 4),
        contact(&value!({ "Badge": "17" })),
        contact(&all_fields()),
    ];
    let bench = Bench::start(answers).await;
    assert_eq!(create(&bench).await.unwrap().as_str(), "7");
    assert_eq!(bench.calls()[3..], ["GET /contacts/7", "PUT /contacts/7"]);
    assert_eq!(bench.body(4)["properties"]["Badge"], "17");
    let answers = vec![customer(), nothing(), page(1..2, 1, 1)];
    let bench = Bench::start(answers).await;
    let error = create(&bench).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
}

#[tokio::test]
async fn a_lost_answer_is_an_error_and_the_write_goes_out_once() {
    for lost in [
        String::new(),
        cut("{"),
        reply(502, "", "<html>"),
        json(200, "{\"id\":"),
        reply(200, "content-type: text/html\r\n", "<html>"),
    ] {
        let bench = Bench::start(vec![customer(), lost.clone()]).await;
        let error = create(&bench).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{lost}: {error}");
        assert_eq!(bench.calls().len(), 2);
    }
}

#[tokio::test]
async fn a_person_who_is_the_customer_itself_is_not_made_a_second_time() {
    let bench = Bench::start(vec![customer()]).await;
    let mut new = new_contact();
    new.fields.email = Some("office@A.example".into());
    let error = bench
        .psa
        .apply(&ContactChange::Create(new))
        .await
        .unwrap_err();
    let ConnectorError::Refused { field, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(field.as_deref(), Some("email"));
    assert!(!error.to_string().contains("office"), "{error}");
    assert_eq!(bench.calls().len(), 1);
    let bench = Bench::start(vec![not_found()]).await;
    let error = create(&bench).await.unwrap_err();
    assert!(
        error.to_string().ends_with("does not know the company"),
        "{error}"
    );
}

#[tokio::test]
async fn a_change_repeats_the_name_and_nothing_else_that_stays() {
    let held = || contact(&value!({ "title": "Dentist" }));
    let bench = Bench::start(vec![held(), held()]).await;
    let mut change = update();
    change.set.push((Attribute::JobTitle, None));
    let id = bench
        .psa
        .apply(&ContactChange::Update(change))
        .await
        .unwrap();
    assert_eq!(id.as_str(), "7");
    assert_eq!(bench.calls(), ["GET /contacts/7", "PUT /contacts/7"]);
    let sent = value!({ "name": "Iver Dahl", "mobile": "+46 70 555 0150", "title": "" });
    assert_eq!(bench.body(1), sent);
}

#[tokio::test]
async fn b150_what_cannot_be_is_refused_without_a_call() {
    let mut refused = Vec::new();
    for active in [true, false] {
        let mut out = update();
        out.active = Some(active);
        refused.push(("active", ContactChange::Update(out)));
    }
    let mut long = update();
    long.set = vec![(Attribute::JobTitle, Some("x".repeat(256)))];
    refused.push(("job_title", ContactChange::Update(long)));
    let mut lacking = update();
    lacking.set = vec![(Attribute::Department, None)];
    refused.push(("department", ContactChange::Update(lacking)));
    let mut foreign = update();
    foreign.contact = ContactId::parse("no-number").unwrap();
    refused.push(("id", ContactChange::Update(foreign)));
    let mut long = new_contact();
    long.fields.job_title = Some("x".repeat(256));
    refused.push(("job_title", ContactChange::Create(long)));
    let bench = Bench::start(Vec::new()).await;
    for (field, change) in refused {
        let error = bench.psa.apply(&change).await.unwrap_err();
        let ConnectorError::Refused { field: named, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(named.as_deref(), Some(field), "{error}");
    }
    let mut nothing = update();
    nothing.set.clear();
    let done = bench.psa.apply(&ContactChange::Update(nothing)).await;
    assert_eq!(done.unwrap().as_str(), "7");
    assert!(bench.calls().is_empty());
    assert!(bench.psa.gaps().no_active_status);
}

#[tokio::test]
async fn a_refusal_names_the_field_and_no_person() {
    let body = value!({ "record": { "name": "Iver Dahl", "email": "iver@a.example" },
        "errors": "Email iver@a.example of Iver Dahl isn't an email" });
    let bench = Bench::start(vec![customer(), json(422, &body.to_string())]).await;
    let error = create(&bench).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Syncro refused email: Email *** of *** is not an email (status 422)"
    );
    assert!(!error.is_outcome_unknown());
    let gone = Bench::start(vec![not_found()]).await;
    let error = gone
        .psa
        .apply(&ContactChange::Update(update()))
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("does not know the contact"),
        "{error}"
    );
}

#[tokio::test]
async fn b161_nothing_is_written_to_companies() {
    let bench = Bench::start(Vec::new()).await;
    let written = bench.psa.write_tenant_id(&company(), "0785ef7c").await;
    assert_eq!(written, Ok(crate::psa::TenantIdWrite::NoField));
    assert_eq!(bench.psa.default_site(&company()).await, Ok(None));
    assert!(bench.calls().is_empty() && bench.psa.gaps().no_company_fields);
}

#[tokio::test]
async fn creates_in_a_row_look_into_one_reading_until_one_is_in_doubt() {
    let made = || {
        let body = value!({ "id": 7, "customer_id": 42, "name": "Iver Dahl",
            "email": "Iver@a.example", "properties": all_fields() });
        json(200, &body.to_string())
    };
    let answers = vec![
        page(1..3, 1, 2),
        customer(),
        made(),
        made(),
        // Its outcome is not known.
        customer(),
        reply(502, "", "<html>"),
        page(1..3, 1, 2),
        // A change may be one of the address.
        made(),
        made(),
        page(1..3, 1, 2),
    ];
    let bench = Bench::start(answers).await;
    let find = async |address: &str| {
        let found = bench.psa.find_by_email(&company(), address).await.unwrap();
        found.len()
    };
    assert_eq!(find("iver@a.example").await, 0);
    assert_eq!(find("u1@a.example").await, 1);
    create(&bench).await.unwrap();
    assert_eq!(find("iver@a.example").await, 1, "what was made is known");
    create(&bench).await.unwrap_err();
    assert_eq!(find("iver@a.example").await, 0, "it is looked for anew");
    bench
        .psa
        .apply(&ContactChange::Update(update()))
        .await
        .unwrap();
    assert_eq!(find("u2@a.example").await, 1);
    let lists = bench.calls();
    let lists = lists.iter().filter(|call| call.contains("customer_id"));
    assert_eq!(lists.count(), 3);
}

//! Creates, updates, refusals and the rate.

use std::time::Duration;

use domain::push::custom::CustomField;

use super::*;
use crate::http::scripted::reply;

/// A contact by which all types can be learnt.
fn sample() -> String {
    page(&value!([mara()]), 1)
}

#[tokio::test]
async fn a_create_learns_the_types_and_then_writes_in_two_steps() {
    let mut new = iver();
    new.fields.job_title = Some("Dentist".into());
    let made = || ok(&value!({"Id": 55198, "FirstName": "Iver"}));
    let bench = Bench::start(vec![sample(), made(), ok(&value!({"Id": 55198})), made()]).await;
    let id = bench.psa.apply(&ContactChange::Create(new)).await.unwrap();
    assert_eq!(id.as_str(), "55198");
    assert_eq!(
        bench.calls(),
        [
            "GET /v2/crm/contacts/summary?PageSize=100&PageNumber=1",
            "POST /v2/crm/contacts/summary",
            "PATCH /v2/crm/contacts/55198",
        ]
    );
    assert_eq!(bench.body(1)["LocationId"], 4107);
    assert_eq!(bench.body(0)[0]["path"], "/JobTitle");
    let patch = bench.server.requests().pop().unwrap();
    assert!(
        patch.contains("content-type: application/json-patch+json"),
        "{patch}"
    );
    // What was learnt is remembered.
    bench
        .psa
        .apply(&ContactChange::Create(iver()))
        .await
        .unwrap();
    assert_eq!(bench.calls().len(), 4);
}

#[tokio::test]
async fn types_that_no_contact_shows_are_looked_up_and_else_refused() {
    let row = |id: i64, name: &str| value!({"Id": id, "Name": name, "IsActive": true});
    let bench = Bench::start(vec![
        page(&value!([]), 0),
        ok(&value!([row(4, "Work")])),
        ok(&value!({"Id": 1})),
    ])
    .await;
    bench
        .psa
        .apply(&ContactChange::Create(iver()))
        .await
        .unwrap();
    assert_eq!(bench.calls()[1], "GET /v2/system/lookup/EmailTypes");
    assert_eq!(bench.body(0)["Emails"][0]["EmailTypeId"], 4);
    let bench = Bench::start(vec![page(&value!([]), 0), json(404, ""), json(404, "")]).await;
    let error = bench
        .psa
        .apply(&ContactChange::Create(iver()))
        .await
        .unwrap_err();
    let expected = "Kaseya BMS refused email: no type for it is known";
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[tokio::test]
async fn a_create_that_breaks_off_half_way_says_that_it_may_have_happened() {
    let mut new = iver();
    new.fields.job_title = Some("Dentist".into());
    for fault in [
        json(403, "{}"),
        failed(4, "JobTitle Dentist is not valid"),
        reply(429, "retry-after: 90\r\n", ""),
        reply(500, "", ""),
    ] {
        let bench = Bench::start(vec![sample(), ok(&value!({"Id": 55198})), fault]).await;
        let error = bench
            .psa
            .apply(&ContactChange::Create(new.clone()))
            .await
            .unwrap_err();
        assert!(error.is_outcome_unknown(), "{error}");
        assert!(!error.to_string().contains("Dentist"), "{error}");
    }
}

#[tokio::test]
async fn a_create_without_an_id_adopts_what_it_made() {
    let row = |id: i64, active: bool| {
        value!({"Id": id, "AccountId": 3301, "IsActive": active, "Emails": [
            {"EmailAddress": "iver@northwinddental.example", "IsDefault": true}]})
    };
    let rows = value!([row(7, true), row(9, false), row(8, true)]);
    let bench = Bench::start(vec![sample(), ok(&value!(null)), page(&rows, 3)]).await;
    let id = bench
        .psa
        .apply(&ContactChange::Create(iver()))
        .await
        .unwrap();
    assert_eq!(id.as_str(), "8");
    let bench = Bench::start(vec![
        sample(),
        ok(&value!(null)),
        page(&value!([]), 0),
        page(&value!([]), 0),
    ])
    .await;
    let error = bench
        .psa
        .apply(&ContactChange::Create(iver()))
        .await
        .unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
}

#[tokio::test]
async fn a_change_writes_the_contact_its_phones_and_addresses_apart() {
    let mut change = update();
    change.set = vec![
        (Attribute::JobTitle, Some("Owner".into())),
        (Attribute::Mobile, Some("+46 70 555 0150".into())),
        (Attribute::Email, Some("m@northwinddental.example".into())),
    ];
    let counted = |updated: i64| ok(&value!({"Added": 0, "Updated": updated, "Deleted": 0}));
    let patched = ok(&value!({"Id": 55120, "JobTitle": "Owner"}));
    let answers = vec![ok(&mara()), patched, counted(1), counted(1)];
    let bench = Bench::start(answers.clone()).await;
    bench
        .psa
        .apply(&ContactChange::Update(change.clone()))
        .await
        .unwrap();
    assert_eq!(
        bench.calls(),
        [
            "GET /v2/crm/contacts/summary/55120",
            "PATCH /v2/crm/contacts/55120",
            "PATCH /v2/crm/contacts/55120/emails",
            "PATCH /v2/crm/contacts/55120/phones",
        ]
    );
    assert_eq!(
        bench.body(0),
        value!([{"Operation": 1, "PhoneNumber": "+46 70 555 0101",
            "NewPhoneNumber": "+46 70 555 0150", "TypeId": 2, "IsDefault": true}])
    );
    // Numbers of operations that mean something else are found out.
    let mut answers = answers;
    answers[3] = ok(&value!({"Added": 1, "Updated": 0, "Deleted": 0}));
    let bench = Bench::start(answers).await;
    let error = bench
        .psa
        .apply(&ContactChange::Update(change))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("something else was changed"),
        "{error}"
    );
}

#[tokio::test]
async fn out_of_use_is_a_patch_of_one_member_and_is_looked_at() {
    let mut change = update();
    change.active = Some(false);
    let answer = |active: bool| ok(&value!({"Id": 55120, "IsActive": active}));
    let bench = Bench::start(vec![answer(false)]).await;
    bench
        .psa
        .apply(&ContactChange::Update(change.clone()))
        .await
        .unwrap();
    assert_eq!(
        bench.body(0),
        value!([{"op": "replace", "path": "/IsActive", "value": false}])
    );
    let bench = Bench::start(vec![answer(true)]).await;
    let error = bench
        .psa
        .apply(&ContactChange::Update(change.clone()))
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("Kaseya BMS refused active"),
        "{error}"
    );
    let bench = Bench::start(vec![ok(&value!({"Id": 1}))]).await;
    let error = bench
        .psa
        .apply(&ContactChange::Update(change))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("names another contact"),
        "{error}"
    );
}

#[tokio::test]
async fn custom_fields_are_written_one_by_one_and_a_wrong_module_is_told() {
    let fields = || {
        ok(
            &value!([{"Id": 77, "Name": "SupportPIN"}, {"Id": 78, "Name": "IsOffice365",
            "Settings": [{"Id": 30, "Name": "Yes"}, {"Id": 31, "Name": "No"}]}]),
        )
    };
    let written = |module: &str| ok(&value!({"EntityId": 55120, "ModuleName": module}));
    let mut change = update();
    change.external_id = Some("7d0f".to_owned());
    change.custom = vec![
        (CustomField::SupportPin, "771204".to_owned()),
        (CustomField::IsOffice365, "True".to_owned()),
    ];
    let bench = Bench::start(vec![fields(), written("Contacts"), written("Contacts")]).await;
    bench
        .psa
        .apply(&ContactChange::Update(change.clone()))
        .await
        .unwrap();
    assert_eq!(
        bench.calls()[1..],
        [
            "PUT /v2/system/customFields/data/4/55120/77",
            "PUT /v2/system/customFields/data/4/55120/78",
        ]
    );
    assert_eq!(bench.body(1), value!({"Value": "771204"}));
    assert_eq!(bench.body(0), value!({"Value": "Yes"}));
    let bench = Bench::start(vec![fields(), written("Tickets")]).await;
    let error = bench
        .psa
        .apply(&ContactChange::Update(change))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("contacts_module"), "{error}");
    assert_eq!(bench.calls().len(), 2, "one value was written, and no more");
}

#[tokio::test]
async fn b159_b160_the_id_of_the_tenant_is_written_where_it_differs() {
    let fields = || ok(&value!([{"Id": 90, "Name": "Tenant365Id"}]));
    let held = |id: &str| ok(&value!([{"CustomFieldId": 90, "Data": id}]));
    let written = || ok(&value!({"EntityId": 3301, "ModuleName": "Accounts"}));
    for (answers, expected) in [
        (
            vec![fields(), held("other"), written()],
            TenantIdWrite::Written,
        ),
        (
            vec![fields(), ok(&value!([])), written()],
            TenantIdWrite::Written,
        ),
        (vec![fields(), held("A-B")], TenantIdWrite::AlreadyThere),
        (vec![ok(&value!([]))], TenantIdWrite::NoField),
    ] {
        let (count, bench) = (answers.len(), Bench::start(answers).await);
        let outcome = bench.psa.write_tenant_id(&company(), "a-b").await.unwrap();
        assert_eq!((outcome, bench.calls().len()), (expected, count));
    }
}

#[tokio::test]
async fn without_the_numbers_of_the_modules_custom_fields_are_gaps_and_cost_no_call() {
    let mut document = document();
    document["contacts_module"] = value!(null);
    document["accounts_module"] = value!(null);
    let bench = Bench::start_as(vec![signed_in("one"), ok(&mara())], document).await;
    let gaps = bench.psa.gaps();
    assert!(gaps.no_custom_fields && gaps.no_external_id && gaps.no_company_fields);
    let outcome = bench.psa.write_tenant_id(&company(), "a-b").await.unwrap();
    assert_eq!(outcome, TenantIdWrite::NoField);
    let id = ContactId::parse("55120").unwrap();
    assert!(
        bench
            .psa
            .contact(&id)
            .await
            .unwrap()
            .unwrap()
            .custom
            .is_empty()
    );
    let mut new = iver();
    new.external_id = Some("7d0f".to_owned());
    let error = bench
        .psa
        .apply(&ContactChange::Create(new))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("external_id"), "{error}");
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn a_refusal_for_too_many_calls_is_waited_out_and_slows_its_endpoint_alone() {
    let accounts = || page(&value!([{"Id": 1, "IsActive": false}]), 1);
    let bench = Bench::start(vec![
        json(429, ""),
        page(&value!([]), 0),
        accounts(),
        failed(9, "API rate limit reached for the hour"),
    ])
    .await;
    let error = bench.psa.check().await.unwrap_err();
    let after = Some(Duration::from_secs(300));
    assert_eq!(
        error,
        ConnectorError::RateLimited {
            vendor: VENDOR,
            after
        }
    );
    assert!(bench.psa.check().await.unwrap().is_complete());
    let pauses = bench.pause.pauses();
    assert_eq!(pauses.len(), 1, "{pauses:?}");
    assert!(pauses[0] >= Duration::from_secs(2), "{pauses:?}");
    let error = bench.psa.companies().await.unwrap_err();
    assert_eq!(
        error,
        ConnectorError::RateLimited {
            vendor: VENDOR,
            after
        }
    );
}

//! Creates, updates, refusals and the rate.

use std::time::Duration;

use domain::fields::{Attribute, Fields};
use domain::id::AccountId;
use domain::push::contact::{ContactUpdate, NewContact};

use super::*;
use crate::http::scripted::{cut, reply};

fn new_contact() -> NewContact {
    NewContact {
        account: AccountId::parse("acc_1").unwrap(),
        company: company(),
        site: SiteId::parse("95").ok(),
        fields: Fields {
            display_name: Some("Iver Dahl".into()),
            surname: Some("Dahl".into()),
            email: Some("iver@northwinddental.example".into()),
            ..Fields::default()
        },
        alternate_emails: Vec::new(),
        external_id: Some("0c2e7d1a".into()),
        custom: Vec::new(),
    }
}

fn update() -> ContactUpdate {
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("1187").unwrap(),
        set: vec![(Attribute::Mobile, Some("+46 70 555 0150".into()))],
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

#[tokio::test]
async fn a_create_takes_its_id_from_any_shape_of_answer() {
    for body in [
        r#"{"id":1202}"#,
        r#"[{"id":1202.0}]"#,
        r#"{"users":[{"id":1202}]}"#,
    ] {
        let bench = Bench::start(vec![json(201, body)]).await;
        let id = bench
            .psa
            .apply(&ContactChange::Create(new_contact()))
            .await
            .unwrap();
        assert_eq!(id.as_str(), "1202", "{body}");
        assert_eq!(bench.calls(), ["POST /api/Users"]);
        assert_eq!(
            bench.last_body(),
            value!([{"name": "Iver Dahl", "surname": "Dahl", "site_id": 95,
                "emailaddress": "iver@northwinddental.example", "azureoid": "0c2e7d1a"}])
        );
    }
}

#[tokio::test]
async fn a_create_without_an_answer_adopts_what_it_made() {
    let address = "iver@northwinddental.example";
    let rows = value!({"record_count": 4, "users": [
        {"id": 900, "client_id": 42, "emailaddress": address, "inactive": true},
        {"id": 1202, "client_id": 42, "emailaddress": address},
        {"id": 1203, "client_id": 42, "emailaddress": address, "azureoid": "other"},
        {"id": 1100, "client_id": 42, "emailaddress": address}
    ]});
    let bench = Bench::start(vec![reply(200, "", ""), json(200, &rows.to_string())]).await;
    let id = bench
        .psa
        .apply(&ContactChange::Create(new_contact()))
        .await
        .unwrap();
    assert_eq!(id.as_str(), "1202");
    let bench = Bench::start(vec![reply(200, "", ""), json(200, r#"{"users":[]}"#)]).await;
    let error = bench
        .psa
        .apply(&ContactChange::Create(new_contact()))
        .await
        .unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    // Without an address, by the name.
    let rows =
        r#"{"record_count":2,"users":[{"id":5,"name":"Iver Dahlin"},{"id":4,"name":"Iver Dahl"}]}"#;
    let bench = Bench::start(vec![reply(200, "", ""), json(200, rows)]).await;
    let mut nameless = new_contact();
    nameless.fields.email = None;
    let id = bench
        .psa
        .apply(&ContactChange::Create(nameless))
        .await
        .unwrap();
    assert_eq!(id.as_str(), "4");
}

#[tokio::test]
async fn a_lost_answer_is_an_error_and_the_write_goes_out_once() {
    for lost in [
        String::new(),
        cut("[{"),
        reply(502, "", "<html>"),
        json(200, "[{\"id\":"),
    ] {
        let bench = Bench::start(vec![lost.clone()]).await;
        let error = bench
            .psa
            .apply(&ContactChange::Create(new_contact()))
            .await
            .unwrap_err();
        assert!(error.is_outcome_unknown(), "{error}");
        assert_eq!(bench.calls().len(), 1, "{lost}");
    }
}

#[tokio::test]
async fn a_contact_is_made_on_the_main_site_or_the_only_active_one_or_not_at_all() {
    let sites = |sites: Value| {
        json(
            200,
            &value!({"record_count": 2, "sites": sites}).to_string(),
        )
    };
    let main = |id: i64| json(200, &value!({"id": 42, "main_site_id": id}).to_string());
    let made = || json(201, r#"{"id":1202}"#);
    for (answers, expected) in [
        (vec![main(96), made()], Some(96)),
        (
            vec![
                main(0),
                sites(value!([{"id": 97, "client_id": 42.0}, {"id": 98, "inactive": true}])),
                made(),
            ],
            Some(97),
        ),
        (vec![main(0), sites(value!([{"id": 97}, {"id": 98}]))], None),
        (vec![main(-1), sites(value!([]))], None),
    ] {
        let bench = Bench::start(answers).await;
        let mut new = new_contact();
        new.site = None;
        match (bench.psa.apply(&ContactChange::Create(new)).await, expected) {
            (Ok(_), Some(site)) => assert_eq!(bench.last_body()[0]["site_id"], site),
            (Err(ConnectorError::Refused { field, .. }), None) => {
                assert_eq!(field.as_deref(), Some("site"));
            }
            (other, _) => panic!("{other:?} instead of {expected:?}"),
        }
    }
}

#[tokio::test]
async fn an_update_sends_only_what_changes_and_checks_who_answers() {
    let bench = Bench::start(vec![
        json(200, r#"[{"id":1187}]"#),
        reply(200, "", ""),
        json(200, r#"{"id":1301}"#),
    ])
    .await;
    let change = ContactChange::Update(update());
    assert_eq!(bench.psa.apply(&change).await.unwrap().as_str(), "1187");
    assert_eq!(
        bench.last_body(),
        value!([{"id": 1187, "mobilenumber": "+46 70 555 0150"}])
    );
    assert_eq!(bench.psa.apply(&change).await.unwrap().as_str(), "1187");
    assert!(bench.psa.apply(&change).await.is_err());
    let nothing = ContactUpdate {
        set: Vec::new(),
        ..update()
    };
    bench
        .psa
        .apply(&ContactChange::Update(nothing))
        .await
        .unwrap();
    assert_eq!(bench.calls().len(), 3);
}

#[tokio::test]
async fn refusals_name_the_field_and_no_person() {
    for (status, body, expected) in [
        (
            400,
            "\"mobilenumber +46 70 555 0150 is not valid\"",
            "HaloPSA refused mobile: mobilenumber *** is not valid (status 400)",
        ),
        (
            400,
            r#"{"Message":"User 'Mara Lindqvist' (mara@x.example) exists"}"#,
            "HaloPSA refused the request: User '***' *** exists (status 400)",
        ),
        (403, "{}", "HaloPSA denied access: the scope edit:customers"),
        (404, "\"Not found\"", "HaloPSA does not know the contact"),
        (409, "{}", "HaloPSA saw another change"),
    ] {
        let bench = Bench::start(vec![json(status, body)]).await;
        let error = bench
            .psa
            .apply(&ContactChange::Update(update()))
            .await
            .unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let bench = Bench::start_with(Vec::new()).await;
    let mut long = update();
    long.set = vec![(Attribute::GivenName, Some("x".repeat(201)))];
    let error = bench
        .psa
        .apply(&ContactChange::Update(long))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("HaloPSA refused given_name: it has 201"),
        "{error}"
    );
    assert!(bench.server.requests().is_empty());
}

#[tokio::test]
async fn the_rate_is_learned_from_a_refusal_and_kept() {
    let words = "Rate Limit Reached - 300 Requests per rolling 5 minute window";
    let refusal = || reply(429, "content-type: text/plain\r\n", words);
    let ok = || json(200, r#"{"clients":[{"id":1}]}"#);
    let bench = Bench::start(vec![refusal(), ok()]).await;
    let limited = ConnectorError::RateLimited {
        vendor: "HaloPSA",
        after: Some(Duration::from_secs(60)),
    };
    assert_eq!(bench.psa.check().await, Err(limited));
    assert!(bench.pause.pauses().is_empty());
    bench.psa.check().await.unwrap();
    let waited = bench.pause.pauses();
    assert!(
        waited.len() == 1 && waited[0] > Duration::from_millis(500),
        "{waited:?}"
    );
    // A pause that is named and short is waited out, for a write too: it was turned away.
    let named = reply(429, "retry-after: 2\r\n", "");
    let bench = Bench::start(vec![named, json(200, r#"{"id":1187}"#)]).await;
    bench
        .psa
        .apply(&ContactChange::Update(update()))
        .await
        .unwrap();
    assert_eq!(bench.pause.pauses(), [Duration::from_secs(2)]);
}

//! Reading and searching.

use domain::push::contact::ExternalId;

use super::*;
use crate::error::Garble;
use crate::http::scripted::reply;

fn row(id: i64) -> Value {
    value!({"id": id, "firstName": format!("User{id}"), "company": {"id": 250},
        "inactiveFlag": id % 2 == 0, "communicationItems": []})
}

/// A page with these ids that says whether there is another.
fn page(ids: std::ops::RangeInclusive<i64>, has_next: bool) -> String {
    let rows: Vec<Value> = ids.map(row).collect();
    let link = if has_next {
        "link: <{base}/v2025_1//apis/3.0/company/contacts?page=2>; rel=\"next\"\r\n"
    } else {
        ""
    };
    let headers = format!("content-type: application/json\r\n{link}");
    reply(200, &headers, &Value::Array(rows).to_string())
}

#[tokio::test]
async fn contacts_come_across_pages_active_or_not() {
    let answers = vec![page(1..=3, true), page(4..=6, true), page(7..=7, false)];
    let bench = Bench::knowing_kinds(answers).await;
    let contacts = bench.psa.contacts(&company()).await.unwrap();
    assert_eq!(contacts.len(), 7);
    assert_eq!(contacts.iter().filter(|contact| !contact.active).count(), 3);
    let calls = bench.calls();
    let fields = "&fields=id%2CfirstName%2ClastName%2Ctitle%2Cdepartment%2Ccompany%2Csite%2C\
                  inactiveFlag%2CcommunicationItems%2CcustomFields%2Ctypes";
    let end = format!("{fields}&orderBy=id+asc&page=1&pageSize=500");
    assert_eq!(
        calls[1..],
        [
            format!("GET company/contacts?conditions=company%2Fid%3D250{end}"),
            format!("GET company/contacts?conditions=company%2Fid%3D250+and+id%3E3{end}"),
            format!("GET company/contacts?conditions=company%2Fid%3D250+and+id%3E6{end}"),
        ]
    );
}

#[tokio::test]
async fn pages_that_repeat_are_an_error_and_no_endless_list() {
    let bench = Bench::knowing_kinds(vec![page(1..=3, true), page(1..=3, true)]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(
        matches!(
            &error,
            ConnectorError::Unreadable {
                garble: Garble::Shape,
                ..
            }
        ),
        "{error}"
    );
    let foreign = Some(PageToken::new("x"));
    let bench = Bench::start(Vec::new()).await;
    assert!(bench.psa.contacts_page(&company(), foreign).await.is_err());
    assert!(bench.server.requests().is_empty());
}

#[tokio::test]
async fn an_empty_list_is_believed_only_where_the_company_is_there() {
    let (empty, gone) = (
        || ok(&value!([])),
        || {
            json(
                404,
                r#"{"code":"NotFound","message":"Company 250 not found"}"#,
            )
        },
    );
    let there = ok(&value!({"id": 250, "deletedFlag": false}));
    let bench = Bench::knowing_kinds(vec![empty(), there]).await;
    assert_eq!(bench.psa.contacts(&company()).await, Ok(Vec::new()));
    let deleted = ok(&value!({"id": 250, "deletedFlag": true}));
    for answer in [gone(), deleted] {
        let others = ok(&value!([{"id": 251}]));
        let bench = Bench::knowing_kinds(vec![empty(), answer, others]).await;
        let error = bench.psa.contacts(&company()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "ConnectWise PSA does not know the company"
        );
    }
    let bench = Bench::knowing_kinds(vec![empty(), gone(), empty()]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("it shows no company"), "{error}");
}

#[tokio::test]
async fn a_contact_is_read_in_full_or_not_there() {
    let jane = value!({"id": 57919, "firstName": "Jane", "company": {"id": 250},
        "customFields": [{"id": 33, "caption": "Office365Id", "value": ""}]});
    let answers = vec![
        ok(&jane),
        kinds(),
        json(
            404,
            r#"{"code":"NotFound","message":"Contact 57919 not found"}"#,
        ),
        ok(&value!({"id": 57919, "firstName": "Jane", "company": null})),
        ok(&value!({"id": 7, "company": {"id": 250}})),
    ];
    let bench = Bench::start(answers).await;
    let id = ContactId::parse("57919").unwrap();
    let contact = bench.psa.contact(&id).await.unwrap().unwrap();
    assert_eq!(contact.external_id, Some(ExternalId::Empty));
    assert_eq!(contact.company, company());
    assert_eq!(bench.psa.contact(&id).await, Ok(None));
    assert_eq!(
        bench.psa.contact(&id).await,
        Ok(None),
        "without a company nobody's"
    );
    assert!(bench.psa.contact(&id).await.is_err());
    let foreign = ContactId::parse("abc").unwrap();
    assert_eq!(bench.psa.contact(&foreign).await, Ok(None));
    assert_eq!(bench.calls()[0], "GET company/contacts/57919");
}

#[tokio::test]
async fn b165_b166_a_search_compares_whole_addresses_of_every_kind() {
    let with = |id: i64, company: i64, values: &[(&str, bool)]| {
        let items: Vec<Value> = values
            .iter()
            .map(|(text, default)| {
                value!({"id": id, "type": {"id": 14}, "value": text,
                "defaultFlag": default, "communicationType": "Email"})
            })
            .collect();
        value!({"id": id, "firstName": "Ann", "company": {"id": company},
            "communicationItems": items})
    };
    let rows = value!([
        with(1, 250, &[("joann@x.example", true)]),
        with(2, 250, &[("ANN@x.example", true)]),
        with(3, 250, &[("a@x.example", true), ("ann@X.example", false)]),
        with(4, 7, &[("ann@x.example", true)])
    ]);
    let bench = Bench::knowing_kinds(vec![ok(&rows)]).await;
    let found = bench.psa.find_by_email(&company(), " Ann@x.example ").await;
    let found = found.unwrap();
    let ids: Vec<&str> = found.iter().map(|contact| contact.id.as_str()).collect();
    assert_eq!(ids, ["2", "3"]);
    let call = bench.calls().pop().unwrap();
    assert!(
        call.contains(
            "childConditions=communicationItems%2Fvalue%3D%22Ann%40x.example%22+AND+\
             communicationItems%2FcommunicationType%3D%22Email%22"
        ),
        "{call}"
    );
    assert_eq!(
        bench.psa.find_by_email(&company(), " ").await,
        Ok(Vec::new())
    );
    let long = format!("{}@x.example", "a".repeat(250));
    assert_eq!(
        bench.psa.find_by_email(&company(), &long).await,
        Ok(Vec::new())
    );
    assert_eq!(bench.calls().len(), 2);
}

#[tokio::test]
async fn an_address_that_is_language_is_looked_for_here() {
    let address = "a\" or id>0 or \"@x.example";
    let rows = value!([
        {"id": 1, "company": {"id": 250}, "communicationItems": [{"id": 9, "type": {"id": 1},
            "value": address, "communicationType": "Email"}]},
        row(2)
    ]);
    let bench = Bench::knowing_kinds(vec![ok(&rows)]).await;
    let found = bench.psa.find_by_email(&company(), address).await.unwrap();
    assert_eq!(found.len(), 1);
    let call = bench.calls().pop().unwrap();
    assert!(
        !call.contains("childConditions") && !call.contains("%22"),
        "{call}"
    );
}

#[tokio::test]
async fn companies_come_with_their_state_and_a_site_to_make_contacts_on() {
    let page = value!([
        {"id": 12, "name": "Fabrikam", "status": {"id": 2, "name": "Inactive"}},
        {"id": 250, "name": "Northwind Dental", "status": {"id": 1, "name": "Active"}}
    ]);
    let company_250 = value!({"id": 250, "site": {"id": 901, "name": "Main"}});
    let answers = vec![ok(&page), ok(&company_250), ok(&value!({"id": 250}))];
    let bench = Bench::start(answers).await;
    let companies = bench.psa.companies().await.unwrap();
    let northwind = Company {
        id: company(),
        name: "Northwind Dental".into(),
        active: true,
        territory: None,
        account_manager: None,
    };
    assert_eq!(companies[1], northwind);
    assert!(!companies[0].active);
    assert!(bench.calls()[0].starts_with("GET company/companies?conditions=deletedFlag%3Dfalse&"));
    let site = bench.psa.default_site(&company()).await.unwrap();
    assert_eq!(site, SiteId::parse("901").ok());
    assert_eq!(bench.psa.default_site(&company()).await, Ok(None));
}

#[tokio::test]
async fn b144_b159_b160_a_company_is_heard_and_told_its_tenants_id() {
    let fields = |value: Value| {
        value!([{"id": 51, "caption": "Tenant365Id", "type": "Text", "value": value},
            {"id": 52, "caption": "Tier", "type": "Text", "value": "Gold"}])
    };
    let northwind = |fields: Value| {
        ok(&value!({"id": 250, "territory": {"id": 3, "name": "North"}, "customFields": fields}))
    };
    let gone = json(
        404,
        r#"{"code":"NotFound","message":"Company 250 not found"}"#,
    );
    let answers = vec![
        northwind(fields(value!(null))),
        gone,
        northwind(fields(value!(null))),
        northwind(fields(value!("t-1"))),
        northwind(fields(value!("T-1 "))),
        northwind(value!([])),
    ];
    let bench = Bench::start(answers).await;
    let told = bench.psa.company(&company()).await.unwrap().unwrap();
    assert_eq!(told.territory.as_deref(), Some("North"));
    assert_eq!(bench.psa.company(&company()).await, Ok(None));
    for expected in [
        TenantIdWrite::Written,
        TenantIdWrite::AlreadyThere,
        TenantIdWrite::NoField,
    ] {
        let written = bench.psa.write_tenant_id(&company(), "t-1").await.unwrap();
        assert_eq!(written, expected);
        if written == TenantIdWrite::Written {
            let all = value!([{"id": 51, "value": "t-1"}, {"id": 52, "value": "Gold"}]);
            assert_eq!(
                bench.last_body(),
                value!([{"op": "replace", "path": "/customFields", "value": all}])
            );
        }
    }
}

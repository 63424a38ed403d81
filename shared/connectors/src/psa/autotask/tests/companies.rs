//! Companies, who looks after them, and the id of their tenant.

use super::*;

#[tokio::test]
async fn b144_companies_come_with_state_territory_and_account_manager() {
    let rows = value!([
        {"id": 0, "companyName": "Acme MSP", "isActive": true},
        {"id": 42, "companyName": "Northwind", "isActive": false, "territoryID": 7,
            "ownerResourceID": 5},
        {"id": 43, "companyName": null, "isActive": null, "territoryID": 8}
    ]);
    let territories = json(
        200,
        r#"{"fields":[{"name":"x"},{"name":"territoryID","picklistValues":[{"value":"7","label":"North"}]}]}"#,
    );
    let people = value!([{"id": 5, "firstName": "Tess", "lastName": "Ek"}]);
    let answers = vec![
        zone(),
        list(&rows, false),
        threshold(0),
        territories,
        list(&people, false),
    ];
    let bench = Bench::start_with(answers).await;
    let companies = bench.psa.companies().await.unwrap();
    let found: Vec<_> = companies
        .iter()
        .map(|c| {
            (
                c.id.as_str(),
                c.active,
                c.territory.as_deref(),
                c.account_manager.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("0", true, None, None),
            ("42", false, Some("North"), Some("Tess Ek")),
            ("43", true, None, None),
        ]
    );
    assert_eq!(bench.last_body()["filter"][0]["value"], value!([5]));
}

#[tokio::test]
async fn one_company_is_told_alone_or_is_not_there() {
    let northwind = || {
        item(
            &value!({"id": 42, "companyName": "Northwind", "isActive": true, "territoryID": 7,
            "ownerResourceID": 5}),
        )
    };
    let territories = json(
        200,
        r#"{"fields":[{"name":"TerritoryID","picklistValues":[{"value":7,"label":"North"}]}]}"#,
    );
    let people = || list(&value!([{"id": 5, "lastName": "Ek"}]), false);
    let answers = vec![
        zone(),
        northwind(),
        threshold(0),
        territories,
        people(),
        northwind(),
        people(),
        item(&Value::Null),
    ];
    let bench = Bench::start_with(answers).await;
    for _ in 0..2 {
        let told = bench.psa.company(&company()).await.unwrap().unwrap();
        assert_eq!(told.territory.as_deref(), Some("North"));
        assert_eq!(told.account_manager.as_deref(), Some("Ek"));
    }
    assert_eq!(bench.psa.company(&company()).await.unwrap(), None);
    let foreign = CompanyId::parse("acme").unwrap();
    assert_eq!(bench.psa.company(&foreign).await.unwrap(), None);
    assert_eq!(bench.calls().len(), 6);
}

#[tokio::test]
async fn account_managers_that_may_not_be_read_are_left_out() {
    let rows = value!([{"id": 42, "companyName": "Northwind", "ownerResourceID": 5}]);
    let denied = errors(
        500,
        "You do not have the adequate permissions to query Resource",
    );
    let bench = Bench::start_with(vec![zone(), list(&rows, false), threshold(0), denied]).await;
    let companies = bench.psa.companies().await.unwrap();
    assert_eq!(companies[0].account_manager, None);
}

#[tokio::test]
async fn b159_b160_the_tenants_id_is_written_to_the_companys_field_once() {
    let tenant = "8c2f6a1e-0000-4000-8000-000000000001";
    let holds = |value: Value| {
        item(&value!({"id": 42, "userDefinedFields": [{"name": "Tenant365Id", "value": value}]}))
    };
    let put = async |fields: String, answers: Vec<String>| {
        let answers = [vec![zone(), fields, threshold(0)], answers].concat();
        let bench = Bench::start_with(answers).await;
        let written = bench.psa.write_tenant_id(&company(), tenant).await;
        (bench, written.unwrap())
    };
    let there = || fields(&["Tenant365Id"]);
    let written = json(200, r#"{"itemId":42}"#);
    let (bench, told) = put(there(), vec![holds(Value::Null), written]).await;
    assert_eq!(told, TenantIdWrite::Written);
    assert_eq!(bench.calls(), ["GET /Companies/42", "PATCH /Companies"]);
    assert_eq!(
        bench.last_body(),
        value!({"id": 42, "userDefinedFields": [{"name": "Tenant365Id", "value": tenant}]})
    );
    let (_, told) = put(there(), vec![holds(value!(tenant.to_uppercase()))]).await;
    assert_eq!(told, TenantIdWrite::AlreadyThere);
    let (bench, told) = put(fields(&["tenant365id"]), Vec::new()).await;
    assert_eq!(told, TenantIdWrite::NoField);
    assert!(bench.calls().is_empty());
}

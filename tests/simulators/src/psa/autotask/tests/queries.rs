//! Filters, counts and pages.

use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn filters_find_what_their_terms_say() {
    let world = World::new(Options::default()).await;
    world
        .autotask
        .define_contact_field(Field::text("SupportPIN"));
    let jane = world.add(
        &json!({"firstName": "Jane", "emailAddress": "Jane@contoso.example",
        "userDefinedFields": [{"name": "SupportPIN", "value": "4711"}]}),
    );
    let john = world.add(
        &json!({"firstName": "John", "emailAddress2": "jane@contoso.example",
        "isActive": 0}),
    );
    let term =
        |op: &str, field: &str, value: Value| json!({"op": op, "field": field, "value": value});
    let address = |field: &str| term("eq", field, json!("jane@contoso.example"));
    let either = json!({"op": "or", "items": [address("emailAddress"), address("emailAddress2")]});
    for (filter, expected) in [
        (json!([term("gte", "id", json!(0))]), vec![jane, john]),
        (json!([term("gt", "id", json!(jane))]), vec![john]),
        (json!([address("emailAddress")]), vec![jane]),
        (
            json!([either, term("eq", "isActive", json!(1))]),
            vec![jane],
        ),
        (json!([either]), vec![jane, john]),
        (json!([term("in", "id", json!([john, 7]))]), vec![john]),
        (
            json!([term("beginsWith", "firstname", json!("jo"))]),
            vec![john],
        ),
        (
            json!([{"op": "exist", "field": "emailAddress2"}]),
            vec![john],
        ),
        (
            json!([{"op": "eq", "field": "SupportPIN", "udf": true, "value": "4711"}]),
            vec![jane],
        ),
        (json!([term("eq", "companyID", json!(7))]), vec![]),
    ] {
        assert_eq!(world.ids(filter.clone()).await, Ok(expected), "{filter}");
    }
    let count = json!({"filter": [term("gte", "id", json!(0))]});
    let counted = world
        .call("POST", "/Contacts/query/count", Some(&count))
        .await;
    assert_eq!(json_of(&counted), json!({"queryCount": 2}));
    assert!(world.autotask.journal().writes().is_empty());
}

#[tokio::test]
async fn filters_that_cannot_be_are_refused() {
    let world = World::new(Options::unrecorded()).await;
    let many: Vec<i64> = (0..501).collect();
    let udf = json!({"op": "eq", "field": "A", "udf": true, "value": "1"});
    for (filter, said) in [
        (json!([]), "at least one term"),
        (
            json!([{"op": "eq", "field": "companyName", "value": "x"}]),
            "Unable to find companyName",
        ),
        (
            json!([{"op": "like", "field": "id", "value": 1}]),
            "Unable to find the operator like",
        ),
        (
            json!([{"op": "eq", "field": "isActive", "value": true}]),
            "not valid",
        ),
        (
            json!([{"op": "in", "field": "id", "value": many}]),
            "at most 500",
        ),
        (json!([udf, udf]), "one user-defined field"),
    ] {
        let refused = world.ids(filter).await.unwrap_err();
        assert!(refused.contains(said), "{refused}");
    }
    let asked = json!({"MaxRecords": 501, "filter": [{"op": "gte", "field": "id", "value": 0}]});
    assert_eq!(
        world
            .call("POST", "/Contacts/query", Some(&asked))
            .await
            .status,
        500
    );
}

#[tokio::test]
async fn pages_go_on_by_their_link_with_the_same_verb_and_body() {
    let world = World::new(Options::default()).await;
    for number in 0..5 {
        world.add(&json!({ "firstName": number.to_string() }));
    }
    let asked = json!({"MaxRecords": 2, "IncludeFields": ["id", "firstName"],
        "filter": [{"op": "gte", "field": "id", "value": 0}]});
    let (mut path, mut seen) = ("/Contacts/query".to_owned(), Vec::new());
    loop {
        let page = json_of(&world.call("POST", &path, Some(&asked)).await);
        let rows = page["items"].as_array().unwrap();
        assert!(rows.iter().all(|row| row.as_object().unwrap().len() == 2));
        seen.extend(
            rows.iter()
                .map(|row| row["firstName"].as_str().unwrap().to_owned()),
        );
        match page["pageDetails"]["nextPageUrl"].as_str() {
            Some(next) => path = next.split_once(API).unwrap().1.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["0", "1", "2", "3", "4"]);
    world.autotask.set_behaviour(Behaviour {
        page_cap: 3,
        ..Behaviour::default()
    });
    let all = json!([{"op": "gte", "field": "id", "value": 0}]);
    assert_eq!(world.ids(all.clone()).await.unwrap().len(), 3);
    world.autotask.set_behaviour(Behaviour {
        hide_everything: true,
        ..Behaviour::default()
    });
    assert_eq!(world.ids(all).await, Ok(vec![]));
}

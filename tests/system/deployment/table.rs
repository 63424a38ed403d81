//! What is kept: the table as the store expects it, secrets as the code names them; all of it
//! encrypted, and there still when the stack is gone.

use std::collections::BTreeSet;

use platform::SecretName;
use platform::store::schema::{EXPIRES, KEY};
use serde_json::{Value, json};

use super::template::{Operators, Template};

#[test]
fn the_table_is_the_stores() {
    let template = Template::read(Operators::Tokens);
    let tables = template.of_type("AWS::DynamoDB::Table");
    assert_eq!(tables.len(), 1);
    let table = template.resource("Table");
    let key: Vec<Value> = KEY
        .iter()
        .map(|(name, part)| json!({ "AttributeName": name, "KeyType": part.as_str() }))
        .collect();
    let attributes: Vec<Value> = KEY
        .iter()
        .map(|(name, _)| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    assert_eq!(table["KeySchema"], json!(key));
    assert_eq!(table["AttributeDefinitions"], json!(attributes));
    assert_eq!(
        table["TimeToLiveSpecification"],
        json!({ "AttributeName": EXPIRES, "Enabled": true })
    );
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    for index in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        assert!(table[index].is_null(), "the store uses no index");
    }
}

#[test]
fn the_table_is_encrypted_can_be_restored_and_cannot_be_deleted_by_mistake() {
    let template = Template::read(Operators::Tokens);
    let table = template.resource("Table");
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
    let restore = &table["PointInTimeRecoverySpecification"];
    assert_eq!(restore["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["DeletionProtectionEnabled"], true);
}

#[test]
fn table_and_secrets_outlive_the_stack() {
    let template = Template::read(Operators::Tokens);
    let resources = template.whole()["Resources"].as_object().unwrap();
    for (name, resource) in resources {
        let kind = resource["Type"].as_str().unwrap();
        if ["AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"].contains(&kind) {
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                assert_eq!(resource[policy], "Retain", "{policy} of {name}");
            }
        }
    }
}

#[test]
fn there_is_a_secret_for_each_that_the_code_reads_and_it_comes_without_a_value() {
    let template = Template::read(Operators::Tokens);
    let secrets = template.of_type("AWS::SecretsManager::Secret");
    let names: BTreeSet<&str> = secrets
        .values()
        .map(|secret| secret["Name"].as_str().unwrap())
        .collect();
    let wanted: Vec<String> = SecretName::ALL
        .iter()
        .map(|name| format!("muster/test/{}", name.as_str()))
        .collect();
    assert_eq!(names, wanted.iter().map(String::as_str).collect());
    for secret in secrets.values() {
        assert!(secret["SecretString"].is_null() && secret["GenerateSecretString"].is_null());
    }
}

#[test]
fn every_log_group_forgets() {
    let template = Template::read(Operators::Tokens);
    for (name, group) in template.of_type("AWS::Logs::LogGroup") {
        assert_eq!(group["RetentionInDays"], 30, "{name}");
    }
}

//! What the emulator made of the template: the same as the template says, once names are resolved
//! and AWS's own transform was applied. Runs where `MUSTER_TEST_AWS_ENDPOINT` names one.

use std::collections::BTreeSet;

use domain::event::EVENT_SOURCE;
use muster::wiring::Function;
use platform::Config;
use platform::store::schema::KEY;
use serde_json::{Value, json};

use super::aws::{Aws, variable};
use super::queues::wiring;
use super::template::{Operators, Template};

#[tokio::test]
async fn the_table_that_is_deployed_is_the_stores() {
    let Some(aws) = Aws::there() else { return };
    let ask = json!({ "TableName": "muster-test" });
    let answer = aws
        .call("dynamodb", "DynamoDB_20120810.DescribeTable", ask)
        .await;
    let table = &answer["Table"];
    let key: Vec<Value> = KEY
        .iter()
        .map(|(name, part)| json!({ "AttributeName": name, "KeyType": part.as_str() }))
        .collect();
    assert_eq!(table["KeySchema"], json!(key));
    assert_eq!(
        table["BillingModeSummary"]["BillingMode"],
        "PAY_PER_REQUEST"
    );
    let indexes = table["GlobalSecondaryIndexes"].as_array();
    assert!(indexes.is_none_or(Vec::is_empty));
}

#[tokio::test]
async fn the_rules_that_are_deployed_fill_the_queues_of_the_wiring() {
    let Some(aws) = Aws::there() else { return };
    let bus = json!({ "EventBusName": "muster-test" });
    let rules = aws.call("events", "AWSEvents.ListRules", bus).await;
    assert_eq!(
        rules["Rules"].as_array().unwrap().len(),
        Function::ALL.len()
    );
    for (function, types) in wiring() {
        let name = format!("muster-test-{function}");
        let rules = rules["Rules"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["Name"] == name).unwrap();
        let pattern: Value = serde_json::from_str(rule["EventPattern"].as_str().unwrap()).unwrap();
        assert_eq!(pattern["source"], json!([EVENT_SOURCE]));
        let told: BTreeSet<&str> = pattern["detail-type"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry.as_str().unwrap())
            .collect();
        assert_eq!(told, types);
        let ask = json!({ "EventBusName": "muster-test", "Rule": name });
        let targets = aws.call("events", "AWSEvents.ListTargetsByRule", ask).await;
        let targets = targets["Targets"].as_array().unwrap();
        assert_eq!(targets.len(), 1);
        let arn = targets[0]["Arn"].as_str().unwrap();
        assert!(arn.ends_with(&format!(":{name}")), "{arn}");
    }
}

#[tokio::test]
async fn the_queues_that_are_deployed_wait_and_give_up_as_they_should() {
    let Some(aws) = Aws::there() else { return };
    for function in Function::ALL {
        let name = format!("muster-test-{function}");
        let url = aws
            .call("sqs", "AmazonSQS.GetQueueUrl", json!({ "QueueName": name }))
            .await;
        let ask = json!({ "QueueUrl": url["QueueUrl"], "AttributeNames": ["All"] });
        let queue = aws.call("sqs", "AmazonSQS.GetQueueAttributes", ask).await;
        let redrive = queue["Attributes"]["RedrivePolicy"].as_str().unwrap();
        let redrive: Value = serde_json::from_str(redrive).unwrap();
        let dead = redrive["deadLetterTargetArn"].as_str().unwrap();
        assert!(dead.ends_with(&format!(":{name}-dead")), "{dead}");
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let timeout = aws.get("lambda", &path).await["Timeout"].as_u64().unwrap();
        let visible = queue["Attributes"]["VisibilityTimeout"].as_str().unwrap();
        assert!(visible.parse::<u64>().unwrap() >= 6 * timeout, "{function}");
    }
}

#[tokio::test]
async fn the_functions_that_are_deployed_can_read_their_configuration() {
    let Some(aws) = Aws::there() else { return };
    for handler in Template::read(Operators::Tokens).functions().keys() {
        let config = deployed_config(&aws, handler).await;
        assert_eq!(
            (config.table.as_str(), config.bus.as_str()),
            ("muster-test", "muster-test")
        );
    }
}

/// The configuration of a deployed function, as it would read it.
pub(super) async fn deployed_config(aws: &Aws, handler: &str) -> Config {
    let path = format!("/2015-03-31/functions/muster-test-{handler}/configuration");
    let function = aws.get("lambda", &path).await;
    let variables = &function["Environment"]["Variables"];
    let config = Config::read(&[handler], |name| match name {
        "_HANDLER" => function["Handler"].as_str().map(str::to_owned),
        _ => variables[name].as_str().map(str::to_owned),
    });
    config.unwrap_or_else(|error| panic!("{handler}: {error}"))
}

#[tokio::test]
async fn each_queue_feeds_its_function_and_failures_come_back_one_by_one() {
    let Some(aws) = Aws::there() else { return };
    let answer = aws
        .get("lambda", "/2015-03-31/event-source-mappings/")
        .await;
    let mappings = answer["EventSourceMappings"].as_array().unwrap();
    assert_eq!(mappings.len(), Function::ALL.len());
    for function in Function::ALL {
        let name = format!(":muster-test-{function}");
        let of = |mapping: &&Value| mapping["EventSourceArn"].as_str().unwrap().ends_with(&name);
        let mapping = mappings.iter().find(of).unwrap();
        assert!(mapping["FunctionArn"].as_str().unwrap().contains(&name));
        assert_eq!(
            mapping["FunctionResponseTypes"],
            json!(["ReportBatchItemFailures"])
        );
    }
}

/// What SAM makes of the template, of which the emulator makes nothing.
#[test]
fn what_the_emulator_passes_over_is_in_the_transformed_template() {
    let Some(file) = variable("MUSTER_TEST_TEMPLATE") else {
        return;
    };
    let template: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let of_type = |kind: &str| {
        let of_type: Vec<&Value> = resources.values().filter(|it| it["Type"] == kind).collect();
        of_type
    };
    let roles = of_type("AWS::IAM::Role");
    // One per function and the schedules': SAM adds none, whose log groups would be a star.
    assert_eq!(roles.len(), of_type("AWS::Lambda::Function").len() + 1);
    assert!(
        roles
            .iter()
            .all(|role| role["Properties"]["ManagedPolicyArns"].is_null())
    );
    for mapping in of_type("AWS::Lambda::EventSourceMapping") {
        assert!(mapping["Properties"]["ScalingConfig"]["MaximumConcurrency"].as_u64() >= Some(2));
    }
    let failed = of_type("AWS::Lambda::EventInvokeConfig");
    let to = |config: &&Value| {
        let destination = &config["Properties"]["DestinationConfig"]["OnFailure"];
        destination["Destination"]["Fn::GetAtt"][0].to_string()
    };
    let mut to: Vec<String> = failed.iter().map(to).collect();
    to.sort();
    assert_eq!(to, ["\"PsaChangesDead\"", "\"ScheduleDead\""]);
}

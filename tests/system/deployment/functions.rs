//! The functions: the ones that the executable knows, each with the environment that it reads.

use std::cell::RefCell;
use std::collections::BTreeSet;

use platform::Config;
use serde_json::{Value, json};

use super::template::{Operators, Template};
use crate::tidy::root;

/// Every variable that the configuration reader asks for.
fn known() -> BTreeSet<String> {
    let asked = RefCell::new(BTreeSet::new());
    let look_up = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        Some("info".to_owned())
    };
    drop(Config::read(&[], look_up));
    asked.into_inner()
}

#[test]
fn every_functions_environment_is_known_and_complete() {
    let known = known();
    for operators in Operators::ALL {
        for (handler, function) in Template::read(operators).functions() {
            let variables = function["Environment"]["Variables"].as_object().unwrap();
            for name in variables.keys() {
                assert!(known.contains(name), "{handler}: nobody reads {name}");
            }
            let config = Config::read(&[&handler], |name| match name {
                "_HANDLER" => Some(handler.clone()),
                // An attribute of a function that is not there yet: its ARN.
                "MUSTER_DECIDE_FUNCTION" => {
                    variables.get(name)?;
                    Some("arn:aws:lambda:eu-central-1:123456789012:function:decide".to_owned())
                }
                _ => variables.get(name)?.as_str().map(str::to_owned),
            });
            let config = config.unwrap_or_else(|error| panic!("{handler}: {error}"));
            assert_eq!(config.handler, handler);
            assert_eq!(config.stage, "test");
            assert_eq!(config.secrets_prefix, "muster/test");
            assert_eq!(
                (config.table.as_str(), config.bus.as_str()),
                ("Table", "muster-test")
            );
        }
    }
}

#[test]
fn the_role_claim_is_set_with_an_identity_provider_and_only_for_the_operators_routes() {
    for operators in Operators::ALL {
        for (handler, function) in Template::read(operators).functions() {
            let claim = &function["Environment"]["Variables"]["MUSTER_ROLE_CLAIM"];
            let wanted = operators == Operators::Issuer && handler == "admin-api";
            assert_eq!(claim.as_str(), wanted.then_some("muster_role"), "{handler}");
        }
    }
}

#[test]
fn every_function_of_the_executable_is_deployed() {
    let main = root().join("functions/bootstrap/src/main.rs");
    let main = std::fs::read_to_string(main).unwrap();
    // An arm of the executable's choice: `"schedule" => …`.
    let arms = main
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"'));
    let known: BTreeSet<&str> = arms
        .filter_map(|line| line.split_once("\" =>"))
        .map(|(name, _)| name)
        .collect();
    assert!(
        known.contains("schedule"),
        "this test can read main.rs: {known:?}"
    );
    // What `_HANDLER` may say: a line for each.
    let listed = root().join("functions/bootstrap/src/functions.rs");
    let listed = std::fs::read_to_string(listed).unwrap();
    let names = listed.lines().filter_map(|line| {
        let name = line.trim().strip_prefix('"')?;
        name.strip_suffix("\",")
    });
    assert_eq!(names.collect::<BTreeSet<_>>(), known);
    let functions = Template::read(Operators::Tokens).functions();
    let deployed: BTreeSet<&str> = functions.keys().map(String::as_str).collect();
    let missing: Vec<_> = known.difference(&deployed).collect();
    assert!(missing.is_empty(), "not deployed: {missing:?}");
}

#[test]
fn every_function_ships_the_same_executable_and_logs_lines_as_they_are() {
    let template = Template::read(Operators::Tokens);
    for (handler, function) in template.functions() {
        assert_eq!(function["FunctionName"], format!("muster-test-{handler}"));
        assert_eq!(function["Runtime"], "provided.al2023");
        assert_eq!(function["CodeUri"], "../target/lambda/bootstrap");
        assert_eq!(function["Architectures"], json!(["arm64"]));
        let logging = &function["LoggingConfig"];
        assert_eq!(logging["LogFormat"], "JSON");
        // MUSTER_LOG says what is logged; Lambda must not leave out more.
        assert_eq!(logging["ApplicationLogLevel"], "TRACE");
        let group = template.resource(logging["LogGroup"].as_str().unwrap());
        assert_eq!(
            group["LogGroupName"],
            format!("/aws/lambda/muster-test-{handler}")
        );
    }
}

#[test]
fn only_the_widget_knows_who_decides() {
    for (handler, function) in Template::read(Operators::Tokens).functions() {
        let variables = &function["Environment"]["Variables"];
        let decides = variables["MUSTER_DECIDE_FUNCTION"].as_str();
        let wanted = (handler == "review-widget").then_some("ReviewDecideFunction.Arn");
        assert_eq!(decides, wanted, "{handler}");
    }
}

#[test]
fn who_talks_to_the_psa_is_few_at_a_time() {
    let functions = Template::read(Operators::Tokens).functions();
    for handler in ["matching", "psa-push"] {
        let reserved = &functions[handler]["ReservedConcurrentExecutions"];
        assert_eq!(reserved, &Value::from(2), "{handler}");
    }
    for handler in ["schedule", "psa-changes"] {
        assert_eq!(functions[handler]["ReservedConcurrentExecutions"], 1);
    }
}

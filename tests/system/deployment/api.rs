//! The HTTP API: every route that the functions serve, who is let in, and what is not logged.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::template::{Operators, Template};
use crate::tidy::files;

/// Every path that a function's source serves: `.route("/v1/…", …)`.
fn served(function: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (name, text) in files(&[".rs"]) {
        if name.starts_with(&format!("functions/{function}/src/")) {
            for call in text.split(".route(").skip(1) {
                paths.insert(call.split('"').nth(1).unwrap().to_owned());
            }
        }
    }
    assert!(!paths.is_empty(), "{function} serves paths");
    paths
}

/// The routes that lead to a function: method and path.
fn routes(template: &Template, function: &str) -> Vec<(String, String)> {
    let wanted = format!("{}Function.Arn", super::queues::logical(function));
    let integrations = template.of_type("AWS::ApiGatewayV2::Integration");
    let (integration, _) = integrations
        .iter()
        .find(|(_, it)| it["IntegrationUri"] == wanted)
        .unwrap();
    let target = format!("integrations/${{{integration}}}");
    template
        .of_type("AWS::ApiGatewayV2::Route")
        .values()
        .filter(|route| route["Target"] == target)
        .map(|route| {
            let (method, path) = route["RouteKey"].as_str().unwrap().split_once(' ').unwrap();
            (method.to_owned(), path.to_owned())
        })
        .collect()
}

#[test]
fn every_path_that_a_function_serves_leads_to_it() {
    let template = Template::read(Operators::Tokens);
    for function in ["psa-webhook", "agent-upload", "admin-api"] {
        let routes = routes(&template, function);
        for path in served(function) {
            let is_routed = routes.iter().any(|(_, route)| {
                let below = route.strip_suffix("{proxy+}");
                *route == path || below.is_some_and(|below| path.starts_with(below))
            });
            assert!(is_routed, "{path} does not reach {function}: {routes:?}");
        }
    }
}

#[test]
fn every_route_may_invoke_its_function() {
    let template = Template::read(Operators::Tokens);
    let permissions = template.of_type("AWS::Lambda::Permission");
    for function in ["psa-webhook", "agent-upload", "admin-api"] {
        let resource = format!("{}Function", super::queues::logical(function));
        let mut allowed: Vec<&str> = permissions
            .values()
            .filter(|permission| permission["FunctionName"] == resource)
            .map(|permission| permission["SourceArn"].as_str().unwrap())
            .map(|arn| arn.split_once("${Api}/*/*").expect("of this API only").1)
            .collect();
        let routes = routes(&template, function);
        let mut wanted: Vec<&str> = routes.iter().map(|(_, path)| path.as_str()).collect();
        allowed.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(allowed, wanted, "{function}");
    }
}

#[test]
fn operators_need_a_token_of_the_issuer_where_there_is_one() {
    for operators in Operators::ALL {
        let template = Template::read(operators);
        for (name, route) in template.of_type("AWS::ApiGatewayV2::Route") {
            let is_for_operators = route["RouteKey"]
                .as_str()
                .unwrap()
                .contains(" /v1/customers/");
            let is_guarded = is_for_operators && operators == Operators::Issuer;
            let wanted = if is_guarded { "JWT" } else { "NONE" };
            assert_eq!(route["AuthorizationType"], wanted, "{name}");
            let authorizer = route["AuthorizerId"].as_str();
            assert_eq!(
                authorizer,
                is_guarded.then_some("OperatorAuthorizer"),
                "{name}"
            );
        }
    }
    let template = Template::read(Operators::Issuer);
    let authorizer = template.resource("OperatorAuthorizer");
    assert_eq!(
        authorizer["IdentitySource"],
        json!(["$request.header.Authorization"])
    );
    assert!(authorizer["JwtConfiguration"]["Audience"].is_array());
}

#[test]
fn the_stage_is_the_default_throttled_and_logs_nobody() {
    let template = Template::read(Operators::Tokens);
    let stage = template.resource("ApiStage");
    assert_eq!(stage["StageName"], "$default");
    for limit in ["ThrottlingRateLimit", "ThrottlingBurstLimit"] {
        assert!(stage["DefaultRouteSettings"][limit].as_u64().unwrap() > 0);
    }
    let format = stage["AccessLogSettings"]["Format"].as_str().unwrap();
    let line: Value = serde_json::from_str(format).unwrap();
    let logged: BTreeSet<&str> = line
        .as_object()
        .unwrap()
        .values()
        .map(|value| value.as_str().unwrap())
        .collect();
    // Neither an address (identity.sourceIp), nor a path (the webhook's holds its token), nor claims.
    let harmless = BTreeSet::from([
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.routeKey",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integration.latency",
        "$context.integration.error",
        "$context.error.responseType",
    ]);
    assert!(logged.is_subset(&harmless), "{logged:?}");
}

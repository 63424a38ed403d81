//! Who may do what: a role per function, actions and resources by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::template::{Operators, Template, texts};

/// What a role allows: by action, the resources.
pub(super) type Allowed = BTreeMap<String, BTreeSet<String>>;

/// What a function's role allows.
pub(super) fn allowed(template: &Template, handler: &str) -> Allowed {
    let role = template.functions()[handler]["Role"].clone();
    let role = role.as_str().unwrap().strip_suffix(".Arn").unwrap();
    let mut allowed = Allowed::new();
    for statement in statements(template.resource(role)) {
        assert_eq!(statement["Effect"], "Allow");
        for action in texts(&statement["Action"]) {
            let resources = texts(&statement["Resource"]).into_iter().map(str::to_owned);
            allowed
                .entry(action.to_owned())
                .or_default()
                .extend(resources);
        }
    }
    allowed
}

/// The statements of a role's own policies, or of a managed policy.
fn statements(properties: &Value) -> Vec<&Value> {
    let policies = match properties["Policies"].as_array() {
        Some(policies) => policies.iter().collect(),
        None => vec![properties],
    };
    policies
        .iter()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .collect()
}

#[test]
fn every_function_has_a_role_of_its_own() {
    let template = Template::read(Operators::Tokens);
    let functions = template.functions();
    let roles: BTreeSet<&str> = functions
        .values()
        .map(|function| function["Role"].as_str().unwrap())
        .collect();
    assert_eq!(roles.len(), functions.len());
}

#[test]
fn no_role_and_no_policy_has_a_star_or_somebody_elses_policy() {
    for operators in Operators::ALL {
        let template = Template::read(operators);
        let mut holders = template.of_type("AWS::IAM::Role");
        holders.extend(template.of_type("AWS::IAM::ManagedPolicy"));
        for (name, holder) in holders {
            assert!(holder["ManagedPolicyArns"].is_null(), "{name}");
            for statement in statements(holder) {
                let said = statement.to_string();
                assert!(!said.contains('*'), "{name}: {said}");
                for exception in ["NotAction", "NotResource"] {
                    assert!(statement[exception].is_null(), "{name}");
                }
            }
        }
    }
}

#[test]
fn every_role_reaches_its_own_things_only() {
    for operators in Operators::ALL {
        let template = Template::read(operators);
        for handler in template.functions().keys() {
            let name = super::queues::logical(handler);
            for (action, resources) in allowed(&template, handler) {
                let (service, _) = action.split_once(':').unwrap();
                let own: &[String] = match service {
                    "logs" => &[format!("{name}Log.Arn")],
                    "dynamodb" => &["Table.Arn".to_owned()],
                    "events" => &["Bus.Arn".to_owned()],
                    "sqs" if is_scheduled(handler) => &[format!("{name}Dead.Arn")],
                    "sqs" => &[format!("{name}Queue.Arn")],
                    "secretsmanager" => continue, // below
                    _ => panic!("{handler} needs no {action}"),
                };
                assert_eq!(
                    resources,
                    own.iter().cloned().collect(),
                    "{handler}: {action}"
                );
            }
        }
    }
}

fn is_scheduled(handler: &str) -> bool {
    ["schedule", "psa-changes"].contains(&handler)
}

#[test]
fn each_function_reads_the_secrets_that_it_needs_and_no_other() {
    for operators in Operators::ALL {
        let template = Template::read(operators);
        for handler in template.functions().keys() {
            let wanted = match (handler.as_str(), operators) {
                ("import", _) => Some("GraphSecret"),
                ("docs-matching", _) => Some("DocsSecret"),
                ("matching" | "psa-push" | "psa-changes" | "psa-webhook", _) => Some("PsaSecret"),
                ("admin-api", Operators::Tokens) => Some("OperatorsSecret"),
                _ => None,
            };
            let allowed = allowed(&template, handler);
            let reads = allowed.get("secretsmanager:GetSecretValue");
            let reads: Vec<&str> = reads.into_iter().flatten().map(String::as_str).collect();
            assert_eq!(reads, wanted.into_iter().collect::<Vec<_>>(), "{handler}");
        }
    }
}

#[test]
fn nobody_may_scan_or_change_the_table_itself() {
    let template = Template::read(Operators::Tokens);
    let items = [
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "UpdateItem",
    ];
    for handler in template.functions().keys() {
        let allowed = allowed(&template, handler);
        for action in allowed.keys().filter_map(|it| it.strip_prefix("dynamodb:")) {
            assert!(items.contains(&action), "{handler}: {action}");
        }
    }
    assert!(!allowed(&template, "review-widget").contains_key("dynamodb:PutItem"));
}

#[test]
fn who_may_look_and_who_may_decide_are_two_policies() {
    let template = Template::read(Operators::Tokens);
    for (policy, function) in [
        ("ReviewViewer", "ReviewWidgetFunction.Arn"),
        ("ReviewDecider", "ReviewDecideFunction.Arn"),
    ] {
        let statements = statements(template.resource(policy));
        assert_eq!(statements.len(), 1);
        assert_eq!(statements[0]["Action"], "lambda:InvokeFunction");
        assert_eq!(statements[0]["Resource"], function);
    }
}

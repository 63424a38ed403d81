//! Bus, rules, queues and the schedule: who tells whom, and where what fails ends up.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{EVENT_SOURCE, Envelope, Event};
use domain::limits::{INTERVAL_MINUTES_MIN, THROTTLED_RECEIVES_MAX};
use muster::wiring::{Function, subscribers};
use serde_json::{Value, json};

use super::template::{Operators, Template, texts};
use crate::tidy::root;

/// One of every event there is: the published samples.
pub(super) fn events() -> Vec<Event> {
    let folder = root().join("shared/domain/events");
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| {
            let sample = std::fs::read_to_string(file.unwrap().path()).unwrap();
            serde_json::from_str::<Envelope>(&sample).unwrap().event
        })
        .collect()
}

/// By function: the detail-types that wake it, as the code has it.
pub(super) fn wiring() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut wiring: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in events() {
        for function in subscribers(&event) {
            let types = wiring.entry(function.as_str()).or_default();
            types.insert(event.detail_type());
        }
    }
    wiring
}

/// The beginning of the logical names of a function's resources: `PsaPush` of `psa-push`.
pub(super) fn logical(function: &str) -> String {
    let capital = |part: &str| {
        let (first, rest) = part.split_at(1);
        first.to_uppercase() + rest
    };
    function.split('-').map(capital).collect()
}

#[test]
fn rules_and_targets_are_the_wiring_of_the_code() {
    let template = Template::read(Operators::Tokens);
    let wiring = wiring();
    assert_eq!(wiring.len(), Function::ALL.len());
    let rules = template.of_type("AWS::Events::Rule");
    assert_eq!(rules.len(), wiring.len(), "a rule per function");
    for (function, types) in wiring {
        let name = logical(function);
        let rule = rules[format!("{name}Rule").as_str()];
        assert_eq!(rule["EventBusName"], template.resource("Bus")["Name"]);
        let pattern = rule["EventPattern"].as_object().unwrap();
        assert_eq!(pattern.len(), 2, "nothing else is asked of an event");
        assert_eq!(pattern["source"], json!([EVENT_SOURCE]));
        let told: BTreeSet<&str> = texts(&pattern["detail-type"]).into_iter().collect();
        assert_eq!(told, types, "{function}");
        let targets = rule["Targets"].as_array().unwrap();
        assert_eq!(targets.len(), 1);
        assert_eq!(targets[0]["Arn"], format!("{name}Queue.Arn"));
        let dead = format!("{name}Dead.Arn");
        assert_eq!(targets[0]["DeadLetterConfig"]["Arn"], dead);
        // The whole event goes on, as `host::queue` reads it.
        for change in ["Input", "InputPath", "InputTransformer"] {
            assert!(targets[0][change].is_null());
        }
    }
}

#[test]
fn every_queue_waits_long_enough_and_gives_up_into_dead_letters() {
    let template = Template::read(Operators::Tokens);
    let functions = template.functions();
    for function in Function::ALL {
        let name = logical(function.as_str());
        let queue = template.resource(&format!("{name}Queue"));
        let dead = template.resource(&format!("{name}Dead"));
        assert_eq!(queue["QueueName"], format!("muster-test-{function}"));
        assert_eq!(dead["QueueName"], format!("muster-test-{function}-dead"));
        let timeout = functions[function.as_str()]["Timeout"].as_u64().unwrap();
        assert!(queue["VisibilityTimeout"].as_u64().unwrap() >= 6 * timeout);
        let redrive = &queue["RedrivePolicy"];
        assert_eq!(redrive["deadLetterTargetArn"], format!("{name}Dead.Arn"));
        // What is only throttled is published anew before the queue gives up.
        let receives = redrive["maxReceiveCount"].as_u64().unwrap();
        assert!(receives > u64::from(THROTTLED_RECEIVES_MAX));
        // Dead letters keep the time they were first sent, so they must be kept longer.
        let kept = |queue: &Value| queue["MessageRetentionPeriod"].as_u64().unwrap();
        assert!(kept(dead) > kept(queue));
        let from = texts(&dead["RedriveAllowPolicy"]["sourceQueueArns"]);
        assert_eq!(from.len(), 1);
        assert!(from[0].ends_with(&format!(":muster-test-{function}")));
    }
}

#[test]
fn every_queue_is_encrypted_and_takes_only_what_its_rule_sends_over_tls() {
    let template = Template::read(Operators::Tokens);
    let queues = template.of_type("AWS::SQS::Queue");
    let policies = template.of_type("AWS::SQS::QueuePolicy");
    let mut covered = BTreeSet::new();
    for policy in policies.values() {
        covered.extend(texts(&policy["Queues"]));
        let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
        let plain = statements.iter().find(|it| it["Effect"] == "Deny").unwrap();
        assert_eq!(
            plain["Condition"],
            json!({ "Bool": { "aws:SecureTransport": "false" } })
        );
        assert_eq!(
            (plain["Principal"].as_str(), plain["Action"].as_str()),
            (Some("*"), Some("sqs:*"))
        );
        for allowed in statements.iter().filter(|it| it["Effect"] == "Allow") {
            assert_eq!(allowed["Action"], "sqs:SendMessage");
            let source = allowed["Condition"]["ArnEquals"]["aws:SourceArn"]
                .as_str()
                .unwrap();
            assert!(source.ends_with("Rule.Arn"), "{source}");
        }
        for statement in statements {
            let concerned: BTreeSet<String> = texts(&policy["Queues"])
                .iter()
                .map(|queue| format!("{queue}.Arn"))
                .collect();
            let said = texts(&statement["Resource"]).into_iter().map(str::to_owned);
            assert_eq!(said.collect::<BTreeSet<_>>(), concerned);
        }
    }
    assert_eq!(covered, queues.keys().copied().collect());
    for (name, queue) in queues {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
    }
}

#[test]
fn functions_take_from_their_own_queue_message_by_message() {
    let template = Template::read(Operators::Tokens);
    for (handler, function) in template.functions() {
        let events = &function["Events"];
        if !Function::ALL
            .iter()
            .any(|queued| queued.as_str() == handler)
        {
            assert!(events.is_null(), "{handler} has no queue");
            continue;
        }
        let source = &events["Queue"]["Properties"];
        assert_eq!(source["Queue"], format!("{}Queue.Arn", logical(&handler)));
        assert_eq!(
            source["FunctionResponseTypes"],
            json!(["ReportBatchItemFailures"])
        );
        let at_a_time = source["ScalingConfig"]["MaximumConcurrency"]
            .as_u64()
            .unwrap();
        assert!(at_a_time >= 2, "the least that AWS takes");
        // With less than the queue may use, messages would be received in vain, and counted.
        if let Some(reserved) = function["ReservedConcurrentExecutions"].as_u64() {
            assert!(reserved >= at_a_time, "{handler}");
        }
    }
}

#[test]
fn the_schedules_tick_often_enough_and_what_they_cannot_do_is_kept() {
    let template = Template::read(Operators::Tokens);
    let choices = &template.whole()["Parameters"]["ScheduleMinutes"]["AllowedValues"];
    for minutes in choices.as_array().unwrap() {
        let minutes = minutes.as_i64().unwrap();
        assert!(
            (2..=INTERVAL_MINUTES_MIN).contains(&minutes),
            "rate() is in the plural"
        );
    }
    let schedules = template.of_type("AWS::Scheduler::Schedule");
    assert_eq!(schedules.len(), 2);
    for (schedule, handler) in [
        ("Schedule", "schedule"),
        ("PsaChangesSchedule", "psa-changes"),
    ] {
        let schedule = schedules[schedule];
        assert_eq!(schedule["ScheduleExpression"], "rate(5 minutes)");
        let (target, name) = (&schedule["Target"], logical(handler));
        let dead = format!("{name}Dead.Arn");
        assert_eq!(target["Arn"], format!("{name}Function.Arn"));
        assert_eq!(target["DeadLetterConfig"]["Arn"], dead);
        let failed = &template.functions()[handler]["EventInvokeConfig"]["DestinationConfig"];
        assert_eq!(failed["OnFailure"]["Destination"], dead);
    }
}

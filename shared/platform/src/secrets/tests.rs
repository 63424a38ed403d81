//! Secrets against memory and against a Secrets Manager whose answers the test makes up.

use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use serde_json::json;

use super::cache::{Cache, KEPT, REST};
use super::*;
use crate::fake::{Fake, Settings};

fn secrets(fake: &Fake) -> Secrets {
    let settings = Settings::new();
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version_latest()
        .endpoint_url(&fake.endpoint)
        .region(settings.region)
        .credentials_provider(settings.credentials)
        .http_client(settings.http)
        .retry_config(settings.retries)
        .build();
    Secrets::aws(
        OnUse::new(|| aws_sdk_secretsmanager::Client::from_conf(config)),
        "muster/test",
    )
}

fn unreadable() -> SecretError {
    SecretError::Unreadable {
        name: "muster/test/psa".into(),
        what: "throttled".into(),
    }
}

async fn get(
    cache: &Cache,
    now: Instant,
    read: Result<&str, SecretError>,
) -> Result<String, SecretError> {
    let read = async { read.map(SecretString::from) };
    let value = cache.get(SecretName::Psa, now, read).await?;
    Ok(value.expose_secret().to_owned())
}

#[tokio::test]
async fn a_value_serves_five_minutes_and_is_then_read_again() {
    let (cache, start) = (Cache::default(), Instant::now());
    assert_eq!(get(&cache, start, Ok("one")).await.unwrap(), "one");
    let moment = Duration::from_millis(1);
    assert_eq!(
        get(&cache, start + KEPT - moment, Ok("two")).await.unwrap(),
        "one"
    );
    assert_eq!(get(&cache, start + KEPT, Ok("two")).await.unwrap(), "two");
}

#[tokio::test]
async fn a_service_that_does_not_answer_costs_nothing_while_there_is_a_value() {
    let (cache, start) = (Cache::default(), Instant::now());
    assert!(
        get(&cache, start, Err(unreadable())).await.is_err(),
        "there is none yet"
    );
    get(&cache, start, Ok("one")).await.unwrap();
    let late = start + KEPT;
    assert_eq!(get(&cache, late, Err(unreadable())).await.unwrap(), "one");
    assert_eq!(
        get(&cache, late, Ok("two")).await.unwrap(),
        "one",
        "it is left alone for a while"
    );
    assert_eq!(get(&cache, late + REST, Ok("two")).await.unwrap(), "two");
}

#[tokio::test]
async fn a_secret_that_was_taken_from_us_is_not_used_on() {
    let gone: [fn() -> SecretError; 2] = [
        || SecretError::Missing("muster/test/psa".into()),
        || SecretError::Denied {
            name: "muster/test/psa".into(),
            what: "no".into(),
        },
    ];
    for error in gone {
        let (cache, start) = (Cache::default(), Instant::now());
        get(&cache, start, Ok("one")).await.unwrap();
        assert!(get(&cache, start + KEPT, Err(error())).await.is_err());
        assert!(
            get(&cache, start + KEPT, Err(unreadable())).await.is_err(),
            "nothing is held"
        );
    }
}

#[tokio::test]
async fn callers_at_the_same_time_wait_for_one_reading() {
    let fake = Fake::start(|_, _| (200, json!({ "SecretString": "{}" }))).await;
    let secrets = secrets(&fake);
    let all = (0..8).map(|_| secrets.get(SecretName::Graph));
    for value in futures::future::join_all(all).await {
        assert_eq!(value.unwrap().expose_secret(), "{}");
    }
    assert_eq!(fake.asked(), [json!({ "SecretId": "muster/test/graph" })]);
}

#[tokio::test]
async fn every_refusal_says_which_secret_and_what_to_do() {
    let refusals = [
        (
            "ResourceNotFoundException",
            "muster/test/psa; create it",
            "suspend",
        ),
        (
            "AccessDeniedException",
            "secretsmanager:GetSecretValue",
            "suspend",
        ),
        ("DecryptionFailure", "kms:Decrypt", "suspend"),
        (
            "ThrottlingException",
            "cannot be read: ThrottlingException: slow down",
            "retry",
        ),
        ("InternalServiceError", "cannot be read", "retry"),
    ];
    for (code, says, disposition) in refusals {
        let body = json!({ "__type": code, "message": "slow down" });
        let fake = Fake::start(move |_, _| (400, body.clone())).await;
        let error = secrets(&fake).get(SecretName::Psa).await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(says) && text.contains("muster/test/psa"),
            "{code}: {text}"
        );
        assert_eq!(
            Failure::from(error).disposition().as_str(),
            disposition,
            "{code}"
        );
    }
}

/// The answer holds the secret but breaks off: what is told of it must not.
#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_repeated_in_the_error() {
    let broken = json!({ "SecretString": { "value": "hunter2-hunter2" } });
    let fake = Fake::start(move |_, _| (200, broken.clone())).await;
    let error = secrets(&fake).get(SecretName::Psa).await.unwrap_err();
    assert!(matches!(error, SecretError::Unreadable { .. }));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_binary_secret_is_refused() {
    let fake = Fake::start(|_, _| (200, json!({ "SecretBinary": "e30=" }))).await;
    let error = secrets(&fake).get(SecretName::Psa).await.unwrap_err();
    assert!(error.to_string().contains("it is binary"));
}

#[tokio::test]
async fn memory_gives_what_it_was_given_and_names_what_it_lacks() {
    let secrets = Secrets::memory([(SecretName::Graph, SecretString::from("{}"))].into());
    assert_eq!(
        secrets
            .get(SecretName::Graph)
            .await
            .unwrap()
            .expose_secret(),
        "{}"
    );
    let missing = secrets.get(SecretName::Psa).await.unwrap_err();
    assert!(missing.to_string().contains("psa"));
    assert!(secrets.find(SecretName::Psa).await.unwrap().is_none());
}

//! How the process starts, refuses to, and ends.

use simulators::lambda::{Function, Phase};

use crate::functions::FUNCTIONS;
use crate::world::{PATIENCE, World, bootstrap, keeps_its_secrets};

#[tokio::test]
async fn a_process_without_its_environment_names_all_that_is_missing_and_asks_for_no_work() {
    let none = Vec::<(String, String)>::new();
    let mut function = Function::spawn(bootstrap(), "import", none).await.unwrap();
    let status = function.ended(PATIENCE).await.unwrap();
    assert!(!status.success());
    let output = function.output();
    for variable in [
        "MUSTER_TABLE",
        "MUSTER_BUS",
        "MUSTER_SECRETS_PREFIX",
        "MUSTER_STAGE",
    ] {
        assert!(
            output.contains(&format!("{variable} is not set")),
            "{output}"
        );
    }
    refused(&function);
}

#[tokio::test]
async fn a_process_with_wrong_values_names_every_one_of_them_without_its_value() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("MUSTER_TABLE", "hush hush".to_owned());
    environment.insert("MUSTER_BUS", String::new());
    environment.insert("MUSTER_SECRETS_PREFIX", "hush/".to_owned());
    environment.insert("MUSTER_STAGE", "hush".repeat(100));
    environment.insert("MUSTER_LOG", "import=hush".to_owned());
    let mut function = Function::spawn(bootstrap(), "import", &environment)
        .await
        .unwrap();
    assert!(!function.ended(PATIENCE).await.unwrap().success());
    let output = function.output();
    for variable in environment
        .keys()
        .filter(|name| name.starts_with("MUSTER_"))
    {
        assert!(output.contains(variable), "{variable}: {output}");
    }
    keeps_its_secrets(&output);
    refused(&function);
}

#[tokio::test]
async fn a_handler_setting_that_names_no_function_is_refused() {
    let world = World::new().await;
    for handler in ["bootstrap", "Import", "import "] {
        let started = Function::spawn(bootstrap(), handler, world.environment()).await;
        let mut function = started.unwrap();
        assert!(
            !function.ended(PATIENCE).await.unwrap().success(),
            "{handler}"
        );
        let output = function.output();
        assert!(output.contains("_HANDLER must be one of"), "{output}");
        refused(&function);
    }
}

#[tokio::test]
async fn an_unknown_function_is_told_together_with_a_table_that_is_missing() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.remove("MUSTER_TABLE");
    let started = Function::spawn(bootstrap(), "hush", &environment).await;
    let mut function = started.unwrap();
    assert!(!function.ended(PATIENCE).await.unwrap().success());
    let output = function.output();
    assert!(output.contains("MUSTER_TABLE is not set"), "{output}");
    for name in FUNCTIONS {
        assert!(output.contains(name), "{name}: {output}");
    }
    keeps_its_secrets(&output);
    refused(&function);
}

#[tokio::test]
async fn a_file_of_root_certificates_that_is_not_there_is_told_at_the_start() {
    let world = World::new().await;
    let mut environment = world.environment();
    environment.insert("SSL_CERT_FILE", "/nowhere/roots.pem".to_owned());
    let started = Function::spawn(bootstrap(), "import", &environment).await;
    let mut function = started.unwrap();
    assert!(!function.ended(PATIENCE).await.unwrap().success());
    let output = function.output();
    assert!(output.contains("SSL_CERT_FILE"), "{output}");
    refused(&function);
}

#[tokio::test]
async fn sigterm_ends_every_function_and_none_says_a_word_that_it_should_not() {
    let world = World::new().await;
    for handler in FUNCTIONS {
        let function = world.start(handler).await;
        // It waits for work; there is nothing to finish first.
        world.stop(function).await;
    }
}

/// It asked for no work. Whether it told Lambda why, too, is its own affair.
fn refused(function: &Function) {
    assert!(!matches!(function.api().phase(), Phase::Ready(_)));
    assert_eq!(function.api().next_calls(), 0);
}

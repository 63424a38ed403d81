//! `[psa]` with `system = "autotask"`.

use connectors::psa::{AUTOTASK_DISCOVERY_URL, PsaKind, Settings, SettingsError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{path_token, random};
use crate::config::reader::Reader;
use crate::config::vendors::address;

pub(super) fn read(mut reader: Reader<'_>) -> Option<SecretString> {
    let document = document(&mut reader);
    // What else cannot work, the connector knows.
    if let Some(Err(SettingsError::Wrong { member, remedy })) =
        document.as_ref().map(Settings::from_json)
    {
        reader.wrong(member, remedy);
    }
    reader.finish();
    document
}

fn document(reader: &mut Reader<'_>) -> Option<SecretString> {
    let username = reader.secret("username");
    let secret = reader.secret("secret");
    let integration_code = reader.secret("integration_code");
    let discovery_url = address(reader, "discovery_url", Some(AUTOTASK_DISCOVERY_URL), None);
    let (path_token, webhook_secret) = webhook(reader)?;
    Some(SecretString::from(
        json!({
            "system": PsaKind::Autotask.as_str(),
            "username": username?.value.expose_secret(),
            "secret": secret?.value.expose_secret(),
            "integration_code": integration_code?.value.expose_secret(),
            "discovery_url": discovery_url?,
            "webhook_path_token": path_token.expose_secret(),
            "webhook_secret": webhook_secret.expose_secret(),
        })
        .to_string(),
    ))
}

/// What Autotask proves itself with when it delivers. Without any of it nothing can be delivered:
/// nobody knows the path and the key that are drawn then.
fn webhook(reader: &mut Reader<'_>) -> Option<(SecretString, SecretString)> {
    let keys = ["webhook_path_token", "webhook_secret"];
    if !keys.iter().any(|key| reader.has_secret(key)) {
        for key in keys {
            reader.leave(key);
        }
        return Some((random(), random()));
    }
    let (token, secret) = (path_token(reader), reader.secret("webhook_secret"));
    Some((token?, secret?.value))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::{Value, json};

    use crate::config::Config;

    const USER: &str = "[psa]\nsystem = \"autotask\"\nusername = \"api@acme.example\"\n\
                        secret = \"hush-secret\"\nintegration_code_env = \"CODE\"\n";

    fn read(more: &str) -> Result<Value, Vec<String>> {
        let environment = |name: &str| (name == "CODE").then(|| "HUSHCODE".to_owned());
        let text = format!("{USER}{more}");
        match Config::read("muster.toml", &text, &environment) {
            Ok(config) => {
                let document = config.psa.unwrap();
                Ok(serde_json::from_str(document.expose_secret()).unwrap())
            }
            Err(problems) => Err(problems.to_string().lines().map(str::to_owned).collect()),
        }
    }

    #[test]
    fn the_secret_document_has_what_a_connection_needs() {
        let webhook = "webhook_path_token = \"path-hush-0123456789\"\n\
                       webhook_secret = \"hook-hush-hush-hush\"\n";
        assert_eq!(
            read(webhook).unwrap(),
            json!({
                "system": "autotask", "username": "api@acme.example", "secret": "hush-secret",
                "integration_code": "HUSHCODE",
                "discovery_url": "https://webservices.autotask.net",
                "webhook_path_token": "path-hush-0123456789",
                "webhook_secret": "hook-hush-hush-hush",
            })
        );
        // Without a webhook nobody knows what would prove a delivery.
        let alone = read("discovery_url = \"http://127.0.0.1:4003\"").unwrap();
        assert_eq!(alone["discovery_url"], "http://127.0.0.1:4003");
        assert!(alone["webhook_path_token"].as_str().unwrap().len() >= 32);
        assert_eq!(alone["webhook_secret"].as_str().unwrap().len(), 64);
    }

    #[test]
    fn what_cannot_work_is_told_by_key_and_never_by_value() {
        for (more, wanted) in [
            (
                "webhook_path_token = \"path-hush-0123456789\"",
                "psa.webhook_secret: is missing",
            ),
            (
                "webhook_path_token = \"hush\"\nwebhook_secret = \"hook-hush-hush-hush\"",
                "psa.webhook_path_token: expected at least 8 random characters",
            ),
            (
                "webhook_path_token = \"path-hush-0123456789\"\nwebhook_secret = \"hush\"",
                "psa.webhook_secret: must have at least 16 characters",
            ),
            (
                "discovery_url = \"https://hush.example\"",
                "psa.discovery_url: must be https://webservices.autotask.net",
            ),
            ("api_url = \"hush\"", "psa.api_url: unknown key"),
        ] {
            let problems = read(more).unwrap_err();
            assert!(
                problems.iter().any(|p| p.contains(wanted)),
                "{wanted}: {problems:?}"
            );
            assert!(!problems.iter().any(|p| p.contains("hush")), "{problems:?}");
        }
    }
}

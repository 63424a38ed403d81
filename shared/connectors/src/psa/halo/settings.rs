//! How to reach a Halo instance, and what it delivers with.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::http::BaseUrl;
use crate::psa::settings::{
    SettingsError, WEBHOOK_PASSWORD_LENGTH_MIN, base_url, filled, secret, wrong,
};

/// The secret document of a connection to HaloPSA.
#[derive(Clone, Deserialize)]
pub struct HaloSettings {
    /// The resource server, ending in `/api`.
    pub api_url: String,
    /// The authorisation server, ending in `/auth`. It may be another host.
    pub auth_url: String,
    /// The id of the API application.
    pub client_id: String,
    /// Its secret.
    #[serde(deserialize_with = "secret")]
    pub client_secret: SecretString,
    /// The tenant: hosted instances ask for it, those on premises have none.
    #[serde(default)]
    pub tenant: Option<String>,
    /// The last part of the path to which Halo delivers.
    #[serde(deserialize_with = "secret")]
    pub webhook_path_token: SecretString,
    /// The user name with which Halo delivers.
    pub webhook_username: String,
    /// The password with which Halo delivers; at least [`WEBHOOK_PASSWORD_LENGTH_MIN`] characters.
    #[serde(deserialize_with = "secret")]
    pub webhook_password: SecretString,
}

impl HaloSettings {
    /// Can these settings work?
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        self.api()?;
        self.auth()?;
        filled(&[
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose_secret()),
            ("webhook_username", &self.webhook_username),
        ])?;
        // Basic credentials end the user name at the first colon.
        if self.webhook_username.contains(':') {
            return Err(wrong("webhook_username", "must not hold a colon"));
        }
        if self.webhook_password.expose_secret().len() < WEBHOOK_PASSWORD_LENGTH_MIN {
            return Err(wrong("webhook_password", "must have at least 6 characters"));
        }
        Ok(())
    }

    /// The resource server, without a slash at the end.
    pub(super) fn api(&self) -> Result<BaseUrl, SettingsError> {
        base_url("api_url", &self.api_url, "/api", API_REMEDY)
    }

    /// The authorisation server, without a slash at the end.
    pub(super) fn auth(&self) -> Result<BaseUrl, SettingsError> {
        base_url("auth_url", &self.auth_url, "/auth", AUTH_REMEDY)
    }
}

const API_REMEDY: &str =
    "must be the https address of the resource server, ending in /api, with nothing after it";
const AUTH_REMEDY: &str =
    "must be the https address of the authorisation server, ending in /auth, with nothing after it";

impl fmt::Debug for HaloSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HaloSettings")
            .field("api_url", &self.api_url)
            .field("auth_url", &self.auth_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::psa::Settings;

    pub(crate) fn document() -> Value {
        json!({
            "system": "halo", "api_url": "https://acme.halopsa.example/api",
            "auth_url": "https://acme.halopsa.example/auth", "client_id": "5b0c",
            "client_secret": "hush-client", "tenant": "acme",
            "webhook_path_token": "hush-path-0123456789abcdef", "webhook_username": "muster",
            "webhook_password": "hush-password"
        })
    }

    pub(crate) fn settings() -> HaloSettings {
        let Settings::Halo(settings) = read(&document()).unwrap() else {
            panic!("the document is one of HaloPSA")
        };
        settings
    }

    fn read(document: &Value) -> Result<Settings, SettingsError> {
        Settings::from_json(&SecretString::from(document.to_string()))
    }

    #[test]
    fn a_document_is_read_and_keeps_its_secrets() {
        let settings = settings();
        assert_eq!(settings.client_secret.expose_secret(), "hush-client");
        assert!(!format!("{settings:?}").contains("hush"));
        assert_eq!(
            settings.api().unwrap().as_str(),
            "https://acme.halopsa.example/api"
        );
    }

    #[test]
    fn what_cannot_work_is_named_without_its_value() {
        for (member, value) in [
            ("api_url", json!("https://acme.halopsa.example")),
            ("api_url", json!("http://acme.halopsa.example/api")),
            ("api_url", json!("https://acme.halopsa.example/api?x=1")),
            ("auth_url", json!("https://user@acme.halopsa.example/auth")),
            ("auth_url", json!("https://auth")),
            ("auth_url", json!("hush")),
            ("client_id", json!(" ")),
            ("client_secret", json!("")),
            ("webhook_path_token", json!("hush")),
            ("webhook_username", json!("hush:hush")),
            ("webhook_password", json!("hush")),
        ] {
            let mut document = document();
            document[member] = value;
            let error = read(&document).unwrap_err();
            assert!(matches!(&error, SettingsError::Wrong { member: m, .. } if *m == member));
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        for wrong in [json!({"system": "hush"}), json!([]), json!("hush")] {
            assert_eq!(read(&wrong).unwrap_err(), SettingsError::Unreadable);
        }
    }

    #[test]
    fn addresses_forgive_a_slash_and_this_machine() {
        for url in [
            "http://127.0.0.1:4000/api/",
            "http://[::1]/api",
            "https://a.example/x/API",
        ] {
            let mut document = document();
            document["api_url"] = json!(url);
            assert!(read(&document).is_ok(), "{url}");
        }
    }
}

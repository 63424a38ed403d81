//! How to reach a PSA: the secret document of its connection.
//!
//! Invariant: `Debug` shows where, never with what.

use std::fmt;

use domain::failure::{Disposition, Failure};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use super::PsaKind;
use crate::http::BaseUrl;

/// The fewest characters of a webhook's path token: a floor against placeholders. 128 random bits,
/// as URL-safe text, have 22, and that is what the documents ask for.
pub const WEBHOOK_PATH_TOKEN_LENGTH_MIN: usize = 8;
/// The fewest characters of a webhook's password: a floor, as above.
pub const WEBHOOK_PASSWORD_LENGTH_MIN: usize = 6;

/// The secret document of a PSA connection, as JSON.
#[derive(Clone, Deserialize)]
pub struct Settings {
    /// Which PSA.
    #[serde(deserialize_with = "system")]
    pub system: PsaKind,
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
    /// The last part of the path to which the PSA delivers; at least
    /// [`WEBHOOK_PATH_TOKEN_LENGTH_MIN`] characters.
    #[serde(deserialize_with = "secret")]
    pub webhook_path_token: SecretString,
    /// The user name with which the PSA delivers.
    pub webhook_username: String,
    /// The password with which the PSA delivers; at least [`WEBHOOK_PASSWORD_LENGTH_MIN`]
    /// characters.
    #[serde(deserialize_with = "secret")]
    pub webhook_password: SecretString,
}

/// Why a secret document cannot be used. Names the member, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is no JSON, or a member is missing or of another type.
    #[error("the secret document of the PSA is no JSON object with all its members")]
    Unreadable,
    /// A member has a value that cannot work.
    #[error("{member} of the PSA connection: {remedy}")]
    Wrong {
        /// The member.
        member: &'static str,
        /// What to put there.
        remedy: &'static str,
    },
}

impl From<SettingsError> for Failure {
    /// Nothing passes until a person corrects the document.
    fn from(error: SettingsError) -> Self {
        Self::new(Disposition::Suspend, error)
    }
}

impl Settings {
    /// Reads a secret document. What serde says of it is left out, since it may quote secrets.
    pub fn from_json(document: &SecretString) -> Result<Self, SettingsError> {
        let settings: Self = serde_json::from_str(document.expose_secret())
            .map_err(|_| SettingsError::Unreadable)?;
        settings.check()?;
        Ok(settings)
    }

    /// Can these settings work? [`super::connect`] asks too.
    pub fn check(&self) -> Result<(), SettingsError> {
        base_url("api_url", &self.api_url, "/api", API_REMEDY)?;
        base_url("auth_url", &self.auth_url, "/auth", AUTH_REMEDY)?;
        for (member, value) in [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
            ("webhook_username", self.webhook_username.as_str()),
        ] {
            if value.trim().is_empty() {
                return Err(wrong(member, "must not be empty"));
            }
        }
        // Basic credentials end the user name at the first colon.
        if self.webhook_username.contains(':') {
            return Err(wrong("webhook_username", "must not hold a colon"));
        }
        if self.webhook_path_token.expose_secret().len() < WEBHOOK_PATH_TOKEN_LENGTH_MIN {
            return Err(wrong(
                "webhook_path_token",
                "must have at least 8 characters",
            ));
        }
        if self.webhook_password.expose_secret().len() < WEBHOOK_PASSWORD_LENGTH_MIN {
            return Err(wrong("webhook_password", "must have at least 6 characters"));
        }
        Ok(())
    }

    /// The resource server, without a slash at the end.
    pub(crate) fn api(&self) -> Result<BaseUrl, SettingsError> {
        base_url("api_url", &self.api_url, "/api", API_REMEDY)
    }

    /// The authorisation server, without a slash at the end.
    pub(crate) fn auth(&self) -> Result<BaseUrl, SettingsError> {
        base_url("auth_url", &self.auth_url, "/auth", AUTH_REMEDY)
    }
}

const API_REMEDY: &str =
    "must be the https address of the resource server, ending in /api, with nothing after it";
const AUTH_REMEDY: &str =
    "must be the https address of the authorisation server, ending in /auth, with nothing after it";

fn base_url(
    member: &'static str,
    text: &str,
    end: &str,
    remedy: &'static str,
) -> Result<BaseUrl, SettingsError> {
    let base = BaseUrl::parse(text).map_err(|_| wrong(member, remedy))?;
    let path = base.join([]).path().to_ascii_lowercase();
    if path.ends_with(end) {
        Ok(base)
    } else {
        Err(wrong(member, remedy))
    }
}

fn wrong(member: &'static str, remedy: &'static str) -> SettingsError {
    SettingsError::Wrong { member, remedy }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    Ok(SecretString::from(String::deserialize(deserializer)?))
}

fn system<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PsaKind, D::Error> {
    let name = String::deserialize(deserializer)?;
    PsaKind::parse(&name).ok_or_else(|| serde::de::Error::custom("no such PSA"))
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("system", &self.system)
            .field("api_url", &self.api_url)
            .field("auth_url", &self.auth_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn document() -> Value {
        json!({
            "system": "halo", "api_url": "https://acme.halopsa.example/api",
            "auth_url": "https://acme.halopsa.example/auth", "client_id": "5b0c",
            "client_secret": "hush-client", "tenant": "acme",
            "webhook_path_token": "hush-path-0123456789abcdef", "webhook_username": "muster",
            "webhook_password": "hush-password"
        })
    }

    pub(crate) fn settings() -> Settings {
        read(&document()).unwrap()
    }

    fn read(document: &Value) -> Result<Settings, SettingsError> {
        Settings::from_json(&SecretString::from(document.to_string()))
    }

    #[test]
    fn a_document_is_read_and_keeps_its_secrets() {
        let settings = settings();
        assert_eq!(settings.system, PsaKind::Halo);
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

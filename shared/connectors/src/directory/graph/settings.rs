//! How to reach Microsoft Graph: the secret document of its connection.
//!
//! Invariant: `Debug` shows where, never with what.

use std::fmt;

use domain::failure::{Disposition, Failure};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use crate::http::{BaseUrl, BaseUrlError};

/// The secret document of the connection, as JSON. Addresses left out are those of the global
/// cloud; all of one connection lies in one cloud.
#[derive(Clone, Deserialize)]
pub struct Settings {
    /// The sign-in, without a tenant.
    #[serde(default = "global_login")]
    pub login_url: String,
    /// The API, without a version.
    #[serde(default = "global_api")]
    pub api_url: String,
    /// The id of the application that is registered with Microsoft.
    pub client_id: String,
    /// Its secret: the value, not the secret's own id.
    #[serde(deserialize_with = "secret")]
    pub client_secret: SecretString,
}

/// Why a secret document cannot be used. Names the member, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is no JSON, or a member is missing or of another type.
    #[error("the secret document of Microsoft Graph is no JSON object with all its members")]
    Unreadable,
    /// A member is empty.
    #[error("{0} of the Microsoft Graph connection must not be empty")]
    Empty(&'static str),
    /// An address cannot be used.
    #[error("{0} of the Microsoft Graph connection: {1}")]
    Address(&'static str, BaseUrlError),
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

    /// Can these settings work?
    pub fn check(&self) -> Result<(), SettingsError> {
        self.login()?;
        self.api()?;
        let secret = self.client_secret.expose_secret();
        for (member, value) in [
            ("client_id", self.client_id.as_str()),
            ("client_secret", secret),
        ] {
            if value.trim().is_empty() {
                return Err(SettingsError::Empty(member));
            }
        }
        Ok(())
    }

    pub(super) fn login(&self) -> Result<BaseUrl, SettingsError> {
        BaseUrl::parse(&self.login_url).map_err(|e| SettingsError::Address("login_url", e))
    }

    pub(super) fn api(&self) -> Result<BaseUrl, SettingsError> {
        BaseUrl::parse(&self.api_url).map_err(|e| SettingsError::Address("api_url", e))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("login_url", &self.login_url)
            .field("api_url", &self.api_url)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

fn global_login() -> String {
    "https://login.microsoftonline.com".to_owned()
}

fn global_api() -> String {
    "https://graph.microsoft.com".to_owned()
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    Ok(SecretString::from(String::deserialize(deserializer)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, SettingsError> {
        Settings::from_json(&SecretString::from(text))
    }

    #[test]
    fn a_document_is_read_and_keeps_its_secret() {
        let settings = read(r#"{"client_id":"9a3d","client_secret":"hush"}"#).unwrap();
        assert_eq!(
            settings.api().unwrap().as_str(),
            "https://graph.microsoft.com"
        );
        assert_eq!(
            settings.login().unwrap().as_str(),
            "https://login.microsoftonline.com"
        );
        assert_eq!(settings.client_secret.expose_secret(), "hush");
        assert!(!format!("{settings:?}").contains("hush"));
    }

    #[test]
    fn what_cannot_work_is_named_without_its_value() {
        for (text, expected) in [
            ("hush", SettingsError::Unreadable),
            (r#"{"client_id":"hush"}"#, SettingsError::Unreadable),
            (
                r#"{"client_id":"a","client_secret":" "}"#,
                SettingsError::Empty("client_secret"),
            ),
            (
                r#"{"client_id":"a","client_secret":"b","api_url":"http://hush.example"}"#,
                SettingsError::Address("api_url", BaseUrlError::NotHttps),
            ),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error, expected);
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}

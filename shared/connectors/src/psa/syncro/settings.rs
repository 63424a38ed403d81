//! How to reach an instance of Syncro.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::http::BaseUrl;
use crate::psa::settings::{SettingsError, base_url, secret, wrong};

/// The secret document of a connection to Syncro.
#[derive(Clone, Deserialize)]
pub struct SyncroSettings {
    /// The API, ending in `/api/v1`.
    pub api_url: String,
    /// The API token.
    #[serde(deserialize_with = "secret")]
    pub api_token: SecretString,
}

impl SyncroSettings {
    /// Can these settings work?
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        self.api()?;
        let token = self.api_token.expose_secret();
        // Anything else cannot stand in a header, and would be refused as if it were wrong.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong(
                "api_token",
                "must be the token alone, without blanks",
            ));
        }
        Ok(())
    }

    /// The API, without a slash at the end.
    pub(super) fn api(&self) -> Result<BaseUrl, SettingsError> {
        base_url("api_url", &self.api_url, "/api/v1", API_REMEDY)
    }
}

const API_REMEDY: &str = "must be the https address of the API, \
     https://{subdomain}.syncromsp.com/api/v1, with nothing after it";

impl fmt::Debug for SyncroSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncroSettings")
            .field("api_url", &self.api_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::psa::{PsaKind, Settings};

    pub(crate) fn document() -> Value {
        json!({
            "system": "syncro", "api_url": "https://acme.syncromsp.example/api/v1",
            "api_token": "hush-token"
        })
    }

    fn read(document: &Value) -> Result<Settings, SettingsError> {
        Settings::from_json(&SecretString::from(document.to_string()))
    }

    #[test]
    fn a_document_is_read_and_keeps_its_secrets() {
        let settings = read(&document()).unwrap();
        assert_eq!(settings.system(), PsaKind::Syncro);
        assert!(settings.webhook_path_token().is_none());
        assert!(!format!("{settings:?}").contains("hush"));
        for url in ["http://127.0.0.1:4000/api/v1/", "https://a.example/API/v1"] {
            let mut document = document();
            document["api_url"] = json!(url);
            assert!(read(&document).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_cannot_work_is_named_without_its_value() {
        for (member, value) in [
            ("api_url", json!("hush")),
            ("api_url", json!("https://acme.syncromsp.example")),
            ("api_url", json!("http://acme.syncromsp.example/api/v1")),
            (
                "api_url",
                json!("https://acme.syncromsp.example/api/v1?api_key=hush"),
            ),
            ("api_token", json!("")),
            ("api_token", json!("hush hush")),
            ("api_token", json!("hush\n")),
        ] {
            let mut document = document();
            document[member] = value;
            let error = read(&document).unwrap_err();
            assert!(matches!(&error, SettingsError::Wrong { member: m, .. } if *m == member));
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}

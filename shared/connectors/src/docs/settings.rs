//! How to reach a documentation system: the secret document of its connection.
//!
//! Invariant: `Debug` shows where, never with what.

use domain::failure::{Disposition, Failure};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use super::DocsKind;
use super::hudu::HuduSettings;
use super::it_glue::ItGlueSettings;

/// The secret document of a connection to a documentation system, as JSON: its member `system` says of
/// which one, and so which other members it has.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "system", rename_all = "kebab-case")]
pub enum Settings {
    /// IT Glue.
    ItGlue(ItGlueSettings),
    /// Hudu.
    Hudu(HuduSettings),
}

/// Why a secret document cannot be used. Names the member, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is no JSON, or a member is missing or of another type.
    #[error(
        "the secret document of the documentation system is no JSON object with all its members"
    )]
    Unreadable,
    /// A member has a value that cannot work.
    #[error("{member} of the connection to the documentation system: {remedy}")]
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

    /// Which system.
    pub fn system(&self) -> DocsKind {
        match self {
            Self::ItGlue(_) => DocsKind::ItGlue,
            Self::Hudu(_) => DocsKind::Hudu,
        }
    }

    /// Can these settings work? [`super::connect`] asks too.
    pub fn check(&self) -> Result<(), SettingsError> {
        match self {
            Self::ItGlue(settings) => settings.check(),
            Self::Hudu(settings) => settings.check(),
        }
    }
}

/// A key that can stand in a header.
pub(super) fn check_key(key: &SecretString) -> Result<(), SettingsError> {
    let key = key.expose_secret().trim();
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(wrong(
        "api_key",
        "must be the key as the vendor showed it, of printable ASCII characters without spaces",
    ))
}

/// A member that cannot work.
pub(super) fn wrong(member: &'static str, remedy: &'static str) -> SettingsError {
    SettingsError::Wrong { member, remedy }
}

/// Reads a text that nobody is to see.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    Ok(SecretString::from(String::deserialize(deserializer)?))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(document: &Value) -> Result<Settings, SettingsError> {
        Settings::from_json(&SecretString::from(document.to_string()))
    }

    fn document(system: &str, api_url: &str) -> Value {
        json!({ "system": system, "api_url": api_url, "api_key": "hush-key" })
    }

    #[test]
    fn a_document_is_read_and_keeps_its_secrets() {
        for (system, api_url, kind) in [
            ("it-glue", "https://api.eu.itglue.com", DocsKind::ItGlue),
            ("hudu", "https://docs.msp.example", DocsKind::Hudu),
        ] {
            let settings = read(&document(system, api_url)).unwrap();
            assert_eq!(settings.system(), kind);
            let text = format!("{settings:?}");
            assert!(text.contains(api_url) && !text.contains("hush"), "{text}");
            assert_eq!(DocsKind::parse(system), Some(kind));
        }
        assert_eq!(DocsKind::parse("itglue"), None);
    }

    #[test]
    fn what_cannot_work_is_named_without_its_value() {
        for system in ["it-glue", "hudu"] {
            let good = document(system, "http://127.0.0.1:4000");
            assert!(read(&good).is_ok(), "{system}");
            for (member, value) in [
                ("api_key", " "),
                ("api_key", "hush hush"),
                ("api_key", "hush\u{e4}"),
                ("api_url", "hush"),
                ("api_url", "http://hush.example"),
                ("api_url", "https://hush@api.itglue.com"),
                ("api_url", "https://api.itglue.com/?hush=1"),
                ("api_url", "https://api.itglue.com/hush"),
            ] {
                let mut document = good.clone();
                document[member] = json!(value);
                let error = read(&document).unwrap_err();
                let is_named =
                    matches!(&error, SettingsError::Wrong { member: m, .. } if *m == member);
                assert!(is_named, "{system} {value}: {error}");
                assert!(!error.to_string().contains("hush"), "{error}");
            }
        }
        for wrong in [json!({ "system": "hush" }), json!([]), json!("hush")] {
            assert_eq!(read(&wrong).unwrap_err(), SettingsError::Unreadable);
        }
    }

    #[test]
    fn it_glue_is_called_at_its_own_hosts_only() {
        for (api_url, is_good) in [
            ("https://api.itglue.com", true),
            ("https://api.eu.itglue.com/", true),
            ("https://api.au.itglue.com", true),
            ("http://127.0.0.1:4000", true),
            ("https://acme.itglue.com", false),
            ("https://api.itglue.com.evil.example", false),
            ("https://api.itglue.com:8443", false),
        ] {
            let read = read(&document("it-glue", api_url));
            assert_eq!(read.is_ok(), is_good, "{api_url}");
        }
    }

    #[test]
    fn the_address_of_hudu_forgives_what_people_paste() {
        for api_url in [
            "https://docs.msp.example",
            "https://docs.msp.example/",
            "https://docs.msp.example:8443/api/v1",
            "https://docs.msp.example/api/v1/",
        ] {
            assert!(read(&document("hudu", api_url)).is_ok(), "{api_url}");
        }
        assert!(read(&document("hudu", "https://docs.msp.example/app")).is_err());
    }
}

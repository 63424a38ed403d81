//! How to reach a tenant of Autotask, and what it signs its deliveries with.

use std::fmt;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::http::BaseUrl;
use crate::psa::settings::{SettingsError, filled, secret, wrong};

/// Where is asked in which zone a tenant lives.
pub const AUTOTASK_DISCOVERY_URL: &str = "https://webservices.autotask.net";
/// The fewest characters of a webhook's secret key: a floor against placeholders.
pub const AUTOTASK_WEBHOOK_SECRET_LENGTH_MIN: usize = 16;
/// The most characters that Autotask takes for a webhook's secret key.
pub const AUTOTASK_WEBHOOK_SECRET_LENGTH_MAX: usize = 64;

/// What the hosts of all zones end in.
const DOMAIN: &str = ".autotask.net";
/// What they begin with; a number may follow.
const HOST: &str = "webservices";

/// The secret document of a connection to Autotask.
#[derive(Clone, Deserialize)]
pub struct AutotaskSettings {
    /// The user name of the API user, an address in form.
    pub username: String,
    /// Its secret.
    #[serde(deserialize_with = "secret")]
    pub secret: SecretString,
    /// The tracking identifier (API integration code) of the API user.
    #[serde(deserialize_with = "secret")]
    pub integration_code: SecretString,
    /// Where is asked for the tenant's zone. Another one only for simulators on this machine.
    #[serde(default = "discovery_url")]
    pub discovery_url: String,
    /// The last part of the path to which Autotask delivers.
    #[serde(deserialize_with = "secret")]
    pub webhook_path_token: SecretString,
    /// The secret key with which it signs.
    #[serde(deserialize_with = "secret")]
    pub webhook_secret: SecretString,
}

fn discovery_url() -> String {
    AUTOTASK_DISCOVERY_URL.to_owned()
}

impl AutotaskSettings {
    /// Can these settings work?
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        self.discovery()?;
        let members = [
            ("username", self.username.as_str()),
            ("secret", self.secret.expose_secret()),
            ("integration_code", self.integration_code.expose_secret()),
        ];
        filled(&members)?;
        for (member, value) in members {
            header(member, value)?;
        }
        let length = self.webhook_secret.expose_secret().chars().count();
        if length < AUTOTASK_WEBHOOK_SECRET_LENGTH_MIN {
            return Err(wrong("webhook_secret", "must have at least 16 characters"));
        }
        if length > AUTOTASK_WEBHOOK_SECRET_LENGTH_MAX {
            return Err(wrong("webhook_secret", "must have at most 64 characters"));
        }
        Ok(())
    }

    /// Where is asked for the zone.
    pub(super) fn discovery(&self) -> Result<BaseUrl, SettingsError> {
        const REMEDY: &str = "must be https://webservices.autotask.net, or left out";
        let base = BaseUrl::parse(&self.discovery_url);
        let base = base.map_err(|_| wrong("discovery_url", REMEDY))?;
        let url = base.join([]);
        if is_this_machine(&url) || is_zone(&url) {
            Ok(base)
        } else {
            Err(wrong("discovery_url", REMEDY))
        }
    }

    /// The three headers of a call: names in lower case, values that nobody is to see.
    pub(super) fn headers(&self) -> Result<[(&'static str, HeaderValue); 3], SettingsError> {
        Ok([
            ("username", header("username", &self.username)?),
            ("secret", header("secret", self.secret.expose_secret())?),
            (
                "apiintegrationcode",
                header("integration_code", self.integration_code.expose_secret())?,
            ),
        ])
    }
}

fn header(member: &'static str, value: &str) -> Result<HeaderValue, SettingsError> {
    let value = HeaderValue::try_from(value.trim());
    let mut value = value.map_err(|_| wrong(member, "holds what no header can"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Is that a host of Autotask's zones? Credentials leave for no other.
pub(super) fn is_zone(url: &Url) -> bool {
    let number = (url.host_str())
        .and_then(|host| host.strip_suffix(DOMAIN))
        .and_then(|host| host.strip_prefix(HOST));
    let is_numbered = number.is_some_and(|n| n.len() <= 4 && n.bytes().all(|b| b.is_ascii_digit()));
    is_numbered && url.scheme() == "https" && url.port().is_none()
}

/// A simulator: plain http is a base address on this machine only.
pub(super) fn is_this_machine(base: &Url) -> bool {
    base.scheme() == "http"
}

impl fmt::Debug for AutotaskSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AutotaskSettings")
            .field("discovery_url", &self.discovery_url)
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
            "system": "autotask", "username": "api@acme.example", "secret": "hush-secret",
            "integration_code": "HUSHCODE", "webhook_path_token": "hush-path-0123456789abcdef",
            "webhook_secret": "hush-webhook-secret"
        })
    }

    pub(crate) fn settings() -> AutotaskSettings {
        serde_json::from_value(document()).unwrap()
    }

    fn read(document: &Value) -> Result<Settings, SettingsError> {
        Settings::from_json(&SecretString::from(document.to_string()))
    }

    #[test]
    fn a_document_is_read_and_keeps_its_secrets() {
        assert!(read(&document()).is_ok());
        let settings = settings();
        assert_eq!(settings.discovery_url, AUTOTASK_DISCOVERY_URL);
        let headers = settings.headers().unwrap();
        assert!(!format!("{settings:?} {headers:?}").contains("hush"));
        assert_eq!(headers[1].1.to_str().unwrap(), "hush-secret");
    }

    #[test]
    fn what_cannot_work_is_named_without_its_value() {
        for (member, value) in [
            ("username", json!(" ")),
            ("username", json!("hush\nhush")),
            ("secret", json!("")),
            ("secret", json!("hush\u{7f}")),
            ("integration_code", json!("")),
            ("discovery_url", json!("https://hush.example")),
            (
                "discovery_url",
                json!("http://webservices.autotask.net.hush"),
            ),
            ("webhook_path_token", json!("hush")),
            ("webhook_secret", json!("hush-only-fifte")),
            ("webhook_secret", json!("hush".repeat(17))),
        ] {
            let mut document = document();
            document[member] = value;
            let error = read(&document).unwrap_err();
            assert!(
                matches!(&error, SettingsError::Wrong { member: m, .. } if *m == member),
                "{error}"
            );
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        let mut missing = document();
        missing.as_object_mut().unwrap().remove("integration_code");
        assert_eq!(read(&missing).unwrap_err(), SettingsError::Unreadable);
    }

    #[test]
    fn only_hosts_of_autotask_are_zones() {
        for (url, expected) in [
            ("https://webservices.autotask.net/x", true),
            ("https://webservices14.autotask.net/ATServicesRest/", true),
            ("https://WebServices2.Autotask.net/", true),
            ("http://webservices14.autotask.net/", false),
            ("https://webservices14.autotask.net:8443/", false),
            ("https://webservicesx.autotask.net/", false),
            ("https://webservices14.autotask.net.evil.example/", false),
            ("https://evil.example/webservices14.autotask.net", false),
            ("https://www.autotask.net/", false),
        ] {
            assert_eq!(is_zone(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}

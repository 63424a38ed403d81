//! How to reach a ConnectWise PSA instance: where people sign in, as which company, with which keys.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use crate::http::BaseUrl;
use crate::psa::settings::{SettingsError, base_url, filled, secret, wrong};

/// The version of the API that is asked for where the settings name none. Without one the newest
/// model answers, whichever that is on the day.
const API_VERSION: &str = "2025.1";
/// Domains of hosted instances, whose API has a host of its own: `api-` and the name of the site.
const HOSTED: [&str; 2] = [".myconnectwise.net", ".connectwisedev.com"];

/// The secret document of a connection to ConnectWise PSA.
#[derive(Clone, Deserialize)]
pub struct ConnectWiseSettings {
    /// The site that people sign in at, such as `https://na.myconnectwise.net`, or the MSP's own.
    pub site_url: String,
    /// The company that people name when they sign in.
    pub company_id: String,
    /// The public key of the API member.
    pub public_key: String,
    /// Its private key.
    #[serde(deserialize_with = "secret")]
    pub private_key: SecretString,
    /// The id of this integration, from the vendor's developer network.
    #[serde(deserialize_with = "secret")]
    pub client_id: SecretString,
    /// The version of the API to ask for, such as `2025.1`.
    #[serde(default)]
    pub api_version: Option<String>,
    /// The contact type that new contacts get, by its description; none leaves it to the vendor.
    #[serde(default)]
    pub contact_type: Option<String>,
    /// The last part of the path to which ConnectWise PSA delivers.
    #[serde(deserialize_with = "secret")]
    pub webhook_path_token: SecretString,
}

const SITE_REMEDY: &str = "must be the https address of the site that people sign in at, such as \
                           https://na.myconnectwise.net: a host name with nothing after it";
const COMPANY_REMEDY: &str = "must be the company that people name when they sign in: letters, \
                              digits, '-', '_' and '.' only";
const VERSION_REMEDY: &str = "must be a version of the API, such as 2025.1";

impl ConnectWiseSettings {
    /// Can these settings work?
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        self.api()?;
        filled(&[
            ("company_id", &self.company_id),
            ("public_key", &self.public_key),
            ("private_key", self.private_key.expose_secret()),
            ("client_id", self.client_id.expose_secret()),
        ])?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        // A plus ends the company and a colon the user name of the credentials.
        if !self.company().chars().all(is_plain) {
            return Err(wrong("company_id", COMPANY_REMEDY));
        }
        if self.public_key.contains(':') {
            return Err(wrong("public_key", "must not hold a colon"));
        }
        let is_text = |text: &str| text.trim().bytes().all(|b| b.is_ascii_graphic());
        if !is_text(self.client_id.expose_secret()) {
            return Err(wrong("client_id", "must be the integration's GUID"));
        }
        let version = self.version();
        if version.is_empty() || !version.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(wrong("api_version", VERSION_REMEDY));
        }
        Ok(())
    }

    /// The site that people sign in at. The host of the API is forgiven.
    pub(super) fn site(&self) -> Result<BaseUrl, SettingsError> {
        let unusable = || wrong("site_url", SITE_REMEDY);
        let mut url = base_url("site_url", &self.site_url, "", SITE_REMEDY)?.join([]);
        if !url.path().trim_matches('/').is_empty() || !is_named(&url) {
            return Err(unusable());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        if let Some(site) = host.strip_prefix("api-").filter(|site| is_hosted(site)) {
            url.set_host(Some(site)).map_err(|_| unusable())?;
        }
        BaseUrl::parse(url.as_str()).map_err(|_| unusable())
    }

    /// The host of the API: hosted instances have one of its own, others do not.
    pub(super) fn api(&self) -> Result<BaseUrl, SettingsError> {
        let site = self.site()?;
        let mut url = site.join([]);
        let host = url.host_str().unwrap_or_default().to_owned();
        if !is_hosted(&host) {
            return Ok(site);
        }
        let unusable = || wrong("site_url", SITE_REMEDY);
        (url.set_host(Some(&format!("api-{host}")))).map_err(|_| unusable())?;
        BaseUrl::parse(url.as_str()).map_err(|_| unusable())
    }

    /// The company, as it is named when signing in.
    pub(super) fn company(&self) -> &str {
        self.company_id.trim()
    }

    /// The version of the API to ask for.
    pub(super) fn version(&self) -> &str {
        self.api_version.as_deref().unwrap_or(API_VERSION).trim()
    }
}

fn is_hosted(host: &str) -> bool {
    HOSTED.iter().any(|domain| host.ends_with(domain))
}

/// Is the host a name, or this machine? An instance has a certificate and so a name; any other
/// number would be an address inside of somebody's network.
fn is_named(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(_)) => true,
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Debug for ConnectWiseSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectWiseSettings")
            .field("site_url", &self.site_url)
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
            "system": "connectwise", "site_url": "https://na.myconnectwise.net",
            "company_id": "acmemsp", "public_key": "PubKey123", "private_key": "hush-private",
            "client_id": "hush-5b0c2d7e", "webhook_path_token": "hush-path-0123456789abcdef"
        })
    }

    pub(crate) fn settings_of(document: &Value) -> ConnectWiseSettings {
        let Settings::ConnectWise(settings) = read(document).unwrap() else {
            panic!("the document is one of ConnectWise PSA")
        };
        settings
    }

    fn read(document: &Value) -> Result<Settings, SettingsError> {
        Settings::from_json(&SecretString::from(document.to_string()))
    }

    fn with(member: &str, value: Value) -> Value {
        let mut document = document();
        document[member] = value;
        document
    }

    #[test]
    fn a_document_is_read_and_keeps_its_secrets() {
        let settings = settings_of(&document());
        assert_eq!(settings.private_key.expose_secret(), "hush-private");
        assert_eq!(settings.version(), "2025.1");
        assert!(!format!("{settings:?}").contains("hush"));
    }

    #[test]
    fn hosted_instances_have_a_host_for_their_api_and_others_have_not() {
        for (site_url, site, api) in [
            (
                "https://na.myconnectwise.net/",
                "https://na.myconnectwise.net",
                "https://api-na.myconnectwise.net",
            ),
            (
                "https://api-eu.myconnectwise.net",
                "https://eu.myconnectwise.net",
                "https://api-eu.myconnectwise.net",
            ),
            (
                "https://staging.connectwisedev.com",
                "https://staging.connectwisedev.com",
                "https://api-staging.connectwisedev.com",
            ),
            (
                "https://api-desk.acme.example",
                "https://api-desk.acme.example",
                "https://api-desk.acme.example",
            ),
            (
                "http://127.0.0.1:4000",
                "http://127.0.0.1:4000",
                "http://127.0.0.1:4000",
            ),
        ] {
            let settings = settings_of(&with("site_url", json!(site_url)));
            assert_eq!(settings.site().unwrap().as_str(), site);
            assert_eq!(settings.api().unwrap().as_str(), api);
        }
    }

    #[test]
    fn what_cannot_work_is_named_without_its_value() {
        for (member, value) in [
            ("site_url", json!("http://na.myconnectwise.net")),
            (
                "site_url",
                json!("https://na.myconnectwise.net/v4_6_release"),
            ),
            ("site_url", json!("https://hush@na.myconnectwise.net")),
            ("site_url", json!("https://10.0.0.7")),
            ("site_url", json!("https://[fd00::7]")),
            ("site_url", json!("hush")),
            ("company_id", json!(" ")),
            ("company_id", json!("hush+hush")),
            ("company_id", json!("hush/hush")),
            ("public_key", json!("hush:hush")),
            ("private_key", json!("")),
            ("client_id", json!("hu sh")),
            ("api_version", json!("hush")),
            ("api_version", json!("")),
            ("webhook_path_token", json!("hush")),
        ] {
            let error = read(&with(member, value.clone())).unwrap_err();
            assert!(
                matches!(&error, SettingsError::Wrong { member: m, .. } if *m == member),
                "{member} {value}: {error}"
            );
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}

//! How to reach IT Glue.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

use crate::docs::settings::{SettingsError, check_key, secret, wrong};
use crate::http::BaseUrl;

/// The API's hosts, one per region. A key is good in its own region only.
const HOSTS: [&str; 3] = [
    "https://api.itglue.com",
    "https://api.eu.itglue.com",
    "https://api.au.itglue.com",
];
const REMEDY: &str = "must be the API of your region: https://api.itglue.com, \
                      https://api.eu.itglue.com or https://api.au.itglue.com";

/// The secret document of a connection to IT Glue.
#[derive(Clone, Deserialize)]
pub struct ItGlueSettings {
    /// The API of the account's region.
    pub api_url: String,
    /// The API key.
    #[serde(deserialize_with = "secret")]
    pub api_key: SecretString,
}

impl ItGlueSettings {
    /// Can these settings work?
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        self.api()?;
        check_key(&self.api_key)
    }

    /// Where the API is.
    pub(super) fn api(&self) -> Result<BaseUrl, SettingsError> {
        let base = BaseUrl::parse(&self.api_url).map_err(|_| wrong("api_url", REMEDY))?;
        let url = base.join([]);
        // Plain http is of this machine, where simulators are.
        let is_known = HOSTS.contains(&base.as_str()) || url.scheme() == "http";
        if is_known && url.path() == "/" {
            Ok(base)
        } else {
            Err(wrong("api_url", REMEDY))
        }
    }
}

impl fmt::Debug for ItGlueSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItGlueSettings")
            .field("api_url", &self.api_url)
            .finish_non_exhaustive()
    }
}

//! How to reach an instance of Hudu.

use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

use crate::docs::settings::{SettingsError, check_key, secret, wrong};
use crate::http::BaseUrl;

const API_PATH: &str = "/api/v1";
const REMEDY: &str = "must be the https address of your Hudu, such as https://docs.msp.example, with \
                      nothing after it";

/// The secret document of a connection to Hudu.
#[derive(Clone, Deserialize)]
pub struct HuduSettings {
    /// The address of the instance; the path of its API is forgiven.
    pub api_url: String,
    /// The API key.
    #[serde(deserialize_with = "secret")]
    pub api_key: SecretString,
}

impl HuduSettings {
    /// Can these settings work?
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        self.api()?;
        check_key(&self.api_key)
    }

    /// Where the API is.
    pub(super) fn api(&self) -> Result<BaseUrl, SettingsError> {
        let text = self.api_url.trim().trim_end_matches('/');
        let origin = text.strip_suffix(API_PATH).unwrap_or(text);
        let base = BaseUrl::parse(origin).map_err(|_| wrong("api_url", REMEDY))?;
        if base.join([]).path() != "/" {
            return Err(wrong("api_url", REMEDY));
        }
        let api = format!("{}{API_PATH}", base.as_str());
        BaseUrl::parse(&api).map_err(|_| wrong("api_url", REMEDY))
    }
}

impl fmt::Debug for HuduSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HuduSettings")
            .field("api_url", &self.api_url)
            .finish_non_exhaustive()
    }
}

//! How to reach a Kaseya BMS tenant.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::http::BaseUrl;
use crate::psa::Gaps;
use crate::psa::settings::{SettingsError, base_url, filled, secret, wrong};

/// The secret document of a connection to Kaseya BMS, Vorex or Pulseway PSA.
#[derive(Clone, Deserialize)]
pub struct KaseyaBmsSettings {
    /// The host of the API of the MSP's region, such as `https://api.bms.kaseya.com`: not the address
    /// that people sign in at.
    pub api_url: String,
    /// The tenant: the company's name to the letter, as My Settings shows it.
    pub tenant: String,
    /// The user name of the API user.
    pub username: String,
    /// Its password.
    #[serde(deserialize_with = "secret")]
    pub password: SecretString,
    /// The number of the module Contacts, which BMS does not publish. Without it custom fields of
    /// contacts are neither read nor written.
    #[serde(default)]
    pub contacts_module: Option<u32>,
    /// The number of the module Accounts. Without it custom fields of companies are not written.
    #[serde(default)]
    pub accounts_module: Option<u32>,
}

const API_REMEDY: &str = "must be the https address of the API's host, such as \
                          https://api.bms.kaseya.com, with nothing after it";
const MODULE_REMEDY: &str = "must be the number of the module, above zero, or left out";

impl KaseyaBmsSettings {
    /// Can these settings work?
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        self.api()?;
        filled(&[
            ("tenant", &self.tenant),
            ("username", &self.username),
            ("password", self.password.expose_secret()),
        ])?;
        for (member, module) in [
            ("contacts_module", self.contacts_module),
            ("accounts_module", self.accounts_module),
        ] {
            let is_number = |module: u32| module > 0 && i32::try_from(module).is_ok();
            if module.is_some_and(|module| !is_number(module)) {
                return Err(wrong(member, MODULE_REMEDY));
            }
        }
        if self.contacts_module.is_some() && self.contacts_module == self.accounts_module {
            return Err(wrong(
                "accounts_module",
                "is another one than contacts_module",
            ));
        }
        Ok(())
    }

    /// What BMS cannot do: custom fields need the numbers of their modules.
    pub(crate) fn gaps(&self) -> Gaps {
        let has_fields = self.contacts_module.is_some();
        Gaps {
            no_external_id: !has_fields,
            thin_lists: has_fields,
            no_custom_fields: !has_fields,
            no_types: !has_fields,
            no_company_fields: self.accounts_module.is_none(),
            ..super::gaps()
        }
    }

    /// The host of the API.
    pub(super) fn api(&self) -> Result<BaseUrl, SettingsError> {
        let base = base_url("api_url", &self.api_url, "", API_REMEDY)?;
        if base.join([]).path().trim_matches('/').is_empty() {
            Ok(base)
        } else {
            Err(wrong("api_url", API_REMEDY))
        }
    }
}

impl fmt::Debug for KaseyaBmsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KaseyaBmsSettings")
            .field("api_url", &self.api_url)
            .field("contacts_module", &self.contacts_module)
            .field("accounts_module", &self.accounts_module)
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
            "system": "kaseya-bms", "api_url": "https://api.bms.kaseya.com",
            "tenant": "hush Acme IT Ltd", "username": "hush-api.sync", "password": "hush-password",
            "contacts_module": 4, "accounts_module": 3
        })
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
        let settings = read(&document()).unwrap();
        assert_eq!(settings.system().as_str(), "kaseya-bms");
        assert!(!format!("{settings:?}").contains("hush"));
        assert!(settings.webhook_path_token().is_none());
        let mut without = document();
        for member in ["contacts_module", "accounts_module"] {
            without.as_object_mut().unwrap().remove(member);
        }
        let Settings::KaseyaBms(without) = read(&without).unwrap() else {
            panic!("another PSA")
        };
        assert_eq!(
            (without.contacts_module, without.accounts_module),
            (None, None)
        );
        assert_eq!(
            without.api().unwrap().as_str(),
            "https://api.bms.kaseya.com"
        );
    }

    #[test]
    fn what_cannot_work_is_named_without_its_value() {
        for (member, value) in [
            ("api_url", json!("http://api.bms.kaseya.com")),
            ("api_url", json!("https://api.bms.kaseya.com/v2")),
            ("api_url", json!("https://hush@api.bms.kaseya.com")),
            ("api_url", json!("hush")),
            ("tenant", json!(" ")),
            ("username", json!("")),
            ("password", json!("")),
            ("contacts_module", json!(0)),
            ("accounts_module", json!(4_000_000_000_u32)),
            ("accounts_module", json!(4)),
        ] {
            let error = read(&with(member, value.clone())).unwrap_err();
            assert!(
                matches!(&error, SettingsError::Wrong { member: m, .. } if *m == member),
                "{member} {value}: {error}"
            );
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        for (member, value) in [
            ("contacts_module", json!("4")),
            ("accounts_module", json!(-1)),
            ("tenant", json!(null)),
        ] {
            let error = read(&with(member, value)).unwrap_err();
            assert_eq!(error, SettingsError::Unreadable, "{member}");
        }
    }
}

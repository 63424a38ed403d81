//! `[psa]` with `system = "syncro"`.

use connectors::psa::{PsaKind, Settings, SettingsError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::config::reader::Reader;
use crate::config::vendors::address;

pub(super) fn read(mut reader: Reader<'_>) -> Option<SecretString> {
    let api_url = address(&mut reader, "api_url", None, Some("/api/v1"));
    let api_token = reader.secret("api_token");
    let document = (|| {
        Some(json!({
            "system": PsaKind::Syncro.as_str(),
            "api_url": api_url?,
            "api_token": api_token?.value.expose_secret(),
        }))
    })();
    let document = document.map(|document| SecretString::from(document.to_string()));
    // The connector knows best what its members may hold.
    if let Some(document) = &document
        && let Err(SettingsError::Wrong { member, remedy }) = Settings::from_json(document)
    {
        reader.wrong(member, remedy);
    }
    reader.finish();
    document
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::{Value, json};

    use crate::config::Config;

    const TABLE: &str = "[psa]\nsystem = \"syncro\"\n\
                         api_url = \"https://acme.syncromsp.com/api/v1/\"\napi_token = \"hush-1\"\n";

    fn read(text: &str) -> Result<Value, String> {
        let config = Config::read("muster.toml", text, &|_| None);
        let config = config.map_err(|problems| problems.to_string())?;
        let document = config.psa.unwrap();
        Ok(serde_json::from_str(document.expose_secret()).unwrap())
    }

    #[test]
    fn a_table_becomes_the_document_of_a_deployment() {
        assert_eq!(
            read(TABLE).unwrap(),
            json!({
                "system": "syncro", "api_url": "https://acme.syncromsp.com/api/v1",
                "api_token": "hush-1"
            })
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_secrets() {
        for (text, expected) in [
            (
                "[psa]\nsystem = \"syncro\"\n".to_owned(),
                "1: psa.api_url: is missing",
            ),
            (
                "[psa]\nsystem = \"syncro\"\n".to_owned(),
                "1: psa.api_token: is missing",
            ),
            (
                TABLE.replace("/api/v1/", ""),
                "3: psa.api_url: expected an https address that ends in /api/v1",
            ),
            (
                TABLE.replace("hush-1", "hush 1"),
                "psa.api_token: must be the token alone",
            ),
            // Nothing is delivered, and so there is no path.
            (
                format!("{TABLE}webhook_path_token = \"hush-path-0123456789\"\n"),
                "5: psa.webhook_path_token: unknown key",
            ),
        ] {
            let told = read(&text).unwrap_err();
            assert!(told.contains(expected), "{expected} in: {told}");
            assert!(!told.contains("hush"), "{told}");
        }
    }
}

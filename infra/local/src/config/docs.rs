//! `[docs]`: the documentation system of the MSP, read into the secret document that a deployment keeps
//! in Secrets Manager. Both systems have the same keys; what may stand in them, their connectors know.

use connectors::docs::{DocsKind, Settings, SettingsError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::reader::Reader;
use super::vendors::address;

/// Reads the table; `None` where something in it is wrong, which the reader has noted.
pub(crate) fn docs(mut reader: Reader<'_>) -> Option<SecretString> {
    let kind = system(&mut reader);
    let api_url = address(&mut reader, "api_url", None, None);
    let api_key = reader.secret("api_key");
    let document = document(kind, api_url, api_key.map(|key| key.value));
    if let Some(Err(SettingsError::Wrong { member, remedy })) =
        document.as_ref().map(Settings::from_json)
    {
        reader.wrong(member, remedy);
    }
    reader.finish();
    document
}

fn document(
    kind: Option<DocsKind>,
    api_url: Option<String>,
    api_key: Option<SecretString>,
) -> Option<SecretString> {
    let document = json!({
        "system": kind?.as_str(),
        "api_url": api_url?,
        "api_key": api_key?.expose_secret(),
    });
    Some(SecretString::from(document.to_string()))
}

fn system(reader: &mut Reader<'_>) -> Option<DocsKind> {
    let names = DocsKind::ALL.map(|kind| format!("\"{kind}\""));
    let expected = format!("one of {}", names.join(", "));
    reader.required_text("system", &expected)?;
    reader
        .parsed("system", &expected, DocsKind::parse)
        .map(|kind| kind.value)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::config::Config;

    fn read(more: &str) -> Result<Value, Vec<String>> {
        let environment = |name: &str| (name == "DOCS_KEY").then(|| "hush-key".to_owned());
        match Config::read("muster.toml", &format!("[docs]\n{more}\n"), &environment) {
            Ok(config) => {
                assert!(!format!("{config:?}").contains("hush"));
                let document = config.docs.expect("the file has one");
                Ok(serde_json::from_str(document.expose_secret()).unwrap())
            }
            Err(problems) => Err(problems.to_string().lines().map(str::to_owned).collect()),
        }
    }

    #[test]
    fn the_secret_document_has_what_a_connection_needs() {
        for (system, api_url, kept) in [
            (
                "it-glue",
                "https://api.eu.itglue.com/",
                "https://api.eu.itglue.com",
            ),
            (
                "hudu",
                "https://docs.msp.example/api/v1",
                "https://docs.msp.example/api/v1",
            ),
            ("hudu", "http://127.0.0.1:4008", "http://127.0.0.1:4008"),
        ] {
            for key in ["api_key = \"hush-key\"", "api_key_env = \"DOCS_KEY\""] {
                let table = format!("system = \"{system}\"\napi_url = \"{api_url}\"\n{key}");
                let expected = json!({ "system": system, "api_url": kept, "api_key": "hush-key" });
                assert_eq!(read(&table).unwrap(), expected);
            }
        }
        let none = Config::read("muster.toml", "", &|_| None).unwrap();
        assert!(none.docs.is_none());
    }

    #[test]
    fn what_cannot_work_is_told_by_key_and_never_by_value() {
        let hudu = "system = \"hudu\"\napi_url = \"https://docs.msp.example";
        for (table, wanted) in [
            ("", "docs.system: is missing"),
            ("", "docs.api_url: is missing"),
            ("", "docs.api_key: is missing"),
            (
                "system = \"confluence\"",
                "docs.system: expected one of \"it-glue\", \"hudu\", found \"confluence\"",
            ),
            (
                "system = \"it-glue\"\napi_url = \"https://acme.itglue.com\"\napi_key = \"hush\"",
                "3: docs.api_url: must be the API of your region",
            ),
            (
                &format!("{hudu}/app\"\napi_key = \"hush\""),
                "3: docs.api_url: must be the https address of your Hudu",
            ),
            (
                &format!("{hudu}\"\napi_key = \"hush hush\""),
                "4: docs.api_key: must be the key",
            ),
            (
                &format!("{hudu}\"\nregion = \"hush\""),
                "docs.region: unknown key",
            ),
            (
                "system = \"hudu\"\napi_url = \"http://docs.msp.example\"",
                "3: docs.api_url: expected an https address",
            ),
        ] {
            let problems = read(table).unwrap_err();
            let is_told = problems.iter().any(|problem| problem.contains(wanted));
            assert!(is_told, "{wanted}: {problems:?}");
            assert!(!problems.iter().any(|p| p.contains("hush")), "{problems:?}");
        }
    }
}

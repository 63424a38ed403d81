//! How to reach Microsoft Graph: `[graph]`, read into the secret document that a deployment keeps in
//! Secrets Manager.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::reader::Reader;
use super::values::base_url;

const LOGIN_URL: &str = "https://login.microsoftonline.com";
const API_URL: &str = "https://graph.microsoft.com";

/// `[graph]`: the app registration that all tenants consented to.
pub(crate) fn graph(mut reader: Reader<'_>) -> Option<SecretString> {
    let login_url = address(&mut reader, "login_url", Some(LOGIN_URL), None);
    let api_url = address(&mut reader, "api_url", Some(API_URL), None);
    if let Some(api_url) = &api_url
        && ["/v1.0", "/beta"]
            .iter()
            .any(|version| api_url.ends_with(version))
    {
        reader.wrong(
            "api_url",
            "expected no version segment: https://graph.microsoft.com",
        );
    }
    let client_id = reader.secret("client_id");
    let client_secret = reader.secret("client_secret");
    reader.finish();
    Some(SecretString::from(
        json!({
            "login_url": login_url?,
            "api_url": api_url?,
            "client_id": client_id?.value.expose_secret(),
            "client_secret": client_secret?.value.expose_secret(),
        })
        .to_string(),
    ))
}

/// An address, or its default; `end` is what its path has to end in.
pub(super) fn address(
    reader: &mut Reader<'_>,
    key: &str,
    default: Option<&str>,
    end: Option<&str>,
) -> Option<String> {
    let expected = match end {
        Some(end) => format!("an https address that ends in {end}"),
        None => "an https address".to_owned(),
    };
    let text = match (default, reader.has(key)) {
        (Some(default), false) => {
            reader.leave(key);
            return Some(default.to_owned());
        }
        _ => reader.required_text(key, &expected)?,
    };
    match base_url(text.value) {
        Ok(url) if end.is_none_or(|end| url.to_ascii_lowercase().ends_with(end)) => Some(url),
        Ok(_) => {
            reader.wrong_at(text.line, key, format!("expected {expected}"));
            None
        }
        Err(expected) => {
            reader.wrong_at(text.line, key, format!("expected {expected}"));
            None
        }
    }
}

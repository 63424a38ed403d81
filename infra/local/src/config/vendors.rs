//! How to reach the vendors: `[graph]` and `[psa]`, each read into the secret document that a
//! deployment keeps in Secrets Manager.

use connectors::psa::{PsaKind, WEBHOOK_PASSWORD_LENGTH_MIN, WEBHOOK_PATH_TOKEN_LENGTH_MIN};
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

/// `[psa]`: the one PSA of the MSP.
pub(crate) fn psa(mut reader: Reader<'_>) -> Option<SecretString> {
    let system = system(&mut reader);
    let api_url = address(&mut reader, "api_url", None, Some("/api"));
    let auth_url = address(&mut reader, "auth_url", None, Some("/auth"));
    let client_id = reader.secret("client_id");
    let client_secret = reader.secret("client_secret");
    let tenant = reader.text("tenant", "the tenant's name, a text");
    let webhook = webhook(&mut reader);
    reader.finish();
    let webhook = webhook?;
    Some(SecretString::from(
        json!({
            "system": system?,
            "api_url": api_url?,
            "auth_url": auth_url?,
            "client_id": client_id?.value.expose_secret(),
            "client_secret": client_secret?.value.expose_secret(),
            "tenant": tenant.map(|tenant| tenant.value.trim()).filter(|tenant| !tenant.is_empty()),
            "webhook_path_token": webhook.path_token.expose_secret(),
            "webhook_username": webhook.username.expose_secret(),
            "webhook_password": webhook.password.expose_secret(),
        })
        .to_string(),
    ))
}

fn system(reader: &mut Reader<'_>) -> Option<&'static str> {
    let names: Vec<String> = PsaKind::ALL
        .iter()
        .map(|kind| format!("\"{kind}\""))
        .collect();
    let expected = format!("one of {}", names.join(", "));
    reader.required_text("system", &expected)?;
    reader
        .parsed("system", &expected, PsaKind::parse)
        .map(|kind| kind.value.as_str())
}

struct Webhook {
    path_token: SecretString,
    username: SecretString,
    password: SecretString,
}

/// What the PSA proves itself with when it delivers. Without any of it nothing can be delivered:
/// nobody knows the path and the password that are drawn then.
fn webhook(reader: &mut Reader<'_>) -> Option<Webhook> {
    let keys = ["webhook_path_token", "webhook_username", "webhook_password"];
    if !keys.iter().any(|key| reader.has_secret(key)) {
        for key in keys {
            reader.leave(key);
        }
        return Some(Webhook {
            path_token: random(),
            username: SecretString::from("nobody"),
            password: random(),
        });
    }
    let path_token = reader.secret("webhook_path_token");
    let username = reader.secret("webhook_username");
    let password = reader.secret("webhook_password");
    let (path_token, username, password) = (path_token?, username?, password?);
    let token = path_token.value.expose_secret();
    let is_segment = token
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'));
    if token.len() < WEBHOOK_PATH_TOKEN_LENGTH_MIN || !is_segment {
        reader.wrong_at(
            path_token.line,
            "webhook_path_token",
            format!(
                "expected at least {WEBHOOK_PATH_TOKEN_LENGTH_MIN} random characters out of A-Z, \
                 a-z, 0-9, '-', '_', '.' and '~'"
            ),
        );
    }
    // Basic credentials end the user name at the first colon.
    if username.value.expose_secret().contains(':') {
        reader.wrong_at(
            username.line,
            "webhook_username",
            "expected a text without a colon",
        );
    }
    if password.value.expose_secret().len() < WEBHOOK_PASSWORD_LENGTH_MIN {
        reader.wrong_at(
            password.line,
            "webhook_password",
            format!("expected at least {WEBHOOK_PASSWORD_LENGTH_MIN} characters"),
        );
    }
    Some(Webhook {
        path_token: path_token.value,
        username: username.value,
        password: password.value,
    })
}

fn random() -> SecretString {
    let text = format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    );
    SecretString::from(text)
}

/// An address, or its default; `end` is what its path has to end in.
fn address(
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

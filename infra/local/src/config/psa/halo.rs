//! `[psa]` with `system = "halo"`.

use connectors::psa::{PsaKind, WEBHOOK_PASSWORD_LENGTH_MIN};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{path_token, random};
use crate::config::reader::Reader;
use crate::config::vendors::address;

pub(super) fn read(mut reader: Reader<'_>) -> Option<SecretString> {
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
            "system": PsaKind::Halo.as_str(),
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
    let path_token = path_token(reader);
    let username = reader.secret("webhook_username");
    let password = reader.secret("webhook_password");
    let (path_token, username, password) = (path_token?, username?, password?);
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
        path_token,
        username: username.value,
        password: password.value,
    })
}

//! The sign-in: a user's name, password and tenant for a token. Each new token is asked for with the
//! password; that an old one may be exchanged for a new one is not needed.

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;

use super::answers;
use super::client::{API_REMEDY, VENDOR, sent_at};
use super::settings::KaseyaBmsSettings;
use super::wire::{self, WireError, WireToken};
use crate::error::ConnectorError;
use crate::http::{Answer, BaseUrl};
use crate::psa::masking::is_html;
use crate::token::{Grant, Issued};

/// What a token is asked with. The description says multipart; a form is taken as well, and sent by
/// integrators.
pub(super) fn grant(settings: &KaseyaBmsSettings, base: &BaseUrl) -> Grant {
    let form = vec![
        ("GrantType", SecretString::from("password")),
        ("UserName", SecretString::from(settings.username.trim())),
        ("Password", settings.password.clone()),
        // To the letter: the vendor compares it with the company's name.
        ("Tenant", SecretString::from(settings.tenant.as_str())),
    ];
    Grant::form(base.join(["v2", "security", "authenticate"]), form)
}

/// The token in an answer of the sign-in, or why there is none.
pub(super) fn read(answer: &Answer) -> Result<Issued, ConnectorError> {
    let status = answer.status.as_u16();
    if is_html(answer.content_type(), &answer.body) || answer.status.is_redirection() {
        let what =
            format!("a web page or a redirect (status {status}) at its sign-in; {API_REMEDY}");
        return Err(ConnectorError::not_data(VENDOR, what));
    }
    if matches!(
        answer.status,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
    ) {
        let hint = format!("there is no sign-in at its address (status {status}); {API_REMEDY}");
        return Err(ConnectorError::Unauthorized {
            vendor: VENDOR,
            hint,
        });
    }
    let told = match wire::open(&answer.body) {
        Ok(told) => told,
        Err(WireError::NotJson) if answer.is_success() => {
            let what = format!("text that is not JSON at its sign-in; {API_REMEDY}");
            return Err(ConnectorError::not_data(VENDOR, what));
        }
        Err(error) if answer.is_success() => return Err(error.into()),
        Err(_) => return Err(refused(answer)),
    };
    if !answer.is_success() || told.fault.is_some() {
        return Err(refused(answer));
    }
    let token: WireToken = told.one()?.unwrap_or_default();
    match token.access_token.value() {
        Some(text) => {
            let lifetime = token.expires_on.value().and_then(|at| lifetime(answer, at));
            Ok(Issued::new(text.clone(), lifetime))
        }
        None => Err(ConnectorError::shape(VENDOR, "a sign-in without a token")),
    }
}

/// What is said of the credentials is told in no words of theirs: they may repeat the user's name.
fn refused(answer: &Answer) -> ConnectorError {
    let code = wire::open(&answer.body)
        .ok()
        .and_then(|told| told.fault.flatten());
    let code = code.map_or_else(|| "no code".to_owned(), |code| format!("code {code}"));
    if matches!(
        answers::meaning(None, &answer.body, &[]),
        answers::Meaning::TooMany
    ) {
        let after = None;
        return ConnectorError::RateLimited {
            vendor: VENDOR,
            after,
        };
    }
    let hint = format!(
        "{code} (status {}): check tenant, which is the company's name to the letter as My Settings \
         shows it, username and password, and that the user is an API Employee without a second \
         factor and without single sign-on",
        answer.status.as_u16()
    );
    ConnectorError::Unauthorized {
        vendor: VENDOR,
        hint,
    }
}

/// From when the answer was sent until the token ends, so that no clock of ours has to agree with
/// theirs.
fn lifetime(answer: &Answer, expires_on: &str) -> Option<Duration> {
    let sent = sent_at(answer)?;
    let end = wire::time(expires_on)?;
    let seconds = end.duration_since(sent).as_secs();
    // Zero where it is over: it is used once, and asked for anew.
    Some(Duration::from_secs(
        u64::try_from(seconds).unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;
    use http::header::DATE;

    fn answer(status: u16, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        let date = "Sat, 01 Aug 2026 06:30:00 GMT";
        headers.insert(DATE, date.parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        Answer {
            vendor: VENDOR,
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn the_life_of_a_token_is_counted_from_the_answer() {
        let answer = answer(200, "{}");
        for (text, expected) in [
            ("2026-08-01T07:30:00Z", Some(3600)),
            ("2026-08-01T07:30:00", Some(3600)),
            ("2026-08-01T09:30:00.1234567+02:00", Some(3600)),
            ("2026-08-01T06:00:00Z", Some(0)),
            ("soon", None),
        ] {
            let found = lifetime(&answer, text).map(|life| life.as_secs());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_token_is_read_in_either_case_and_a_refusal_names_the_remedy() {
        for body in [
            r#"{"success":true,"error":null,"result":{"accessToken":"t","accessTokenExpireOn":"2026-08-01T07:30:00Z"}}"#,
            r#"{"Success":true,"Result":{"AccessToken":"t"}}"#,
        ] {
            assert!(read(&answer(200, body)).is_ok(), "{body}");
        }
        let failure =
            r#"{"success":false,"error":{"code":401,"message":"User hush.api is unknown"}}"#;
        for (status, body) in [(200, failure), (400, failure), (401, ""), (403, "{}")] {
            let error = read(&answer(status, body)).err().unwrap();
            let text = error.to_string();
            assert!(
                matches!(error, ConnectorError::Unauthorized { .. }),
                "{text}"
            );
            assert!(
                text.contains("as My Settings shows it") && !text.contains("hush"),
                "{text}"
            );
        }
        let limit = r#"{"success":false,"error":{"code":9,"message":"API rate limit reached"}}"#;
        let error = read(&answer(200, limit)).err().unwrap();
        assert!(
            matches!(error, ConnectorError::RateLimited { .. }),
            "{error}"
        );
        for body in [
            r#"{"success":true,"result":{}}"#,
            r#"{"success":true,"result":null}"#,
        ] {
            let error = read(&answer(200, body)).err().unwrap();
            assert!(error.to_string().contains("without a token"), "{error}");
        }
        let elsewhere = read(&answer(404, "{}")).err().unwrap();
        assert!(
            elsewhere.to_string().contains("api_url must be"),
            "{elsewhere}"
        );
        let page = read(&answer(200, "<html>hush</html>")).err().unwrap();
        assert!(page.to_string().contains("a web page"), "{page}");
    }
}

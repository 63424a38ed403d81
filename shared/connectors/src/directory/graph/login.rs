//! The sign-in to one customer's tenant, and what its refusals mean.

use http::StatusCode;

use super::settings::Settings;
use crate::error::ConnectorError;
use crate::http::{Answer, BaseUrl};
use crate::token::{Grant, Issued, SignInError, judge_sign_in};

/// The sign-in's name for people.
pub(super) const NAME: &str = "Microsoft sign-in";
/// The longest domain name.
const TENANT_LENGTH_MAX: usize = 253;
/// Names that stand for no tenant; client credentials never work there.
const NO_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];

/// What a token is asked with.
pub(super) fn grant(
    settings: &Settings,
    login: &BaseUrl,
    api: &BaseUrl,
    tenant: &str,
) -> Result<Grant, ConnectorError> {
    let tenant = tenant.trim();
    if !is_tenant(tenant) {
        let hint = "the customer's tenant must be a tenant id or one of the tenant's domains";
        return Err(ConnectorError::Unauthorized {
            vendor: NAME,
            hint: hint.to_owned(),
        });
    }
    Ok(Grant::client_credentials(
        login.join([tenant, "oauth2", "v2.0", "token"]),
        settings.client_id.trim(),
        &settings.client_secret,
        &format!("{}/.default", api.as_str()),
    ))
}

fn is_tenant(text: &str) -> bool {
    let is_name = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let is_some = text.bytes().any(|b| b.is_ascii_alphanumeric());
    let is_none = NO_TENANTS
        .iter()
        .any(|name| name.eq_ignore_ascii_case(text));
    is_name && is_some && text.len() <= TENANT_LENGTH_MAX && !is_none
}

/// What follows from an AADSTS number.
enum Meaning {
    /// It passes by itself.
    Passing,
    /// Too many tokens were asked for.
    TooMany,
    /// A person has to do this.
    Remedy(&'static str),
}

/// The token that the sign-in gave, or why there is none.
pub(super) fn read(answer: &Answer) -> Result<Issued, ConnectorError> {
    Issued::oauth(answer, judge)
}

/// Judges a refused sign-in by its numbers first and its standard code second; Microsoft keeps the
/// right to change numbers.
fn judge(answer: &Answer) -> ConnectorError {
    let vendor = answer.vendor;
    if let Err(error) = answer.json_bytes() {
        return error;
    }
    let read = SignInError::read(answer);
    for code in &read.error_codes {
        match meaning(*code) {
            Some(Meaning::Passing) => {
                let status = StatusCode::SERVICE_UNAVAILABLE.as_u16();
                return ConnectorError::Server { vendor, status };
            }
            Some(Meaning::TooMany) => {
                return ConnectorError::RateLimited {
                    vendor,
                    after: None,
                };
            }
            Some(Meaning::Remedy(remedy)) => {
                return ConnectorError::Unauthorized {
                    vendor,
                    hint: format!("AADSTS{code}: {remedy}"),
                };
            }
            None => {}
        }
    }
    match (judge_sign_in(answer), read.error_codes.first()) {
        (ConnectorError::Unauthorized { hint, .. }, Some(code)) => ConnectorError::Unauthorized {
            vendor,
            hint: format!("AADSTS{code}, {hint}"),
        },
        (error, _) => error,
    }
}

/// Microsoft's list of error codes of Entra ID (seen November 2026), by what is to be done.
fn meaning(code: u64) -> Option<Meaning> {
    let remedy = match code {
        90006 | 90012 | 90024 | 90033 | 90090 => return Some(Meaning::Passing),
        90055 | 50196 => return Some(Meaning::TooMany),
        7_000_215 => "the client secret is wrong; store the secret's value, not its id",
        7_000_222 => "the client secret has expired; make a new one and store it",
        7_000_218 => "no client secret arrived; store one",
        700_016 | 7_000_229 => {
            "the application is not known in the customer's tenant; have an administrator of the \
             customer consent, and check the client id and the tenant"
        }
        65001 => "consent is missing; have an administrator of the customer consent",
        7_000_112 => "the application is disabled in the customer's tenant; enable it there",
        70001 => "the application is disabled or unknown; check the client id",
        650_052 | 650_056 | 650_057 => {
            "the application's registration lacks Microsoft Graph; add its permissions and have \
             the customer consent again"
        }
        500_011 | 500_014 => {
            "Microsoft Graph is missing or disabled in the customer's tenant; the customer's \
             subscription may have ended"
        }
        90002 => "there is no such tenant in this cloud; check the tenant and login_url",
        900_023 => "the tenant is malformed; check the tenant",
        5_000_224 => "the tenant is blocked; ask the customer",
        90038 | 900_382 | 900_432 => {
            "the tenant is in another national cloud; use a connection of that cloud"
        }
        650_059 => "the application is registered for one tenant only; register it for many",
        53003 | 530_032 => {
            "a policy of the customer's tenant blocks the application; ask the customer"
        }
        _ => return None,
    };
    Some(Meaning::Remedy(remedy))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use domain::failure::{Disposition, Failure};
    use http::HeaderMap;
    use http::header::CONTENT_TYPE;

    use super::*;

    fn refusal(content_type: &str, body: &str) -> ConnectorError {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        let body = Bytes::copy_from_slice(body.as_bytes());
        judge(&Answer {
            vendor: NAME,
            status: StatusCode::BAD_REQUEST,
            headers,
            body,
        })
    }

    #[test]
    fn numbers_decide_what_follows() {
        let later = Disposition::Retry { after: None };
        for (code, disposition, words) in [
            (
                7_000_215,
                Disposition::Suspend,
                "AADSTS7000215: the client secret is wrong",
            ),
            (7_000_222, Disposition::Suspend, "has expired"),
            (700_016, Disposition::Suspend, "consent"),
            (7_000_229, Disposition::Suspend, "consent"),
            (90_002, Disposition::Suspend, "check the tenant"),
            (53_003, Disposition::Suspend, "policy"),
            (
                1_002_012,
                Disposition::Suspend,
                "AADSTS1002012, invalid_client",
            ),
            (90_033, later, "503"),
            (90_055, later, "pause"),
        ] {
            let error = refusal(
                "application/json",
                &format!(
                    "{{\"error\":\"invalid_client\",\"error_codes\":[{code}],\
                     \"error_description\":\"AADSTS hush\",\"trace_id\":\"t\"}}"
                ),
            );
            let text = error.to_string();
            assert!(text.contains(words), "{text}");
            assert!(!text.contains("hush"), "{text}");
            assert_eq!(Failure::from(error).disposition(), disposition, "{code}");
        }
    }

    #[test]
    fn what_is_no_sign_in_answer_is_tried_again() {
        let error = refusal("text/html", "<html>");
        assert!(matches!(error, ConnectorError::Unreadable { .. }));
        let error = refusal("application/json", "[]");
        assert!(matches!(error, ConnectorError::Unauthorized { .. }));
    }

    #[test]
    fn tenants_are_ids_or_domains() {
        for good in [
            "3f0c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f",
            "northwind.onmicrosoft.example",
        ] {
            assert!(is_tenant(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "common",
            "Organizations",
            "a/b",
            "a b",
            "ä.example",
            "../x",
        ] {
            assert!(!is_tenant(bad), "{bad}");
        }
    }
}

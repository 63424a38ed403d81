//! Hudu's words: the parts of its JSON that we read.
//!
//! Invariants: lists and single answers carry passwords and OTP seeds in plain text, and nothing here has
//! a place for them: they are skipped while the answer is parsed, and the answer is wiped afterwards. So
//! no type here may be untagged or flattened, which would buffer them.

use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::VENDOR;
use crate::docs::lenient::{exact, flag, id, text};
use crate::docs::wipe::wipe;
use crate::error::ConnectorError;
use crate::http::Answer;

/// A password, without the password and the seed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WirePassword {
    #[serde(deserialize_with = "id")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "id")]
    pub(super) company_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) username: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) password_type: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) passwordable_type: Option<String>,
    #[serde(deserialize_with = "id")]
    pub(super) passwordable_id: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) archived: bool,
}

/// The notes of a password alone, to the letter.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireNotes {
    #[serde(deserialize_with = "id")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "exact")]
    pub(super) description: Zeroizing<String>,
}

/// An asset.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireAsset {
    #[serde(deserialize_with = "id")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "id")]
    pub(super) company_id: Option<String>,
}

/// A company.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireCompany {
    #[serde(deserialize_with = "id")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) archived: bool,
}

/// What the instance says of itself.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireInfo {
    #[serde(deserialize_with = "text")]
    pub(super) version: Option<String>,
}

/// A page of passwords.
#[derive(Deserialize)]
pub(super) struct PasswordList {
    pub(super) asset_passwords: Vec<WirePassword>,
}

/// A page of companies.
#[derive(Deserialize)]
pub(super) struct CompanyList {
    pub(super) companies: Vec<WireCompany>,
}

/// One password in its wrapper, if there is one.
#[derive(Deserialize)]
struct OnePassword<P> {
    #[serde(default = "Option::default")]
    asset_password: Option<P>,
}

/// One asset in its wrapper, if there is one.
#[derive(Deserialize, Default)]
#[serde(default)]
struct OneAsset {
    asset: Option<WireAsset>,
}

/// One company in its wrapper, if there is one.
#[derive(Deserialize, Default)]
#[serde(default)]
struct OneCompany {
    company: Option<WireCompany>,
}

/// Reads a whole answer, and wipes it.
pub(super) fn read<T: DeserializeOwned>(answer: Answer) -> Result<T, ConnectorError> {
    let read = answer.json();
    wipe(answer.body);
    read
}

/// Reads one password, or a part of it, wrapped or bare; `None` where the answer is `null` or empty, as
/// it is for an id that does not exist.
pub(super) fn read_password<P: DeserializeOwned>(
    answer: Answer,
) -> Result<Option<P>, ConnectorError> {
    if is_nothing(&answer.body) {
        return Ok(None);
    }
    let wrapped = answer
        .json::<OnePassword<P>>()
        .map(|one| one.asset_password);
    let one = match wrapped {
        Ok(None) => answer.json().map(Some),
        wrapped => wrapped,
    };
    wipe(answer.body);
    one
}

/// Reads one asset, wrapped or bare; `None` as above.
pub(super) fn read_asset(answer: &Answer) -> Result<Option<WireAsset>, ConnectorError> {
    if is_nothing(&answer.body) {
        return Ok(None);
    }
    match answer.json::<OneAsset>()?.asset {
        Some(asset) => Ok(Some(asset)),
        None => answer.json().map(Some),
    }
}

/// Reads one company, wrapped or bare; `None` as above.
pub(super) fn read_company(answer: &Answer) -> Result<Option<WireCompany>, ConnectorError> {
    if is_nothing(&answer.body) {
        return Ok(None);
    }
    match answer.json::<OneCompany>()?.company {
        Some(company) => Ok(Some(company)),
        None => answer.json().map(Some),
    }
}

fn is_nothing(body: &[u8]) -> bool {
    let text = body.trim_ascii();
    text.is_empty() || text == b"null"
}

/// A row that cannot be: no id.
pub(super) fn no_id() -> ConnectorError {
    ConnectorError::shape(VENDOR, "a row without a usable id")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        Answer {
            vendor: VENDOR,
            status: StatusCode::OK,
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn one_password_is_read_wrapped_bare_or_not_at_all() {
        for (body, id) in [
            (
                r#"{"asset_password":{"id":9041,"password":"canary"}}"#,
                Some("9041"),
            ),
            (
                r#"{"id":9041,"otp_secret":"canary","extra":{"asset":[1]}}"#,
                Some("9041"),
            ),
            ("null", None),
            (" null\n", None),
            ("", None),
        ] {
            let read: Option<WirePassword> = read_password(answer(body)).unwrap();
            assert_eq!(read.and_then(|read| read.id).as_deref(), id, "{body}");
        }
        for body in ["{\"asset_password\":", "[7]"] {
            assert!(read_password::<WirePassword>(answer(body)).is_err());
        }
    }
}

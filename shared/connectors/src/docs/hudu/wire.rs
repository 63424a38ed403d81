//! Hudu's words: the parts of its JSON that we read.
//!
//! Invariants: lists and single answers carry passwords and OTP seeds in plain text, and nothing here has
//! a place for them: they are skipped while the answer is parsed, and the answer is wiped afterwards. So
//! no type here may be untagged or flattened, which would buffer them.

use bytes::{Bytes, BytesMut};
use secrecy::zeroize::Zeroize;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::VENDOR;
use crate::docs::lenient::{flag, id, text};
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
#[derive(Deserialize, Default)]
#[serde(default)]
struct OnePassword {
    asset_password: Option<WirePassword>,
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

/// Reads one password, wrapped or bare; `None` where the answer is `null` or empty, as it is for an id
/// that does not exist.
pub(super) fn read_password(answer: Answer) -> Result<Option<WirePassword>, ConnectorError> {
    if is_nothing(&answer.body) {
        return Ok(None);
    }
    let wrapped = answer.json::<OnePassword>().map(|one| one.asset_password);
    let one = match wrapped {
        Ok(None) => answer.json().map(Some),
        wrapped => wrapped,
    };
    wipe(answer.body);
    one
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

/// Overwrites what was read.
fn wipe(body: Bytes) {
    drop(wiped(body));
}

/// The same memory, overwritten; `None` where somebody else holds it. What the network layer copied on
/// its way is not in our hands; it is freed with its connection.
fn wiped(body: Bytes) -> Option<BytesMut> {
    let mut bytes = body.try_into_mut().ok()?;
    bytes.as_mut().zeroize();
    Some(bytes)
}

/// A row that cannot be: no id.
pub(super) fn no_id() -> ConnectorError {
    ConnectorError::shape(VENDOR, "a row without a usable id")
}

#[cfg(test)]
mod tests {
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
            let read = read_password(answer(body)).unwrap();
            assert_eq!(read.and_then(|read| read.id).as_deref(), id, "{body}");
        }
        assert!(read_password(answer("{\"asset_password\":")).is_err());
        assert!(read_password(answer("[7]")).is_err());
    }

    #[test]
    fn an_answer_is_wiped_where_nobody_else_holds_it() {
        let text = br#"{"asset_passwords":[{"id":1,"password":"canary"}]}"#;
        // As an answer is read: chunk by chunk, then frozen.
        let mut read = BytesMut::new();
        read.extend_from_slice(text);
        let body = read.freeze();
        let (place, held) = (body.as_ptr(), body.clone());
        assert!(wiped(body).is_none());
        let bytes = wiped(held).unwrap();
        assert_eq!((bytes.as_ptr(), bytes.len()), (place, text.len()));
        assert!(bytes.iter().all(|byte| *byte == 0));
    }
}

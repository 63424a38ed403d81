//! What an answer means, as far as both vendors mean the same. Pure.
//!
//! Invariant: what is told of a refusal holds nothing of what was sent.

use http::StatusCode;

use crate::error::ConnectorError;
use crate::http::Answer;
use crate::psa::masking::{self, is_html};

/// How a vendor speaks.
#[derive(Clone, Copy)]
pub(super) struct Speech {
    pub(super) vendor: &'static str,
    /// What to correct where a web page answers.
    pub(super) address_remedy: &'static str,
    /// The refusal in an error body, as the vendor wrote it: the name of the field that it speaks of,
    /// in the vendor's words, and the reason.
    pub(super) refusal: fn(&[u8]) -> (Option<String>, String),
    /// Our name for a field of the vendor's.
    pub(super) field: fn(&str) -> Option<&'static str>,
    /// Is this word the name of a field of the vendor's?
    pub(super) is_field: fn(&str) -> bool,
}

/// What an answer comes to.
pub(super) enum Verdict {
    /// It is what was asked for.
    Good,
    /// The key is wrong, or may not do this: which it is, the vendor does not say.
    Denied,
}

/// Judges an answer. `thing` is what was looked for; `sent` are texts that may not come back in a
/// message.
pub(super) fn judge(
    speech: &Speech,
    answer: &Answer,
    thing: &'static str,
    sent: &[&str],
) -> Result<Verdict, ConnectorError> {
    let vendor = speech.vendor;
    let status = answer.status;
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Ok(Verdict::Denied),
        StatusCode::REQUEST_TIMEOUT => return Err(ConnectorError::TimedOut { vendor }),
        StatusCode::CONFLICT => return Err(ConnectorError::Conflict { vendor }),
        _ => {}
    }
    if status.is_redirection() || is_html(answer.content_type(), &answer.body) {
        let what = format!(
            "a web page or a redirect instead of JSON (status {}); {}",
            status.as_u16(),
            speech.address_remedy
        );
        return Err(ConnectorError::not_data(vendor, what));
    }
    if status == StatusCode::NOT_FOUND {
        let what = thing.to_owned();
        return Err(ConnectorError::NotFound { vendor, what });
    }
    if status.is_success() {
        return Ok(Verdict::Good);
    }
    let (field, reason) = (speech.refusal)(&answer.body);
    let sent: Vec<String> = sent.iter().map(|text| text.to_lowercase()).collect();
    let reason = masking::mask(&reason, &sent, speech.is_field);
    Err(ConnectorError::Refused {
        vendor,
        field: field
            .and_then(|field| (speech.field)(&field))
            .map(str::to_owned),
        reason: format!("{reason} (status {})", status.as_u16()),
    })
}

//! What can go wrong with a vendor: a closed list, and the one place that judges it.
//!
//! Invariant: messages name the thing, the cause and the remedy; they never hold a body, an
//! address with a token in it, or personal data.

use std::time::Duration;

use domain::failure::{Disposition, Failure};

/// Why a call to a vendor did not do what it was asked. `vendor` is the vendor's name for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// No connection, or one that broke before the answer began.
    #[error("{vendor} cannot be reached: {what}; it is tried again later")]
    Unreachable {
        /// The vendor.
        vendor: &'static str,
        /// What failed, without addresses.
        what: String,
    },
    /// No whole answer within `VENDOR_CALL_SECONDS_MAX`.
    #[error("{vendor} did not answer in time; it is tried again later")]
    TimedOut {
        /// The vendor.
        vendor: &'static str,
    },
    /// Too many calls, and the pause asked for is longer than is waited in place.
    #[error("{vendor} asks for a pause{}", pause(*.after))]
    RateLimited {
        /// The vendor.
        vendor: &'static str,
        /// How long, where the vendor said so.
        after: Option<Duration>,
    },
    /// The credentials or the token were refused.
    #[error("{vendor} refused the credentials: {hint}")]
    Unauthorized {
        /// The vendor.
        vendor: &'static str,
        /// The vendor's code, and what to do about it.
        hint: String,
    },
    /// The credentials are good but may not do this.
    #[error("{vendor} denied access: {what}")]
    Forbidden {
        /// The vendor.
        vendor: &'static str,
        /// The permission that is missing, and where to give it.
        what: String,
    },
    /// There is no such thing there.
    #[error("{vendor} does not know {what}")]
    NotFound {
        /// The vendor.
        vendor: &'static str,
        /// What was looked for, by kind and not by value.
        what: String,
    },
    /// The vendor read the request and will never accept it as it is.
    #[error("{vendor} refused {}: {reason}", .field.as_deref().unwrap_or("the request"))]
    Refused {
        /// The vendor.
        vendor: &'static str,
        /// The field that it refused, where it named one.
        field: Option<String>,
        /// Why, in words without personal data.
        reason: String,
    },
    /// Somebody else changed the same thing at the same time.
    #[error("{vendor} saw another change of the same thing; it is tried again later")]
    Conflict {
        /// The vendor.
        vendor: &'static str,
    },
    /// The vendor failed.
    #[error("{vendor} failed with status {status}; it is tried again later")]
    Server {
        /// The vendor.
        vendor: &'static str,
        /// The HTTP status, 500 or above, or what stands for it in the vendor's own words.
        status: u16,
    },
    /// An answer that cannot be read.
    #[error("{vendor} sent what cannot be read: {what}")]
    Unreadable {
        /// The vendor.
        vendor: &'static str,
        /// In which way; decides whether another try makes sense.
        garble: Garble,
        /// What was expected and what came, without the body.
        what: String,
    },
    /// The position in a list of changes is not known any more: read everything again.
    #[error("the position in the list of changes has expired; all of it is read again")]
    PositionExpired,
}

/// In which way an answer cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Garble {
    /// It ended before its end.
    Cut,
    /// A web page or other text where data was promised: gateways answer so while a server starts.
    NotData,
    /// Data of another shape than the vendor documents.
    Shape,
    /// More than is taken.
    TooLarge,
}

impl ConnectorError {
    /// Does the vendor refuse this for good, for this one record?
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::NotFound { .. } => true,
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::RateLimited { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::Conflict { .. }
            | Self::Server { .. }
            | Self::Unreadable { .. }
            | Self::PositionExpired => false,
        }
    }

    /// May a create that failed so have been made all the same? As [`Self::is_outcome_unknown`], and where
    /// another change of the same thing was seen: that may have been our own.
    pub fn may_have_been_done(&self) -> bool {
        self.is_outcome_unknown() || matches!(self, Self::Conflict { .. })
    }

    /// An answer of another shape than documented. `what` names the place, never the value.
    pub(crate) fn shape(vendor: &'static str, what: impl Into<String>) -> Self {
        Self::Unreadable {
            vendor,
            garble: Garble::Shape,
            what: what.into(),
        }
    }

    /// An answer that ended before its end.
    pub(crate) fn cut(vendor: &'static str) -> Self {
        let what = "an answer that ended before its end".to_owned();
        Self::Unreadable {
            vendor,
            garble: Garble::Cut,
            what,
        }
    }

    /// An answer that is no data, such as a web page.
    pub(crate) fn not_data(vendor: &'static str, what: impl Into<String>) -> Self {
        Self::Unreadable {
            vendor,
            garble: Garble::NotData,
            what: what.into(),
        }
    }

    /// An answer of more than so many bytes.
    pub(crate) fn too_large(vendor: &'static str, bytes_max: usize) -> Self {
        let what = format!("an answer of more than {bytes_max} bytes");
        Self::Unreadable {
            vendor,
            garble: Garble::TooLarge,
            what,
        }
    }

    /// May a write that failed so have happened all the same? Then look before it is repeated.
    pub fn is_outcome_unknown(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Server { .. }
            | Self::Unreadable { .. } => true,
            Self::RateLimited { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::Refused { .. }
            | Self::Conflict { .. }
            | Self::PositionExpired => false,
        }
    }

    fn disposition(&self) -> Disposition {
        match self {
            Self::RateLimited { after, .. } => Disposition::Retry { after: *after },
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Conflict { .. }
            | Self::Server { .. }
            // Starting over is what the next run does with a position that is no more.
            | Self::PositionExpired => Disposition::Retry { after: None },
            Self::Unauthorized { .. } | Self::Forbidden { .. } => Disposition::Suspend,
            Self::Refused { .. } | Self::NotFound { .. } => Disposition::Reject,
            Self::Unreadable { garble, .. } => match garble {
                // Networks cut and gateways apologise: the next try usually gets data.
                Garble::Cut | Garble::NotData => Disposition::Retry { after: None },
                // The same question gets the same answer; our reading of it is wrong.
                Garble::Shape | Garble::TooLarge => Disposition::Defect,
            },
        }
    }
}

impl From<ConnectorError> for Failure {
    fn from(error: ConnectorError) -> Self {
        Self::new(error.disposition(), error)
    }
}

fn pause(after: Option<Duration>) -> String {
    after.map_or_else(
        || " of unknown length".to_owned(),
        |after| format!(" of {} s", after.as_secs().max(1)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const V: &str = "Acme";

    #[test]
    fn every_error_has_its_disposition() {
        let minute = Some(Duration::from_secs(60));
        let text = String::new;
        let later = Disposition::Retry { after: None };
        for (error, expected) in [
            (
                ConnectorError::Unreachable {
                    vendor: V,
                    what: text(),
                },
                later,
            ),
            (ConnectorError::TimedOut { vendor: V }, later),
            (ConnectorError::Conflict { vendor: V }, later),
            (
                ConnectorError::Server {
                    vendor: V,
                    status: 503,
                },
                later,
            ),
            (ConnectorError::cut(V), later),
            (ConnectorError::not_data(V, "a web page"), later),
            (ConnectorError::PositionExpired, later),
            (
                ConnectorError::RateLimited {
                    vendor: V,
                    after: minute,
                },
                Disposition::Retry { after: minute },
            ),
            (
                ConnectorError::Unauthorized {
                    vendor: V,
                    hint: text(),
                },
                Disposition::Suspend,
            ),
            (
                ConnectorError::Forbidden {
                    vendor: V,
                    what: text(),
                },
                Disposition::Suspend,
            ),
            (
                ConnectorError::NotFound {
                    vendor: V,
                    what: text(),
                },
                Disposition::Reject,
            ),
            (
                ConnectorError::Refused {
                    vendor: V,
                    field: None,
                    reason: text(),
                },
                Disposition::Reject,
            ),
            (ConnectorError::shape(V, "no list"), Disposition::Defect),
            (ConnectorError::too_large(V, 8), Disposition::Defect),
        ] {
            let message = error.to_string();
            assert_eq!(Failure::from(error).disposition(), expected, "{message}");
        }
    }

    #[test]
    fn messages_read_as_sentences() {
        let after = Some(Duration::from_millis(10));
        let limited = ConnectorError::RateLimited { vendor: V, after };
        assert_eq!(limited.to_string(), "Acme asks for a pause of 1 s");
        let refused = ConnectorError::Refused {
            vendor: V,
            field: Some("emailaddress".to_owned()),
            reason: "too long".to_owned(),
        };
        assert_eq!(refused.to_string(), "Acme refused emailaddress: too long");
    }
}

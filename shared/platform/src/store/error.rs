//! What can go wrong with the table, and what follows from it. No message repeats a value of an
//! item: keys hold ids only.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use domain::failure::Failure;

/// Why the table did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The table took no more for now, after the SDK's own retries.
    #[error("the table is throttled")]
    Throttled,
    /// Somebody else changed the item first: read again and decide again.
    #[error("the item was changed by somebody else first")]
    Conflict,
    /// The lease was lost, or is about to end: whoever holds it now goes on.
    #[error("the lease on the customer is lost")]
    Stale,
    /// The cursor is no cursor of the list that was asked for.
    #[error("the cursor is not one that this list gave out")]
    BadCursor,
    /// What was to be changed is not there.
    #[error("the table does not hold {what}")]
    Missing {
        /// What was looked for.
        what: &'static str,
    },
    /// More was handed in than may be held in memory.
    #[error("the table holds more than {bytes_max} bytes of {what}")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How much would be taken.
        bytes_max: usize,
    },
    /// An item cannot be read: ours to mend.
    #[error("the item {key} cannot be read: {problem}")]
    Corrupt {
        /// Its key, ids only.
        key: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The table says that the request itself is wrong: ours to mend.
    #[error("the table refused the request: {code}")]
    Refused {
        /// The table's own code.
        code: String,
    },
    /// The table could not be reached or did not answer in time.
    #[error("the table could not be reached: {detail}")]
    Unavailable {
        /// What the SDK says, without any value.
        detail: String,
    },
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Throttled
            | StoreError::Conflict
            | StoreError::Stale
            | StoreError::Unavailable { .. } => Self::retry(error),
            StoreError::Missing { .. } | StoreError::BadCursor | StoreError::TooLarge { .. } => {
                Self::reject(error)
            }
            StoreError::Corrupt { .. } | StoreError::Refused { .. } => Self::defect(error),
        }
    }
}

/// Judges an error of the SDK.
pub(crate) fn judge<E, R>(error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error.code() {
        Some("ConditionalCheckFailedException") => StoreError::Conflict,
        Some(
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException"
            | "TransactionInProgressException",
        ) => StoreError::Throttled,
        Some(code @ ("ValidationException" | "SerializationException")) => StoreError::Refused {
            code: code.to_owned(),
        },
        Some(code) => StoreError::Unavailable {
            detail: code.to_owned(),
        },
        None => StoreError::Unavailable {
            detail: chain(error),
        },
    }
}

/// Every level's own message; never the debug form, which could hold an item.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use domain::failure::Disposition;

    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_what_is_ours_is_a_defect() {
        let corrupt = StoreError::Corrupt {
            key: "a/b".into(),
            problem: "x",
        };
        for (error, disposition) in [
            (StoreError::Throttled, Disposition::Retry { after: None }),
            (StoreError::Conflict, Disposition::Retry { after: None }),
            (StoreError::Stale, Disposition::Retry { after: None }),
            (StoreError::Missing { what: "x" }, Disposition::Reject),
            (corrupt, Disposition::Defect),
        ] {
            assert_eq!(Failure::from(error).disposition(), disposition);
        }
    }
}

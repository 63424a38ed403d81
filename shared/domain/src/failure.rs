//! What the queue, the item and the connection should do about a failure: four answers, no more.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// It may pass later. The message stays in the queue, for at least `after` where it is known.
    Retry {
        /// How long the other side asked us to wait.
        after: Option<Duration>,
    },
    /// This item never passes as it is. Recorded on the item; the rest goes on.
    Reject,
    /// Nothing on this connection passes until a person acts. Suspend it, say so once.
    Suspend,
    /// We are wrong: a corrupt item, an unknown event, a broken invariant. Dead-letter and alarm.
    Defect,
}

impl Disposition {
    /// One word, for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retry { .. } => "retry",
            Self::Reject => "reject",
            Self::Suspend => "suspend",
            Self::Defect => "defect",
        }
    }
}

/// A failure with its judgement. The message of each level names what that level was doing and
/// never repeats its source; [`Failure::chain`] prints all of it, once, where it is handled.
#[derive(Debug)]
pub struct Failure {
    disposition: Disposition,
    source: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// Judges an error.
    pub fn new(disposition: Disposition, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            disposition,
            source: source.into(),
        }
    }

    /// A failure of ours: an invariant that did not hold.
    pub fn defect(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Disposition::Defect, source)
    }

    /// This item never passes as it is.
    pub fn reject(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Disposition::Reject, source)
    }

    /// It may pass later, at a time nobody named.
    pub fn retry(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Disposition::Retry { after: None }, source)
    }

    /// What follows.
    pub fn disposition(&self) -> Disposition {
        self.disposition
    }

    /// The whole chain of causes in one line, outermost first.
    pub fn chain(&self) -> String {
        let mut text = self.source.to_string();
        let mut next = self.source.source();
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chain())
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("failed to read the page")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_chain_names_every_level_once() {
        let failure = Failure::retry(Outer(std::io::Error::other("connection cut")));
        assert_eq!(failure.chain(), "failed to read the page: connection cut");
        assert_eq!(failure.disposition(), Disposition::Retry { after: None });
    }
}

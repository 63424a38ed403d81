//! What an import came to, for whoever delivered the event.

use domain::run::{RunCounts, RunStatus};

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it stands.
    pub status: RunStatus,
    /// What went wrong, why it is held, or what a person should know, without personal data.
    pub error: Option<String>,
    /// What it did.
    pub counts: RunCounts,
    /// It ran out of time and asked for a continuation.
    pub continues: bool,
    /// A source said nothing: its agents handed nothing in since the last run.
    pub silent: bool,
}

impl Outcome {
    /// The outcome of a customer that is paused.
    pub(crate) fn paused() -> Self {
        Self {
            status: RunStatus::Paused,
            ..Self::quiet()
        }
    }

    /// The outcome of a look at which nothing was new.
    pub(crate) fn quiet() -> Self {
        Self {
            status: RunStatus::Succeeded,
            error: None,
            counts: RunCounts::default(),
            continues: false,
            silent: false,
        }
    }

    /// The outcome of a source that goes on in a continuation; what it did is told at its end.
    pub(crate) fn goes_on() -> Self {
        Self {
            status: RunStatus::Running,
            continues: true,
            ..Self::quiet()
        }
    }

    /// The outcome of a source of which agents handed nothing in.
    pub(crate) fn silent() -> Self {
        Self {
            silent: true,
            ..Self::quiet()
        }
    }

    /// The same with one more thing that a person should know.
    pub(crate) fn with_remark(mut self, remark: Option<&str>) -> Self {
        if let Some(remark) = remark {
            let error = self.error.take().map(|error| format!("{error}; {remark}"));
            self.error = Some(error.unwrap_or_else(|| remark.to_owned()));
        }
        self
    }

    /// Adds what another source of the customer came to: the worse status stands, every error is
    /// kept.
    pub(crate) fn add(&mut self, other: Self) {
        self.counts.add(other.counts);
        self.continues |= other.continues;
        self.silent |= other.silent;
        self.status = worse(self.status, other.status);
        self.error = match (self.error.take(), other.error) {
            (Some(one), Some(two)) => Some(format!("{one}; {two}")),
            (one, two) => one.or(two),
        };
    }
}

fn worse(one: RunStatus, other: RunStatus) -> RunStatus {
    let rank = |status| match status {
        RunStatus::Succeeded => 0,
        RunStatus::Running => 1,
        RunStatus::Paused => 2,
        RunStatus::Held => 3,
        RunStatus::Failed => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}

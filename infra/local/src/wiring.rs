//! The wiring diagram of the whole system: which event wakes which function. The infrastructure
//! template says the same; a test compares the two.

use std::fmt;

use domain::event::Event;

/// A function that a queue wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// Reads the sources of one customer.
    Import,
    /// Matches its accounts with the PSA's contacts.
    Matching,
    /// Matches them with the entries of the documentation system.
    DocsMatching,
    /// Makes the contacts agree with their accounts.
    PsaPush,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Import,
        Self::Matching,
        Self::DocsMatching,
        Self::PsaPush,
    ];

    /// The function's name, as its crate and the infrastructure have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Matching => "matching",
            Self::DocsMatching => "docs-matching",
            Self::PsaPush => "psa-push",
        }
    }

    /// How many of its messages are worked on at a time. One push at a time, and one matching of
    /// entries: the other side has one rate limit for all of them.
    pub fn concurrency(self) -> usize {
        match self {
            Self::Import => 4,
            Self::Matching => 2,
            Self::DocsMatching | Self::PsaPush => 1,
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The functions that an event wakes.
pub fn subscribers(event: &Event) -> &'static [Function] {
    match event {
        Event::ImportRequested { .. } | Event::UploadCompleted { .. } => &[Function::Import],
        Event::ImportFinished {} => &[Function::Matching, Function::DocsMatching],
        Event::ContactChanged { .. } => &[Function::Matching],
        Event::MatchingFinished {} => &[Function::PsaPush],
    }
}

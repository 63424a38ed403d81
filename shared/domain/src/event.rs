//! Every event: "look again at this customer". Events carry ids and a reason, never data to act
//! on. Each version ever published keeps a sample in `domain/events`; within a version only
//! additions are made, always with a default.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ContactId, CustomerId, EventId, RunId, UploadId};
use crate::run::RunReason;

/// The source of our events on the bus.
pub const EVENT_SOURCE: &str = "muster";

/// An event with what every event has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The event's id, the same when it is delivered again.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Which customer to look at.
    pub customer: CustomerId,
    /// The run it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// What happened.
    pub event: Event,
}

/// What happened. The variant's serialised name with its version is the `detail-type` on the bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A customer is due, or somebody wants it looked at now.
    #[serde(rename = "import.requested.v1")]
    ImportRequested {
        /// Why.
        reason: RunReason,
    },
    /// An agent completed an upload.
    #[serde(rename = "upload.completed.v1")]
    UploadCompleted {
        /// Which.
        upload: UploadId,
    },
    /// An import ended well; accounts may have changed.
    #[serde(rename = "import.finished.v1")]
    ImportFinished {},
    /// A PSA said that a contact changed.
    #[serde(rename = "contact.changed.v1")]
    ContactChanged {
        /// Which.
        contact: ContactId,
    },
    /// Accounts were matched; some may be behind in the PSA.
    #[serde(rename = "matching.finished.v1")]
    MatchingFinished {},
}

impl Event {
    /// The `detail-type` on the bus.
    pub fn detail_type(&self) -> &'static str {
        match self {
            Self::ImportRequested { .. } => "import.requested.v1",
            Self::UploadCompleted { .. } => "upload.completed.v1",
            Self::ImportFinished {} => "import.finished.v1",
            Self::ContactChanged { .. } => "contact.changed.v1",
            Self::MatchingFinished {} => "matching.finished.v1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first published body of each version, kept for good: what a queue may still hold.
    const SAMPLES: [(&str, &str); 5] = [
        (
            "import.requested.v1",
            include_str!("../events/import.requested.v1.json"),
        ),
        (
            "upload.completed.v1",
            include_str!("../events/upload.completed.v1.json"),
        ),
        (
            "import.finished.v1",
            include_str!("../events/import.finished.v1.json"),
        ),
        (
            "contact.changed.v1",
            include_str!("../events/contact.changed.v1.json"),
        ),
        (
            "matching.finished.v1",
            include_str!("../events/matching.finished.v1.json"),
        ),
    ];

    #[test]
    fn every_event_ever_published_can_be_read_and_is_written_the_same() {
        for (name, sample) in SAMPLES {
            let envelope: Envelope = serde_json::from_str(sample).unwrap();
            assert_eq!(envelope.event.detail_type(), name);
            let written = serde_json::to_string(&envelope).unwrap();
            assert_eq!(
                written,
                sample.trim(),
                "{name}: an old reader must know a new body"
            );
        }
    }

    #[test]
    fn every_event_has_a_sample() {
        let kept = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/events")).unwrap();
        assert_eq!(
            kept.count(),
            SAMPLES.len(),
            "a sample is kept for good and read by the test"
        );
    }

    #[test]
    fn what_a_newer_version_adds_is_ignored() {
        let text = SAMPLES[2].1.trim().replacen('{', "{\"added_later\":1,", 1);
        assert!(serde_json::from_str::<Envelope>(&text).is_ok());
    }
}

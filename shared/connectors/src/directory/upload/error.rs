//! What can be wrong with an upload, as a whole or in one record. The texts name files by their
//! number and records by their place: a file's name and a record's values are somebody's own.

use std::fmt;
use std::io;

use domain::identity::Source;
use domain::limits::{
    UPLOAD_BYTES_MAX, UPLOAD_PART_BYTES_MAX, UPLOAD_PART_UNPACKED_BYTES_MAX, UPLOAD_PARTS_MAX,
    UPLOAD_RECORDS_MAX,
};

/// Where in a file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The line on which the record begins (LDIF and our own format).
    Line(u64),
    /// The record's number (JSON, which has no lines to speak of).
    Record(u64),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Record(number) => write!(f, "record {number}"),
        }
    }
}

/// Why an upload cannot be used at all. Files and parts are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// More parts than `UPLOAD_PARTS_MAX`.
    #[error("the upload has more than {UPLOAD_PARTS_MAX} parts")]
    TooManyParts,
    /// Parts of more than `UPLOAD_BYTES_MAX` together.
    #[error("the parts of the upload have more than {UPLOAD_BYTES_MAX} bytes together")]
    TooManyBytes,
    /// More records than `UPLOAD_RECORDS_MAX`.
    #[error("the upload has more than {UPLOAD_RECORDS_MAX} records")]
    TooManyRecords,
    /// A part is longer than `UPLOAD_PART_BYTES_MAX`.
    #[error("file {file}, part {part}: longer than {UPLOAD_PART_BYTES_MAX} bytes")]
    PartTooLong {
        /// Which file.
        file: usize,
        /// Which of its parts.
        part: usize,
    },
    /// A part unpacks to more than `UPLOAD_PART_UNPACKED_BYTES_MAX`.
    #[error("file {file}, part {part}: unpacks to over {UPLOAD_PART_UNPACKED_BYTES_MAX} bytes")]
    PartUnpacksTooLarge {
        /// Which file.
        file: usize,
        /// Which of its parts.
        part: usize,
    },
    /// A part is not gzip, or it is damaged.
    #[error("file {file}, part {part}: not gzip, or damaged")]
    NotGzip {
        /// Which file.
        file: usize,
        /// Which of its parts.
        part: usize,
    },
    /// The content is none of the formats.
    #[error("file {file}: neither LDIF nor PowerShell's JSON nor Muster's own format")]
    UnknownFormat {
        /// Which file.
        file: usize,
    },
    /// The content is of another source than the upload.
    #[error("file {file}: holds accounts of another source than {expected}")]
    WrongSource {
        /// Which file.
        file: usize,
        /// The source the upload was opened for.
        expected: Source,
    },
    /// The file cannot be read past a place, so nothing says what else it would have held.
    #[error("file {file}, {at}: {what}")]
    Unreadable {
        /// Which file.
        file: usize,
        /// Where.
        at: At,
        /// What is wrong there.
        what: &'static str,
    },
}

/// Why one record was left out; the rest of the upload goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("file {file}, {at}: {what}")]
pub struct RecordError {
    /// Which file, counted from 1.
    pub file: usize,
    /// Where in it.
    pub at: At,
    /// What is wrong; never a value.
    pub what: &'static str,
}

/// What is wrong with a part, on its way through `std::io`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PartProblem {
    #[error("part {0} is too long")]
    TooLong(usize),
    #[error("part {0} unpacks to too much")]
    UnpacksTooLarge(usize),
    #[error("part {0} is not gzip")]
    NotGzip(usize),
}

impl UploadError {
    /// What an error while reading a file means. All bytes are in memory, so whatever is not one
    /// of our own problems is a damaged part as well.
    pub(super) fn of_io(file: usize, error: &io::Error) -> Self {
        let problem = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<PartProblem>())
            .copied()
            .unwrap_or(PartProblem::NotGzip(0));
        match problem {
            PartProblem::TooLong(part) => Self::PartTooLong { file, part },
            PartProblem::UnpacksTooLarge(part) => Self::PartUnpacksTooLarge { file, part },
            PartProblem::NotGzip(part) => Self::NotGzip { file, part },
        }
    }
}

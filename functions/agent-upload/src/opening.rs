//! What an agent says when it opens an upload, checked.

use domain::identity::Source;
use domain::limits::UPLOAD_PARTS_MAX;
use platform::Problem;
use platform::store::UploadFile;
use serde::Deserialize;

/// Files of one upload.
const FILES_MAX: usize = 32;
/// The longest name of a file, in bytes. It is a label, never a path.
const NAME_LENGTH_MAX: usize = 200;

/// The body of `POST /v1/uploads`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Opening {
    /// `active-directory` or `local-windows`.
    source: String,
    /// `auto`, `complete` or `changes`.
    #[serde(default)]
    coverage: Option<String>,
    /// The files, each with how many parts it comes in.
    files: Vec<OpeningFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpeningFile {
    name: String,
    parts: u32,
}

/// An opening that can be taken.
pub(crate) struct Opened {
    pub(crate) source: Source,
    pub(crate) coverage: String,
    pub(crate) files: Vec<UploadFile>,
}

impl Opening {
    pub(crate) fn check(self) -> Result<Opened, Problem> {
        let source = Source::parse(&self.source)
            .filter(|source| *source != Source::Microsoft365)
            .ok_or_else(|| {
                Problem::bad_request("source must be active-directory or local-windows")
            })?;
        let coverage = self.coverage.unwrap_or_else(|| "auto".to_owned());
        if !matches!(coverage.as_str(), "auto" | "complete" | "changes") {
            return Err(Problem::bad_request(
                "coverage must be auto, complete or changes",
            ));
        }
        if self.files.is_empty() || self.files.len() > FILES_MAX {
            return Err(Problem::bad_request("an upload has 1 to 32 files"));
        }
        let parts: u64 = self.files.iter().map(|file| u64::from(file.parts)).sum();
        if parts > u64::from(UPLOAD_PARTS_MAX) || self.files.iter().any(|file| file.parts == 0) {
            return Err(Problem::bad_request(
                "a file has at least 1 part, an upload at most 4000",
            ));
        }
        if self
            .files
            .iter()
            .any(|file| file.name.is_empty() || file.name.len() > NAME_LENGTH_MAX)
        {
            return Err(Problem::bad_request("a file's name has 1 to 200 bytes"));
        }
        let files = self
            .files
            .into_iter()
            .map(|file| UploadFile {
                name: file.name,
                parts: file.parts,
            })
            .collect();
        Ok(Opened {
            source,
            coverage,
            files,
        })
    }
}

//! What an agent hands in, or an operator with `muster upload`: exports of Active Directory and of
//! Windows machines, read into readings. [`open`] looks through everything once, for what readings
//! depend on (groups, deletions, coverage); [`Upload::readings`] goes through it again. Files are
//! streamed both times: an export of a hundred thousand users is never in memory.
//!
//! Formats are told by content: LDIF, PowerShell's JSON, and our own format (docs/uploads.md).
//! Nothing that comes in is trusted, file names least of all: they are labels.

mod active_directory;
mod dn;
mod entry;
mod error;
mod format;
mod groups;
mod json;
mod ldif;
mod lines;
mod local_windows;
mod machine;
mod own;
mod parts;
mod powershell;
mod record;
mod survey;
mod system;
mod text;
mod windows;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::ControlFlow;

use bytes::Bytes;
use domain::identity::{Departure, Identity, IdentityKey, News, Reading, Source};
use domain::limits::PRIVILEGES_MAX;
use serde::{Deserialize, Serialize};

pub use error::{At, RecordError, UploadError};
pub use parts::pack;

use active_directory::{Reader, Unmentioned};
use dn::DnKey;
use entry::What;
use format::{FileAt, Format};
use groups::{Groups, PRIMARY, Subject};
use record::{HeaderCoverage, Record};
use survey::{FileSurvey, Ordinals, Survey};

/// One file of an upload.
#[derive(Clone)]
pub struct UploadedFile {
    /// What whoever handed it in calls it: a label for people, never a path.
    pub name: String,
    /// Its parts in order, each a gzip of its own; together they are the file. See [`pack`].
    pub parts: Vec<Bytes>,
}

/// What the caller says of the coverage of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Declared {
    /// Nothing: the content tells, see [`Upload::coverage`].
    #[default]
    Auto,
    /// All of the source is here.
    Complete,
    /// Only what changed is here.
    Changes,
}

/// How far an Active Directory was read: change numbers count per server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The server's invocationId, a GUID in lower case; `None` where the upload did not hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dsa: Option<String>,
    /// The update sequence number (highestCommittedUSN, else the highest uSNChanged read).
    pub usn: u64,
}

/// How much of its source an upload holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// All of it: whoever is not here left.
    Complete,
    /// Part of it: absence means nothing.
    Changes,
    /// All accounts of these machines (the part before the `/` of a local account's id); absence
    /// means nothing of any other machine.
    Machines(BTreeSet<String>),
}

impl Coverage {
    /// May an identity of the same source that is not in the upload be taken as removed?
    pub fn shows_absence_of(&self, key: &IdentityKey) -> bool {
        match self {
            Self::Complete => true,
            Self::Changes => false,
            Self::Machines(machines) => key
                .id
                .split_once('/')
                .is_some_and(|(machine, _)| machines.contains(machine)),
        }
    }
}

/// An upload, looked through once.
pub struct Upload {
    source: Source,
    files: Vec<UploadedFile>,
    surveys: Vec<FileSurvey>,
    latest: HashMap<DnKey, survey::Rank>,
    groups: Groups,
    coverage: Coverage,
    claims_all: bool,
    cursor: Option<Cursor>,
    damaged: usize,
}

/// Looks through an upload. `held` is the cursor kept from the last upload of the same source.
///
/// # Errors
/// Whatever makes the upload as a whole unusable; nothing of it may be taken over then.
pub fn open(
    source: Source,
    files: Vec<UploadedFile>,
    declared: Declared,
    held: Option<&Cursor>,
) -> Result<Upload, UploadError> {
    let survey = Survey::of(source, &files, held)?;
    let claims_all = claims_all(declared, &survey);
    let coverage = coverage(source, claims_all, &survey);
    let cursor = survey.cursor();
    Ok(Upload {
        source,
        coverage,
        claims_all,
        cursor,
        damaged: survey.damaged,
        groups: survey
            .groups
            .finish(survey.groups_declared, held.map(|held| held.usn)),
        latest: survey.latest,
        surveys: survey.files,
        files,
    })
}

/// Is the upload meant to hold all of its source? See [`Upload::coverage`].
fn claims_all(declared: Declared, survey: &Survey) -> bool {
    match declared {
        Declared::Complete => true,
        Declared::Changes => false,
        Declared::Auto if survey.headers.is_empty() => survey.users_new < survey.users,
        Declared::Auto => !survey.headers.contains(&HeaderCoverage::Changes),
    }
}

/// See [`Upload::coverage`].
fn coverage(source: Source, claims_all: bool, survey: &Survey) -> Coverage {
    let is_whole = survey.users > 0 && survey.damaged == 0 && !survey.cut_short;
    match source {
        Source::LocalWindows if claims_all => Coverage::Machines(survey.machines_complete()),
        Source::ActiveDirectory if claims_all && is_whole => Coverage::Complete,
        Source::ActiveDirectory | Source::LocalWindows | Source::Microsoft365 => Coverage::Changes,
    }
}

impl fmt::Debug for Upload {
    /// What it holds in numbers; never names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("source", &self.source)
            .field("files", &self.files.len())
            .field("keys", &self.latest.len())
            .field("damaged", &self.damaged)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

impl Upload {
    /// How much of its source the upload holds. An Active Directory is complete if the caller or
    /// the file's own header says so, else if a user is here that did not change since the cursor
    /// held (an export of changes has only users that did); never if there is no user, if a record
    /// could not be read, or if the export itself says that it was cut short: a hole must not look
    /// like a departure. Local accounts are complete machine by machine, never where a collection
    /// reported errors or a filter.
    pub fn coverage(&self) -> Coverage {
        self.coverage.clone()
    }

    /// How far the source was read; `None` for a source without change numbers.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Records that cannot be read; [`Self::readings`] says which.
    pub fn damaged(&self) -> usize {
        self.damaged
    }

    /// Reads the upload: one reading for each record that is a user, in the order of the files.
    /// Of several records of one user the one with the highest change number counts, else the last.
    /// A record that cannot be read is reported and skipped.
    ///
    /// # Errors
    /// As [`open`]; what [`open`] let pass passes here.
    pub fn readings(
        &self,
        each: &mut dyn FnMut(Result<Reading, RecordError>) -> ControlFlow<()>,
    ) -> Result<(), UploadError> {
        let mut ordinals = Ordinals::new();
        for (index, (file, survey)) in self.files.iter().zip(&self.surveys).enumerate() {
            let number = index + 1;
            let reader = self.reader(survey);
            let mut flow = ControlFlow::Continue(());
            let file_at = FileAt { number, file };
            file_at.records(survey.format, self.source, &mut |at, record| {
                let reading = match record {
                    Ok(record) => self.reading(&record, ordinals.next(), &reader),
                    Err(what) => Some(Err(what)),
                };
                let Some(reading) = reading else {
                    return ControlFlow::Continue(());
                };
                let file = number;
                flow = each(reading.map_err(|what| RecordError { file, at, what }));
                flow
            })?;
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Does the upload hold all groups, so that it can tell who is an administrator now?
    pub fn has_groups(&self) -> bool {
        self.groups.whole
    }

    /// Why an identity that is not in this upload is an administrator now, by the groups in it: a
    /// change of a group does not change its members' entries. `None` where the upload cannot tell:
    /// it does not hold all groups, or the identity's name may be an old one. The built-in
    /// administrator and primary groups are told as before.
    pub fn privileges_of(&self, identity: &Identity) -> Option<Vec<String>> {
        let dn = identity.distinguished_name.as_deref()?;
        let held = &identity.privileges;
        let is_known = identity.key.source == self.source
            && self.groups.whole
            && (held.is_empty() || self.groups.lists(dn));
        if !is_known {
            return None;
        }
        let mut reasons = self.groups.reasons(&Subject {
            dn: Some(dn),
            sid: identity.anchor.sid.as_deref(),
            ..Subject::default()
        });
        for reason in held.iter().filter(|reason| reason.ends_with(PRIMARY)) {
            if !reasons.contains(reason) {
                reasons.push(reason.clone());
            }
        }
        reasons.truncate(PRIVILEGES_MAX);
        Some(reasons)
    }

    fn reader<'a>(&'a self, survey: &'a FileSurvey) -> Reader<'a> {
        let unmentioned = match survey.format {
            Format::Own => Unmentioned::Nothing,
            // Entries of an export of changes are whole, and too few to tell from each other what
            // was asked for.
            Format::Ldif if !self.claims_all => Unmentioned::Cleared,
            Format::Ldif | Format::Json | Format::Empty => {
                Unmentioned::ClearedIf(&survey.mentioned)
            }
        };
        Reader {
            unmentioned,
            has_member_of: survey.mentioned.contains("memberof"),
            groups: &self.groups,
        }
    }

    /// The reading of a record; `None` where it has none, or where another of the same key counts.
    fn reading(
        &self,
        record: &Record,
        ordinal: usize,
        reader: &Reader<'_>,
    ) -> Option<Result<Reading, What>> {
        let reading = match record {
            Record::Header(_) | Record::Machine(_) => return None,
            Record::Entry(entry) => reader.reading(entry),
            Record::Local(account) => Ok(Some(local_windows::reading(account))),
            Record::LocalDeleted(id) => Ok(Some(Reading {
                key: IdentityKey::new(self.source, id.clone()),
                news: News::Left(Departure::Deleted),
            })),
        };
        match reading {
            Ok(reading) => {
                let reading = reading?;
                self.counts(&reading.key, ordinal).then_some(Ok(reading))
            }
            Err(what) => Some(Err(what)),
        }
    }

    fn counts(&self, key: &IdentityKey, ordinal: usize) -> bool {
        let latest = self.latest.get(&DnKey::of_id(&key.id));
        latest.is_some_and(|latest| latest.is_at(ordinal))
    }
}

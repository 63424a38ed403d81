//! The first pass over an upload: what is in it, and how much of the source that is. Readings need
//! its answers before the first of them: groups may come after users, a deletion after the entry
//! it deletes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use domain::identity::{IdentityKey, Source};
use domain::limits::{UPLOAD_BYTES_MAX, UPLOAD_PARTS_MAX, UPLOAD_RECORDS_MAX};

use super::active_directory::{Class, Reader, Unmentioned, class_of, key_of};
use super::dn::DnKey;
use super::entry::{Entry, What};
use super::error::UploadError;
use super::format::{FileAt, Format};
use super::groups::{Collector, Groups};
use super::own::local_key;
use super::record::{Header, HeaderCoverage, LocalAccount, Record};
use super::windows;
use super::{Cursor, UploadedFile};

/// One file, looked through.
pub(super) struct FileSurvey {
    pub(super) format: Format,
    /// The attributes that any user of the file mentions.
    pub(super) mentioned: BTreeSet<&'static str>,
}

/// Which of the records of one key counts: the one changed last, else the one read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    usn: u64,
    ordinal: usize,
}

/// What is known of a machine's listing.
#[derive(Default)]
struct MachineSurvey {
    /// What its collections said, all of them.
    said_complete: Option<bool>,
    /// RIDs seen of accounts that came without their machine.
    loose_rids: BTreeSet<u32>,
}

/// What the first pass found.
pub(super) struct Survey {
    source: Source,
    held_usn: Option<u64>,
    pub(super) files: Vec<FileSurvey>,
    pub(super) latest: HashMap<DnKey, Rank>,
    pub(super) groups: Collector,
    pub(super) groups_declared: Option<bool>,
    pub(super) damaged: usize,
    pub(super) cut_short: bool,
    pub(super) users: usize,
    pub(super) users_new: usize,
    pub(super) headers: Vec<HeaderCoverage>,
    machines: BTreeMap<String, MachineSurvey>,
    records: usize,
    usn_max: Option<u64>,
    usn_committed: Option<u64>,
    dsa: Option<String>,
}

impl Survey {
    /// Looks through all files.
    pub(super) fn of(
        source: Source,
        files: &[UploadedFile],
        held: Option<&Cursor>,
    ) -> Result<Self, UploadError> {
        let parts = || files.iter().flat_map(|file| &file.parts);
        if u32::try_from(parts().count()).is_ok_and(|parts| parts > UPLOAD_PARTS_MAX) {
            return Err(UploadError::TooManyParts);
        }
        if parts().map(bytes::Bytes::len).sum::<usize>() > UPLOAD_BYTES_MAX {
            return Err(UploadError::TooManyBytes);
        }
        let mut survey = Self::empty(source, held);
        for (index, file) in files.iter().enumerate() {
            let number = index + 1;
            survey.file(FileAt { number, file })?;
        }
        Ok(survey)
    }

    fn empty(source: Source, held: Option<&Cursor>) -> Self {
        Self {
            source,
            held_usn: held.map(|held| held.usn),
            files: Vec::new(),
            latest: HashMap::new(),
            groups: Collector::default(),
            groups_declared: None,
            damaged: 0,
            cut_short: false,
            users: 0,
            users_new: 0,
            headers: Vec::new(),
            machines: BTreeMap::new(),
            records: 0,
            usn_max: None,
            usn_committed: None,
            dsa: None,
        }
    }

    fn file(&mut self, file: FileAt<'_>) -> Result<(), UploadError> {
        let format = file.format()?;
        let mut mentioned = BTreeSet::new();
        let (good_before, damaged_before) = (self.records, self.damaged);
        let pass = file.records(format, self.source, &mut |_, record| {
            match record {
                Ok(record) => {
                    self.records += 1;
                    self.record(record, &mut mentioned);
                }
                Err(_) => self.damaged += 1,
            }
            if self.records + self.damaged > UPLOAD_RECORDS_MAX {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        if self.records + self.damaged > UPLOAD_RECORDS_MAX {
            return Err(UploadError::TooManyRecords);
        }
        // JSON of something else altogether.
        let none_is_good = self.records == good_before && self.damaged > damaged_before;
        if format == Format::Json && none_is_good {
            return Err(UploadError::UnknownFormat { file: file.number });
        }
        self.cut_short |= pass.cut_short;
        self.files.push(FileSurvey { format, mentioned });
        Ok(())
    }

    fn record(&mut self, record: Record, mentioned: &mut BTreeSet<&'static str>) {
        match record {
            Record::Header(header) => self.header(header),
            Record::Entry(entry) => self.entry(&entry, mentioned),
            Record::Machine(machine) => {
                let said = &mut self.machines.entry(machine.id).or_default().said_complete;
                *said = Some(said.unwrap_or(true) && machine.complete);
            }
            Record::Local(account) => self.local(account),
            Record::LocalDeleted(id) => self.note(&id, 0),
        }
    }

    fn header(&mut self, header: Header) {
        self.headers.push(header.coverage);
        if let Some(groups) = header.groups {
            let complete = groups == HeaderCoverage::Complete;
            self.groups_declared = Some(self.groups_declared.unwrap_or(true) && complete);
        }
        if let Some(cursor) = header.cursor {
            self.usn_committed = self.usn_committed.max(Some(cursor.usn));
            self.dsa = cursor.dsa.or(self.dsa.take());
        }
    }

    fn entry(&mut self, entry: &Entry, mentioned: &mut BTreeSet<&'static str>) {
        let usn = entry.usn();
        self.usn_max = self.usn_max.max(usn);
        let class = class_of(entry);
        match class {
            Class::User | Class::DeletedUser => match check(entry) {
                Ok(key) => self.note(&key.id, usn.unwrap_or(0)),
                Err(_) => self.damaged += 1,
            },
            Class::Group => self.groups.add(entry),
            Class::Server => self.server(entry),
            Class::Other => {}
        }
        if class == Class::User {
            mentioned.extend(entry.names());
            self.users += 1;
            if self.held_usn.is_some() && usn > self.held_usn {
                self.users_new += 1;
            }
        }
    }

    /// The rootDSE has the number, the server's own object the id.
    fn server(&mut self, entry: &Entry) {
        let committed = entry.integer("highestcommittedusn");
        let committed = committed.and_then(|usn| u64::try_from(usn).ok());
        self.usn_committed = self.usn_committed.max(committed);
        if let Ok(Some(dsa)) = entry.guid("invocationid") {
            self.dsa = Some(dsa);
        }
    }

    fn local(&mut self, account: LocalAccount) {
        let key = local_key(&account.machine, &account.sid);
        self.note(&key.id, 0);
        self.users += 1;
        let machine = self.machines.entry(account.machine).or_default();
        if account.is_loose {
            machine.loose_rids.extend(windows::rid(&account.sid));
        }
    }

    fn note(&mut self, id: &str, usn: u64) {
        let ordinal = self.records;
        let rank = Rank { usn, ordinal };
        let latest = self.latest.entry(DnKey::of_id(id)).or_insert(rank);
        *latest = rank.max(*latest);
    }

    /// How far the source was read. What was committed before the reading began is the safe
    /// answer: what changed meanwhile is read again.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let usn = self.usn_committed.or(self.usn_max)?;
        let dsa = self.dsa.clone();
        Some(Cursor { dsa, usn })
    }

    /// The machines all of whose accounts are here. Accounts that came without their machine are
    /// all there are if the two are among them that no machine can be without, Administrator and
    /// Guest: a filter would have left them out.
    pub(super) fn machines_complete(&self) -> BTreeSet<String> {
        let is_complete = |machine: &MachineSurvey| {
            machine.said_complete.unwrap_or_else(|| {
                machine.loose_rids.contains(&500) && machine.loose_rids.contains(&501)
            })
        };
        self.machines
            .iter()
            .filter(|(_, machine)| is_complete(machine))
            .map(|(id, _)| id.clone())
            .collect()
    }
}

/// The key of a user whose entry can be read in all its attributes.
fn check(entry: &Entry) -> Result<IdentityKey, What> {
    let reader = Reader {
        unmentioned: Unmentioned::Nothing,
        has_member_of: false,
        groups: &Groups::default(),
    };
    reader.reading(entry)?;
    key_of(entry)
}

/// Which record a pass is at: the second pass counts as the first did.
pub(super) struct Ordinals(usize);

impl Ordinals {
    pub(super) fn new() -> Self {
        Self(0)
    }

    pub(super) fn next(&mut self) -> usize {
        self.0 += 1;
        self.0
    }
}

impl Rank {
    /// Is this the record?
    pub(super) fn is_at(self, ordinal: usize) -> bool {
        self.ordinal == ordinal
    }
}

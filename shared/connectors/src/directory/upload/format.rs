//! Which format a file has, told by its content, and its records.

use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;

use domain::identity::Source;
use domain::limits::UPLOAD_RECORD_BYTES_MAX;

use super::UploadedFile;
use super::entry::What;
use super::error::{At, UploadError};
use super::json::{Found, Objects};
use super::ldif::Ldif;
use super::lines::{Line, Lines};
use super::parts::PartsReader;
use super::powershell::{self, CMDLET_NAMES};
use super::record::{Header, Record};
use super::{machine, own, text};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Nothing but space: a command that found nothing.
    Empty,
    Ldif,
    Json,
    Own,
}

/// As much of a file's first line as its format is told by.
const FIRST_LINE_BYTES: usize = 64 * 1024;

/// What a pass over a file calls for each record; it ends the pass with `Break`.
pub(super) type Each<'e> = dyn FnMut(At, Result<Record, What>) -> ControlFlow<()> + 'e;

/// How a pass over a file ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pass {
    /// The export itself says that it stopped before its end.
    pub(super) cut_short: bool,
}

/// One file of an upload, numbered from 1.
#[derive(Clone, Copy)]
pub(super) struct FileAt<'a> {
    pub(super) number: usize,
    pub(super) file: &'a UploadedFile,
}

impl<'a> FileAt<'a> {
    /// The file's text, as UTF-8.
    fn text(self) -> Result<BufReader<Box<dyn Read + 'a>>, UploadError> {
        let parts = PartsReader::new(&self.file.parts);
        let text = text::to_utf8(BufReader::with_capacity(64 * 1024, parts));
        text.map(BufReader::new).map_err(|error| self.io(&error))
    }

    fn io(self, error: &io::Error) -> UploadError {
        UploadError::of_io(self.number, error)
    }

    fn unreadable(self, at: At, what: &'static str) -> UploadError {
        UploadError::Unreadable {
            file: self.number,
            at,
            what,
        }
    }

    /// The format, by the first characters that are not space.
    pub(super) fn format(self) -> Result<Format, UploadError> {
        let mut lines = Lines::new(self.text()?);
        let mut line = Vec::new();
        while line.trim_ascii().is_empty() {
            // A line of JSON may be the whole file; its beginning is enough.
            let is = lines.read(&mut line, FIRST_LINE_BYTES);
            if is.map_err(|error| self.io(&error))? == Line::None {
                return Ok(Format::Empty);
            }
        }
        let start = line.trim_ascii();
        if start.starts_with(b"{") && own::is_header(start) {
            return Ok(Format::Own);
        }
        if start.starts_with(b"{") || start.starts_with(b"[") || start == b"null" {
            return Ok(Format::Json);
        }
        let is_ldif = Ldif::new(self.text()?).begins_as_ldif();
        if is_ldif.map_err(|error| self.io(&error))? {
            return Ok(Format::Ldif);
        }
        Err(UploadError::UnknownFormat { file: self.number })
    }

    /// Goes through the records.
    pub(super) fn records(
        self,
        format: Format,
        source: Source,
        each: &mut Each<'_>,
    ) -> Result<Pass, UploadError> {
        match format {
            Format::Empty => Ok(Pass::default()),
            Format::Ldif => self.ldif(source, each),
            Format::Json => self.json(source, each),
            Format::Own => self.own(source, each),
        }
    }

    fn expect(self, found: Source, expected: Source) -> Result<(), UploadError> {
        let file = self.number;
        (found == expected)
            .then_some(())
            .ok_or(UploadError::WrongSource { file, expected })
    }

    fn ldif(self, source: Source, each: &mut Each<'_>) -> Result<Pass, UploadError> {
        self.expect(Source::ActiveDirectory, source)?;
        let mut ldif = Ldif::new(self.text()?);
        while let Some((line, entry)) = ldif.next().map_err(|error| self.io(&error))? {
            if each(At::Line(line), entry.map(Record::Entry)).is_break() {
                break;
            }
        }
        Ok(Pass {
            cut_short: ldif.cut_short,
        })
    }

    fn json(self, source: Source, each: &mut Each<'_>) -> Result<Pass, UploadError> {
        let mut objects = Objects::new(self.text()?, UPLOAD_RECORD_BYTES_MAX);
        let mut octets = Vec::new();
        let mut number = 0;
        loop {
            number += 1;
            let at = At::Record(number);
            let found = objects.next(&mut octets).map_err(|error| self.io(&error))?;
            let flow = match found {
                Found::End => return Ok(Pass::default()),
                Found::Broken(what) => return Err(self.unreadable(at, what)),
                Found::TooLong => each(at, Err("the record is too long")),
                Found::Object => self.object(&octets, at, source, each)?,
            };
            if flow.is_break() {
                return Ok(Pass::default());
            }
        }
    }

    /// The records in one JSON object.
    fn object(
        self,
        octets: &[u8],
        at: At,
        source: Source,
        each: &mut Each<'_>,
    ) -> Result<ControlFlow<()>, UploadError> {
        let Some(object) = powershell::object(octets) else {
            return Ok(each(at, Err("the record is no JSON")));
        };
        let has = |name| powershell::member(&object, name).is_some();
        if has("localUsers") || has("computer") {
            self.expect(Source::LocalWindows, source)?;
            let mut flow = ControlFlow::Continue(());
            machine::records(&object, &mut |record| {
                if flow.is_continue() {
                    flow = each(at, record);
                }
            });
            return Ok(flow);
        }
        if has("ObjectGUID") || has("DistinguishedName") {
            self.expect(Source::ActiveDirectory, source)?;
            let entry = powershell::entry(&object, CMDLET_NAMES);
            return Ok(each(at, Ok(Record::Entry(entry))));
        }
        if has("SID") && has("Name") {
            self.expect(Source::LocalWindows, source)?;
            return Ok(each(at, machine::loose(&object)));
        }
        let what = "the record is neither of Active Directory nor of a machine";
        Ok(each(at, Err(what)))
    }

    fn own(self, source: Source, each: &mut Each<'_>) -> Result<Pass, UploadError> {
        let mut lines = Lines::new(self.text()?);
        let mut line = Vec::new();
        let mut header: Option<Header> = None;
        let mut count = 0;
        loop {
            let is = lines.read(&mut line, UPLOAD_RECORD_BYTES_MAX);
            let is = is.map_err(|error| self.io(&error))?;
            let at = At::Line(lines.number);
            if is == Line::None {
                return Err(self.unreadable(at, "the file has no `end` line"));
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let record = if header.is_none() {
                let first = self.header(&line, at, source)?;
                header = Some(first.clone());
                Ok(Record::Header(first))
            } else if is == Line::TooLong {
                count += 1;
                Err("the line is too long")
            } else {
                count += 1;
                match own::line(source, &line) {
                    Ok(own::OwnLine::End(said)) if said == count - 1 => return Ok(Pass::default()),
                    Ok(own::OwnLine::End(_)) => {
                        return Err(self.unreadable(at, "lines are missing before `end`"));
                    }
                    Ok(own::OwnLine::Record(record)) => Ok(record),
                    Err(what) => Err(what),
                }
            };
            if each(at, record).is_break() {
                return Ok(Pass::default());
            }
        }
    }

    fn header(self, line: &[u8], at: At, source: Source) -> Result<Header, UploadError> {
        let header =
            own::header(line).ok_or_else(|| self.unreadable(at, "the first line is no header"))?;
        if header.muster_upload != own::VERSION {
            return Err(self.unreadable(at, "this version of the format is not known"));
        }
        match Source::parse(&header.source) {
            Some(found) => self.expect(found, source)?,
            None => return Err(self.unreadable(at, "the header's source is not known")),
        }
        Ok(header)
    }
}

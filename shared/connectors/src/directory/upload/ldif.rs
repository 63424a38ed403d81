//! LDIF (RFC 2849) as `ldapsearch` and `ldifde` write it, entry by entry. Content only: the one
//! change record taken is `changetype: add`, and values by reference (`:<`) are refused, since
//! they name files of whoever reads.

use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::limits::UPLOAD_RECORD_BYTES_MAX;

use super::entry::{Entry, What};
use super::lines::{Line, Lines};
use super::text;

/// `ldapsearch` writes this after each page; behind the last one no cookie follows.
const PAGE_COMMENT: &[u8] = b"# pagedresults: cookie=";

/// How a text begins that is LDIF, comments apart.
const STARTS: [&str; 4] = ["dn:", "version:", "ref:", "search:"];

/// Reads the entries of an LDIF text.
pub(super) struct Ldif<R> {
    lines: Lines<R>,
    /// The line after the logical line read last.
    ahead: Vec<u8>,
    ahead_is: Line,
    started: bool,
    /// The search ended early: there is more in the directory than what is here.
    pub(super) cut_short: bool,
}

/// One block of lines.
enum Block {
    Entry(Entry),
    /// A reference, a search result, a version line: nothing to read.
    Nothing,
}

impl<R: Read> Ldif<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            lines: Lines::new(reader),
            ahead: Vec::new(),
            ahead_is: Line::None,
            started: false,
            cut_short: false,
        }
    }

    /// The next entry with the line it begins on, or why that entry cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Result<Entry, What>)>> {
        loop {
            let Some((line, block)) = self.block()? else {
                return Ok(None);
            };
            match block {
                Ok(Block::Entry(entry)) => return Ok(Some((line, Ok(entry)))),
                Ok(Block::Nothing) => {}
                Err(what) => return Ok(Some((line, Err(what)))),
            }
        }
    }

    /// Is this LDIF? Told by the first line that is no comment: `dn:`, the version, or what
    /// `ldapsearch` says around entries. Comments alone are LDIF, as of a search without results.
    pub(super) fn begins_as_ldif(mut self) -> io::Result<bool> {
        let mut line = Vec::new();
        while self.logical(&mut line)? != Line::None {
            if !line.is_empty() && line.first() != Some(&b'#') {
                return Ok(STARTS.into_iter().any(|start| {
                    line.get(..start.len())
                        .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
                }));
            }
        }
        Ok(true)
    }

    /// Reads lines up to the next empty one.
    fn block(&mut self) -> io::Result<Option<(u64, Result<Block, What>)>> {
        let mut builder = Builder::default();
        let mut begins = None;
        let mut size = 0;
        let mut line = Vec::new();
        loop {
            let number = self.lines.number.max(1);
            match self.logical(&mut line)? {
                Line::None => break,
                Line::TooLong => builder.fail("the entry is too long"),
                Line::Whole => {}
            }
            if line.is_empty() {
                if begins.is_some() {
                    break;
                }
                continue;
            }
            if line.first() == Some(&b'#') {
                self.note_page(&line);
                continue;
            }
            begins.get_or_insert(number);
            size += line.len();
            if size > UPLOAD_RECORD_BYTES_MAX {
                builder.fail("the entry is too long");
            } else {
                builder.line(&line);
            }
        }
        self.cut_short |= builder.search_failed;
        Ok(begins.map(|line| (line, builder.finish())))
    }

    fn note_page(&mut self, comment: &[u8]) {
        if let Some(cookie) = comment.strip_prefix(PAGE_COMMENT) {
            self.cut_short = !cookie.trim_ascii().is_empty();
        }
    }

    /// Reads a line together with the lines that continue it (they begin with one space, which is
    /// no part of the value). Values are joined as octets: a fold may cut a character.
    fn logical(&mut self, line: &mut Vec<u8>) -> io::Result<Line> {
        if !self.started {
            self.started = true;
            self.ahead_is = self.lines.read(&mut self.ahead, UPLOAD_RECORD_BYTES_MAX)?;
        }
        line.clear();
        let mut is = self.ahead_is;
        if is == Line::None {
            return Ok(is);
        }
        line.append(&mut self.ahead);
        loop {
            self.ahead_is = self.lines.read(&mut self.ahead, UPLOAD_RECORD_BYTES_MAX)?;
            if self.ahead_is == Line::None || self.ahead.first() != Some(&b' ') {
                return Ok(is);
            }
            if line.len() + self.ahead.len() > UPLOAD_RECORD_BYTES_MAX
                || self.ahead_is == Line::TooLong
            {
                is = Line::TooLong;
            } else {
                line.extend(self.ahead.iter().skip(1));
            }
        }
    }
}

/// Builds a block out of its lines.
#[derive(Default)]
struct Builder {
    entry: Entry,
    has_dn: bool,
    is_nothing: bool,
    search_failed: bool,
    error: Option<What>,
}

impl Builder {
    fn fail(&mut self, what: What) {
        self.error.get_or_insert(what);
    }

    fn line(&mut self, line: &[u8]) {
        if self.is_nothing {
            // `result: 4 Size limit exceeded`: only 0 is success (RFC 4511, 4.1.9).
            self.search_failed |= line.starts_with(b"result: ") && line != b"result: 0 Success";
            return;
        }
        if self.error.is_some() {
            return;
        }
        if let Err(what) = self.try_line(line) {
            self.fail(what);
        }
    }

    fn try_line(&mut self, line: &[u8]) -> Result<(), What> {
        let mut halves = line.splitn(2, |byte| *byte == b':');
        let name = halves.next().unwrap_or_default();
        let name = std::str::from_utf8(name).map_err(|_| "an attribute's name is no text")?;
        let value = halves.next().ok_or("a line is no `name: value`")?;
        let mut options = name.split(';');
        let name = options.next().unwrap_or_default().trim();
        if !self.has_dn {
            return self.first_line(name, value);
        }
        let value = decode(value)?;
        if name.eq_ignore_ascii_case("changetype") {
            let is_add = value.trim_ascii().eq_ignore_ascii_case(b"add");
            return is_add.then_some(()).ok_or("a change other than add");
        }
        for option in options {
            if let Some(range) = strip_prefix_ignore_case(option, "range=") {
                self.note_range(name, range);
            }
        }
        // A range that is asked for comes beside the plain attribute, which is then empty.
        self.entry.add(name, value);
        Ok(())
    }

    /// The line that says what the block is.
    fn first_line(&mut self, name: &str, value: &[u8]) -> Result<(), What> {
        if name.eq_ignore_ascii_case("version") {
            return Ok(());
        }
        if ["ref", "search", "result"]
            .into_iter()
            .any(|known| name.eq_ignore_ascii_case(known))
        {
            self.is_nothing = true;
            return Ok(());
        }
        if !name.eq_ignore_ascii_case("dn") {
            return Err("an entry without dn");
        }
        let dn = String::from_utf8(decode(value)?).map_err(|_| "a dn is not UTF-8")?;
        self.entry.dn = Some(dn);
        self.has_dn = true;
        Ok(())
    }

    fn note_range(&mut self, name: &str, range: &str) {
        if name.eq_ignore_ascii_case("member") {
            self.entry.members_cut = !range.ends_with("-*");
        }
    }

    fn finish(self) -> Result<Block, What> {
        match self.error {
            Some(what) => Err(what),
            None if self.has_dn => Ok(Block::Entry(self.entry)),
            None => Ok(Block::Nothing),
        }
    }
}

/// The value behind the first colon: plain, `:` base64, `<` refused.
fn decode(value: &[u8]) -> Result<Vec<u8>, What> {
    match value.split_first() {
        Some((b':', encoded)) => STANDARD
            .decode(encoded.trim_ascii())
            .map_err(|_| "a value is not base64"),
        Some((b'<', _)) => Err("a value by reference (:<) is refused"),
        _ => {
            let spaces = value.iter().take_while(|byte| **byte == b' ').count();
            let plain = value.get(spaces..).unwrap_or_default();
            Ok(text::from_ansi(plain.to_vec()))
        }
    }
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start
        .eq_ignore_ascii_case(prefix)
        .then(|| text.get(prefix.len()..))
        .flatten()
}

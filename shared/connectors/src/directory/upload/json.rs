//! The objects of a JSON text, one at a time. An export of a whole domain is one array of several
//! hundred megabytes: this finds where each object begins and ends and hands over its octets;
//! what is in it is for `serde_json`. One object that is no JSON inside costs that object only.

use std::io::{self, BufRead, BufReader, Read};

use super::entry::What;

/// The members of an outermost object whose array holds the records: machines of a collection,
/// and what Windows PowerShell makes of an array that carries properties of its own.
const WRAPPERS: [&[u8]; 2] = [b"machines", b"value"];

/// As much of a key as tells a wrapper from any other.
const KEY_BYTES_MAX: usize = 16;

/// Where we are in the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of everything: objects may follow each other.
    Outside,
    /// In the outermost array.
    Array,
    /// In the array of a wrapper.
    Wrapped,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// An object; its octets are in the buffer.
    Object,
    /// An object that is longer than the limit; the buffer holds nothing of use.
    TooLong,
    /// The end of a whole text.
    End,
    /// A text that goes on no more in a way that makes sense.
    Broken(What),
}

/// Finds the objects of a JSON text.
pub(super) struct Objects<R> {
    reader: BufReader<R>,
    place: Place,
    limit: usize,
}

/// How the scan of an object ended.
enum Scan {
    Whole,
    /// At the array of a wrapper, whose bracket has been read.
    Wrapper,
    Cut,
}

/// Where a scan is in an object: octets come in pieces, and any of them may end one.
struct Scanner {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The first octets of the string read last.
    string: Vec<u8>,
    key_is_wrapper: bool,
    looks_for_wrapper: bool,
}

impl<R: Read> Objects<R> {
    pub(super) fn new(reader: R, limit: usize) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            place: Place::Outside,
            limit,
        }
    }

    /// Finds the next object and puts it into `object`.
    pub(super) fn next(&mut self, object: &mut Vec<u8>) -> io::Result<Found> {
        loop {
            let Some(byte) = self.reader.fill_buf()?.first().copied() else {
                return Ok(match self.place {
                    Place::Outside => Found::End,
                    Place::Array | Place::Wrapped => Found::Broken("the file ends in an array"),
                });
            };
            self.reader.consume(1);
            match (byte, self.place) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => {}
                (b'[', Place::Outside) => self.place = Place::Array,
                (b']', Place::Array) => self.place = Place::Outside,
                (b']', Place::Wrapped) => {
                    self.place = Place::Outside;
                    // The wrapper's other members.
                    if let Scan::Cut = self.scan(object, false)? {
                        return Ok(Found::Broken("the file ends in an object"));
                    }
                }
                (b',', Place::Array | Place::Wrapped) => {}
                (b'{', _) => match self.object(object)? {
                    Some(found) => return Ok(found),
                    None => self.place = Place::Wrapped,
                },
                (b'n', _) => self.skip_word()?,
                _ => return Ok(Found::Broken("something is no JSON object")),
            }
        }
    }

    fn object(&mut self, object: &mut Vec<u8>) -> io::Result<Option<Found>> {
        object.clear();
        object.push(b'{');
        let looks_for_wrapper = self.place == Place::Outside;
        Ok(match self.scan(object, looks_for_wrapper)? {
            Scan::Wrapper => None,
            Scan::Cut => Some(Found::Broken("the file ends in an object")),
            Scan::Whole if object.len() > self.limit => Some(Found::TooLong),
            Scan::Whole => Some(Found::Object),
        })
    }

    /// Reads on to the brace that closes the object we are in.
    fn scan(&mut self, object: &mut Vec<u8>, looks_for_wrapper: bool) -> io::Result<Scan> {
        let mut scanner = Scanner {
            depth: 1,
            in_string: false,
            escaped: false,
            string: Vec::new(),
            key_is_wrapper: false,
            looks_for_wrapper,
        };
        loop {
            let piece = self.reader.fill_buf()?;
            if piece.is_empty() {
                return Ok(Scan::Cut);
            }
            let (used, end) = scanner.piece(piece);
            // One octet beyond the limit is enough to know that it was passed.
            let room = (self.limit + 1).saturating_sub(object.len());
            object.extend_from_slice(piece.get(..used.min(room)).unwrap_or_default());
            self.reader.consume(used);
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// Skips a bare word, as the `null` of a command that found nothing.
    fn skip_word(&mut self) -> io::Result<()> {
        while let Some(byte) = self.reader.fill_buf()?.first() {
            if !byte.is_ascii_alphabetic() {
                break;
            }
            self.reader.consume(1);
        }
        Ok(())
    }
}

impl Scanner {
    /// Goes through a piece: how much of it belongs to the object, and whether it ends in it.
    fn piece(&mut self, piece: &[u8]) -> (usize, Option<Scan>) {
        for (at, byte) in piece.iter().enumerate() {
            if self.in_string {
                self.in_string_at(*byte);
            } else if let Some(end) = self.outside_at(*byte) {
                return (at + 1, Some(end));
            }
        }
        (piece.len(), None)
    }

    fn in_string_at(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_string = false;
                return;
            }
            _ => {}
        }
        if self.string.len() < KEY_BYTES_MAX {
            self.string.push(byte);
        }
    }

    fn outside_at(&mut self, byte: u8) -> Option<Scan> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return None,
            b'"' => {
                self.in_string = true;
                self.string.clear();
                return None;
            }
            b':' if self.depth == 1 => {
                self.key_is_wrapper = WRAPPERS.contains(&self.string.as_slice());
                return None;
            }
            b'[' if self.key_is_wrapper && self.looks_for_wrapper => return Some(Scan::Wrapper),
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        self.key_is_wrapper = false;
        (self.depth == 0).then_some(Scan::Whole)
    }
}

//! Text encodings. Windows PowerShell writes UTF-16 with a mark, or UTF-8 with one; `ldifde`
//! writes the ANSI code page. Everything after this file is UTF-8.

use std::io::{self, Cursor, Read};

use domain::limits::TEXT_LENGTH_MAX;
use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The longest byte order mark.
const MARK_BYTES_MAX: u64 = 3;
/// How many bytes are turned into UTF-8 at a time.
const STEP_BYTES: usize = 8 * 1024;

/// The same text as UTF-8, without its byte order mark. A text without a mark passes unchanged.
pub(super) fn to_utf8<'a>(mut reader: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut start = Vec::new();
    reader
        .by_ref()
        .take(MARK_BYTES_MAX)
        .read_to_end(&mut start)?;
    let (encoding, mark) = match start.as_slice() {
        [0xEF, 0xBB, 0xBF] => (None, 3),
        [0xFF, 0xFE, ..] => (Some(UTF_16LE), 2),
        [0xFE, 0xFF, ..] => (Some(UTF_16BE), 2),
        _ => (None, 0),
    };
    let rest = Cursor::new(start.split_off(mark)).chain(reader);
    Ok(match encoding {
        None => Box::new(rest),
        Some(encoding) => Box::new(Transcoder {
            reader: rest,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: Vec::new(),
            text: Cursor::new(Vec::new()),
            done: false,
        }),
    })
}

struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Cursor<Vec<u8>>,
    done: bool,
}

impl<R: Read> Transcoder<R> {
    /// Decodes the next step into `text`.
    fn step(&mut self) -> io::Result<()> {
        self.raw.clear();
        let limit = u64::try_from(STEP_BYTES).unwrap_or(u64::MAX);
        self.reader
            .by_ref()
            .take(limit)
            .read_to_end(&mut self.raw)?;
        self.done = self.raw.is_empty();
        let mut decoded = String::new();
        let mut raw = self.raw.as_slice();
        loop {
            let room = self
                .decoder
                .max_utf8_buffer_length(raw.len())
                .unwrap_or(STEP_BYTES);
            decoded.reserve(room);
            let (result, read, _) = self.decoder.decode_to_string(raw, &mut decoded, self.done);
            raw = raw.get(read..).unwrap_or_default();
            match result {
                CoderResult::InputEmpty => break,
                CoderResult::OutputFull => {}
            }
        }
        self.text = Cursor::new(decoded.into_bytes());
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.text.read(buffer)?;
            if count > 0 || buffer.is_empty() || self.done {
                return Ok(count);
            }
            self.step()?;
        }
    }
}

/// A value that is not UTF-8 was written in the ANSI code page; Windows-1252 is the one of the
/// languages we meet. A value that happens to be valid UTF-8 is taken as that.
pub(super) fn from_ansi(value: Vec<u8>) -> Vec<u8> {
    if std::str::from_utf8(&value).is_ok() {
        return value;
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(&value);
    text.into_owned().into_bytes()
}

/// Cut at `TEXT_LENGTH_MAX`, at a character.
pub(super) fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_LENGTH_MAX))
        .unwrap_or(text)
}

//! Lines of a text that is never held as a whole. A line that is too long is read to its end but
//! kept only up to the limit.

use std::io::{self, BufRead, BufReader, Read};

/// How a line was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Whole, without its end.
    Whole,
    /// Cut at the limit.
    TooLong,
    /// There is none: the text has ended.
    None,
}

/// Reads lines that end in LF or CR LF.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    /// The number of the line read last, from 1.
    pub(super) number: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            number: 0,
        }
    }

    /// Reads the next line into `line`, at most `limit` bytes of it.
    pub(super) fn read(&mut self, line: &mut Vec<u8>, limit: usize) -> io::Result<Line> {
        line.clear();
        let mut total = 0;
        loop {
            let available = self.reader.fill_buf()?;
            if available.is_empty() {
                break;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(available.len(), |at| at + 1);
            // One byte more than the limit leaves room for the CR that is no part of the line.
            let room = limit.saturating_add(2).saturating_sub(line.len());
            line.extend(available.iter().take(taken.min(room)));
            total += taken;
            self.reader.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if total == 0 {
            return Ok(Line::None);
        }
        self.number += 1;
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        if line.len() > limit {
            line.truncate(limit);
            return Ok(Line::TooLong);
        }
        Ok(Line::Whole)
    }
}

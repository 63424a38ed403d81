//! The parts of a file: each a gzip of its own, together the file. No part is trusted: it is
//! measured packed and while it unpacks, and never held unpacked as a whole.

use std::io::{self, Read, Write};
use std::slice;

use bytes::Bytes;
use domain::limits::{UPLOAD_PART_BYTES_MAX, UPLOAD_PART_UNPACKED_BYTES_MAX};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::error::PartProblem;

/// The bytes of a file, out of its parts.
pub(super) struct PartsReader<'a> {
    parts: slice::Iter<'a, Bytes>,
    number: usize,
    current: Option<MultiGzDecoder<&'a [u8]>>,
    unpacked: usize,
}

impl<'a> PartsReader<'a> {
    pub(super) fn new(parts: &'a [Bytes]) -> Self {
        Self {
            parts: parts.iter(),
            number: 0,
            current: None,
            unpacked: 0,
        }
    }

    /// Goes on to the next part; false at the end of the file.
    fn open_next(&mut self) -> io::Result<bool> {
        let Some(part) = self.parts.next() else {
            return Ok(false);
        };
        self.number += 1;
        self.unpacked = 0;
        if part.len() > UPLOAD_PART_BYTES_MAX {
            return Err(io::Error::other(PartProblem::TooLong(self.number)));
        }
        if part.is_empty() {
            return Err(io::Error::other(PartProblem::NotGzip(self.number)));
        }
        self.current = Some(MultiGzDecoder::new(part.as_ref()));
        Ok(true)
    }
}

impl Read for PartsReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(current) = &mut self.current else {
                if self.open_next()? {
                    continue;
                }
                return Ok(0);
            };
            let count = current
                .read(buffer)
                .map_err(|_| io::Error::other(PartProblem::NotGzip(self.number)))?;
            if count == 0 {
                self.current = None;
                continue;
            }
            self.unpacked += count;
            if self.unpacked > UPLOAD_PART_UNPACKED_BYTES_MAX {
                return Err(io::Error::other(PartProblem::UnpacksTooLarge(self.number)));
            }
            return Ok(count);
        }
    }
}

/// How much is tried to go into one part. Exports shrink to a tenth, so that this fits; what
/// does not shrink is halved until it does.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// Packs a file into parts within the limits of this protocol.
///
/// # Errors
/// Whatever the reader fails with.
pub fn pack(mut reader: impl Read) -> io::Result<Vec<Bytes>> {
    let mut parts = Vec::new();
    let mut chunk = Vec::new();
    loop {
        chunk.clear();
        let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        reader.by_ref().take(limit).read_to_end(&mut chunk)?;
        if chunk.is_empty() {
            return Ok(parts);
        }
        pack_chunk(&chunk, &mut parts)?;
    }
}

fn pack_chunk(chunk: &[u8], parts: &mut Vec<Bytes>) -> io::Result<()> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(chunk)?;
    let packed = encoder.finish()?;
    if packed.len() <= UPLOAD_PART_BYTES_MAX {
        parts.push(packed.into());
        return Ok(());
    }
    let (first, second) = chunk.split_at(chunk.len() / 2);
    pack_chunk(first, parts)?;
    pack_chunk(second, parts)
}

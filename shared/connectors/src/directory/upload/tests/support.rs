//! The captured exports, and shorthands for reading them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor as Bytes, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use domain::fields::Attribute;
use domain::identity::{News, Reading, Said, Source, Values};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::directory::upload::{
    Cursor, Declared, RecordError, Upload, UploadError, UploadedFile, open, pack,
};

/// What `northwind-rootdse.ldif` says.
pub(super) const HELD: u64 = 5719;

/// A fixture, unpacked.
pub(super) fn fixture(name: &str) -> Vec<u8> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/active-directory");
    if let Ok(content) = fs::read(folder.join(name)) {
        return content;
    }
    let packed = fs::read(folder.join(format!("{name}.gz"))).unwrap();
    let mut content = Vec::new();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut content)
        .unwrap();
    content
}

pub(super) fn fixture_text(name: &str) -> String {
    String::from_utf8(fixture(name)).unwrap()
}

/// A file with this content, in as few parts as possible.
pub(super) fn file(content: &[u8]) -> UploadedFile {
    UploadedFile {
        name: "export".to_owned(),
        parts: pack(Bytes::new(content)).unwrap(),
    }
}

/// The same in parts of so many octets, unpacked.
pub(super) fn file_in_parts(content: &[u8], octets: usize) -> UploadedFile {
    UploadedFile {
        name: "export".to_owned(),
        parts: content
            .chunks(octets)
            .map(|part| gzip(part).into())
            .collect(),
    }
}

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn cursor(usn: u64) -> Cursor {
    Cursor { dsa: None, usn }
}

pub(super) fn open_ad(contents: &[&[u8]]) -> Result<Upload, UploadError> {
    let files = contents.iter().map(|content| file(content)).collect();
    open(Source::ActiveDirectory, files, Declared::Auto, None)
}

pub(super) fn open_local(content: &[u8]) -> Result<Upload, UploadError> {
    let files = vec![file(content)];
    open(Source::LocalWindows, files, Declared::Auto, None)
}

/// Fixtures as one upload.
pub(super) fn open_fixtures(names: &[&str], held: Option<u64>) -> Upload {
    let files = names.iter().map(|name| file(&fixture(name))).collect();
    let held = held.map(cursor);
    open(
        Source::ActiveDirectory,
        files,
        Declared::Auto,
        held.as_ref(),
    )
    .unwrap()
}

/// All readings by id, and all errors.
pub(super) fn read_all(upload: &Upload) -> (BTreeMap<String, Reading>, Vec<RecordError>) {
    let (mut readings, mut errors) = (BTreeMap::new(), Vec::new());
    upload
        .readings(&mut |reading| {
            match reading {
                Ok(reading) => {
                    let twice = readings.insert(reading.key.id.clone(), reading);
                    assert!(twice.is_none(), "one reading for each key");
                }
                Err(error) => errors.push(error),
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    (readings, errors)
}

/// All readings by id, where none may fail.
pub(super) fn readings(upload: &Upload) -> BTreeMap<String, Reading> {
    let (readings, errors) = read_all(upload);
    assert_eq!(errors, []);
    readings
}

/// The one reading there is.
pub(super) fn only(upload: &Upload) -> Values {
    let readings = readings(upload);
    assert_eq!(readings.len(), 1);
    values(readings.values().next().unwrap()).clone()
}

pub(super) fn values(reading: &Reading) -> &Values {
    match &reading.news {
        News::Present(values) => values,
        News::Left(_) => panic!("{:?} left", reading.key),
    }
}

pub(super) fn said(values: &Values, attribute: Attribute) -> &Said<String> {
    let mut said = values.fields.iter().filter(|(one, _)| *one == attribute);
    let first = &said.next().expect("the attribute is mentioned").1;
    assert!(said.next().is_none(), "{attribute} twice");
    first
}

/// The value of an attribute, which must have been said or cleared.
pub(super) fn text(values: &Values, attribute: Attribute) -> Option<&str> {
    match said(values, attribute) {
        Said::Nothing => panic!("{attribute} was not said"),
        Said::Cleared => None,
        Said::Value(text) => Some(text),
    }
}

/// The reading of a logon name.
pub(super) fn by_sam<'a>(readings: &'a BTreeMap<String, Reading>, sam: &str) -> &'a Values {
    readings
        .values()
        .filter_map(|reading| match &reading.news {
            News::Present(values) => Some(values.as_ref()),
            News::Left(_) => None,
        })
        .find(|values| values.sam_account_name == Said::Value(sam.to_owned()))
        .unwrap_or_else(|| panic!("no {sam}"))
}

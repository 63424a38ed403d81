//! Our own format: a line of JSON each. The first says what the file is, the last that it is whole.
//! A name that is missing was not read; `null` was read and is empty. docs/uploads.md is its
//! description for whoever writes it.

use domain::identity::{IdentityKey, Said, Source};
use serde_json::{Map, Value};

use super::entry::{Entry, What};
use super::machine::{expires_at, machine_id, sid_of};
use super::powershell::{self, OWN_NAMES, member};
use super::record::{Header, LocalAccount, Machine, Record};

/// The one version of the format.
pub(super) const VERSION: u64 = 1;

/// One line after the first.
pub(super) enum OwnLine {
    /// A record.
    Record(Record),
    /// The last line, with the number of records before it.
    End(u64),
}

/// Is this the first line of our format, of whatever version?
pub(super) fn is_header(line: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(line)
        .is_ok_and(|object| object.contains_key("muster_upload"))
}

/// The first line, if this is one.
pub(super) fn header(line: &[u8]) -> Option<Header> {
    serde_json::from_slice(line).ok()
}

/// A line after the first.
pub(super) fn line(source: Source, line: &[u8]) -> Result<OwnLine, What> {
    let value: Value = serde_json::from_slice(line).map_err(|_| "the line is no JSON")?;
    let object = value.as_object().ok_or("the line is no JSON object")?;
    let kind = object.get("kind").and_then(Value::as_str);
    let record = match (source, kind.ok_or("a line without kind")?) {
        (_, "end") => {
            let records = object.get("records").and_then(Value::as_u64);
            return Ok(OwnLine::End(records.ok_or("an end without records")?));
        }
        (Source::ActiveDirectory, "account") => Record::Entry(of_class(object, "user")),
        (Source::ActiveDirectory, "group") => Record::Entry(of_class(object, "group")),
        (Source::ActiveDirectory, "deleted") => {
            let mut entry = of_class(object, "user");
            entry.add("isdeleted", b"TRUE".to_vec());
            Record::Entry(entry)
        }
        (Source::LocalWindows, "machine") => Record::Machine(machine(object)?),
        (Source::LocalWindows, "account") => Record::Local(local(object)?),
        (Source::LocalWindows, "deleted") => {
            let key = local_key(&machine_name(object)?, &local_sid(object)?);
            Record::LocalDeleted(key.id)
        }
        (Source::ActiveDirectory | Source::LocalWindows | Source::Microsoft365, _) => {
            return Err("a line of unknown kind");
        }
    };
    Ok(OwnLine::Record(record))
}

/// The key of a local account: its machine and its SID, since cloned machines share SIDs.
pub(super) fn local_key(machine: &str, sid: &str) -> IdentityKey {
    IdentityKey::new(Source::LocalWindows, format!("{machine}/{sid}"))
}

fn of_class(object: &Map<String, Value>, class: &str) -> Entry {
    let mut entry = powershell::entry(object, OWN_NAMES);
    entry.add("objectclass", class.as_bytes().to_vec());
    entry
}

fn machine(object: &Map<String, Value>) -> Result<Machine, What> {
    Ok(Machine {
        id: machine_name(object)?,
        complete: object.get("complete") == Some(&Value::Bool(true)),
    })
}

fn local(object: &Map<String, Value>) -> Result<LocalAccount, What> {
    let name = object.get("name").and_then(Value::as_str);
    let name = name.filter(|name| !name.trim().is_empty());
    Ok(LocalAccount {
        machine: machine_name(object)?,
        sid: local_sid(object)?,
        name: name.ok_or("a local account without name")?.to_owned(),
        full_name: object.get("full_name").map_or(Said::Nothing, |value| {
            let text = value.as_str().filter(|text| !text.trim().is_empty());
            Said::or_cleared(text.map(str::to_owned))
        }),
        enabled: Said::or_nothing(object.get("enabled").and_then(Value::as_bool)),
        expires_at: expires_at(object.get("account_expires"))?,
        administrator: object.get("administrator").and_then(Value::as_bool),
        is_loose: false,
    })
}

fn machine_name(object: &Map<String, Value>) -> Result<String, What> {
    object
        .get("machine")
        .and_then(Value::as_str)
        .and_then(machine_id)
        .ok_or("a local account without machine")
}

fn local_sid(object: &Map<String, Value>) -> Result<String, What> {
    sid_of(member(object, "sid")).ok_or("a local account without sid")
}

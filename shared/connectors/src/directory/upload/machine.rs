//! Local accounts as `Get-LocalUser | ConvertTo-Json` and our collection script write them: a
//! machine with its users and its administrators, or users alone.

use domain::identity::Said;
use serde_json::{Map, Value};

use super::entry::What;
use super::powershell::{many, member};
use super::record::{LocalAccount, Machine, Record};
use super::windows;

/// The longest machine name taken; a DNS name has 253 characters, a NetBIOS name 15.
const MACHINE_BYTES_MAX: usize = 128;
/// SMBIOS UUIDs that boards are shipped with when nobody set one: they name no machine.
const UUIDS_OF_NOBODY: [&str; 3] = [
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "03000200-0400-0500-0006-000700080009",
];

/// The records of a machine and its users.
pub(super) fn records(object: &Map<String, Value>, each: &mut dyn FnMut(Result<Record, What>)) {
    let Some(users) = member(object, "localUsers") else {
        return each(Err("a machine without localUsers"));
    };
    let users = many(users);
    let Some(id) = machine_of(object, &users) else {
        return each(Err("a machine without a name"));
    };
    let administrators = Administrators::of(object);
    let mut complete = !has_anything(object, "errors") && !has_anything(object, "filter");
    let mut accounts = Vec::new();
    for user in users {
        let account = user
            .as_object()
            .ok_or("a local user is no object")
            .and_then(|user| account(user, id.clone(), &administrators));
        complete &= account.is_ok();
        accounts.push(account);
    }
    each(Ok(Record::Machine(Machine { id, complete })));
    for account in accounts {
        each(account.map(Record::Local));
    }
}

/// A user that came without its machine: the machine is what PowerShell remoting wrote down, or
/// the machine's own part of the SID.
pub(super) fn loose(user: &Map<String, Value>) -> Result<Record, What> {
    let sid = sid_of(member(user, "SID")).ok_or("a local user without SID")?;
    let named = member(user, "PSComputerName").and_then(Value::as_str);
    let machine = named
        .and_then(machine_id)
        .or_else(|| Some(windows::split_sid(&sid)?.0.to_ascii_lowercase()))
        .ok_or("a local user without machine")?;
    let mut account = account(user, machine, &Administrators::unknown())?;
    account.is_loose = true;
    Ok(Record::Local(account))
}

fn account(
    user: &Map<String, Value>,
    machine: String,
    administrators: &Administrators,
) -> Result<LocalAccount, What> {
    let sid = sid_of(member(user, "SID")).ok_or("a local user without SID")?;
    let name = member(user, "Name").and_then(Value::as_str);
    let name = name.filter(|name| !name.trim().is_empty());
    Ok(LocalAccount {
        administrator: administrators.holds(&sid),
        machine,
        name: name.ok_or("a local user without Name")?.to_owned(),
        full_name: member(user, "FullName").map_or(Said::Nothing, |value| {
            let text = value.as_str().filter(|text| !text.trim().is_empty());
            Said::or_cleared(text.map(str::to_owned))
        }),
        enabled: Said::or_nothing(member(user, "Enabled").and_then(Value::as_bool)),
        expires_at: expires_at(member(user, "AccountExpires"))?,
        is_loose: false,
        sid,
    })
}

/// `null` is never; a name that is missing says nothing.
pub(super) fn expires_at(value: Option<&Value>) -> Result<Said<jiff::Timestamp>, What> {
    match value {
        None => Ok(Said::Nothing),
        Some(Value::Null) => Ok(Said::Cleared),
        Some(value) => value
            .as_str()
            .and_then(windows::json_time)
            .map(Said::Value)
            .ok_or("a time is none"),
    }
}

/// A machine's name as the first part of a key: lower case, nothing that could end it early.
pub(super) fn machine_id(name: &str) -> Option<String> {
    let name = name.trim();
    let fits = (1..=MACHINE_BYTES_MAX).contains(&name.len())
        && !name.chars().any(|c| c == '/' || c.is_control());
    fits.then(|| name.to_lowercase())
}

fn machine_of(object: &Map<String, Value>, users: &[&Value]) -> Option<String> {
    let computer = member(object, "computer").and_then(Value::as_object);
    let text = |name| {
        computer
            .and_then(|c| member(c, name))
            .and_then(Value::as_str)
    };
    let uuid = text("UUID")
        .and_then(|uuid| windows::guid(uuid.as_bytes()))
        .filter(|uuid| !UUIDS_OF_NOBODY.contains(&uuid.as_str()));
    uuid.or_else(|| text("Name").and_then(machine_id))
        .or_else(|| {
            let first = users.first()?.as_object()?;
            let sid = sid_of(member(first, "SID"))?;
            Some(windows::split_sid(&sid)?.0.to_ascii_lowercase())
        })
}

/// The members of the local group of administrators, by SID; their names are localised.
struct Administrators {
    sids: Vec<String>,
    /// The list is whole: who is not on it is no administrator.
    whole: bool,
}

impl Administrators {
    fn unknown() -> Self {
        Self {
            sids: Vec::new(),
            whole: false,
        }
    }

    fn of(object: &Map<String, Value>) -> Self {
        let Some(list) = member(object, "administrators") else {
            return Self::unknown();
        };
        let sids = many(list)
            .into_iter()
            .filter_map(|one| match one.as_object() {
                Some(one) if !one.contains_key("Value") => sid_of(member(one, "SID")),
                _ => sid_of(Some(one)),
            })
            .collect();
        Self {
            sids,
            whole: !list.is_null() && !has_anything(object, "errors"),
        }
    }

    fn holds(&self, sid: &str) -> Option<bool> {
        if self.sids.iter().any(|one| one == sid) {
            Some(true)
        } else {
            self.whole.then_some(false)
        }
    }
}

/// A SID: text, or an object with its text as `Value`.
pub(super) fn sid_of(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Object(object) => member(object, "Value")?.as_str()?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    windows::sid(text.as_bytes())
}

fn has_anything(object: &Map<String, Value>, name: &str) -> bool {
    member(object, name).is_some_and(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    })
}

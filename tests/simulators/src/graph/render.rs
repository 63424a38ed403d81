//! Delta pages as JSON text, written straight from the stored values: a page of a large tenant
//! costs no copies.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::round::{Entry, Round};
use super::state::{Life, Tenant, User};

/// One page with its link; `minimal` shows only what changed.
pub(crate) fn page(
    tenant: &Tenant,
    round: &Round,
    entries: &[Entry],
    minimal: bool,
    link_name: &str,
    link: &str,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * 512 + 512);
    let select = round.asked.select.join(",");
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#users({select})/$delta");
    put(
        &mut out,
        format_args!("{{\"@odata.context\":{},", json!(context)),
    );
    put(
        &mut out,
        format_args!("{}:{},\"value\":[", json!(link_name), json!(link)),
    );
    let minimal = minimal && round.since > 0;
    for (number, entry) in entries.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        item(&mut out, tenant, round, *entry, minimal);
    }
    out.extend_from_slice(b"]}");
    out
}

fn item(out: &mut Vec<u8>, tenant: &Tenant, round: &Round, entry: Entry, minimal: bool) {
    match entry {
        Entry::Stranger(number) => {
            let id = uuid::Uuid::from_u64_pair(number, 0x8000_0000_0000_0000);
            removed(out, &id.to_string(), "changed");
        }
        Entry::Removed(at) => {
            if let Some(user) = tenant.users.get(at) {
                removed(out, &user.id, "changed");
            }
        }
        Entry::Stale(at) => {
            if let Some(user) = tenant.users.get(at) {
                let values = user.before.as_ref().unwrap_or(&user.values);
                object(out, tenant, user, values, |name| {
                    round.asked.select.contains(name)
                });
            }
        }
        Entry::User(at) => {
            if let Some(user) = tenant.users.get(at) {
                current(out, tenant, round, user, minimal);
            }
        }
    }
}

fn current(out: &mut Vec<u8>, tenant: &Tenant, round: &Round, user: &User, minimal: bool) {
    match user.life {
        Life::SoftDeleted => removed(out, &user.id, "changed"),
        Life::HardDeleted => removed(out, &user.id, "deleted"),
        Life::Live => object(out, tenant, user, &user.values, |name| {
            let selected = round.asked.select.contains(name);
            selected && (!minimal || user.changed_since(name, round.since))
        }),
    }
}

fn object(
    out: &mut Vec<u8>,
    tenant: &Tenant,
    user: &User,
    values: &Map<String, Value>,
    shown: impl Fn(&String) -> bool,
) {
    put(out, format_args!("{{\"id\":{}", json!(user.id)));
    if tenant.behaviour.annotations {
        let id = format!(
            "directoryObjects/{}/Microsoft.DirectoryServices.User",
            user.id
        );
        put(out, format_args!(",\"@odata.id\":{}", json!(id)));
        put(
            out,
            format_args!(",\"@odata.type\":\"#microsoft.graph.user\""),
        );
    }
    for (name, value) in values
        .iter()
        .filter(|(name, _)| *name != "id" && shown(name))
    {
        put(out, format_args!(",\"{name}\":{value}"));
    }
    out.push(b'}');
}

fn removed(out: &mut Vec<u8>, id: &str, reason: &str) {
    put(
        out,
        format_args!(
            "{{\"id\":{},\"@removed\":{{\"reason\":\"{reason}\"}}}}",
            json!(id)
        ),
    );
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("writing to memory does not fail");
}

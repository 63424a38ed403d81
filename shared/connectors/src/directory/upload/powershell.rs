//! What `ConvertTo-Json` makes of directory objects: PowerShell's names beside LDAP's, numbers for
//! enums, objects or text for SIDs, arrays of numbers for octets, one object where an array has one
//! element. The names of our own format are read by the same code.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::entry::{Entry, wanted};

/// A JSON name (in lower case) and the LDAP attribute it stands for.
type Alias = (&'static str, &'static str);

/// `Get-ADUser`, `Get-ADGroup` and `Get-ADObject`; LDAP's own names come beside these.
pub(super) const CMDLET_NAMES: &[Alias] = &[
    ("surname", "sn"),
    ("emailaddress", "mail"),
    ("mobilephone", "mobile"),
    ("officephone", "telephonenumber"),
    ("sid", "objectsid"),
    ("deleted", "isdeleted"),
    ("members", "member"),
];

/// Our own format.
pub(super) const OWN_NAMES: &[Alias] = &[
    ("dn", "distinguishedname"),
    ("guid", "objectguid"),
    ("sid", "objectsid"),
    ("sam_account_name", "samaccountname"),
    ("user_principal_name", "userprincipalname"),
    ("display_name", "displayname"),
    ("given_name", "givenname"),
    ("surname", "sn"),
    ("phone", "telephonenumber"),
    ("job_title", "title"),
    ("proxy_addresses", "proxyaddresses"),
    ("user_account_control", "useraccountcontrol"),
    ("account_expires", "accountexpirationdate"),
    ("primary_group_id", "primarygroupid"),
    ("member_of", "memberof"),
    ("members", "member"),
    ("consistency_guid", "ms-ds-consistencyguid"),
    ("recipient_type", "msexchrecipienttypedetails"),
    ("usn", "usnchanged"),
];

/// What the cmdlets add about an object's properties, and pictures: more than half of an export.
const NOISE: [&str; 6] = [
    "PropertyNames",
    "AddedProperties",
    "RemovedProperties",
    "ModifiedProperties",
    "thumbnailPhoto",
    "jpegPhoto",
];

/// A JSON object without the noise, which is read past and not kept.
pub(super) fn object(octets: &[u8]) -> Option<Map<String, Value>> {
    struct Quiet;

    impl<'de> Visitor<'de> for Quiet {
        type Value = Map<String, Value>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut object = Map::new();
            while let Some(name) = map.next_key::<String>()? {
                if NOISE.contains(&name.as_str()) {
                    map.next_value::<IgnoredAny>()?;
                } else {
                    object.insert(name, map.next_value()?);
                }
            }
            Ok(object)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_slice(octets);
    let object = deserializer.deserialize_map(Quiet).ok()?;
    deserializer.end().ok()?;
    Some(object)
}

/// The entry that an object stands for. A name with `null` was cleared.
pub(super) fn entry(object: &Map<String, Value>, aliases: &[Alias]) -> Entry {
    let mut entry = Entry::default();
    for (name, value) in object {
        let lower = name.to_ascii_lowercase();
        let name = aliases
            .iter()
            .find(|(alias, _)| *alias == lower)
            .map_or(lower.as_str(), |(_, name)| *name);
        let Some(name) = wanted(name) else { continue };
        let Some(values) = entry.mention(name) else {
            continue;
        };
        // `mail` and `EmailAddress` are one attribute; whichever has a value says it.
        if values.is_empty() {
            add_values(value, is_octets(name), values);
        }
    }
    entry
}

fn is_octets(name: &str) -> bool {
    matches!(name, "objectguid" | "objectsid" | "ms-ds-consistencyguid")
}

fn add_values(value: &Value, is_octets: bool, values: &mut Vec<Vec<u8>>) {
    match value {
        Value::Null => {}
        Value::Bool(true) => values.push(b"TRUE".to_vec()),
        Value::Bool(false) => values.push(b"FALSE".to_vec()),
        Value::Number(number) => values.push(number.to_string().into_bytes()),
        Value::String(text) => values.push(text.clone().into_bytes()),
        Value::Array(elements) => {
            if let Some(octets) = is_octets.then(|| octets_of(elements)).flatten() {
                values.push(octets);
                return;
            }
            for element in elements {
                add_values(element, is_octets, values);
            }
        }
        // A SID as an object, or an array with properties of its own.
        Value::Object(object) => {
            if let Some(inner) = object.get("Value").or_else(|| object.get("value")) {
                add_values(inner, is_octets, values);
            }
        }
    }
}

fn octets_of(elements: &[Value]) -> Option<Vec<u8>> {
    if elements.is_empty() {
        return None;
    }
    elements
        .iter()
        .map(|element| u8::try_from(element.as_u64()?).ok())
        .collect()
}

/// One value or several: the elements of an array, of an array with properties, or the value
/// itself; nothing for `null`.
pub(super) fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(object) => match object.get("value") {
            Some(Value::Array(elements)) => elements.iter().collect(),
            _ => vec![value],
        },
        Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![value],
    }
}

/// A member by its name in any case.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

//! The members of Autotask's contacts and companies, by type and length, and the rules of writing
//! them.
//!
//! Facts from the published contract and the metadata of its fields: names are those of the contract
//! whatever their letter case, unknown ones are ignored without a word, null clears, `isActive` of a
//! contact is a number and that of a company a boolean, and a text that is too long fails the whole
//! write.

use serde_json::{Map, Value, json};

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text of so many characters.
    Text(usize),
    Integer,
    Boolean,
    /// Written by Autotask only.
    ReadOnly,
}

/// One member of an entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

const fn member(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        kind,
        required: false,
    }
}

const fn needed(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        kind,
        required: true,
    }
}

pub(crate) const CONTACT: [Member; 44] = [
    member("id", Kind::ReadOnly),
    needed("companyID", Kind::Integer),
    needed("firstName", Kind::Text(50)),
    needed("lastName", Kind::Text(50)),
    needed("isActive", Kind::Integer),
    member("emailAddress", Kind::Text(254)),
    member("emailAddress2", Kind::Text(254)),
    member("emailAddress3", Kind::Text(254)),
    member("phone", Kind::Text(25)),
    member("extension", Kind::Text(10)),
    member("mobilePhone", Kind::Text(25)),
    member("alternatePhone", Kind::Text(32)),
    member("faxNumber", Kind::Text(25)),
    member("title", Kind::Text(50)),
    member("middleInitial", Kind::Text(50)),
    member("roomNumber", Kind::Text(50)),
    member("note", Kind::Text(50)),
    member("externalID", Kind::Text(50)),
    member("addressLine", Kind::Text(128)),
    member("addressLine1", Kind::Text(128)),
    member("additionalAddressInformation", Kind::Text(100)),
    member("city", Kind::Text(32)),
    member("state", Kind::Text(40)),
    member("zipCode", Kind::Text(16)),
    member("countryID", Kind::Integer),
    member("companyLocationID", Kind::Integer),
    member("namePrefix", Kind::Integer),
    member("nameSuffix", Kind::Integer),
    member("facebookUrl", Kind::Text(200)),
    member("linkedInUrl", Kind::Text(200)),
    member("twitterUrl", Kind::Text(200)),
    member("primaryContact", Kind::Boolean),
    member("billingContact", Kind::Boolean),
    member("receivesEmailNotifications", Kind::Boolean),
    member("isOptedOutFromBulkEmail", Kind::Boolean),
    member("solicitationOptOut", Kind::Boolean),
    member("surveyOptOut", Kind::Boolean),
    member("bulkEmailOptOutTime", Kind::ReadOnly),
    member("solicitationOptOutTime", Kind::ReadOnly),
    member("createDate", Kind::ReadOnly),
    member("lastActivityDate", Kind::ReadOnly),
    member("lastModifiedDate", Kind::ReadOnly),
    member("apiVendorID", Kind::Integer),
    member("impersonatorCreatorResourceID", Kind::ReadOnly),
];

pub(crate) const COMPANY: [Member; 11] = [
    member("id", Kind::ReadOnly),
    needed("companyName", Kind::Text(100)),
    needed("companyType", Kind::Integer),
    needed("ownerResourceID", Kind::Integer),
    needed("phone", Kind::Text(25)),
    member("companyNumber", Kind::Text(50)),
    member("webAddress", Kind::Text(255)),
    member("isActive", Kind::Boolean),
    member("parentCompanyID", Kind::Integer),
    member("territoryID", Kind::Integer),
    member("lastActivityDate", Kind::ReadOnly),
];

pub(crate) const RESOURCE: [Member; 4] = [
    member("id", Kind::ReadOnly),
    member("firstName", Kind::Text(50)),
    member("lastName", Kind::Text(50)),
    member("isActive", Kind::Boolean),
];

/// The member of that name, whatever its letter case.
pub(crate) fn find<'a>(members: &'a [Member], name: &str) -> Option<&'a Member> {
    (members.iter()).find(|member| member.name.eq_ignore_ascii_case(name))
}

/// The members of a body that are kept, or the sentence that Autotask refuses it with. A whole
/// record has all that is required; a change has none of it emptied.
pub(crate) fn accepted(
    members: &[Member],
    body: &Map<String, Value>,
    is_whole: bool,
) -> Result<Map<String, Value>, String> {
    let mut kept = Map::new();
    for (name, value) in body {
        let Some(member) = find(members, name) else {
            continue;
        };
        if member.kind == Kind::ReadOnly {
            continue;
        }
        check(member, value)?;
        kept.insert(member.name.to_owned(), value.clone());
    }
    for member in members.iter().filter(|member| member.required) {
        let is_empty = match kept.get(member.name) {
            None => is_whole,
            Some(value) => value.is_null() || value.as_str().is_some_and(|t| t.trim().is_empty()),
        };
        if is_empty {
            return Err(format!("Missing Required Field: {}.", member.name));
        }
    }
    Ok(kept)
}

fn check(member: &Member, value: &Value) -> Result<(), String> {
    let name = member.name;
    let fits = match member.kind {
        Kind::Text(length_max) => match value.as_str() {
            Some(text) if text.encode_utf16().count() > length_max => {
                return Err(format!(
                    "The length of field {name} with value {text} must be less than or equal to \
                     {length_max}."
                ));
            }
            Some(_) => true,
            None => false,
        },
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Boolean => value.is_boolean(),
        Kind::ReadOnly => true,
    };
    if fits || value.is_null() {
        return Ok(());
    }
    let text = value.to_string();
    let first = text.chars().next().unwrap_or('?');
    Err(format!(
        "Unexpected character encountered while parsing value: {first}. Path '{name}', line 1."
    ))
}

/// Every member without a value, so that a record shows all of them.
pub(crate) fn blank(members: &[Member]) -> Map<String, Value> {
    (members.iter())
        .map(|member| match member.kind {
            Kind::Boolean => (member.name.to_owned(), json!(false)),
            Kind::Text(_) | Kind::Integer | Kind::ReadOnly => (member.name.to_owned(), Value::Null),
        })
        .collect()
}

/// Their description, as `entityInformation/fields` has it.
pub(crate) fn described(members: &[Member], territories: &[(i64, String)]) -> Value {
    let fields = members.iter().map(|member| {
        let (kind, length) = match member.kind {
            Kind::Text(length) => ("string", length),
            Kind::Integer => ("integer", 0),
            Kind::Boolean => ("boolean", 0),
            Kind::ReadOnly => ("datetime", 0),
        };
        let items: Vec<Value> = (territories.iter())
            .filter(|_| member.name == "territoryID")
            .map(|(value, label)| json!({ "value": value.to_string(), "label": label }))
            .collect();
        json!({
            "name": member.name, "dataType": kind, "length": length,
            "isRequired": member.required, "isReadOnly": member.kind == Kind::ReadOnly,
            "isQueryable": true, "isReference": false, "referenceEntityType": "",
            "isPickList": !items.is_empty(),
            "picklistValues": if items.is_empty() { Value::Null } else { json!(items) },
            "isSupportedWebhookField": false,
        })
    });
    json!({ "fields": fields.collect::<Vec<_>>() })
}

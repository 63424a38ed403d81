//! An identity inside an account's item.
//!
//! | name | holds | left out |
//! |---|---|---|
//! | `s`   | source | Microsoft 365 |
//! | `id`  | the source's id, a UUID as bytes | |
//! | `k`   | kind | user |
//! | `f`   | fields | none |
//! | `sam`, `dn` | sAMAccountName, distinguished name | none |
//! | `alt`, `lic`, `pr` | other addresses, licences, privileges | none |
//! | `ag`, `as` | anchors: objectGUID, security identifier | none |
//! | `off` | disabled at its source | no |
//! | `x`   | expires at | never |
//! | `ga`, `gh` | gone at, how | there |

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::identity::{Anchor, Departure, Gone, Identity, IdentityKey, IdentityKind, Source};

use super::attr::{
    Item, Malformed, as_id, get_flag, get_list, get_map, get_text, get_time, id, text, time,
};
use super::item::{differing, put_over, source_code, source_of};

/// The map of an identity.
pub(crate) fn map_of_identity(identity: &Identity) -> Item {
    let mut map = Item::new();
    let mut put = |name: &str, value: Value| {
        map.insert(name.to_owned(), value);
    };
    if identity.key.source != Source::Microsoft365 {
        put("s", text(source_code(identity.key.source)));
    }
    put("id", id(&identity.key.id));
    if identity.kind != IdentityKind::User {
        put("k", text(kind_code(identity.kind)));
    }
    let fields = differing(&identity.fields, None);
    if !fields.is_empty() {
        put("f", Value::M(fields));
    }
    let texts = [
        ("sam", &identity.sam_account_name),
        ("dn", &identity.distinguished_name),
    ];
    for (name, value) in texts {
        value.iter().for_each(|value| put(name, text(value)));
    }
    let lists = [
        ("alt", &identity.alternate_emails),
        ("lic", &identity.licences),
        ("pr", &identity.privileges),
    ];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        put(name, Value::L(list.iter().map(|one| id(one)).collect()));
    }
    for (name, anchor) in [("ag", &identity.anchor.guid), ("as", &identity.anchor.sid)] {
        anchor.iter().for_each(|anchor| put(name, id(anchor)));
    }
    if !identity.enabled {
        put("off", Value::Bool(true));
    }
    if let Some(expires_at) = identity.expires_at {
        put("x", time(expires_at));
    }
    if let Some(gone) = &identity.gone {
        put("ga", time(gone.at));
        put("gh", text(departure_code(gone.how)));
    }
    map
}

/// The identity of a map.
pub(crate) fn identity_of(map: &Item) -> Result<Identity, Malformed> {
    let (key, _) = key_and_gone(map)?;
    let mut identity = Identity::new(key);
    if let Some(code) = get_text(map, "k")? {
        identity.kind = kind_of(code).ok_or(Malformed("k is no kind"))?;
    }
    if let Some(fields) = get_map(map, "f")? {
        put_over(&mut identity.fields, fields)?;
    }
    identity.sam_account_name = get_text(map, "sam")?.map(str::to_owned);
    identity.distinguished_name = get_text(map, "dn")?.map(str::to_owned);
    identity.alternate_emails = ids(map, "alt")?;
    identity.licences = ids(map, "lic")?;
    identity.privileges = ids(map, "pr")?;
    identity.anchor = Anchor {
        guid: map.get("ag").map(as_id).transpose()?,
        sid: map.get("as").map(as_id).transpose()?,
    };
    identity.enabled = !get_flag(map, "off")?;
    identity.expires_at = get_time(map, "x")?;
    if let Some(at) = get_time(map, "ga")? {
        let code = get_text(map, "gh")?.ok_or(Malformed("gh is missing"))?;
        let how = departure_of(code).ok_or(Malformed("gh is no departure"))?;
        identity.gone = Some(Gone { at, how });
    }
    Ok(identity)
}

/// The key of a map's identity, and whether it is gone.
pub(crate) fn key_and_gone(map: &Item) -> Result<(IdentityKey, bool), Malformed> {
    let source = match get_text(map, "s")? {
        None => Source::Microsoft365,
        Some(code) => source_of(code).ok_or(Malformed("s is no source"))?,
    };
    let id = as_id(map.get("id").ok_or(Malformed("id is missing"))?)?;
    Ok((IdentityKey { source, id }, map.contains_key("ga")))
}

fn ids(map: &Item, name: &str) -> Result<Vec<String>, Malformed> {
    get_list(map, name)?.iter().map(as_id).collect()
}

const KINDS: [IdentityKind; 5] = [
    IdentityKind::User,
    IdentityKind::Guest,
    IdentityKind::SharedMailbox,
    IdentityKind::Resource,
    IdentityKind::System,
];

fn kind_code(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::User => "user",
        IdentityKind::Guest => "guest",
        IdentityKind::SharedMailbox => "shared",
        IdentityKind::Resource => "resource",
        IdentityKind::System => "system",
    }
}

fn kind_of(code: &str) -> Option<IdentityKind> {
    KINDS.into_iter().find(|one| kind_code(*one) == code)
}

const DEPARTURES: [Departure; 4] = [
    Departure::Deleted,
    Departure::DeletedForGood,
    Departure::NotInCompleteReading,
    Departure::OutOfScope,
];

fn departure_code(how: Departure) -> &'static str {
    match how {
        Departure::Deleted => "deleted",
        Departure::DeletedForGood => "for-good",
        Departure::NotInCompleteReading => "missing",
        Departure::OutOfScope => "scope",
    }
}

fn departure_of(code: &str) -> Option<Departure> {
    DEPARTURES
        .into_iter()
        .find(|one| departure_code(*one) == code)
}

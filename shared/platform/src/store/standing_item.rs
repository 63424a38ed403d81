//! An account's standing with the PSA inside its item.
//!
//! | name | holds | left out |
//! |---|---|---|
//! | `st` | status | off |
//! | `c`  | the contact | none |
//! | `ru` | the rule | none |
//! | `ca` | candidates: contact `c`, rule `ru`, why not `no` | none |
//! | `re` | the reason | none |
//! | `cr` | a create under way, since | none |
//! | `pu` | digests of what was pushed; an attribute by its letter, another name after `~` | none |

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::account::{Candidate, MatchRule, PsaStanding, PsaStatus};
use domain::fields::Attribute;
use domain::id::ContactId;

use super::attr::{
    Item, Malformed, as_map, bytes, get_list, get_map, get_text, get_time, text, time,
};
use super::item::{attribute_of, letter};

/// The map of a standing.
pub(crate) fn map_of_standing(standing: &PsaStanding) -> Item {
    let mut map = Item::new();
    let mut put = |name: &str, value: Value| {
        map.insert(name.to_owned(), value);
    };
    if standing.status != PsaStatus::Off {
        put("st", text(standing.status.as_str()));
    }
    if let Some(contact) = &standing.contact {
        put("c", text(contact.as_str()));
    }
    if let Some(rule) = standing.rule {
        put("ru", text(rule.as_str()));
    }
    if !standing.candidates.is_empty() {
        let candidates = standing.candidates.iter().map(map_of_candidate);
        put("ca", Value::L(candidates.map(Value::M).collect()));
    }
    if let Some(reason) = &standing.reason {
        put("re", text(reason));
    }
    if let Some(since) = standing.creating_since {
        put("cr", time(since));
    }
    if !standing.pushed.is_empty() {
        let pushed = standing.pushed.iter();
        let pushed = pushed.map(|(name, digest)| (pushed_name(name), digest_value(digest)));
        put("pu", Value::M(pushed.collect()));
    }
    map
}

/// The standing of a map.
pub(crate) fn standing_of(map: &Item) -> Result<PsaStanding, Malformed> {
    let status = match get_text(map, "st")? {
        None => PsaStatus::Off,
        Some(name) => status_of(name).ok_or(Malformed("st is no status"))?,
    };
    let pushed = match get_map(map, "pu")? {
        None => BTreeMap::new(),
        Some(pushed) => pushed
            .iter()
            .map(|(name, digest)| Ok((name_of_pushed(name)?, digest_of(digest)?)))
            .collect::<Result<_, Malformed>>()?,
    };
    Ok(PsaStanding {
        status,
        contact: get_text(map, "c")?.map(contact_of).transpose()?,
        rule: get_text(map, "ru")?.map(rule_of).transpose()?,
        candidates: get_list(map, "ca")?
            .iter()
            .map(|candidate| candidate_of(as_map(candidate)?))
            .collect::<Result<_, Malformed>>()?,
        reason: get_text(map, "re")?.map(str::to_owned),
        creating_since: get_time(map, "cr")?,
        pushed,
    })
}

fn map_of_candidate(candidate: &Candidate) -> Item {
    Item::from([
        ("c".to_owned(), text(candidate.contact.as_str())),
        ("ru".to_owned(), text(candidate.rule.as_str())),
        ("no".to_owned(), text(&candidate.why_not)),
    ])
}

fn candidate_of(map: &Item) -> Result<Candidate, Malformed> {
    let incomplete = Malformed("a candidate is incomplete");
    Ok(Candidate {
        contact: contact_of(get_text(map, "c")?.ok_or(incomplete)?)?,
        rule: rule_of(get_text(map, "ru")?.ok_or(incomplete)?)?,
        why_not: get_text(map, "no")?.unwrap_or_default().to_owned(),
    })
}

fn contact_of(text: &str) -> Result<ContactId, Malformed> {
    ContactId::parse(text).map_err(|_| Malformed("a contact is no id"))
}

fn status_of(name: &str) -> Option<PsaStatus> {
    [
        PsaStatus::Off,
        PsaStatus::Matched,
        PsaStatus::Created,
        PsaStatus::MoreThanOneMatch,
        PsaStatus::NoMatch,
        PsaStatus::Blocked,
        PsaStatus::Failed,
    ]
    .into_iter()
    .find(|one| one.as_str() == name)
}

fn rule_of(name: &str) -> Result<MatchRule, Malformed> {
    [
        MatchRule::Manual,
        MatchRule::ExternalId,
        MatchRule::Email,
        MatchRule::AlternateEmail,
        MatchRule::Name,
    ]
    .into_iter()
    .find(|one| one.as_str() == name)
    .ok_or(Malformed("ru is no rule"))
}

fn pushed_name(name: &str) -> String {
    let attribute = Attribute::ALL.into_iter().find(|one| one.as_str() == name);
    attribute.map_or_else(|| format!("~{name}"), |one| letter(one).to_owned())
}

fn name_of_pushed(name: &str) -> Result<String, Malformed> {
    match name.strip_prefix('~') {
        Some(name) => Ok(name.to_owned()),
        None => attribute_of(name)
            .map(|attribute| attribute.as_str().to_owned())
            .ok_or(Malformed("pu has no such attribute")),
    }
}

/// A digest in lower-case hexadecimal as its bytes, any other text as it is.
pub(super) fn digest_value(digest: &str) -> Value {
    match hex::decode(digest) {
        Ok(decoded) if !decoded.is_empty() && hex::encode(&decoded) == digest => bytes(decoded),
        _ => text(digest),
    }
}

pub(super) fn digest_of(value: &Value) -> Result<String, Malformed> {
    if let Value::B(blob) = value {
        return Ok(hex::encode(blob.as_ref()));
    }
    value
        .as_s()
        .cloned()
        .map_err(|_| Malformed("a digest is something else"))
}

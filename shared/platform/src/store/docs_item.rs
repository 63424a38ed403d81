//! An account's standing with the documentation system inside its item.
//!
//! | name | holds | left out |
//! |---|---|---|
//! | `st` | status | off |
//! | `e`  | the entry | none |
//! | `ru` | the rule | none |
//! | `ca` | candidates: entry `e`, why not `no` | none |
//! | `re` | the reason | none |
//! | `lo` | the entry that is gone | none |
//! | `fc` | the category is to be filled in | no |
//! | `cr` | a create under way, since | none |
//! | `rf` | the digest of what was refused | none |
//! | `to` | digests of what the entry was told: details `d`, `dr` where refused; names `n`, `nr` | none |
//!
//! A reason of ours stands as its code after `~`, any other text as it is: a sentence would double
//! what such a standing takes, and a better wording reaches the standings that there are.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::docs::{DocsStanding, DocsStatus, EntryCandidate, EntryRule, Reason, Told};
use domain::id::EntryId;

use super::attr::{
    Item, Malformed, as_map, get_flag, get_list, get_map, get_text, get_time, text, time,
};
use super::standing_item::{digest_of, digest_value};

/// The map of a standing.
pub(crate) fn map_of_docs(standing: &DocsStanding) -> Item {
    let mut map = Item::new();
    let mut put = |name: &str, value: Value| {
        map.insert(name.to_owned(), value);
    };
    if standing.status != DocsStatus::Off {
        put("st", text(standing.status.as_str()));
    }
    if let Some(entry) = &standing.entry {
        put("e", text(entry.as_str()));
    }
    if let Some(rule) = standing.rule {
        put("ru", text(rule.as_str()));
    }
    if !standing.candidates.is_empty() {
        let candidates = standing.candidates.iter().map(map_of_candidate);
        put("ca", Value::L(candidates.map(Value::M).collect()));
    }
    if let Some(reason) = &standing.reason {
        put("re", text(short(reason)));
    }
    if let Some(entry) = &standing.lost {
        put("lo", text(entry.as_str()));
    }
    if standing.fills_category {
        put("fc", Value::Bool(true));
    }
    if let Some(since) = standing.creating_since {
        put("cr", time(since));
    }
    if let Some(digest) = &standing.refused {
        put("rf", text(digest));
    }
    if !standing.told.is_empty() {
        let told = standing.told.iter();
        let told = told.map(|(what, digest)| (letter(*what).to_owned(), digest_value(digest)));
        put("to", Value::M(told.collect()));
    }
    map
}

fn letter(what: Told) -> &'static str {
    match what {
        Told::Details => "d",
        Told::DetailsRefused => "dr",
        Told::Names => "n",
        Told::NamesRefused => "nr",
    }
}

fn told_of(map: &Item) -> Result<BTreeMap<Told, String>, Malformed> {
    let held = Told::ALL.into_iter().filter_map(|what| {
        let digest = map.get(letter(what))?;
        Some(digest_of(digest).map(|digest| (what, digest)))
    });
    held.collect()
}

/// The standing of a map.
pub(crate) fn docs_of(map: &Item) -> Result<DocsStanding, Malformed> {
    let status = match get_text(map, "st")? {
        None => DocsStatus::Off,
        Some(name) => status_of(name)?,
    };
    Ok(DocsStanding {
        status,
        entry: get_text(map, "e")?.map(entry_of).transpose()?,
        rule: get_text(map, "ru")?.map(rule_of).transpose()?,
        candidates: get_list(map, "ca")?
            .iter()
            .map(|candidate| candidate_of(as_map(candidate)?))
            .collect::<Result<_, Malformed>>()?,
        reason: get_text(map, "re")?.map(whole),
        lost: get_text(map, "lo")?.map(entry_of).transpose()?,
        fills_category: get_flag(map, "fc")?,
        creating_since: get_time(map, "cr")?,
        refused: get_text(map, "rf")?.map(str::to_owned),
        told: get_map(map, "to")?.map_or_else(|| Ok(BTreeMap::new()), told_of)?,
    })
}

fn map_of_candidate(candidate: &EntryCandidate) -> Item {
    Item::from([
        ("e".to_owned(), text(candidate.entry.as_str())),
        ("no".to_owned(), text(short(&candidate.why_not))),
    ])
}

fn candidate_of(map: &Item) -> Result<EntryCandidate, Malformed> {
    let entry = get_text(map, "e")?.ok_or(Malformed("a candidate is incomplete"))?;
    Ok(EntryCandidate {
        entry: entry_of(entry)?,
        why_not: get_text(map, "no")?.map(whole).unwrap_or_default(),
    })
}

fn entry_of(text: &str) -> Result<EntryId, Malformed> {
    EntryId::parse(text).map_err(|_| Malformed("an entry is no id"))
}

fn status_of(name: &str) -> Result<DocsStatus, Malformed> {
    DocsStatus::ALL
        .into_iter()
        .find(|one| one.as_str() == name)
        .ok_or(Malformed("st is no status"))
}

fn rule_of(name: &str) -> Result<EntryRule, Malformed> {
    EntryRule::ALL
        .into_iter()
        .find(|one| one.as_str() == name)
        .ok_or(Malformed("ru is no rule"))
}

/// A reason as it is stored. A text that begins as codes do is told apart by another tilde.
fn short(reason: &str) -> String {
    let ours = Reason::ALL.into_iter().find(|one| one.as_str() == reason);
    match ours {
        Some(ours) => format!("~{}", ours.code()),
        None if reason.starts_with('~') => format!("~{reason}"),
        None => reason.to_owned(),
    }
}

/// A stored reason as it was. A code that a later program made is all that is known of it.
fn whole(stored: &str) -> String {
    let Some(code) = stored.strip_prefix('~') else {
        return stored.to_owned();
    };
    let ours = Reason::ALL.into_iter().find(|one| one.code() == code);
    ours.map_or_else(|| code.to_owned(), |ours| ours.to_string())
}

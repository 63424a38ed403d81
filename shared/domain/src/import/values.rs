//! What a record says now: a reading brought onto what was held of it. Values are cut to their
//! limits here, once, so that nothing downstream can grow without bound.

use crate::fields::Attribute;
use crate::identity::{Identity, Said, Values};
use crate::limits::{ALTERNATE_EMAILS_MAX, LICENCES_MAX, PRIVILEGES_MAX, TEXT_LENGTH_MAX};

/// Brings an identity up to date with what was said; what was not said stays (D12).
pub fn apply(identity: &mut Identity, values: Values) {
    for (attribute, said) in values.fields {
        clean(said).write_to(identity.fields.slot_mut(attribute));
    }
    clean(values.sam_account_name).write_to(&mut identity.sam_account_name);
    clean(values.distinguished_name).write_to(&mut identity.distinguished_name);
    clean(values.anchor_guid).write_to(&mut identity.anchor.guid);
    clean(values.anchor_sid).write_to(&mut identity.anchor.sid);
    values.expires_at.write_to(&mut identity.expires_at);
    list(
        values.alternate_emails,
        ALTERNATE_EMAILS_MAX,
        &mut identity.alternate_emails,
    );
    list(values.licences, LICENCES_MAX, &mut identity.licences);
    list(values.privileges, PRIVILEGES_MAX, &mut identity.privileges);
    if let Said::Value(kind) = values.kind {
        identity.kind = kind;
    }
    if let Said::Value(enabled) = values.enabled {
        identity.enabled = enabled;
    }
    // The user name doubles as the logon name of many: kept once (D15).
    if identity.sam_account_name.as_deref() == identity.fields.get(Attribute::Username) {
        identity.sam_account_name = None;
    }
    identity.gone = None;
}

/// A text of white space only is no value; an overlong one is cut at a character.
fn clean(said: Said<String>) -> Said<String> {
    match said {
        Said::Value(text) if text.trim().is_empty() => Said::Cleared,
        Said::Value(mut text) => {
            if text.len() > TEXT_LENGTH_MAX {
                text.truncate(text.floor_char_boundary(TEXT_LENGTH_MAX));
            }
            Said::Value(text)
        }
        Said::Cleared => Said::Cleared,
        Said::Nothing => Said::Nothing,
    }
}

/// Lists are sets: sorted, without repetition, so that the order a source happens to answer in is
/// no change.
fn list(said: Said<Vec<String>>, length_max: usize, held: &mut Vec<String>) {
    match said {
        Said::Nothing => {}
        Said::Cleared => held.clear(),
        Said::Value(mut texts) => {
            texts.retain(|text| !text.trim().is_empty() && text.len() <= TEXT_LENGTH_MAX);
            texts.sort_unstable();
            texts.dedup();
            texts.truncate(length_max);
            *held = texts;
        }
    }
}

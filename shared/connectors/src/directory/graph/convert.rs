//! A user of Microsoft Graph to a reading. Pure.
//!
//! Absent says nothing, null and an empty list say that it was cleared. Privileges are not said:
//! a user does not know its roles.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::fields::Attribute;
use domain::identity::{Departure, IdentityKey, News, Reading, Said, Source, Values};
use domain::limits::{ALTERNATE_EMAILS_MAX, EMAIL_LENGTH_MAX, LICENCES_MAX};
use domain::values::email;
use uuid::Uuid;

use super::kind::kind;
use super::wire::{Field, Text, User};

/// What is wrong with a user, without its values.
pub(super) const BAD_ID: &str = "id is no object id";

/// What was said of a user; the error says what is wrong with it.
pub(super) fn reading(user: &User<'_>) -> Result<Reading, &'static str> {
    let id = user
        .id
        .value()
        .map(Text::as_str)
        .filter(|id| Uuid::try_parse(id).is_ok());
    let key = IdentityKey::new(Source::Microsoft365, id.ok_or(BAD_ID)?);
    let news = match &user.removed {
        Field::Value(removed) => News::Left(departure(&removed.reason)),
        Field::Absent | Field::Null => News::Present(Box::new(values(user))),
    };
    Ok(Reading { key, news })
}

/// `changed` is a deletion that can be undone for 30 days; so is what we do not know.
fn departure(reason: &Field<Text<'_>>) -> Departure {
    match reason.value().map(Text::as_str) {
        Some(reason) if reason.eq_ignore_ascii_case("deleted") => Departure::DeletedForGood,
        Some(_) | None => Departure::Deleted,
    }
}

fn values(user: &User<'_>) -> Values {
    let mut values = Values {
        kind: kind(user),
        sam_account_name: text(&user.on_premises_sam_account_name),
        alternate_emails: alternate_emails(user),
        licences: licences(user),
        anchor_guid: anchor_guid(&user.on_premises_immutable_id),
        anchor_sid: text(&user.on_premises_security_identifier),
        enabled: match user.account_enabled {
            Field::Value(enabled) => Said::Value(enabled),
            Field::Absent | Field::Null => Said::Nothing,
        },
        fields: Vec::with_capacity(Attribute::ALL.len()),
        ..Values::default()
    };
    for (attribute, said) in [
        (Attribute::DisplayName, text(&user.display_name)),
        (Attribute::Username, text(&user.user_principal_name)),
        (Attribute::GivenName, text(&user.given_name)),
        (Attribute::Surname, text(&user.surname)),
        (Attribute::Email, mail(&user.mail)),
        (Attribute::Mobile, text(&user.mobile_phone)),
        (Attribute::Phone, first(&user.business_phones)),
        (Attribute::JobTitle, text(&user.job_title)),
        (Attribute::Department, text(&user.department)),
    ] {
        // What nobody said needs no place.
        if said != Said::Nothing {
            values.say(attribute, said);
        }
    }
    values
}

fn text(field: &Field<Text<'_>>) -> Said<String> {
    match field {
        Field::Absent => Said::Nothing,
        Field::Null => Said::Cleared,
        Field::Value(text) if text.as_str().trim().is_empty() => Said::Cleared,
        Field::Value(text) => Said::Value(text.as_str().to_owned()),
    }
}

/// An address that is too long to be one is not taken, and what is held stays.
fn mail(field: &Field<Text<'_>>) -> Said<String> {
    match text(field) {
        Said::Value(address) if address.len() > EMAIL_LENGTH_MAX => Said::Nothing,
        said @ (Said::Value(_) | Said::Cleared | Said::Nothing) => said,
    }
}

/// The collection of business phones holds one at most.
fn first(field: &Field<Vec<Text<'_>>>) -> Said<String> {
    match field {
        Field::Absent => Said::Nothing,
        Field::Null => Said::Cleared,
        Field::Value(texts) => {
            let first = texts
                .iter()
                .map(Text::as_str)
                .find(|text| !text.trim().is_empty());
            Said::or_cleared(first.map(str::to_owned))
        }
    }
}

/// Every other address: mail addresses among the proxy addresses, and other mails. Sorted, since
/// the order in which a directory answers is no change.
fn alternate_emails(user: &User<'_>) -> Said<Vec<String>> {
    if matches!(
        (&user.proxy_addresses, &user.other_mails),
        (Field::Absent, Field::Absent)
    ) {
        return Said::Nothing;
    }
    let main = user.mail.value().and_then(|mail| email::key(mail.as_str()));
    let proxied = texts(&user.proxy_addresses).filter_map(|address| {
        let (kind, rest) = address.split_once(':')?;
        kind.eq_ignore_ascii_case("smtp").then_some(rest)
    });
    let mut found: Vec<(Cow<'_, str>, &str)> = proxied
        .chain(texts(&user.other_mails))
        .filter_map(|address| Some((email::key(address)?, address.trim())))
        .filter(|(key, _)| Some(key) != main.as_ref())
        .collect();
    // The sort keeps the order of what is equal: of several spellings, the first one stays.
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found.dedup_by(|(later, _), (first, _)| later == first);
    let found: Vec<String> = (found.into_iter().take(ALTERNATE_EMAILS_MAX))
        .map(|(_, address)| address.to_owned())
        .collect();
    Said::or_cleared((!found.is_empty()).then_some(found))
}

fn texts<'u>(field: &'u Field<Vec<Text<'_>>>) -> impl Iterator<Item = &'u str> {
    field.value().into_iter().flatten().map(Text::as_str)
}

fn licences(user: &User<'_>) -> Said<Vec<String>> {
    match &user.assigned_licenses {
        Field::Absent => Said::Nothing,
        Field::Null => Said::Cleared,
        Field::Value(licences) => {
            let mut skus: Vec<String> = licences
                .iter()
                .map(|one| one.sku_id.as_str().to_ascii_lowercase())
                .collect();
            skus.sort_unstable();
            skus.dedup();
            skus.truncate(LICENCES_MAX);
            Said::or_cleared((!skus.is_empty()).then_some(skus))
        }
    }
}

/// The objectGUID in Active Directory: its 16 bytes, as Windows orders them, in base64. Whatever
/// else an organisation put there joins nothing.
fn anchor_guid(field: &Field<Text<'_>>) -> Said<String> {
    match text(field) {
        Said::Value(text) => {
            let bytes = STANDARD.decode(text.trim()).ok();
            let guid = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            Said::or_nothing(guid.map(|guid| Uuid::from_bytes_le(guid).hyphenated().to_string()))
        }
        Said::Cleared => Said::Cleared,
        Said::Nothing => Said::Nothing,
    }
}

#[cfg(test)]
mod tests;

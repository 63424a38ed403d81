//! A page of users: read as a whole and at once where all is well, user by user where one is not.
//! Pure.

use domain::identity::Reading;
use domain::limits::GRAPH_LINK_BYTES_MAX;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::wire::{DeltaPage, User};
use super::{NAME, Next, Page, convert};
use crate::error::ConnectorError;
use crate::http::{Answer, BaseUrl, json_error};

/// A user that cannot be read. Says which and why, without its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("user {} of Microsoft Graph: {what}", .id.as_deref().unwrap_or("without an id"))]
pub struct RecordError {
    /// Its object id, where it has one.
    pub id: Option<String>,
    /// What is wrong with it.
    pub what: String,
}

/// Members that are texts, and members that are lists; for saying which one is wrong.
const TEXTS: [&str; 13] = [
    "id",
    "userPrincipalName",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "mobilePhone",
    "userType",
    "onPremisesImmutableId",
    "onPremisesSecurityIdentifier",
    "onPremisesSamAccountName",
    "jobTitle",
    "department",
];
const LISTS: [&str; 4] = [
    "otherMails",
    "proxyAddresses",
    "businessPhones",
    "assignedLicenses",
];

/// Reads a page. One user that cannot be read is an error of its own; a page without a list of
/// users, or without exactly one link to this host, is none.
pub(super) fn read(answer: &Answer, base: &BaseUrl) -> Result<Page, ConnectorError> {
    let bytes = answer.json_bytes()?;
    let (readings, next_link, delta_link) = match serde_json::from_slice(bytes) {
        Ok(page) => {
            let page: DeltaPage<User<'_>> = page;
            let readings = page.value.iter().map(|user| {
                let id = || user.id.value().map(|id| id.as_str().to_owned());
                convert::reading(user).map_err(|what| record_error(id(), what))
            });
            (readings.collect(), page.next_link, page.delta_link)
        }
        Err(_) => one_by_one(bytes)?,
    };
    let next = match (next_link, delta_link) {
        (Some(link), None) => Next::Page(checked(link, base)?),
        (None, Some(link)) => Next::Done(checked(link, base)?),
        (Some(_), Some(_)) => {
            return Err(ConnectorError::shape(
                NAME,
                "a page that ends and goes on at once",
            ));
        }
        (None, None) => {
            return Err(ConnectorError::shape(
                NAME,
                "a page that neither ends nor goes on",
            ));
        }
    };
    Ok(Page { readings, next })
}

type Parts = (
    Vec<Result<Reading, RecordError>>,
    Option<String>,
    Option<String>,
);

/// The slow way, for a page with something odd in it.
fn one_by_one(bytes: &[u8]) -> Result<Parts, ConnectorError> {
    let page: DeltaPage<Value> =
        serde_json::from_slice(bytes).map_err(|error| json_error(NAME, &error))?;
    let read = |item: &Value| {
        let id = || item.get("id").and_then(Value::as_str).map(str::to_owned);
        let user = User::deserialize(item).map_err(|_| record_error(id(), &oddity(item)))?;
        convert::reading(&user).map_err(|what| record_error(id(), what))
    };
    Ok((
        page.value.iter().map(read).collect(),
        page.next_link,
        page.delta_link,
    ))
}

/// Which member is of another type than documented.
fn oddity(item: &Value) -> String {
    let Some(members) = item.as_object() else {
        return "it is no JSON object".to_owned();
    };
    let odd = |name: &&str, is_right: fn(&Value) -> bool| {
        members
            .get(*name)
            .is_some_and(|value| !value.is_null() && !is_right(value))
    };
    let text = TEXTS.iter().find(|name| odd(name, Value::is_string));
    let list = LISTS.iter().find(|name| odd(name, Value::is_array));
    if let Some(name) = text {
        return format!("{name} is no text");
    }
    if let Some(name) = list {
        return format!("{name} is no list");
    }
    if odd(&"accountEnabled", Value::is_boolean) {
        return "accountEnabled is neither true nor false".to_owned();
    }
    "a list holds something of another type than documented".to_owned()
}

fn record_error(id: Option<String>, what: &str) -> RecordError {
    // Only what looks like an id is an id; anything else could be anything.
    let id = id.filter(|id| uuid::Uuid::try_parse(id).is_ok());
    RecordError {
        id,
        what: what.to_owned(),
    }
}

fn checked(text: String, base: &BaseUrl) -> Result<String, ConnectorError> {
    link(&text, base)?;
    Ok(text)
}

/// Takes a link of an answer: to this host, and not endless.
pub(super) fn link(text: &str, base: &BaseUrl) -> Result<Url, ConnectorError> {
    if text.len() > GRAPH_LINK_BYTES_MAX {
        let what = format!("a link of more than {GRAPH_LINK_BYTES_MAX} bytes");
        return Err(ConnectorError::shape(NAME, what));
    }
    base.link(text)
        .map_err(|error| ConnectorError::shape(NAME, error.to_string()))
}

#[cfg(test)]
mod tests;

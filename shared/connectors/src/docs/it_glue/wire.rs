//! IT Glue's words: the parts of its JSON:API documents that we read.
//!
//! Invariants: nothing here has a place for a password, so that one in an answer is skipped while it is
//! parsed; ids are texts, whether they come as texts or as numbers; unknown members are ignored.

use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::docs::lenient::{exact, flag, id, text};

/// A list, or a part of one.
#[derive(Deserialize)]
pub(super) struct WireList<A> {
    pub(super) data: Vec<WireResource<A>>,
    #[serde(default)]
    pub(super) meta: Option<WireMeta>,
}

/// One thing.
#[derive(Deserialize)]
pub(super) struct WireOne<A> {
    pub(super) data: WireResource<A>,
}

/// A thing: its id, and what is true of it.
#[derive(Deserialize)]
pub(super) struct WireResource<A> {
    #[serde(default, deserialize_with = "id")]
    pub(super) id: Option<String>,
    pub(super) attributes: A,
}

/// What a list tells of its pages.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct WireMeta {
    #[serde(default, deserialize_with = "id")]
    pub(super) next_page: Option<String>,
}

/// An organization.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct WireOrganization {
    #[serde(deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "text", alias = "organization_status_name")]
    pub(super) organization_status_name: Option<String>,
}

/// A password, without the password.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct WirePassword {
    #[serde(deserialize_with = "id", alias = "organization_id")]
    pub(super) organization_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) username: Option<String>,
    #[serde(deserialize_with = "id", alias = "password_category_id")]
    pub(super) password_category_id: Option<String>,
    #[serde(deserialize_with = "text", alias = "password_category_name")]
    pub(super) password_category_name: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(super) archived: bool,
    #[serde(deserialize_with = "id", alias = "resource_id")]
    pub(super) resource_id: Option<String>,
    #[serde(deserialize_with = "text", alias = "resource_type")]
    pub(super) resource_type: Option<String>,
    #[serde(alias = "vault_id")]
    pub(super) vault_id: Option<IgnoredAny>,
    #[serde(deserialize_with = "flag")]
    pub(super) personal: bool,
    /// False for an earlier version of an entry, which is no entry of its own.
    #[serde(alias = "is_live")]
    pub(super) is_live: Option<bool>,
}

/// The notes of a password alone, to the letter.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireNotes {
    #[serde(deserialize_with = "exact")]
    pub(super) notes: Zeroizing<String>,
}

/// A configuration, as far as it says where it belongs.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct WireConfiguration {
    #[serde(deserialize_with = "id", alias = "organization_id")]
    pub(super) organization_id: Option<String>,
}

/// A category.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireCategory {
    #[serde(deserialize_with = "text")]
    pub(super) name: Option<String>,
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct WireErrors {
    pub(super) errors: Vec<WireError>,
}

/// One reason of it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireError {
    #[serde(deserialize_with = "text")]
    pub(super) title: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) detail: Option<String>,
    pub(super) source: Option<WireSource>,
}

/// Which part of the request it is about.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WireSource {
    #[serde(deserialize_with = "text")]
    pub(super) pointer: Option<String>,
}

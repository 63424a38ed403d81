//! Exactly what Microsoft Graph sends. Users are borrowed from the page: a tenant of a hundred
//! thousand is read in about a second.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A member that may be left out, null, or something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Field<T> {
    /// Left out.
    #[default]
    Absent,
    /// Null.
    Null,
    /// Something.
    Value(T),
}

impl<T> Field<T> {
    /// What is there, if anything is.
    pub(super) fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Field<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }
            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Field::Null)
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Field::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
                T::deserialize(d).map(Field::Value)
            }
        }
        deserializer.deserialize_option(Members(PhantomData))
    }
}

/// A text, borrowed from the page unless it has escapes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Texts)
    }
}

/// A page of a delta round; `T` is a user.
#[derive(Deserialize)]
pub(super) struct DeltaPage<T> {
    pub(super) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub(super) next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub(super) delta_link: Option<String>,
}

/// A page of any other list.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub(super) next: Option<String>,
}

/// A user of a delta page. Every member may be missing.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct User<'a> {
    #[serde(borrow)]
    pub(super) id: Field<Text<'a>>,
    #[serde(borrow, rename = "@removed")]
    pub(super) removed: Field<Removed<'a>>,
    #[serde(borrow)]
    pub(super) user_principal_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) display_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) given_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) surname: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) mail: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) other_mails: Field<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(super) proxy_addresses: Field<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(super) mobile_phone: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) business_phones: Field<Vec<Text<'a>>>,
    pub(super) account_enabled: Field<bool>,
    #[serde(borrow)]
    pub(super) user_type: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) assigned_licenses: Field<Vec<AssignedLicence<'a>>>,
    #[serde(borrow)]
    pub(super) on_premises_immutable_id: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) on_premises_security_identifier: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) on_premises_sam_account_name: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) job_title: Field<Text<'a>>,
    #[serde(borrow)]
    pub(super) department: Field<Text<'a>>,
}

/// Why a user is no longer there.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Removed<'a> {
    #[serde(borrow)]
    pub(super) reason: Field<Text<'a>>,
}

/// One licence of a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssignedLicence<'a> {
    #[serde(borrow)]
    pub(super) sku_id: Text<'a>,
}

/// Who holds which role.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleAssignment {
    pub(super) principal_id: String,
    pub(super) role_definition_id: String,
    #[serde(default)]
    pub(super) role_definition: Option<RoleDefinition>,
    #[serde(default)]
    pub(super) principal: Option<Principal>,
}

/// Who or what holds a role.
#[derive(Deserialize)]
pub(super) struct Principal {
    /// `#microsoft.graph.user`, `#microsoft.graph.group`, `#microsoft.graph.servicePrincipal`.
    #[serde(default, rename = "@odata.type")]
    pub(super) kind: Option<String>,
}

/// A member of a group.
#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) id: String,
}

/// A role.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleDefinition {
    #[serde(default)]
    pub(super) display_name: Option<String>,
}

/// A licence of the tenant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SubscribedSku {
    pub(super) sku_id: String,
    #[serde(default)]
    pub(super) sku_part_number: Option<String>,
}

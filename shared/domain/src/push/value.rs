//! Values of attributes: which are fit to be handed on, and when two are the same.

use std::borrow::Cow;

use crate::fields::Attribute;
use crate::limits::TEXT_LENGTH_MAX;
use crate::values::{email, phone};

/// Is this value one that the attribute may have (B26)? An empty one is not.
pub(super) fn is_valid(attribute: Attribute, text: &str) -> bool {
    match attribute {
        Attribute::Email => email::is_valid(text),
        Attribute::Mobile | Attribute::Phone => phone::is_valid(text),
        Attribute::DisplayName
        | Attribute::Username
        | Attribute::GivenName
        | Attribute::Surname
        | Attribute::JobTitle
        | Attribute::Department => {
            let text = text.trim();
            !text.is_empty() && text.len() <= TEXT_LENGTH_MAX && !text.contains(char::is_control)
        }
    }
}

/// The value without what surrounds it, where it is valid.
pub(crate) fn valid(attribute: Attribute, value: Option<&str>) -> Option<&str> {
    value
        .map(str::trim)
        .filter(|text| is_valid(attribute, text))
}

/// What two spellings of one value have in common; `None` for none.
pub(super) fn key(attribute: Attribute, value: Option<&str>) -> Option<String> {
    let text = value.map(str::trim).filter(|text| !text.is_empty())?;
    let key = match attribute {
        Attribute::Email => email::key(text).map(Cow::into_owned),
        Attribute::Mobile | Attribute::Phone => phone::key(text),
        Attribute::DisplayName
        | Attribute::Username
        | Attribute::GivenName
        | Attribute::Surname
        | Attribute::JobTitle
        | Attribute::Department => None,
    };
    Some(key.unwrap_or_else(|| text.to_owned()))
}

/// Do both say the same?
pub(super) fn is_same(attribute: Attribute, one: Option<&str>, other: Option<&str>) -> bool {
    key(attribute, one) == key(attribute, other)
}

//! Values of items: how text, numbers, times and ids are written and read. Reading says what is
//! wrong and never panics; absent and wrong are two things.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue as Value;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::error::StoreError;
use super::keys::Key;

/// An item, or a map inside one.
pub(crate) type Item = HashMap<String, Value>;

/// Why a value cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// The form of items that this program writes. A later form that it cannot read has a higher one.
pub(crate) const VERSION: u64 = 1;

/// An item of that key and kind with nothing else in it.
pub(crate) fn new_item(key: &Key, kind: &str) -> Item {
    let mut item = key.attributes();
    item.insert("kind".to_owned(), text(kind));
    item.insert("v".to_owned(), number(VERSION));
    item
}

/// An item of that key and kind that holds a value of ours, by serde.
pub(crate) fn item_of<T: Serialize>(key: &Key, kind: &str, value: &T) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(|_| StoreError::Corrupt {
        key: key.to_string(),
        problem: "the value has no form as an item",
    })?;
    item.extend(new_item(key, kind));
    Ok(item)
}

/// The value of ours that an item holds, by serde.
pub(crate) fn value_of<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    check_version(&item)?;
    let key = Key::text_of(&item);
    serde_dynamo::from_item(item).map_err(|_| StoreError::Corrupt {
        key,
        problem: "it is not what its kind says",
    })
}

/// May this program read the item?
pub(crate) fn check_version(item: &Item) -> Result<(), StoreError> {
    match get_number(item, "v") {
        Ok(Some(1..=VERSION)) => Ok(()),
        _ => Err(corrupt(
            item,
            Malformed("v is missing, or of a later program"),
        )),
    }
}

pub(crate) fn corrupt(item: &Item, problem: Malformed) -> StoreError {
    StoreError::Corrupt {
        key: Key::text_of(item),
        problem: problem.0,
    }
}

pub(crate) fn text(text: impl Into<String>) -> Value {
    Value::S(text.into())
}

pub(crate) fn number(number: u64) -> Value {
    Value::N(number.to_string())
}

pub(crate) fn bytes(bytes: Vec<u8>) -> Value {
    Value::B(Blob::new(bytes))
}

/// Seconds since 1970, with as many decimals as the time has.
pub(crate) fn time(at: Timestamp) -> Value {
    let nanos = at.as_nanosecond();
    let sign = if nanos < 0 { "-" } else { "" };
    let (nanos, second) = (nanos.unsigned_abs(), 1_000_000_000);
    let (seconds, rest) = (nanos / second, nanos % second);
    if rest == 0 {
        return Value::N(format!("{sign}{seconds}"));
    }
    let decimals = format!("{rest:09}");
    let decimals = decimals.trim_end_matches('0');
    Value::N(format!("{sign}{seconds}.{decimals}"))
}

/// A text that is a UUID in its usual form as its 16 bytes, any other as text.
pub(crate) fn id(id: &str) -> Value {
    match Uuid::try_parse(id) {
        Ok(uuid) if uuid.hyphenated().to_string() == id => bytes(uuid.into_bytes().to_vec()),
        _ => text(id),
    }
}

pub(crate) fn get_text<'a>(item: &'a Item, name: &str) -> Result<Option<&'a str>, Malformed> {
    match item.get(name) {
        None => Ok(None),
        Some(Value::S(text)) => Ok(Some(text)),
        Some(_) => Err(Malformed("a text is something else")),
    }
}

pub(crate) fn get_number(item: &Item, name: &str) -> Result<Option<u64>, Malformed> {
    match item.get(name) {
        None => Ok(None),
        Some(Value::N(number)) => number
            .parse()
            .map(Some)
            .map_err(|_| Malformed("a number is no whole number")),
        Some(_) => Err(Malformed("a number is something else")),
    }
}

pub(crate) fn get_flag(item: &Item, name: &str) -> Result<bool, Malformed> {
    match item.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(Malformed("a flag is something else")),
    }
}

pub(crate) fn get_bytes<'a>(item: &'a Item, name: &str) -> Result<Option<&'a [u8]>, Malformed> {
    match item.get(name) {
        None => Ok(None),
        Some(Value::B(blob)) => Ok(Some(blob.as_ref())),
        Some(_) => Err(Malformed("bytes are something else")),
    }
}

pub(crate) fn get_time(item: &Item, name: &str) -> Result<Option<Timestamp>, Malformed> {
    let wrong = Malformed("a time is something else");
    match item.get(name) {
        None => Ok(None),
        Some(Value::N(number)) => parse_time(number).map(Some).ok_or(wrong),
        Some(_) => Err(wrong),
    }
}

fn parse_time(number: &str) -> Option<Timestamp> {
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (seconds, decimals) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if decimals.len() > 9 || !digits(seconds) || !digits(decimals) {
        return None;
    }
    let seconds: i128 = seconds.parse().ok()?;
    let rest: i128 = format!("{decimals:0<9}").parse().ok()?;
    let nanos = seconds.checked_mul(1_000_000_000)?.checked_add(rest)?;
    Timestamp::from_nanosecond(if negative { -nanos } else { nanos }).ok()
}

pub(crate) fn get_map<'a>(item: &'a Item, name: &str) -> Result<Option<&'a Item>, Malformed> {
    match item.get(name) {
        None => Ok(None),
        Some(value) => as_map(value).map(Some),
    }
}

pub(crate) fn as_map(value: &Value) -> Result<&Item, Malformed> {
    value
        .as_m()
        .map_err(|_| Malformed("a map is something else"))
}

pub(crate) fn get_list<'a>(item: &'a Item, name: &str) -> Result<&'a [Value], Malformed> {
    match item.get(name) {
        None => Ok(&[]),
        Some(Value::L(list)) => Ok(list),
        Some(_) => Err(Malformed("a list is something else")),
    }
}

pub(crate) fn as_text(value: &Value) -> Result<String, Malformed> {
    value
        .as_s()
        .cloned()
        .map_err(|_| Malformed("a text is something else"))
}

pub(crate) fn as_id(value: &Value) -> Result<String, Malformed> {
    if let Value::B(blob) = value {
        return Uuid::from_slice(blob.as_ref())
            .map(|uuid| uuid.hyphenated().to_string())
            .map_err(|_| Malformed("an id has not 16 bytes"));
    }
    value
        .as_s()
        .cloned()
        .map_err(|_| Malformed("an id is something else"))
}

/// The size of an item as DynamoDB counts it, in bytes
/// (Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats").
pub(crate) fn size_of(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + size_of_value(value))
        .sum()
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the SDK's enum, of which we store these kinds"
)]
fn size_of_value(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(number) => {
            let digits = number.trim_matches(|c: char| !c.is_ascii_digit());
            digits.len().div_ceil(2) + 1
        }
        Value::B(blob) => blob.as_ref().len(),
        Value::M(map) => 3 + map.len() + size_of(map),
        Value::L(list) => {
            3 + list
                .iter()
                .map(|value| 1 + size_of_value(value))
                .sum::<usize>()
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_keep_every_nanosecond_and_stay_readable() {
        for (nanos, stored) in [
            (0, "0"),
            (1_790_000_000_000_000_000, "1790000000"),
            (1_790_000_000_120_000_000, "1790000000.12"),
            (-1, "-0.000000001"),
            (-1_500_000_000, "-1.5"),
        ] {
            let at = Timestamp::from_nanosecond(nanos).unwrap();
            assert_eq!(time(at), Value::N(stored.to_owned()));
            assert_eq!(parse_time(stored), Some(at));
        }
        for bad in [
            "",
            "x",
            "1.0000000001",
            "99999999999999999999",
            "1.-5",
            "--1",
        ] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_uuids_in_their_usual_form_become_bytes() {
        let usual = "3f0c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f";
        assert!(id(usual).is_b());
        for other in [
            &usual.to_uppercase(),
            &usual.replace('-', ""),
            "s-1-5-21",
            "",
        ] {
            assert!(id(other).is_s(), "{other}");
            assert_eq!(as_id(&id(other)).as_deref(), Ok(other));
        }
        assert_eq!(as_id(&id(usual)).as_deref(), Ok(usual));
        assert!(as_id(&bytes(vec![1, 2])).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_time_comes_back(nanos in -5_000_000_000_000_000_000_i128..200_000_000_000_000_000_000) {
            let at = Timestamp::from_nanosecond(nanos).unwrap();
            let item = Item::from([("t".to_owned(), time(at))]);
            prop_assert_eq!(get_time(&item, "t"), Ok(Some(at)));
        }
    }
}

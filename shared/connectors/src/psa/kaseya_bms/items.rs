//! The addresses and phones of a contact, which BMS keeps as lists of their own: which of them are
//! ours, and how one is changed. Pure.
//!
//! Invariants: all rows that are not ours stay as they are. A row is known by what it says, and by
//! nothing else, so that two that say the same cannot be told apart and are left alone.

use domain::fields::Attribute;
use domain::identity::Said;
use serde_json::{Map, Value, json};

use super::types::{Kind, Types, kind_of_phone};
use super::wire::{WireItem, WireItemsChanged};
use super::write::{Refusal, refusal};

// The description names these numbers nowhere; the answer counts what was added, updated and deleted
// in this order, and what it counts is compared with what was asked.
const ADD: i32 = 0;
const UPDATE: i32 = 1;
const DELETE: i32 = 2;

/// The main address: the default one, else the first.
pub(super) fn main_email(emails: &[WireItem]) -> Option<&WireItem> {
    let default = emails.iter().find(|email| email.is_default == Some(true));
    default.or_else(|| emails.first())
}

/// The mobile or the desk phone: of several the default one, else the first.
pub(super) fn phone(phones: &[WireItem], kind: Kind) -> Option<&WireItem> {
    let mut own = phones.iter().filter(|phone| is_of(phone, kind));
    let first = own.next();
    let default = own.find(|phone| phone.is_default == Some(true));
    first
        .filter(|phone| phone.is_default == Some(true))
        .or(default)
        .or(first)
}

fn is_of(phone: &WireItem, kind: Kind) -> bool {
    let name = phone.type_name.value().map_or("", String::as_str);
    kind_of_phone(name) == Some(kind)
}

/// A list of changes, and what its answer has to count.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    /// The body; empty where nothing is to be done.
    pub(super) body: Vec<Value>,
    counts: [i64; 3],
}

impl Changes {
    fn push(&mut self, operation: i32, members: Value) {
        let mut change = Map::new();
        change.insert("Operation".to_owned(), json!(operation));
        if let Value::Object(members) = members {
            change.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
        }
        self.body.push(Value::Object(change));
        let count = usize::try_from(operation)
            .ok()
            .and_then(|at| self.counts.get_mut(at));
        if let Some(count) = count {
            *count += 1;
        }
    }

    /// Did BMS do what it was asked? What it does not count is believed.
    pub(super) fn is_done(&self, answer: &WireItemsChanged) -> bool {
        let counted = [answer.added, answer.updated, answer.deleted];
        (counted.iter().zip(self.counts)).all(|(counted, asked)| counted.is_none_or(|n| n == asked))
    }
}

/// Makes an address the main one: in the place of the one that is, or by raising one that is there.
pub(super) fn email_changes(
    emails: &[WireItem],
    address: &str,
    types: &Types,
) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    let is_same = |item: &WireItem| text(item).eq_ignore_ascii_case(address);
    let main = main_email(emails);
    let there = (main.filter(|main| is_same(main))).or_else(|| emails.iter().find(|e| is_same(e)));
    match (there, main) {
        (Some(there), Some(main)) => {
            only(emails, there, Attribute::Email)?;
            if text(there) == address && std::ptr::eq(there, main) {
                return Ok(changes);
            }
            if !std::ptr::eq(there, main) {
                only(emails, main, Attribute::Email)?;
                let lowered = json!({ "EmailAddress": text(main), "NewEmailAddress": text(main),
                    "TypeId": main.type_id, "IsDefault": false });
                changes.push(UPDATE, lowered);
            }
            let raised = json!({ "EmailAddress": text(there), "NewEmailAddress": address,
                "TypeId": there.type_id, "IsDefault": true });
            changes.push(UPDATE, raised);
        }
        (None, Some(main)) => {
            only(emails, main, Attribute::Email)?;
            let changed = json!({ "EmailAddress": text(main), "NewEmailAddress": address,
                "TypeId": main.type_id, "IsDefault": true });
            changes.push(UPDATE, changed);
        }
        (Some(_) | None, None) => {
            let type_id = types.require(Kind::Email)?;
            let added = json!({ "EmailAddress": address, "TypeId": type_id, "IsDefault": true });
            changes.push(ADD, added);
        }
    }
    Ok(changes)
}

/// Sets or clears phones.
pub(super) fn phone_changes(
    phones: &[WireItem],
    wanted: &[(Kind, Option<String>)],
    types: &Types,
) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    for (kind, number) in wanted {
        let there = phone(phones, *kind);
        if let Some(there) = there {
            only(phones, there, kind.attribute())?;
        }
        match (there, number) {
            (Some(there), Some(number)) if text(there) == number => {}
            (Some(there), Some(number)) => {
                let changed = json!({ "PhoneNumber": text(there), "NewPhoneNumber": number,
                    "TypeId": there.type_id, "IsDefault": there.is_default.unwrap_or(false) });
                changes.push(UPDATE, changed);
            }
            (None, Some(number)) => {
                let is_first = phones.is_empty() && changes.body.is_empty();
                let added = json!({ "PhoneNumber": number, "TypeId": types.require(*kind)?,
                    "IsDefault": is_first });
                changes.push(ADD, added);
            }
            (Some(there), None) => {
                changes.push(DELETE, json!({ "PhoneNumber": text(there) }));
            }
            (None, None) => {}
        }
    }
    Ok(changes)
}

/// Which kinds have to be added, so that their types have to be known.
pub(super) fn kinds_to_add(phones: &[WireItem], wanted: &[(Kind, Option<String>)]) -> Vec<Kind> {
    let is_added = |(kind, number): &&(Kind, Option<String>)| {
        number.is_some() && phone(phones, *kind).is_none()
    };
    wanted
        .iter()
        .filter(is_added)
        .map(|(kind, _)| *kind)
        .collect()
}

/// A row that says what another says too cannot be named.
fn only(items: &[WireItem], item: &WireItem, attribute: Attribute) -> Result<(), Refusal> {
    let is_same = |other: &&WireItem| text(other) == text(item);
    if items.iter().filter(is_same).count() > 1 {
        let reason = "the contact has the same value twice in Kaseya BMS, which tells them apart \
                      by nothing else; remove one there";
        return Err(refusal(attribute.as_str(), reason));
    }
    Ok(())
}

/// What a row says, exactly as it is stored.
fn text(item: &WireItem) -> &str {
    match &item.value {
        Said::Value(text) => text,
        Said::Cleared | Said::Nothing => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(rows: Value) -> Vec<WireItem> {
        serde_json::from_value(rows).unwrap()
    }

    fn phones() -> Vec<WireItem> {
        items(json!([
            {"phone": "1", "phonetypeid": 5, "phonetype": "Home", "isdefault": true},
            {"phone": "2", "phonetypeid": 1, "phonetype": "Work", "isdefault": false},
            {"phone": "3", "phonetypeid": 2, "phonetype": "Cell Phone", "isdefault": false},
            {"phone": "4", "phonetypeid": 1, "phonetype": "Work", "isdefault": false}
        ]))
    }

    fn types() -> Types {
        Types::parse("email=1 mobile=2 desk=3")
    }

    #[test]
    fn of_several_the_default_one_is_ours_and_else_the_first() {
        let value = |item: Option<&WireItem>| item.map(|item| text(item).to_owned());
        assert_eq!(value(phone(&phones(), Kind::Desk)).as_deref(), Some("2"));
        assert_eq!(value(phone(&phones(), Kind::Mobile)).as_deref(), Some("3"));
        let mut later = phones();
        later[3].is_default = Some(true);
        assert_eq!(value(phone(&later, Kind::Desk)).as_deref(), Some("4"));
        let home =
            items(json!([{"phone": "1", "phonetype": "Home"}, {"phone": "2", "phonetype": "Fax"}]));
        assert_eq!(value(phone(&home, Kind::Desk)), None);
        let emails =
            items(json!([{"emailaddress": "a"}, {"emailaddress": "b", "isdefault": true}]));
        assert_eq!(value(main_email(&emails)).as_deref(), Some("b"));
        assert_eq!(value(main_email(&emails[..1])).as_deref(), Some("a"));
        assert_eq!(value(main_email(&[])), None);
    }

    #[test]
    fn phones_are_changed_in_place_added_and_removed() {
        let changes = phone_changes(
            &phones(),
            &[(Kind::Mobile, Some("30".into())), (Kind::Desk, None)],
            &types(),
        )
        .unwrap();
        assert_eq!(
            changes.body,
            [
                json!({"Operation": 1, "PhoneNumber": "3", "NewPhoneNumber": "30", "TypeId": 2, "IsDefault": false}),
                json!({"Operation": 2, "PhoneNumber": "2"}),
            ]
        );
        assert!(changes.is_done(&WireItemsChanged {
            added: Some(0),
            updated: Some(1),
            deleted: Some(1)
        }));
        assert!(!changes.is_done(&WireItemsChanged {
            added: Some(1),
            ..WireItemsChanged::default()
        }));
        assert!(changes.is_done(&WireItemsChanged::default()));
        let wanted = [
            (Kind::Mobile, Some("9".into())),
            (Kind::Desk, Some("8".into())),
        ];
        assert_eq!(kinds_to_add(&[], &wanted), [Kind::Mobile, Kind::Desk]);
        assert!(kinds_to_add(&phones(), &wanted).is_empty());
        let added = phone_changes(&[], &wanted, &types()).unwrap();
        assert_eq!(
            added.body,
            [
                json!({"Operation": 0, "PhoneNumber": "9", "TypeId": 2, "IsDefault": true}),
                json!({"Operation": 0, "PhoneNumber": "8", "TypeId": 3, "IsDefault": false}),
            ]
        );
        // What is so already is not written.
        for wanted in [[(Kind::Mobile, Some("3".into()))], [(Kind::Mobile, None)]] {
            let rows = if wanted[0].1.is_some() {
                phones()
            } else {
                Vec::new()
            };
            assert_eq!(
                phone_changes(&rows, &wanted, &types()).unwrap(),
                Changes::default()
            );
        }
    }

    #[test]
    fn what_cannot_be_named_or_has_no_type_is_refused() {
        let twice = items(json!([
            {"phone": "1", "phonetype": "Work"}, {"phone": "1", "phonetype": "Mobile"}
        ]));
        let refused = phone_changes(&twice, &[(Kind::Mobile, None)], &types()).unwrap_err();
        assert_eq!(refused.field, "mobile");
        let wanted = [(Kind::Desk, Some("8".into()))];
        let refused = phone_changes(&[], &wanted, &Types::default()).unwrap_err();
        assert_eq!(refused.field, "phone");
        let refused = email_changes(&[], "a@a.example", &Types::default()).unwrap_err();
        assert_eq!(refused.field, "email");
    }

    #[test]
    fn the_main_address_is_changed_in_place_raised_or_added() {
        let emails = items(json!([
            {"emailaddress": "a@a.example", "emailtypeid": 4, "isdefault": false},
            {"emailaddress": "b@a.example", "emailtypeid": 5, "isdefault": true}
        ]));
        let body = |address: &str| email_changes(&emails, address, &types()).unwrap().body;
        assert_eq!(
            body("c@a.example"),
            [
                json!({"Operation": 1, "EmailAddress": "b@a.example", "NewEmailAddress": "c@a.example",
                "TypeId": 5, "IsDefault": true})
            ]
        );
        assert_eq!(
            body("A@a.example"),
            [
                json!({"Operation": 1, "EmailAddress": "b@a.example", "NewEmailAddress": "b@a.example",
                    "TypeId": 5, "IsDefault": false}),
                json!({"Operation": 1, "EmailAddress": "a@a.example", "NewEmailAddress": "A@a.example",
                    "TypeId": 4, "IsDefault": true}),
            ]
        );
        assert_eq!(body("b@a.example"), Vec::<Value>::new());
        assert_eq!(body("B@a.example").len(), 1);
        let added = email_changes(&[], "c@a.example", &types()).unwrap();
        assert_eq!(
            added.body,
            [
                json!({"Operation": 0, "EmailAddress": "c@a.example", "TypeId": 1, "IsDefault": true})
            ]
        );
    }
}

//! The stored form of an account, as it stands in the table: a change of it shows here.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::account::{
    Account, AccountState, AccountType, Candidate, MatchRule, Origin, PsaStanding, PsaStatus,
};
use domain::docs::{DocsStanding, DocsStatus, EntryCandidate, EntryRule, Reason, Told};
use domain::fields::{Attribute, Fields};
use domain::identity::{Departure, Gone, Identity, IdentityKey, IdentityKind, Source};

use super::fixture::{account, at, contact, entry, northwind};
use crate::store::StoreError;
use crate::store::attr::{Item, size_of};
use crate::store::item::{account_of, item_of_account};

/// An ordinary user of Microsoft 365 with all that such users have, linked to a contact.
fn ordinary() -> Account {
    let mut account = account(&northwind(), 1);
    let identity = &mut account.identities[0];
    let text = |text: &str| Some(text.to_owned());
    identity.fields = Fields {
        display_name: text("Henriette Abelsen-Nordström"),
        username: text("henriette.abelsen-nordstrom@northwindjoinery.example"),
        given_name: text("Henriette"),
        surname: text("Abelsen-Nordström"),
        email: text("henriette.abelsen-nordstrom@northwindjoinery.example"),
        mobile: text("+46 70 555 01 00"),
        phone: text("+46 8 555 01 00 ext. 114"),
        job_title: text("Regional Operations Manager"),
        department: text("Operations and Logistics"),
    };
    identity.alternate_emails = vec!["h.abelsen@northwindjoinery.example".to_owned()];
    identity.licences = vec![
        "05e9a617-0261-4cee-bb44-138d3ef5d965".to_owned(),
        "f30db892-07e9-47e9-837c-80727f46fd3d".to_owned(),
    ];
    account.fields = identity.fields.clone();
    account.fields.mobile = text("+46 70 555 01 99");
    account.origins = BTreeMap::from([(Attribute::Mobile, Origin::Psa)]);
    account.type_reason =
        "no directory role, no privileged group, no pattern of service accounts".to_owned();
    account.psa = PsaStanding {
        status: PsaStatus::Matched,
        contact: Some(contact("5012")),
        rule: Some(MatchRule::Email),
        pushed: BTreeMap::from([
            ("job_title".to_owned(), "0011223344556677".to_owned()),
            ("external_id".to_owned(), "8899aabbccddeeff".to_owned()),
        ]),
        ..PsaStanding::default()
    };
    account.docs = DocsStanding {
        status: DocsStatus::Matched,
        entry: Some(entry("90417")),
        rule: Some(EntryRule::AccountName),
        ..DocsStanding::default()
    };
    account
}

/// An account that uses every part of the form.
fn unusual() -> Account {
    let mut account = account(&northwind(), 2);
    account.revision = 41;
    account.account_type = AccountType::Administrator;
    account.type_reason = "Global Administrator".to_owned();
    account.type_moved_by_person = true;
    account.state = AccountState::Removed;
    account.state_since = at(77);
    let cloud = &mut account.identities[0];
    cloud.fields.job_title = Some("Carpenter".to_owned());
    cloud.anchor.guid = Some("0b9c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f".to_owned());
    cloud.gone = Some(Gone {
        at: at(77),
        how: Departure::DeletedForGood,
    });
    let mut local = Identity::new(IdentityKey::new(
        Source::LocalWindows,
        "pc-7/S-1-5-21-1-1001",
    ));
    local.kind = IdentityKind::SharedMailbox;
    local.sam_account_name = Some("ada".to_owned());
    local.distinguished_name = Some("CN=Ada,DC=northwind,DC=example".to_owned());
    local.privileges = vec!["Administrators".to_owned()];
    local.anchor.sid = Some("s-1-5-21-1-1001".to_owned());
    local.enabled = false;
    local.expires_at = Some(at(10));
    local.gone = Some(Gone {
        at: at(70),
        how: Departure::NotInCompleteReading,
    });
    account.identities.push(local);
    account.fields.job_title = None;
    account.psa = PsaStanding {
        status: PsaStatus::MoreThanOneMatch,
        rule: Some(MatchRule::Name),
        candidates: vec![Candidate {
            contact: contact("7"),
            rule: MatchRule::Name,
            why_not: "two contacts have this name".to_owned(),
        }],
        reason: Some("two contacts".to_owned()),
        creating_since: Some(at(5)),
        ..PsaStanding::default()
    };
    account.docs = DocsStanding {
        status: DocsStatus::PossibleMatch,
        entry: None,
        rule: Some(EntryRule::Manual),
        candidates: vec![EntryCandidate {
            entry: entry("7"),
            why_not: Reason::CategoryEmpty.to_string(),
        }],
        reason: Some("the category is read-only".to_owned()),
        lost: Some(entry("8")),
        fills_category: true,
        creating_since: Some(at(6)),
        refused: Some("0011223344556677".to_owned()),
        told: BTreeMap::from([
            (Told::Details, "8899aabbccddeeff".to_owned()),
            (Told::Names, "0011223344556677".to_owned()),
        ]),
    };
    account
}

/// An item as text, by name.
fn shown(item: &Item) -> String {
    let sorted: BTreeMap<&String, &Value> = item.iter().collect();
    let parts = sorted
        .iter()
        .map(|(name, value)| format!("{name}: {}", shown_value(value)));
    parts.collect::<Vec<_>>().join(", ")
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the SDK's enum, of which we store these kinds"
)]
fn shown_value(value: &Value) -> String {
    match value {
        Value::S(text) => format!("\"{text}\""),
        Value::N(number) => number.clone(),
        Value::B(blob) => format!("0x{}", hex::encode(blob.as_ref())),
        Value::Bool(flag) => flag.to_string(),
        Value::Null(_) => "null".to_owned(),
        Value::M(map) => format!("{{{}}}", shown(map)),
        Value::L(list) => {
            let list: Vec<String> = list.iter().map(shown_value).collect();
            format!("[{}]", list.join(", "))
        }
        _ => panic!("no such value is written"),
    }
}

#[test]
fn an_ordinary_account_stays_below_a_write_unit() {
    let account = ordinary();
    let item = item_of_account(&account);
    assert_eq!(account_of(&item).unwrap(), account);
    let size = size_of(&item);
    assert!(size < 1_000, "{size} bytes: {}", shown(&item));
    assert_eq!(
        shown(&item),
        "d: {e: \"90417\", ru: \"account-name\", st: \"matched\"}, \
         f: {m: \"+46 70 555 01 99\"}, \
         i: 1795507200, \
         ids: [{alt: [\"h.abelsen@northwindjoinery.example\"], \
         f: {d: \"Operations and Logistics\", \
         e: \"henriette.abelsen-nordstrom@northwindjoinery.example\", \
         g: \"Henriette\", j: \"Regional Operations Manager\", m: \"+46 70 555 01 00\", \
         n: \"Henriette Abelsen-Nordström\", p: \"+46 8 555 01 00 ext. 114\", \
         s: \"Abelsen-Nordström\", \
         u: \"henriette.abelsen-nordstrom@northwindjoinery.example\"}, \
         id: 0x00000000000040008000000000000001, \
         lic: [0x05e9a61702614ceebb44138d3ef5d965, 0xf30db89207e947e9837c80727f46fd3d]}], \
         kind: \"account\", \
         o: {m: \"p\"}, \
         p: {c: \"5012\", pu: {j: 0x0011223344556677, ~external_id: 0x8899aabbccddeeff}, \
         ru: \"email\", st: \"matched\"}, \
         pk: \"CUSTOMER#northwind#ACCOUNTS\", \
         r: 1, \
         sk: \"acc_6e521c7dde91137c4ed9a275c07da7b0\", \
         v: 1"
    );
    assert_eq!(size, 606, "the size is known to the byte");
}

/// Items that were written before there were documentation systems have no `d`.
#[test]
fn an_item_of_an_earlier_program_is_read() {
    let account = ordinary();
    let mut item = item_of_account(&account);
    item.remove("d");
    let read = account_of(&item).unwrap();
    assert_eq!(read.docs, DocsStanding::default());
    assert_eq!(
        read,
        Account {
            docs: DocsStanding::default(),
            ..account
        }
    );
}

/// A reason takes a few bytes of a standing, not a sentence.
#[test]
fn an_account_without_an_entry_is_stored_with_the_code_of_its_reason() {
    let mut account = ordinary();
    account.docs = DocsStanding {
        status: DocsStatus::NoMatch,
        reason: Some(Reason::NoneMadeByPolicy.to_string()),
        ..DocsStanding::default()
    };
    let item = item_of_account(&account);
    assert!(shown(&item).starts_with("d: {re: \"~policy\", st: \"no-match\"}, "));
    assert_eq!(account_of(&item).unwrap(), account);
    assert!(size_of(&item) < 620, "{} bytes", size_of(&item));
}

#[test]
fn an_unusual_account_uses_every_part_of_the_form() {
    let account = unusual();
    let item = item_of_account(&account);
    assert_eq!(account_of(&item).unwrap(), account);
    assert_eq!(
        shown(&item),
        "d: {ca: [{e: \"7\", no: \"~no-category\"}], cr: 1795507206, fc: true, lo: \"8\", \
         re: \"the category is read-only\", rf: \"0011223344556677\", ru: \"manual\", \
         st: \"possible-match\", to: {d: 0x8899aabbccddeeff, n: 0x0011223344556677}}, \
         f: {j: null}, i: 1795507200, \
         ids: [{ag: 0x0b9c2f5e8a544f3e9d570a1b2c3d4e5f, \
         f: {e: \"person2@northwind.example\", j: \"Carpenter\", n: \"Person 2\", \
         u: \"person2@northwind.example\"}, ga: 1795507277, gh: \"for-good\", \
         id: 0x00000000000040008000000000000002}, \
         {as: \"s-1-5-21-1-1001\", dn: \"CN=Ada,DC=northwind,DC=example\", ga: 1795507270, \
         gh: \"missing\", id: \"pc-7/s-1-5-21-1-1001\", k: \"shared\", off: true, \
         pr: [\"Administrators\"], s: \"l\", sam: \"ada\", x: 1795507210}], \
         kind: \"account\", \
         p: {ca: [{c: \"7\", no: \"two contacts have this name\", ru: \"name\"}], \
         cr: 1795507205, re: \"two contacts\", ru: \"name\", st: \"more-than-one-match\"}, \
         pk: \"CUSTOMER#northwind#ACCOUNTS\", r: 41, \
         sk: \"acc_7cc33d4799c8b662e7981c8232e3d081\", ss: 1795507277, st: \"removed\", \
         t: \"administrator\", tp: true, v: 1, why: \"Global Administrator\""
    );
}

#[test]
fn what_a_later_program_adds_is_not_looked_at() {
    let account = unusual();
    let mut item = item_of_account(&account);
    item.insert("later".to_owned(), Value::S("x".to_owned()));
    let Some(Value::L(identities)) = item.get_mut("ids") else {
        panic!("there are identities");
    };
    let Some(Value::M(identity)) = identities.first_mut() else {
        panic!("an identity is a map");
    };
    identity.insert("later".to_owned(), Value::N("1".to_owned()));
    assert_eq!(account_of(&item).unwrap(), account);
}

#[test]
fn an_item_that_cannot_be_read_names_its_key_and_nothing_else() {
    let whole = item_of_account(&ordinary());
    for (name, value) in [
        ("v", Value::N("2".to_owned())),
        ("v", Value::S("1".to_owned())),
        ("r", Value::N("1.5".to_owned())),
        ("t", Value::S("Henriette".to_owned())),
        ("st", Value::Bool(true)),
        ("i", Value::S("Henriette".to_owned())),
        ("ids", Value::M(Item::new())),
        ("ids", Value::L(vec![Value::S("Henriette".to_owned())])),
        ("f", Value::L(Vec::new())),
        (
            "o",
            Value::M(Item::from([("?".to_owned(), Value::S("m".to_owned()))])),
        ),
        (
            "p",
            Value::M(Item::from([("c".to_owned(), Value::S("a b".to_owned()))])),
        ),
        (
            "d",
            Value::M(Item::from([("e".to_owned(), Value::S("a b".to_owned()))])),
        ),
        (
            "d",
            Value::M(Item::from([(
                "st".to_owned(),
                Value::S("Henriette".to_owned()),
            )])),
        ),
    ] {
        let mut item = whole.clone();
        item.insert(name.to_owned(), value);
        let error = account_of(&item).unwrap_err();
        let StoreError::Corrupt { key, .. } = &error else {
            panic!("{name}: {error}");
        };
        assert!(key.starts_with("CUSTOMER#northwind#ACCOUNTS/acc_"), "{key}");
        assert!(!error.to_string().contains("Henriette"), "{error}");
    }
    for name in ["v", "r", "i", "pk", "sk"] {
        let mut item = whole.clone();
        item.remove(name);
        assert!(
            matches!(account_of(&item), Err(StoreError::Corrupt { .. })),
            "{name}"
        );
    }
}

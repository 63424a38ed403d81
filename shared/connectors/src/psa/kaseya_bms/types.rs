//! The kinds of addresses and phones, which each tenant numbers itself: learnt from contacts that are
//! there, and from the tenant's tables, whose names are not published.

use std::collections::BTreeMap;

use domain::fields::Attribute;

use super::KaseyaBms;
use super::client::{Query, unreadable};
use super::read::{CONTACTS, LOOKUP};
use super::wire::{WireContact, WireLookup};
use super::write::{Refusal, refusal};
use crate::error::ConnectorError;
use crate::psa::paging::PAGE_SIZE;

/// What is remembered of a tenant.
const WHAT: &str = "types of addresses and phones";
/// The tables as the vendor's other tables are named.
const EMAIL_TYPES: &str = "EmailTypes";
const PHONE_TYPES: &str = "PhoneTypes";

/// A kind of address or phone that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Email,
    Mobile,
    Desk,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Email, Self::Mobile, Self::Desk];

    fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::Desk => "desk",
        }
    }

    /// What it is called in our words.
    pub(super) fn attribute(self) -> Attribute {
        match self {
            Self::Email => Attribute::Email,
            Self::Mobile => Attribute::Mobile,
            Self::Desk => Attribute::Phone,
        }
    }
}

/// Is a phone of a type with that name the mobile one, the desk phone, or neither? Names are the
/// MSP's own; those that BMS comes with are English.
pub(super) fn kind_of_phone(type_name: &str) -> Option<Kind> {
    let name = type_name.to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if holds(&["mobile", "cell"]) {
        Some(Kind::Mobile)
    } else if holds(&["home", "private", "personal", "fax", "pager"]) {
        None
    } else {
        Some(Kind::Desk)
    }
}

/// The numbers of the types to add with; the smallest rank is the best one found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Types(BTreeMap<Kind, (u8, i64)>);

impl Types {
    /// Takes back what was remembered.
    pub(super) fn parse(text: &str) -> Self {
        let entries = text.split(' ').filter_map(|entry| {
            let (name, id) = entry.split_once('=')?;
            let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
            Some((kind, (0, id.parse().ok()?)))
        });
        Self(entries.collect())
    }

    fn to_text(&self) -> String {
        let entries = self.0.iter();
        let entries = entries.map(|(kind, (_, id))| format!("{}={id}", kind.as_str()));
        entries.collect::<Vec<_>>().join(" ")
    }

    fn have(&self, kinds: &[Kind]) -> bool {
        kinds.iter().all(|kind| self.0.contains_key(kind))
    }

    /// The type of a new entry.
    pub(super) fn require(&self, kind: Kind) -> Result<i64, Refusal> {
        let found = self.0.get(&kind).map(|(_, id)| *id);
        found.ok_or_else(|| {
            let reason = "no type for it is known: give any contact in Kaseya BMS one, so that the \
                          number of its type can be seen";
            refusal(kind.attribute().as_str(), reason)
        })
    }

    fn learn_email(&mut self, name: &str, id: Option<i64>, is_default: bool) {
        let name = name.to_lowercase();
        let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let rank = if holds(&["work", "business", "office"]) {
            0
        } else if is_default {
            1
        } else if holds(&["home", "private", "personal"]) {
            3
        } else {
            2
        };
        self.offer(Kind::Email, rank, id);
    }

    fn learn_phone(&mut self, name: &str, id: Option<i64>) {
        let Some(kind) = kind_of_phone(name) else {
            return;
        };
        let name = name.to_lowercase();
        let is_usual = ["work", "business", "office", "mobile"]
            .iter()
            .any(|word| name.contains(word));
        self.offer(kind, u8::from(!is_usual), id);
    }

    fn offer(&mut self, kind: Kind, rank: u8, id: Option<i64>) {
        let Some(id) = id.filter(|id| *id > 0) else {
            return;
        };
        let best = self.0.entry(kind).or_insert((rank, id));
        *best = (*best).min((rank, id));
    }

    fn learn_from(&mut self, contact: &WireContact) {
        for email in contact.emails.iter().flatten() {
            let name = email.type_name.value().map_or("", String::as_str);
            self.learn_email(name, email.type_id, email.is_default == Some(true));
        }
        for phone in contact.phones.iter().flatten() {
            let name = phone.type_name.value().map_or("", String::as_str);
            self.learn_phone(name, phone.type_id);
        }
    }
}

impl KaseyaBms {
    /// The types of these kinds, as far as they can be found out; kept for the process.
    pub(super) async fn types(&self, kinds: &[Kind]) -> Result<Types, ConnectorError> {
        let mut types = Types::parse(&self.client.told(WHAT).unwrap_or_default());
        if types.have(kinds) {
            return Ok(types);
        }
        let sample: Query = vec![
            ("PageSize", PAGE_SIZE.to_string()),
            ("PageNumber", "1".to_owned()),
        ];
        let contacts = self.client.get(&CONTACTS, &[], &sample).await?;
        for contact in contacts.rows::<WireContact>()? {
            types.learn_from(&contact);
        }
        if !types.have(&[Kind::Email]) {
            for row in self.table(EMAIL_TYPES).await? {
                let name = row.name.value().map_or("", String::as_str);
                types.learn_email(name, row.id, row.is_default == Some(true));
            }
        }
        if !types.have(kinds) {
            for row in self.table(PHONE_TYPES).await? {
                types.learn_phone(row.name.value().map_or("", String::as_str), row.id);
            }
        }
        if types.have(kinds) {
            self.client.remember(WHAT, &types.to_text());
        }
        Ok(types)
    }

    /// One of the tenant's tables; nothing where there is none of that name.
    async fn table(&self, name: &str) -> Result<Vec<WireLookup>, ConnectorError> {
        let rows = match self.client.get(&LOOKUP, &[name], &Query::new()).await {
            Ok(told) if told.result.is_null() => Vec::new(),
            Ok(told) => told
                .rows()
                .map_err(|_| unreadable("a table that is no list"))?,
            Err(ConnectorError::NotFound { .. } | ConnectorError::Refused { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let is_used = |row: &WireLookup| row.is_active != Some(false);
        Ok(rows.into_iter().filter(is_used).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn phones_are_told_apart_by_the_names_of_their_types() {
        for (name, expected) in [
            ("Mobile", Some(Kind::Mobile)),
            ("Cell Phone", Some(Kind::Mobile)),
            ("Work", Some(Kind::Desk)),
            ("Direct line", Some(Kind::Desk)),
            ("", Some(Kind::Desk)),
            ("Home", None),
            ("Work Fax", None),
        ] {
            assert_eq!(kind_of_phone(name), expected, "{name}");
        }
    }

    #[test]
    fn the_best_type_is_learnt_from_contacts_and_remembered() {
        let mut types = Types::default();
        let contact: WireContact = serde_json::from_value(json!({
            "emails": [{"emailaddress": "a", "emailtypeid": 9, "emailtype": "Personal", "isdefault": true},
                {"emailaddress": "b", "emailtypeid": 4, "emailtype": "Business"}],
            "phones": [{"phone": "1", "phonetypeid": 6, "phonetype": "Direct"},
                {"phone": "2", "phonetypeid": 3, "phonetype": "Home"},
                {"phone": "3", "phonetypeid": 0, "phonetype": "Mobile"}]
        }))
        .unwrap();
        types.learn_from(&contact);
        assert!(types.have(&[Kind::Email, Kind::Desk]));
        assert!(!types.have(&[Kind::Mobile]));
        types.learn_phone("Work", Some(1));
        types.learn_phone("Cell", Some(8));
        assert_eq!(types.to_text(), "email=4 mobile=8 desk=1");
        let again = Types::parse(&types.to_text());
        assert_eq!(again.require(Kind::Mobile).ok(), Some(8));
        assert!(
            Types::parse("nonsense email=x")
                .require(Kind::Email)
                .is_err()
        );
    }
}

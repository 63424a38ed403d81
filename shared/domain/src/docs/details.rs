//! What a person edited of an account here that no PSA is told (B29): the block that stands in the
//! notes of the account's entry. Entries have no fields of their own for it.
//!
//! Invariant: nothing but values that a person put here, and only while the account has no contact.

use std::fmt;

use crate::account::{Account, Origin};
use crate::fields::Attribute;
use crate::id::AccountId;
use crate::push::{digest, valid};

/// What is told, and how it is called in the notes, in its order.
const SHOWN: [(Attribute, &str); 3] = [
    (Attribute::Email, "E-mail"),
    (Attribute::Mobile, "Mobile"),
    (Attribute::Phone, "Phone"),
];

/// The lines of the block; without lines there is no block.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Details {
    lines: Vec<String>,
}

impl Details {
    /// What is to stand in the notes of the account's entry: what a person edited, where no contact in
    /// the PSA says it. A value that was cleared has no line (D12).
    pub fn of(account: &Account) -> Self {
        if account.contact().is_some() {
            return Self::default();
        }
        let by_person = SHOWN
            .into_iter()
            .filter(|(attribute, _)| account.origins.get(attribute) == Some(&Origin::Person));
        let lines = by_person.filter_map(|(attribute, name)| {
            let value = valid(attribute, account.fields.get(attribute))?;
            Some(format!("{name}: {value}"))
        });
        Self {
            lines: lines.collect(),
        }
    }

    /// Is nothing to stand there?
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines, such as `E-mail: ada@northwind.example`.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// A digest that tells whether it is what was written last; `None` for nothing.
    pub(super) fn digest(&self, account: &AccountId) -> Option<String> {
        let text = self.lines.join("\u{1f}");
        (!self.is_empty()).then(|| digest(account, "docs-details", &text))
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details")
            .field("lines", &self.lines.len())
            .finish()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::fixture::{Who, account};
    use super::*;
    use crate::id::ContactId;

    /// Details of an address alone.
    pub(in crate::docs) fn details(email: &str) -> Details {
        Details::of(&edited(&[(Attribute::Email, Some(email))]))
    }

    fn edited(values: &[(Attribute, Option<&str>)]) -> Account {
        let mut account = account("1").in_cloud("ada@northwind.example");
        for (attribute, value) in values {
            account.fields.set(*attribute, value.map(str::to_owned));
            account.origins.insert(*attribute, Origin::Person);
        }
        account
    }

    #[test]
    fn b29_d12_what_a_person_edited_is_told_and_what_was_cleared_is_not() {
        let both = [
            (Attribute::Mobile, Some("+46 70 555 01 80")),
            (Attribute::Email, Some(" new@northwind.example ")),
        ];
        for (values, lines) in [
            (
                &both[..],
                vec!["E-mail: new@northwind.example", "Mobile: +46 70 555 01 80"],
            ),
            (&both[..1], vec!["Mobile: +46 70 555 01 80"]),
            (&[(Attribute::Email, None)], vec![]),
            // What could not be edited so is not told either.
            (&[(Attribute::Phone, Some("call me"))], vec![]),
            (&[(Attribute::JobTitle, Some("Chief"))], vec![]),
            (&[], vec![]),
        ] {
            assert_eq!(Details::of(&edited(values)).lines(), lines, "{values:?}");
        }
    }

    #[test]
    fn b29_an_account_with_a_contact_and_one_that_nobody_edited_tell_nothing() {
        let values = [(Attribute::Email, Some("new@northwind.example"))];
        let mut account = edited(&values);
        account.psa.contact = Some(ContactId::parse("7").unwrap());
        assert!(Details::of(&account).is_empty());
        let mut account = edited(&values);
        account.origins.insert(Attribute::Email, Origin::Psa);
        assert!(Details::of(&account).is_empty());
        account.origins.clear();
        assert!(Details::of(&account).is_empty());
    }

    #[test]
    fn a_digest_tells_details_apart_and_debug_tells_none() {
        let (details, other) = (
            details("a@northwind.example"),
            details("b@northwind.example"),
        );
        let (one, two) = (account("1").id, account("2").id);
        assert_ne!(details.digest(&one), other.digest(&one));
        assert_ne!(details.digest(&one), details.digest(&two));
        assert_eq!(Details::default().digest(&one), None);
        assert_eq!(format!("{details:?}"), "Details { lines: 1 }");
    }
}

//! Which page is asked for. The question is whatever a button, or somebody in its place, sends.

use domain::id::{AccountId, CustomerId};
use serde_json::Value;

/// What is asked for.
pub(super) enum Question {
    All,
    Runs(String),
    Contacts(Part),
    Entries(Part),
}

/// Which accounts of a list.
pub(super) enum Part {
    /// Those of the customers after a cursor; of the first where there is none.
    Customers(Option<String>),
    /// Those of one customer, after one of them.
    Of(CustomerId, Option<AccountId>),
}

impl Question {
    /// `None` where a parameter is not what it should be. Parameters that we do not know are those
    /// of newer dashboards, and passed over.
    pub(super) fn of(event: &Value) -> Option<Self> {
        let text = |name: &str| match event.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) => Some(Some(text.clone())),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => None,
        };
        let customer = |name: &str| text(name)?.map(CustomerId::parse).transpose().ok();
        let (runs, matches, entries) = (text("runs")?, text("matches")?, text("entries")?);
        let (contacts_of, entries_of) = (customer("customer")?, customer("entries_of")?);
        let after = text("after")?.map(AccountId::parse).transpose().ok()?;
        Some(if let Some(cursor) = runs {
            Self::Runs(cursor)
        } else if matches.is_some() {
            Self::Contacts(Part::Customers(matches))
        } else if entries.is_some() {
            Self::Entries(Part::Customers(entries))
        } else if let Some(customer) = contacts_of {
            Self::Contacts(Part::Of(customer, after))
        } else if let Some(customer) = entries_of {
            Self::Entries(Part::Of(customer, after))
        } else {
            Self::All
        })
    }
}

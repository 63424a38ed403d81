//! The PSA of the demo's MSP: a simulator of each, and the one place that tells them apart.
//!
//! To read first: [`Psa`], which says in words that all of them share what the demo does in one.

mod autotask;
mod connectwise;
mod halo;
mod kaseya_bms;
mod syncro;

use std::io;

use async_trait::async_trait;
use connectors::psa::PsaKind;
use domain::push::custom::{CustomField, OFFICE_365_ID, TYPE_MAPPING};
use serde_json::Value;
use simulators::population::Contact;

use super::texts::{lines, text};

/// The end of the path to which the PSA delivers. It guards nothing, and nor do the other secrets of
/// the demo: the MSP is simulated.
pub(super) const WEBHOOK_PATH_TOKEN: &str = "demo-0b6f2c1a9d7e4f38a5c2";

/// The custom fields that the MSP has made for its contacts; for its companies there is
/// `Tenant365Id`.
const FIELDS: [&str; 4] = [
    CustomField::SupportPin.name(),
    CustomField::IsOffice365.name(),
    TYPE_MAPPING,
    OFFICE_365_ID,
];

/// Starts a PSA that has the MSP's custom fields, and no company yet.
pub(super) async fn start(kind: PsaKind) -> io::Result<Box<dyn Psa>> {
    Ok(match kind {
        PsaKind::Halo => Box::new(halo::start().await?),
        PsaKind::Autotask => Box::new(autotask::start().await?),
        PsaKind::ConnectWise => Box::new(connectwise::start().await?),
        PsaKind::KaseyaBms => Box::new(kaseya_bms::start().await?),
        PsaKind::Syncro => Box::new(syncro::start().await?),
    })
}

/// A running PSA. Ids are numbers in all of them.
#[async_trait]
pub(super) trait Psa: Send + Sync {
    /// A new company, with what a contact in it needs. Returns its id.
    fn open_company(&self, name: &str) -> i64;

    /// People of a company whom the MSP knows already.
    fn know(&self, company: i64, contacts: &[Contact]);

    /// The lines of the table `[psa]` in a configuration, after `system`.
    fn settings(&self) -> String;

    /// A technician corrects address and mobile phone. False where there is no such contact.
    fn correct(&self, contact: i64, email: &str, mobile: &str) -> bool;

    /// What it holds of a contact.
    fn shown(&self, contact: i64) -> Option<Shown>;

    /// From now on changes are to be delivered there. It is left so where a PSA delivers nothing.
    fn deliver_to(&self, _url: String) {}

    /// Delivers what changed, and returns the statuses of the answers.
    async fn send(&self) -> Vec<u16> {
        Vec::new()
    }

    /// By what it proves that a delivery is its own.
    fn proof(&self) -> String {
        String::new()
    }

    /// Where it is, for people.
    fn address(&self) -> String;

    /// What people sign in with there.
    fn credentials(&self) -> String;
}

/// A contact as the PSA holds it; what is not there is empty.
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) mobile: String,
    /// The custom field `SupportPIN`.
    pub(super) support_pin: String,
    /// The custom field `IsOffice365`.
    pub(super) is_office_365: String,
}

/// As [`text`], of the row in a list of the record whose value at that JSON pointer is the wanted one.
fn text_in<T>(record: &Value, list: &str, (at, wanted): (&str, T), member: &str) -> String
where
    Value: PartialEq<T>,
{
    let rows = record.get(list).and_then(Value::as_array);
    let is_it = |row: &&Value| row.pointer(at).is_some_and(|value| *value == wanted);
    let row = rows.into_iter().flatten().find(is_it);
    row.map_or_else(String::new, |row| text(row, member))
}

//! BMS's words to ours. Pure: what is known of a contact is what the answer held, no more.

use domain::fields::{Attribute, Fields};
use domain::id::{CompanyId, ContactId, SiteId};
use domain::identity::Said;
use domain::push::contact::{Contact, ContactKind};

use super::custom::Held;
use super::items::{main_email, phone};
use super::types::Kind;
use super::wire::{WireAccount, WireContact, WireError, WireItem};
use crate::psa::Company;
use crate::psa::names::NO_NAME;

/// A contact, as far as the answer tells. One that does not say whose it is belongs to the company
/// that was asked for. `held` is what its custom fields say, where they were asked for.
pub(super) fn contact(
    row: WireContact,
    asked: Option<&CompanyId>,
    held: Option<Held>,
) -> Result<Contact, WireError> {
    let id = contact_id(row.id).ok_or(WireError::BadRow)?;
    let company = row.account_id.map_or_else(|| asked.cloned(), company_id);
    let company = company.ok_or(WireError::BadRow)?;
    let mut fields = Fields::default();
    let mut known = Vec::new();
    for (attribute, said) in [
        (Attribute::GivenName, name(row.first_name)),
        (Attribute::Surname, name(row.last_name)),
        (Attribute::Email, item(row.emails.as_deref(), main_email)),
        (
            Attribute::Mobile,
            item(row.phones.as_deref(), |all| phone(all, Kind::Mobile)),
        ),
        (
            Attribute::Phone,
            item(row.phones.as_deref(), |all| phone(all, Kind::Desk)),
        ),
        (Attribute::JobTitle, row.job_title),
    ] {
        if said != Said::Nothing {
            known.push(attribute);
        }
        said.write_to(fields.slot_mut(attribute));
    }
    // To be shown and compared. Not known, since BMS has no such field to be written.
    fields.display_name = display_name(&fields);
    let held = held.unwrap_or_default();
    Ok(Contact {
        id,
        company,
        site: row.location_id.and_then(site_id),
        fields,
        known,
        // BMS keeps any number of them; they are neither matched by (B168) nor written.
        alternate_emails: Vec::new(),
        // A contact that does not say is not taken for a leaver.
        active: row.is_active.unwrap_or(true),
        external_id: held.external_id,
        // Technicians are employees, no contacts; BMS makes no placeholders.
        kind: ContactKind::Person,
        custom: held.custom,
        types: held.types,
    })
}

/// A list that was not there tells nothing, one without ours that there is none.
fn item(all: Option<&[WireItem]>, ours: impl Fn(&[WireItem]) -> Option<&WireItem>) -> Said<String> {
    match all {
        None => Said::Nothing,
        Some(all) => ours(all).map_or(Said::Cleared, |item| item.value.clone()),
    }
}

fn name(said: Said<String>) -> Said<String> {
    match said {
        Said::Value(name) if name.trim() == NO_NAME => Said::Cleared,
        said @ (Said::Value(_) | Said::Cleared | Said::Nothing) => said,
    }
}

fn display_name(fields: &Fields) -> Option<String> {
    let names = [fields.given_name.as_deref(), fields.surname.as_deref()];
    let names: Vec<&str> = names.into_iter().flatten().map(str::trim).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// A company.
pub(super) fn company(account: WireAccount) -> Result<Company, WireError> {
    Ok(Company {
        id: account.id.and_then(company_id).ok_or(WireError::BadRow)?,
        name: account.account_name.value().cloned().unwrap_or_default(),
        active: account.is_active.unwrap_or(true),
        // Not taken over from BMS (B145).
        territory: None,
        account_manager: None,
    })
}

/// A contact's id: a whole number above zero.
pub(super) fn contact_id(id: Option<i64>) -> Option<ContactId> {
    positive(id?).and_then(|text| ContactId::parse(text).ok())
}

fn company_id(id: i64) -> Option<CompanyId> {
    positive(id).and_then(|text| CompanyId::parse(text).ok())
}

/// A location's id; zero is none.
pub(super) fn site_id(id: i64) -> Option<SiteId> {
    positive(id).and_then(|text| SiteId::parse(text).ok())
}

fn positive(id: i64) -> Option<String> {
    (id > 0).then(|| id.to_string())
}

/// The number in one of our ids, if BMS could have given it: its ids have 32 bits.
pub(super) fn number(id: &str) -> Option<i64> {
    id.parse::<i32>()
        .ok()
        .filter(|number| *number > 0)
        .map(i64::from)
}

#[cfg(test)]
mod tests {
    use domain::push::contact::ExternalId;
    use serde_json::{Value, json};

    use super::*;

    fn read(row: Value) -> Contact {
        let company = CompanyId::parse("3301").unwrap();
        contact(serde_json::from_value(row).unwrap(), Some(&company), None).unwrap()
    }

    #[test]
    fn a_row_tells_everything_but_custom_fields() {
        let contact = read(json!({
            "id": 55120, "accountid": 3301, "locationid": 4107, "firstname": "Mara",
            "lastname": "Lindqvist", "jobtitle": null, "isactive": false,
            "emails": [
                {"emailaddress": "m@northwinddental.example", "isdefault": false},
                {"emailaddress": "mara@northwinddental.example", "isdefault": true}
            ],
            "phones": [{"phone": "+46 70 555 0101", "phonetypeid": 2, "phonetype": "Mobile"}]
        }));
        assert_eq!(contact.id.as_str(), "55120");
        assert_eq!(contact.site.unwrap().as_str(), "4107");
        assert_eq!(
            contact.fields.display_name.as_deref(),
            Some("Mara Lindqvist")
        );
        let email = contact.fields.email.as_deref();
        assert_eq!(email, Some("mara@northwinddental.example"));
        assert_eq!(contact.fields.mobile.as_deref(), Some("+46 70 555 0101"));
        assert_eq!(
            (contact.fields.phone, contact.fields.job_title),
            (None, None)
        );
        assert!(!contact.active);
        assert_eq!(contact.known.len(), 6);
        assert!(!contact.known.contains(&Attribute::DisplayName));
        assert_eq!(contact.external_id, None);
        assert!(contact.custom.is_empty() && contact.types.is_none());
    }

    #[test]
    fn b168_other_addresses_are_not_told() {
        let contact = read(json!({"id": 1, "emails": [
            {"emailaddress": "a@a.example", "isdefault": true}, {"emailaddress": "b@a.example"}
        ]}));
        assert!(contact.alternate_emails.is_empty());
    }

    #[test]
    fn what_was_not_said_is_unknown_and_a_dash_is_no_name() {
        let contact = read(json!({"id": 1, "firstname": "Mara", "lastname": "-", "locationid": 0}));
        assert_eq!(contact.known, [Attribute::GivenName, Attribute::Surname]);
        assert_eq!(contact.fields.surname, None);
        assert_eq!(contact.fields.display_name.as_deref(), Some("Mara"));
        assert_eq!(contact.site, None);
        assert!(contact.active);
        assert_eq!(contact.company.as_str(), "3301");
    }

    #[test]
    fn what_custom_fields_hold_comes_along() {
        let row: WireContact = serde_json::from_value(json!({"id": 1, "accountid": 2})).unwrap();
        let held = Held {
            external_id: Some(ExternalId::Empty),
            types: Some(vec!["Standard User".to_owned()]),
            ..Held::default()
        };
        let contact = contact(row, None, Some(held)).unwrap();
        assert_eq!(contact.company.as_str(), "2");
        assert_eq!(contact.external_id, Some(ExternalId::Empty));
        assert_eq!(
            contact.types.as_deref(),
            Some(&["Standard User".to_owned()][..])
        );
        let nowhere: WireContact = serde_json::from_value(json!({"id": 1})).unwrap();
        assert!(super::contact(nowhere, None, None).is_err());
    }

    #[test]
    fn ids_are_whole_numbers_above_zero() {
        for id in ["0", "-1", "1.5", "x", "", "4000000000"] {
            assert_eq!(number(id), None, "{id}");
        }
        assert_eq!(number("55120"), Some(55_120));
        assert_eq!(contact_id(Some(0)), None);
        let row: WireAccount =
            serde_json::from_value(json!({"id": 7, "accountname": "A"})).unwrap();
        let company = company(row).unwrap();
        assert_eq!((company.name.as_str(), company.active), ("A", true));
    }
}

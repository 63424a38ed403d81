//! Halo's words to ours. Pure: what is known of a contact is what the answer held, no more.

use domain::fields::{Attribute, Fields};
use domain::id::{CompanyId, ContactId, SiteId};
use domain::identity::Said;
use domain::push::contact::{Contact, ContactKind, ExternalId};

use super::custom;
use super::wire::{WireClient, WireError, WireUser};
use crate::psa::Company;

/// The name that Halo gives the placeholder it makes for every site. The published API has a
/// filter for it (`exclude_generaluser`), but no flag on the user.
const PLACEHOLDER_NAME: &str = "General User";

/// A contact of that company, as far as the answer tells.
pub(super) fn contact(user: WireUser, company: CompanyId) -> Result<Contact, WireError> {
    let id = contact_id(user.id).ok_or(WireError::BadRow)?;
    let kind = kind(&user);
    let mut fields = Fields::default();
    let mut known = Vec::new();
    for (attribute, said) in [
        (Attribute::DisplayName, user.name),
        (Attribute::GivenName, user.firstname),
        (Attribute::Surname, user.surname),
        (Attribute::Email, user.emailaddress),
        (Attribute::Mobile, user.mobilenumber),
        (Attribute::Phone, user.phonenumber),
        (Attribute::JobTitle, user.title),
        (Attribute::Department, user.department),
    ] {
        if said != Said::Nothing {
            known.push(attribute);
        }
        said.write_to(fields.slot_mut(attribute));
    }
    let types = user.customfields.as_deref().map(custom::types);
    let customfields = user.customfields.unwrap_or_default();
    let alternate_emails = [user.email2, user.email3]
        .iter()
        .filter_map(Said::value)
        .cloned()
        .collect();
    Ok(Contact {
        id,
        company,
        site: user.site_id.and_then(site_id),
        fields,
        known,
        alternate_emails,
        active: !user.inactive.unwrap_or(false),
        external_id: match user.azureoid {
            Said::Nothing => None,
            Said::Cleared => Some(ExternalId::Empty),
            Said::Value(id) => Some(ExternalId::Id(id.trim().to_ascii_lowercase())),
        },
        kind,
        custom: custom::held(&customfields),
        types,
    })
}

fn kind(user: &WireUser) -> ContactKind {
    let is_placeholder = user
        .name
        .value()
        .is_some_and(|name| name.trim().eq_ignore_ascii_case(PLACEHOLDER_NAME))
        && user.emailaddress.value().is_none();
    if is_placeholder {
        ContactKind::Placeholder
    } else if user.linked_agent_id.is_some_and(|id| id > 0) {
        ContactKind::Technician
    } else if user.isserviceaccount == Some(true) {
        ContactKind::Service
    } else {
        ContactKind::Person
    }
}

/// A company.
pub(super) fn company(client: WireClient) -> Result<Company, WireError> {
    Ok(Company {
        id: client.id.and_then(company_id).ok_or(WireError::BadRow)?,
        name: client.name.value().cloned().unwrap_or_default(),
        active: !client.inactive.unwrap_or(false),
        territory: None,
        account_manager: None,
    })
}

/// A contact's id. Halo's are whole numbers above zero; zero means "make a new one".
pub(super) fn contact_id(id: Option<i64>) -> Option<ContactId> {
    positive(id?).and_then(|text| ContactId::parse(text).ok())
}

/// A company's id.
pub(super) fn company_id(id: i64) -> Option<CompanyId> {
    positive(id).and_then(|text| CompanyId::parse(text).ok())
}

/// A site's id.
pub(super) fn site_id(id: i64) -> Option<SiteId> {
    positive(id).and_then(|text| SiteId::parse(text).ok())
}

fn positive(id: i64) -> Option<String> {
    (id > 0).then(|| id.to_string())
}

/// The number in one of our ids, if Halo could have given it.
pub(super) fn number(id: &str) -> Option<i64> {
    id.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(row: Value) -> Contact {
        contact(
            serde_json::from_value(row).unwrap(),
            CompanyId::parse("42").unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn a_full_answer_tells_everything() {
        let contact = read(json!({
            "id": 1187, "name": "Mara Lindqvist", "firstname": "Mara", "surname": "Lindqvist",
            "site_id": 95.0, "client_id": 42, "emailaddress": "mara@northwinddental.example",
            "email2": "m.lindqvist@northwinddental.example", "email3": "",
            "phonenumber": "+46 8 555 0100", "mobilenumber": "", "title": "Practice Manager",
            "department": null, "inactive": false,
            "azureoid": "7D0F6C1E-2F6A-4C39-9A55-0D5A7F9C1B22"
        }));
        assert_eq!(contact.id.as_str(), "1187");
        assert_eq!(contact.site.unwrap().as_str(), "95");
        assert_eq!(contact.kind, ContactKind::Person);
        assert!(contact.active);
        assert_eq!(
            contact.fields.job_title.as_deref(),
            Some("Practice Manager")
        );
        assert_eq!(contact.fields.mobile, None);
        assert_eq!(contact.fields.username, None);
        assert_eq!(
            contact.alternate_emails,
            ["m.lindqvist@northwinddental.example"]
        );
        assert_eq!(
            contact.external_id,
            Some(ExternalId::Id(
                "7d0f6c1e-2f6a-4c39-9a55-0d5a7f9c1b22".into()
            ))
        );
        let all_but_username: Vec<_> = Attribute::ALL
            .into_iter()
            .filter(|a| *a != Attribute::Username)
            .collect();
        assert_eq!(contact.known, all_but_username);
    }

    #[test]
    fn a_thin_row_leaves_the_rest_unknown() {
        let contact = read(
            json!({ "id": 1201, "name": "Old Starter", "emailaddress": "",
            "inactive": true }),
        );
        assert_eq!(contact.known, [Attribute::DisplayName, Attribute::Email]);
        assert_eq!(contact.external_id, None);
        assert_eq!(contact.site, None);
        assert!(!contact.active);
        let empty = read(json!({ "id": 1201, "azureoid": "" }));
        assert_eq!(empty.external_id, Some(ExternalId::Empty));
    }

    #[test]
    fn records_that_are_left_alone_are_marked() {
        for (row, expected) in [
            (
                json!({"id": 1, "name": "General User", "emailaddress": ""}),
                ContactKind::Placeholder,
            ),
            (
                json!({"id": 1, "name": "general user "}),
                ContactKind::Placeholder,
            ),
            (
                json!({"id": 1, "name": "General User", "emailaddress": "desk@a.example"}),
                ContactKind::Person,
            ),
            (
                json!({"id": 1, "name": "Tess", "linked_agent_id": 4}),
                ContactKind::Technician,
            ),
            (
                json!({"id": 1, "name": "Tess", "linked_agent_id": 0}),
                ContactKind::Person,
            ),
            (
                json!({"id": 1, "name": "Scanner", "isserviceaccount": true}),
                ContactKind::Service,
            ),
        ] {
            assert_eq!(read(row.clone()).kind, expected, "{row}");
        }
    }

    #[test]
    fn a_row_without_a_usable_id_is_refused() {
        for row in [
            json!({}),
            json!({"id": 0}),
            json!({"id": -3}),
            json!({"id": "x"}),
        ] {
            let user = serde_json::from_value(row).unwrap();
            assert_eq!(
                contact(user, CompanyId::parse("42").unwrap()),
                Err(WireError::BadRow)
            );
        }
        assert_eq!(number("0"), None);
        assert_eq!(number("-4"), None);
        assert_eq!(number("abc"), None);
        assert_eq!(number("1187"), Some(1187));
    }
}

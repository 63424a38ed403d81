//! Syncro's words to ours. Pure: what is known of a contact is what the answer held, no more.

use domain::fields::{Attribute, Fields};
use domain::id::{CompanyId, ContactId};
use domain::identity::Said;
use domain::push::contact::{Contact, ContactKind};

use super::custom::{self, KnownFields};
use super::wire::{Properties, WireContact, WireCustomer, WireError};
use crate::psa::Company;
use crate::psa::lenient::said;

/// A contact of that company, as far as the answer tells. A name is one text, of which nothing tells
/// where it is to be split: first and last name are not read.
pub(super) fn contact(
    row: WireContact,
    company: CompanyId,
    known_fields: &KnownFields,
) -> Result<Contact, WireError> {
    let id = contact_id(row.id).ok_or(WireError::BadRow)?;
    let mut fields = Fields::default();
    let mut known = Vec::new();
    let title = title(&row);
    for (attribute, said) in [
        (Attribute::DisplayName, row.name),
        (Attribute::Email, row.email),
        (Attribute::Mobile, row.mobile),
        (Attribute::Phone, row.phone),
        (Attribute::JobTitle, title),
    ] {
        if said != Said::Nothing {
            known.push(attribute);
        }
        said.write_to(fields.slot_mut(attribute));
    }
    let properties = row.properties.as_ref();
    Ok(Contact {
        id,
        company,
        site: None,
        fields,
        known,
        // Mail to others of its addresses may find a contact's tickets; they are no alternate
        // addresses that could be relied on (B168).
        alternate_emails: Vec::new(),
        // Contacts have no such status (B150).
        active: true,
        external_id: properties.and_then(|p| custom::external_id(p, known_fields)),
        kind: ContactKind::Person,
        custom: properties.map_or_else(Default::default, |p| custom::held(p, known_fields)),
        types: properties.map(custom::types),
    })
}

/// The job title: among the properties, where it is absent until it was set.
fn title(row: &WireContact) -> Said<String> {
    let of_properties = |properties: &Properties| match properties.get("title") {
        Some(value) => said(value),
        None => Said::Cleared,
    };
    match (&row.title, &row.properties) {
        (Said::Nothing, Some(properties)) => of_properties(properties),
        (title, _) => title.clone(),
    }
}

/// A company. One without a business is called by the name of its person.
pub(super) fn company(customer: &WireCustomer) -> Result<Company, WireError> {
    let names = [
        &customer.business_name,
        &customer.business_then_name,
        &customer.fullname,
    ];
    let name = names.into_iter().find_map(Said::value);
    Ok(Company {
        id: customer.id.and_then(company_id).ok_or(WireError::BadRow)?,
        name: name.map(|name| name.trim().to_owned()).unwrap_or_default(),
        active: !customer.disabled.unwrap_or(false),
        territory: None,
        account_manager: None,
    })
}

/// A contact's id: a whole number above zero.
pub(super) fn contact_id(id: Option<i64>) -> Option<ContactId> {
    positive(id?).and_then(|text| ContactId::parse(text).ok())
}

/// A company's id.
pub(super) fn company_id(id: i64) -> Option<CompanyId> {
    positive(id).and_then(|text| CompanyId::parse(text).ok())
}

fn positive(id: i64) -> Option<String> {
    (id > 0).then(|| id.to_string())
}

/// The number in one of our ids, if Syncro could have given it.
pub(super) fn number(id: &str) -> Option<i64> {
    id.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use domain::push::contact::ExternalId;
    use domain::push::custom::CustomField;
    use serde_json::{Value, json};

    use super::super::custom::tests::known;
    use super::*;

    fn read(row: Value) -> Contact {
        let row = serde_json::from_value(row).unwrap();
        contact(row, CompanyId::parse("42").unwrap(), &known()).unwrap()
    }

    #[test]
    fn a_full_answer_tells_everything() {
        let contact = read(json!({
            "id": 4_378_587, "name": "Mara Lindqvist", "email": "mara@northwinddental.example",
            "phone": "+46 8 555 0100", "mobile": "", "customer_id": 42, "notes": null,
            "opt_out": true, "ticket_matching_emails": "m@northwinddental.example",
            "properties": { "title": "Practice Manager", "SupportPIN": "493817",
                "Office365Id": "7D0F6C1E", "TypeMapping": "Standard User" }
        }));
        assert_eq!(contact.id.as_str(), "4378587");
        assert_eq!(
            contact.fields.display_name.as_deref(),
            Some("Mara Lindqvist")
        );
        assert_eq!(
            contact.fields.job_title.as_deref(),
            Some("Practice Manager")
        );
        assert_eq!(contact.fields.mobile, None);
        assert_eq!(
            (contact.fields.given_name, contact.fields.surname),
            (None, None)
        );
        assert_eq!(contact.external_id, Some(ExternalId::Id("7d0f6c1e".into())));
        assert_eq!(
            contact.custom[&CustomField::SupportPin].as_deref(),
            Some("493817")
        );
        assert_eq!(contact.types, Some(vec!["Standard User".to_owned()]));
        assert!(contact.active, "opted out of marketing is not out of use");
        assert!(contact.alternate_emails.is_empty(), "B168");
        let known = [
            Attribute::DisplayName,
            Attribute::Email,
            Attribute::Mobile,
            Attribute::Phone,
            Attribute::JobTitle,
        ];
        assert_eq!(contact.known, known);
    }

    #[test]
    fn a_thin_row_leaves_the_rest_unknown() {
        let thin = read(json!({ "id": 7, "name": "Mara", "email": null }));
        assert_eq!(thin.known, [Attribute::DisplayName, Attribute::Email]);
        assert!(thin.custom.is_empty() && thin.external_id.is_none() && thin.types.is_none());
        // Properties that were never set are known to be empty.
        let bare = read(json!({ "id": 7, "properties": {} }));
        assert_eq!(bare.known, [Attribute::JobTitle]);
        let shown = read(json!({ "id": 7, "title": "Dentist", "properties": {"title": "x"} }));
        assert_eq!(shown.fields.job_title.as_deref(), Some("Dentist"));
    }

    #[test]
    fn companies_are_called_by_their_business_or_by_their_person() {
        for (customer, name, active) in [
            (
                json!({"id": 1, "business_name": "Northwind Dental ", "fullname": "Nora West"}),
                "Northwind Dental",
                true,
            ),
            (
                json!({"id": 1, "business_name": null, "business_then_name": "Nora West",
                    "disabled": true}),
                "Nora West",
                false,
            ),
            (
                json!({"id": 1, "business_name": "", "fullname": "Nora West"}),
                "Nora West",
                true,
            ),
            (json!({"id": 1}), "", true),
        ] {
            let company = company(&serde_json::from_value(customer).unwrap()).unwrap();
            assert_eq!((company.name.as_str(), company.active), (name, active));
        }
        assert_eq!(company(&WireCustomer::default()), Err(WireError::BadRow));
    }

    #[test]
    fn a_row_without_a_usable_id_is_refused() {
        for row in [
            json!({}),
            json!({"id": 0}),
            json!({"id": -3}),
            json!({"id": "x"}),
        ] {
            let row = serde_json::from_value(row).unwrap();
            let read = contact(row, CompanyId::parse("42").unwrap(), &known());
            assert_eq!(read, Err(WireError::BadRow));
        }
        for (id, expected) in [
            ("0", None),
            ("-4", None),
            ("abc", None),
            ("1187", Some(1187)),
        ] {
            assert_eq!(number(id), expected);
        }
    }
}

//! Autotask's words to ours. Pure: what is known of a contact is what the answer held, no more.

use std::collections::BTreeMap;

use domain::fields::{Attribute, Fields};
use domain::id::{CompanyId, ContactId, SiteId};
use domain::identity::Said;
use domain::push::contact::{Contact, ContactKind, ExternalId};
use domain::push::custom::{CustomField, OFFICE_365_ID, TYPE_MAPPING, flag_text, parse_flag};
use uuid::Uuid;

use super::fields::{IdPlace, UserFields};
use super::wire::{WireCompany, WireContact, WireError};
use crate::psa::Company;
use crate::psa::names::NO_NAME;

/// A contact, as far as the answer tells. One that does not say whose it is belongs to the company
/// that was asked for.
pub(super) fn contact(
    row: WireContact,
    asked: Option<&CompanyId>,
    user_fields: &UserFields,
) -> Result<Contact, WireError> {
    let id = contact_id(row.id).ok_or(WireError::BadRow)?;
    let company = match row.company_id {
        Some(company) => company_id(company),
        None => asked.cloned(),
    };
    let company = company.ok_or(WireError::BadRow)?;
    let external_id = external_id(&row, user_fields.id_place());
    let custom = custom(&row, user_fields);
    let types = shown(&row, TYPE_MAPPING, user_fields).into_iter();
    let alternate_emails = [&row.email_address2, &row.email_address3]
        .into_iter()
        .filter_map(Said::value)
        .cloned()
        .collect();
    let mut fields = Fields::default();
    let mut known = Vec::new();
    for (attribute, said) in [
        (Attribute::GivenName, name(row.first_name)),
        (Attribute::Surname, name(row.last_name)),
        (Attribute::Email, row.email_address),
        (Attribute::Mobile, row.mobile_phone),
        (Attribute::Phone, row.phone),
        (Attribute::JobTitle, row.title),
    ] {
        if said != Said::Nothing {
            known.push(attribute);
        }
        said.write_to(fields.slot_mut(attribute));
    }
    // To be shown and compared. Not known, since Autotask has no such field to be written.
    fields.display_name = display_name(&fields);
    Ok(Contact {
        id,
        company,
        site: row.company_location_id.and_then(site_id),
        fields,
        known,
        alternate_emails,
        // Required, and so always there; a contact that does not say is not taken for a leaver.
        active: row.is_active.unwrap_or(true),
        external_id,
        // Technicians are resources, no contacts; Autotask makes no placeholders.
        kind: ContactKind::Person,
        custom,
        types: Some(types.collect()),
    })
}

/// What a user-defined field says, if the tenant has it: an item of a list by its label.
fn shown(row: &WireContact, name: &str, user_fields: &UserFields) -> Option<String> {
    let value = value_of(row, name).value()?;
    (user_fields.has(name)).then(|| user_fields.label(name, value.trim()).to_owned())
}

/// A field without a value is left out, and with it the list of all of them.
fn value_of<'a>(row: &'a WireContact, name: &str) -> &'a Said<String> {
    (row.user_defined_fields.iter())
        .find(|field| field.name == name)
        .map_or(&Said::Cleared, |field| &field.value)
}

fn custom(row: &WireContact, user_fields: &UserFields) -> BTreeMap<CustomField, Option<String>> {
    let has = |field: &CustomField| user_fields.has(field.name());
    (CustomField::ALL.into_iter().filter(has))
        .map(|field| {
            let value = shown(row, field.name(), user_fields);
            let value = match field {
                CustomField::SupportPin => value,
                // However the list or the text says it, it is yes or no.
                CustomField::IsOffice365 => value
                    .map(|text| parse_flag(&text).map_or(text, |flag| flag_text(flag).to_owned())),
            };
            (field, value)
        })
        .collect()
}

fn name(said: Said<String>) -> Said<String> {
    match said {
        Said::Value(name) if name.trim() == NO_NAME => Said::Cleared,
        Said::Nothing | Said::Cleared | Said::Value(_) => said,
    }
}

fn display_name(fields: &Fields) -> Option<String> {
    let names = [fields.given_name.as_deref(), fields.surname.as_deref()];
    let names: Vec<&str> = names.into_iter().flatten().map(str::trim).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// A value that is no GUID is another system's key, or masked: it says nothing of the Entra id, and
/// is not free to be written over.
fn external_id(row: &WireContact, place: IdPlace) -> Option<ExternalId> {
    let said = match place {
        IdPlace::ExternalField => &row.external_id,
        IdPlace::UserDefined => value_of(row, OFFICE_365_ID),
    };
    match said {
        Said::Nothing => None,
        Said::Cleared => Some(ExternalId::Empty),
        Said::Value(text) => guid(text).map(ExternalId::Id),
    }
}

/// A GUID as Microsoft writes it; `None` for any other text.
pub(super) fn guid(text: &str) -> Option<String> {
    let guid = Uuid::try_parse(text.trim()).ok()?;
    Some(guid.hyphenated().to_string())
}

/// A company. `territories` and `managers` are the names of what it names by number.
pub(super) fn company(
    row: WireCompany,
    territories: &BTreeMap<i64, String>,
    managers: &BTreeMap<i64, String>,
) -> Result<Company, WireError> {
    let named = |id: Option<i64>, names: &BTreeMap<i64, String>| names.get(&id?).cloned();
    Ok(Company {
        id: row.id.and_then(company_id).ok_or(WireError::BadRow)?,
        name: row.company_name.value().cloned().unwrap_or_default(),
        active: row.is_active.unwrap_or(true),
        territory: named(row.territory_id, territories),
        account_manager: named(row.owner_resource_id, managers),
    })
}

/// A contact's id: a whole number above zero.
pub(super) fn contact_id(id: Option<i64>) -> Option<ContactId> {
    let id = id.filter(|id| *id > 0)?;
    ContactId::parse(id.to_string()).ok()
}

/// A company's id. Zero is the MSP itself.
pub(super) fn company_id(id: i64) -> Option<CompanyId> {
    (id >= 0).then(|| CompanyId::parse(id.to_string()).ok())?
}

fn site_id(id: i64) -> Option<SiteId> {
    (id > 0).then(|| SiteId::parse(id.to_string()).ok())?
}

/// The number in one of our ids, if Autotask could have given it to a contact or a location.
pub(super) fn number(id: &str) -> Option<i64> {
    id.parse().ok().filter(|number| *number > 0)
}

/// The number in a company's id.
pub(super) fn company_number(id: &str) -> Option<i64> {
    id.parse().ok().filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::psa::autotask::fields::tests::{nothing, user_fields};

    fn read(row: Value, user_fields: &UserFields) -> Contact {
        contact(serde_json::from_value(row).unwrap(), None, user_fields).unwrap()
    }

    #[test]
    fn a_full_answer_tells_everything() {
        let contact = read(
            json!({
                "id": 30684412, "companyID": 29683571, "companyLocationID": 12, "isActive": 1,
                "firstName": "Jane", "lastName": "Doe", "title": "Controller",
                "emailAddress": "jane.doe@contoso.example", "emailAddress2": "jd@home.example",
                "emailAddress3": null, "phone": "206-555-0100", "mobilePhone": null,
                "externalID": "HR-0042", "userDefinedFields": [
                    {"name": "SupportPIN", "value": "493817"},
                    {"name": "IsOffice365", "value": "12"},
                    {"name": "TypeMapping", "value": "VIP"},
                    {"name": "Office365Id", "value": "7D0F6C1E2F6A4C399A550D5A7F9C1B22"}]
            }),
            &user_fields(),
        );
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            contact.custom.into_iter().collect::<Vec<_>>(),
            [
                (CustomField::SupportPin, text("493817")),
                (CustomField::IsOffice365, text("True"))
            ]
        );
        assert_eq!(contact.types, Some(vec!["VIP".to_owned()]));
        assert_eq!(contact.id.as_str(), "30684412");
        assert_eq!(contact.company.as_str(), "29683571");
        assert_eq!(contact.site.unwrap().as_str(), "12");
        assert!(contact.active);
        assert_eq!(contact.fields.display_name.as_deref(), Some("Jane Doe"));
        assert_eq!(contact.alternate_emails, ["jd@home.example"]);
        assert_eq!(
            contact.external_id,
            Some(ExternalId::Id(
                "7d0f6c1e-2f6a-4c39-9a55-0d5a7f9c1b22".into()
            ))
        );
        let lacking = [
            Attribute::DisplayName,
            Attribute::Username,
            Attribute::Department,
        ];
        let rest: Vec<_> = Attribute::ALL
            .into_iter()
            .filter(|a| !lacking.contains(a))
            .collect();
        assert_eq!(contact.known, rest);
    }

    #[test]
    fn a_placeholder_is_no_name_and_a_thin_row_leaves_the_rest_unknown() {
        let contact = read(
            json!({"id": 1, "companyID": 0, "firstName": "Scanner", "lastName": "-", "isActive": 0}),
            &nothing(),
        );
        assert!(contact.custom.is_empty() && contact.types == Some(Vec::new()));
        assert_eq!(contact.company.as_str(), "0", "the MSP itself");
        assert_eq!(contact.fields.display_name.as_deref(), Some("Scanner"));
        assert_eq!(contact.fields.surname, None);
        assert_eq!(contact.known, [Attribute::GivenName, Attribute::Surname]);
        assert!(!contact.active);
        assert_eq!((contact.site, contact.external_id), (None, None));
    }

    #[test]
    fn b158_only_a_guid_is_an_entra_id_and_only_an_empty_place_is_free() {
        let id = "7d0f6c1e-2f6a-4c39-9a55-0d5a7f9c1b22";
        let (field, place) = (nothing(), user_fields());
        let udf = |value: Value| json!([{ "name": "Office365Id", "value": value }]);
        for (more, user_fields, expected) in [
            (
                json!({"externalID": id}),
                &field,
                Some(ExternalId::Id(id.into())),
            ),
            (json!({"externalID": null}), &field, Some(ExternalId::Empty)),
            (json!({"externalID": "HR-0042"}), &field, None),
            (json!({}), &field, None),
            (json!({}), &place, Some(ExternalId::Empty)),
            (
                json!({"externalID": id, "userDefinedFields": udf(json!(null))}),
                &place,
                Some(ExternalId::Empty),
            ),
            (
                json!({"userDefinedFields": udf(json!("********"))}),
                &place,
                None,
            ),
            (
                json!({"userDefinedFields": [{"name": "office365id", "value": id}]}),
                &place,
                Some(ExternalId::Empty),
            ),
        ] {
            let mut row = json!({"id": 1, "companyID": 2});
            row.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            assert_eq!(read(row, user_fields).external_id, expected, "{more}");
        }
    }

    #[test]
    fn rows_without_usable_ids_are_refused() {
        for row in [
            json!({"companyID": 2}),
            json!({"id": 0, "companyID": 2}),
            json!({"id": 5}),
            json!({"id": 5, "companyID": -1}),
        ] {
            let row = serde_json::from_value(row).unwrap();
            let read = contact(row, None, &nothing());
            assert_eq!(read, Err(WireError::BadRow));
        }
        let silent = serde_json::from_value(json!({"id": 5})).unwrap();
        let asked = CompanyId::parse("2").unwrap();
        let read = contact(silent, Some(&asked), &nothing());
        assert_eq!(read.unwrap().company, asked);
        assert_eq!((number("0"), company_number("0")), (None, Some(0)));
        assert_eq!((number("x"), company_number("-1")), (None, None));
    }
}

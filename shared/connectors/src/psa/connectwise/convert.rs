//! ConnectWise PSA's words to ours. Pure: what is known of a contact is what the answer held.

use domain::fields::{Attribute, Fields};
use domain::id::{CompanyId, ContactId, SiteId};
use domain::push::contact::{Contact, ContactKind};

use super::custom;
use super::kinds::{Kinds, is_email, main_email, number_of, text_of};
use super::wire::{WireCompany, WireContact, WireItem, WireRef};
use crate::psa::Company;

/// The name of the state in which a company is out of use. Each MSP keeps its own list of states.
const INACTIVE: &str = "inactive";

/// A row without the id that every row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record without a usable id")]
pub(super) struct NoId;

/// A contact of that company, as far as the answer tells.
pub(super) fn contact(
    wire: &WireContact,
    company: CompanyId,
    kinds: Kinds,
) -> Result<Contact, NoId> {
    let id = contact_id(wire.id).ok_or(NoId)?;
    let mut fields = Fields::default();
    let mut known = vec![
        Attribute::GivenName,
        Attribute::Surname,
        Attribute::JobTitle,
        Attribute::Department,
    ];
    let department = wire.department.as_ref().and_then(|d| d.name.as_deref());
    fields.given_name = filled(wire.first_name.as_deref());
    fields.surname = filled(wire.last_name.as_deref());
    fields.job_title = filled(wire.title.as_deref());
    fields.department = filled(department);
    // For people and for telling twins; it cannot be written, and so it is not called known.
    fields.display_name = display_name(&fields);
    let mut alternate_emails = Vec::new();
    if let Some(items) = &wire.communication_items {
        known.extend([Attribute::Email, Attribute::Mobile, Attribute::Phone]);
        let main = main_email(items, kinds);
        fields.email = main.map(|item| text_of(item).to_owned());
        fields.mobile = number_of(items, kinds, kinds.mobile).map(number);
        fields.phone = number_of(items, kinds, kinds.phone).map(number);
        alternate_emails = others(items, main, kinds);
    }
    known.sort_unstable();
    let custom_fields = wire.custom_fields.as_deref().unwrap_or_default();
    Ok(Contact {
        id,
        company,
        site: (wire.site.as_ref()).and_then(|site| site_id(site.id)),
        fields,
        known,
        alternate_emails,
        active: wire.inactive_flag != Some(true),
        external_id: custom::external_id(custom_fields),
        kind: ContactKind::Person,
        custom: custom::held(custom_fields),
        types: wire.types.as_deref().map(types),
    })
}

/// The contact's own types (B142).
fn types(types: &[WireRef]) -> Vec<String> {
    let names = types.iter().map(|kind| filled(kind.name.as_deref()));
    names.flatten().collect()
}

fn display_name(fields: &Fields) -> Option<String> {
    let names = [&fields.given_name, &fields.surname];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    filled(Some(&names.join(" ")))
}

fn others(items: &[WireItem], main: Option<&WireItem>, kinds: Kinds) -> Vec<String> {
    let main_text = main.map(text_of).unwrap_or_default();
    items
        .iter()
        .filter(|item| is_email(item, kinds))
        .map(text_of)
        .filter(|text| !text.is_empty() && !text.eq_ignore_ascii_case(main_text))
        .map(str::to_owned)
        .collect()
}

/// A number with its extension, which the vendor keeps apart.
fn number(item: &WireItem) -> String {
    let number = text_of(item);
    match item.extension.as_deref().map(str::trim) {
        Some(extension) if !extension.is_empty() => format!("{number} x{extension}"),
        Some(_) | None => number.to_owned(),
    }
}

/// A company.
pub(super) fn company(wire: &WireCompany) -> Result<Company, NoId> {
    let id = positive(wire.id).and_then(|id| CompanyId::parse(id).ok());
    Ok(Company {
        id: id.ok_or(NoId)?,
        name: wire.name.clone().unwrap_or_default(),
        active: !is_gone(wire) && !is_out_of_use(wire),
        territory: name_of(wire.territory.as_ref()),
        account_manager: name_of(wire.territory_manager.as_ref()),
    })
}

fn name_of(reference: Option<&WireRef>) -> Option<String> {
    filled(reference?.name.as_deref())
}

/// Was the company deleted? It stays there, marked.
pub(super) fn is_gone(wire: &WireCompany) -> bool {
    wire.deleted_flag == Some(true)
}

fn is_out_of_use(wire: &WireCompany) -> bool {
    let status = wire.status.as_ref().and_then(|s| s.name.as_deref());
    status.is_some_and(|name| name.trim().eq_ignore_ascii_case(INACTIVE))
}

/// A contact's id: a whole number above zero.
pub(super) fn contact_id(id: Option<i64>) -> Option<ContactId> {
    positive(id).and_then(|text| ContactId::parse(text).ok())
}

/// A site's id.
pub(super) fn site_id(id: Option<i64>) -> Option<SiteId> {
    positive(id).and_then(|text| SiteId::parse(text).ok())
}

fn positive(id: Option<i64>) -> Option<String> {
    id.filter(|id| *id > 0).map(|id| id.to_string())
}

/// The number in one of our ids, if ConnectWise PSA could have given it.
pub(super) fn number_in(id: &str) -> Option<i64> {
    let number = id.parse::<i32>().ok()?;
    (number > 0).then_some(i64::from(number))
}

fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use domain::push::contact::ExternalId;
    use serde_json::{Value, json};

    use super::*;

    const KINDS: Kinds = Kinds {
        email: Some(1),
        home_email: Some(14),
        mobile: Some(4),
        phone: Some(2),
    };

    fn read(row: Value) -> Contact {
        let wire = serde_json::from_value(row).unwrap();
        contact(&wire, CompanyId::parse("250").unwrap(), KINDS).unwrap()
    }

    fn item(id: i64, kind: i64, class: &str, value: &str, default: bool) -> Value {
        json!({"id": id, "type": {"id": kind}, "value": value, "defaultFlag": default,
            "communicationType": class})
    }

    #[test]
    fn b166_a_full_answer_tells_everything_with_the_home_address() {
        let mut direct = item(7003, 2, "Phone", "2065550100", true);
        direct["extension"] = json!("12");
        let contact = read(json!({
            "id": 57919, "firstName": "Jane", "lastName": "Doe", "title": "Controller",
            "department": {"id": 4, "name": "Finance"}, "site": {"id": 901, "name": "Main"},
            "inactiveFlag": false, "communicationItems": [
                item(7002, 14, "Email", "jd@home.example", false),
                item(7001, 1, "Email", "jane.doe@contoso.example", true),
                item(7005, 9, "Fax", "2065550109", true),
                item(7006, 7, "Phone", "2065550107", false),
                direct, item(7004, 4, "Phone", "2065550101", false)],
            "customFields": [{"id": 33, "caption": "Office365Id", "value": "7D0F6C1E-2F6A"}],
            "types": [{"id": 7, "name": "End User"}, {"id": 8, "name": null}]
        }));
        assert_eq!(contact.types.unwrap(), ["End User"], "B142");
        assert_eq!(contact.id.as_str(), "57919");
        assert_eq!(contact.site.unwrap().as_str(), "901");
        assert!(contact.active && contact.kind == ContactKind::Person);
        let values: Vec<_> = Attribute::ALL
            .into_iter()
            .map(|attribute| contact.fields.get(attribute))
            .collect();
        assert_eq!(
            values,
            [
                Some("Jane Doe"),
                None,
                Some("Jane"),
                Some("Doe"),
                Some("jane.doe@contoso.example"),
                Some("2065550101"),
                Some("2065550100 x12"),
                Some("Controller"),
                Some("Finance")
            ]
        );
        assert_eq!(contact.alternate_emails, ["jd@home.example"]);
        assert_eq!(
            contact.external_id,
            Some(ExternalId::Id("7d0f6c1e-2f6a".into()))
        );
        let known: Vec<_> = Attribute::ALL
            .into_iter()
            .filter(|a| !matches!(a, Attribute::Username | Attribute::DisplayName))
            .collect();
        assert_eq!(contact.known, known);
    }

    #[test]
    fn what_an_answer_leaves_out_is_unknown() {
        let contact = read(json!({"id": 1, "firstName": "Jane", "inactiveFlag": true}));
        assert!(!contact.active && contact.external_id.is_none());
        assert!(!contact.known.contains(&Attribute::Email));
        assert!(contact.known.contains(&Attribute::JobTitle));
        let empty = read(json!({"id": 1, "communicationItems": [],
            "customFields": [{"id": 33, "caption": "Office365Id"}]}));
        assert!(empty.known.contains(&Attribute::Email));
        assert_eq!(empty.external_id, Some(ExternalId::Empty));
        assert_eq!(contact.types, None);
    }

    #[test]
    fn the_main_address_is_the_default_one_else_the_first() {
        for (items, main, others) in [
            (
                json!([
                    item(1, 1, "Email", "a@x.example", false),
                    item(2, 1, "Email", "b@x.example", true)
                ]),
                Some("b@x.example"),
                vec!["a@x.example"],
            ),
            (
                json!([
                    item(1, 1, "Email", " ", true),
                    item(2, 14, "Email", "a@x.example", false),
                    item(3, 1, "Email", "A@X.example", false)
                ]),
                Some("a@x.example"),
                vec![],
            ),
            (
                json!([{"id": 1, "type": {"id": 14}, "value": "a@x.example"},
                    {"id": 2, "type": {"id": 77}, "value": "b@x.example"}]),
                Some("a@x.example"),
                vec![],
            ),
            (json!([item(1, 4, "Phone", "1", true)]), None, vec![]),
        ] {
            let contact = read(json!({"id": 1, "communicationItems": items}));
            assert_eq!(contact.fields.email.as_deref(), main, "{items}");
            assert_eq!(contact.alternate_emails, others, "{items}");
        }
    }

    #[test]
    fn companies_have_a_state_and_ids_are_whole_numbers_above_zero() {
        for (row, active) in [
            (
                json!({"id": 250, "status": {"id": 1, "name": "Active"}}),
                true,
            ),
            (
                json!({"id": 250, "status": {"id": 2, "name": "inactive "}}),
                false,
            ),
            (
                json!({"id": 250, "status": {"id": 3, "name": "Imported"}}),
                true,
            ),
            (json!({"id": 250, "deletedFlag": true}), false),
            (json!({"id": 250}), true),
        ] {
            let wire = serde_json::from_value(row.clone()).unwrap();
            assert_eq!(company(&wire).unwrap().active, active, "{row}");
        }
        let told = json!({"id": 250, "territory": {"id": 3, "name": "North"},
            "territoryManager": {"id": 9, "name": "Tess Ark"}});
        let told = company(&serde_json::from_value(told).unwrap()).unwrap();
        assert_eq!(told.territory.as_deref(), Some("North"), "B144");
        assert_eq!(told.account_manager.as_deref(), Some("Tess Ark"));
        assert_eq!(company(&WireCompany::default()).err(), Some(NoId));
        for (text, expected) in [("57919", Some(57919)), ("0", None), ("-1", None)] {
            assert_eq!(number_in(text), expected);
        }
        assert_eq!(number_in("99999999999"), None, "ids have 32 bits");
    }
}

//! IT Glue's words to ours, and ours to IT Glue's. Pure.

use domain::docs::entry::{Entry, EntryUpdate, NewEntry, Organization, Seal};
use domain::id::{EntryId, OrganizationId};
use serde_json::{Map, Value, json};

use super::wire::{WireErrors, WireOrganization, WirePassword, WireResource};
use crate::docs::{NO_PASSWORD, NOTE};

/// A category: its id differs from account to account, its name is what people know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Category {
    pub(super) id: u64,
    pub(super) name: String,
}

/// An organization; `None` for a row without a usable id.
pub(super) fn organization(row: WireResource<WireOrganization>) -> Option<Organization> {
    let status = row.attributes.organization_status_name;
    Some(Organization {
        id: OrganizationId::parse(row.id?).ok()?,
        name: row.attributes.name.unwrap_or_default(),
        // Statuses are the account's own words; these are the two that it begins with.
        is_active: status.is_none_or(|status| !status.eq_ignore_ascii_case("inactive")),
    })
}

/// An entry; `None` for a row without usable ids. `asked` is the organization that was asked for, where
/// one was, and stands in for one that the row does not say.
pub(super) fn entry(
    row: WireResource<WirePassword>,
    asked: Option<&OrganizationId>,
    categories: &[Category],
) -> Option<Entry> {
    let WireResource { id, attributes } = row;
    let organization = match attributes.organization_id {
        Some(id) => OrganizationId::parse(id).ok()?,
        None => asked?.clone(),
    };
    let seal = if attributes.vault_id.is_some() {
        Some(Seal::Vault)
    } else if attributes.personal {
        Some(Seal::Personal)
    } else if is_trait(attributes.resource_type.as_deref()) {
        Some(Seal::AssetField)
    } else {
        None
    };
    let category = attributes.password_category_name.or_else(|| {
        let id = attributes.password_category_id?.parse::<u64>().ok()?;
        let known = categories.iter().find(|category| category.id == id)?;
        Some(known.name.clone())
    });
    Some(Entry {
        id: EntryId::parse(id?).ok()?,
        organization,
        name: attributes.name.unwrap_or_default(),
        username: attributes.username,
        category,
        is_archived: attributes.archived,
        is_embedded: attributes.resource_id.is_some(),
        seal,
    })
}

/// Is it a password field of a flexible asset? Read in two spellings.
fn is_trait(resource_type: Option<&str>) -> bool {
    let plain = resource_type.map(|text| text.to_ascii_lowercase().replace(['_', ' '], "-"));
    plain.is_some_and(|text| text.starts_with("flexible-asset-trait"))
}

/// The category of that name, in whatever case.
pub(super) fn category_named<'a>(categories: &'a [Category], name: &str) -> Option<&'a Category> {
    let named = (categories.iter()).filter(|c| c.name.trim().eq_ignore_ascii_case(name.trim()));
    named.min_by_key(|category| category.id)
}

/// A new password: a general one without `resource-id` and `resource-type`, which embed it. Another
/// spelling of the type would make a general one without a word.
pub(super) fn create(new: &NewEntry, category: &Category, configuration: Option<u64>) -> Value {
    let mut attributes = json!({
        "name": new.name,
        "username": new.username,
        "password": NO_PASSWORD,
        "password-category-id": category.id,
        "notes": NOTE,
    });
    if let (Some(id), Some(members)) = (configuration, attributes.as_object_mut()) {
        members.insert("resource-id".into(), json!(id));
        members.insert("resource-type".into(), json!("Configuration"));
    }
    document(attributes)
}

/// A change, of what changes only. `notes` are all of them.
pub(super) fn update(
    update: &EntryUpdate,
    category: Option<&Category>,
    notes: Option<&str>,
) -> Value {
    let mut attributes = Map::new();
    if let Some(category) = category {
        attributes.insert("password-category-id".into(), json!(category.id));
    }
    if let Some(username) = &update.username {
        attributes.insert("username".into(), json!(username));
    }
    if let Some(notes) = notes {
        attributes.insert("notes".into(), json!(notes));
    }
    document(Value::Object(attributes))
}

fn document(attributes: Value) -> Value {
    json!({ "data": { "type": "passwords", "attributes": attributes } })
}

/// The refusal in an error body: the attribute it is about, and why.
pub(super) fn refusal(body: &[u8]) -> (Option<String>, String) {
    let Ok(refusal) = serde_json::from_slice::<WireErrors>(body) else {
        return (None, crate::psa::masking::said(body));
    };
    let Some(first) = refusal.errors.into_iter().next() else {
        return (None, String::new());
    };
    let words = [first.title, first.detail].into_iter().flatten();
    let reason = words.collect::<Vec<_>>().join(": ");
    let pointer = first.source.and_then(|source| source.pointer);
    let attribute = pointer.and_then(|pointer| pointer.rsplit('/').next().map(str::to_owned));
    // Some name the attribute in the text alone: "Valid organization_id is required".
    let attribute = attribute.or_else(|| {
        let mut words = reason.split_whitespace();
        words.find(|word| is_field(word)).map(str::to_owned)
    });
    (attribute, reason)
}

/// Our name for an attribute of IT Glue's.
pub(super) fn field(attribute: &str) -> Option<&'static str> {
    match attribute.replace('-', "_").as_str() {
        "name" => Some("name"),
        "username" => Some("username"),
        "password" => Some("password"),
        "password_category_id" | "password_category" => Some("category"),
        "organization_id" | "organization" => Some("organization"),
        "notes" => Some("notes"),
        "resource_id" | "resource_type" | "resource" => Some("configuration"),
        _ => None,
    }
}

/// Is this the name of an attribute? "name" is an ordinary word too, which does no harm here.
pub(super) fn is_field(word: &str) -> bool {
    field(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: Value) -> Option<Entry> {
        let categories = [Category {
            id: 3107,
            name: "Microsoft 365".into(),
        }];
        let asked = OrganizationId::parse("5821").unwrap();
        entry(
            serde_json::from_value(row).unwrap(),
            Some(&asked),
            &categories,
        )
    }

    #[test]
    fn a_row_is_read_without_its_password() {
        let row = json!({ "id": "90071992547409931", "type": "passwords", "attributes": {
            "organization-id": 5821, "name": "M365 - Priya Nair", "username": " priya@fernhill.example ",
            "password": "canary", "otp_secret": "canary", "otpSecret": "canary", "notes": "canary",
            "archived": true, "resource-id": null, "resource-type": null,
            "password-category-id": 3107, "password-category-name": null, "vault-id": null,
            "personal": false } });
        let entry = read(row).unwrap();
        assert_eq!(entry.id.as_str(), "90071992547409931");
        assert_eq!(entry.organization.as_str(), "5821");
        assert_eq!(entry.username.as_deref(), Some("priya@fernhill.example"));
        assert_eq!(entry.category.as_deref(), Some("Microsoft 365"));
        assert!(entry.is_archived && !entry.is_embedded && entry.seal.is_none());
        assert!(!format!("{entry:?} {}", entry.name).contains("canary"));
    }

    #[test]
    fn b196_what_is_sealed_is_marked() {
        for (member, value, seal, is_embedded) in [
            ("vault-id", json!(4), Some(Seal::Vault), false),
            ("personal", json!(true), Some(Seal::Personal), false),
            (
                "resource-type",
                json!("flexible-asset-traits"),
                Some(Seal::AssetField),
                true,
            ),
            (
                "resource-type",
                json!("flexible_asset_trait"),
                Some(Seal::AssetField),
                true,
            ),
            ("resource-type", json!("Configuration"), None, true),
        ] {
            let resource = if is_embedded {
                json!(28631)
            } else {
                Value::Null
            };
            let mut row =
                json!({ "id": "1", "attributes": { "name": "x", "resource-id": resource } });
            row["attributes"][member] = value;
            let entry = read(row).unwrap();
            assert_eq!(
                (entry.seal, entry.is_embedded),
                (seal, is_embedded),
                "{member}"
            );
            assert_eq!(entry.organization.as_str(), "5821");
            assert_eq!((entry.username, entry.category), (None, None));
        }
    }

    #[test]
    fn rows_without_usable_ids_are_none() {
        for row in [
            json!({ "attributes": {} }),
            json!({ "id": "a/b", "attributes": {} }),
            json!({ "id": 4, "attributes": { "organization-id": "a b" } }),
        ] {
            assert_eq!(read(row.clone()), None, "{row}");
        }
    }

    #[test]
    fn refusals_name_their_attribute() {
        for (body, attribute, reason) in [
            (
                r#"{"errors":[{"status":422,"title":"Valid organization_id is required","source":{"pointer":"data/attributes/organization_id"}}]}"#,
                Some("organization"),
                "Valid organization_id is required",
            ),
            (
                r#"{"errors":[{"source":{"pointer":"/data/attributes/password-category-id"},"detail":"must exist","title":"Unprocessable Entity","status":"422"}]}"#,
                Some("category"),
                "Unprocessable Entity: must exist",
            ),
            (
                r#"{"errors":[{"title":"username is too long"}]}"#,
                Some("username"),
                "username is too long",
            ),
            (r#"{"errors":[]}"#, None, ""),
            (r#"{"error":"odd"}"#, None, "odd"),
        ] {
            let (found, told) = refusal(body.as_bytes());
            let found = found.and_then(|found| field(&found));
            assert_eq!((found, told.as_str()), (attribute, reason), "{body}");
        }
    }

    #[test]
    fn a_category_is_found_in_whatever_case_and_the_first_of_two_is_taken() {
        let all = [(9, "Cloud "), (7, "cloud"), (8, "Other")].map(|(id, name)| Category {
            id,
            name: name.into(),
        });
        assert_eq!(category_named(&all, " CLOUD").map(|c| c.id), Some(7));
        assert_eq!(category_named(&all, "None"), None);
    }
}

//! Custom fields of contacts and companies, by the exact names that an MSP gives them (D8). They belong
//! to numbered modules; BMS publishes the numbers nowhere, so that a connection names them, and without
//! that nothing is read or written here. Which fields there are is asked once in an invocation, since
//! an MSP may make one at any time.

use std::collections::BTreeMap;

use domain::id::CompanyId;
use domain::push::contact::ExternalId;
use domain::push::custom::{
    CustomField, OFFICE_365_ID, TENANT_365_ID, TYPE_MAPPING, flag_text, parse_flag,
};
use serde_json::json;

use super::KaseyaBms;
use super::client::{Body, Endpoint, Query, VENDOR, unreadable};
use super::read::company_number;
use super::wire::{WireField, WireValue, WireValueWritten};
use crate::error::ConnectorError;
use crate::psa::{TenantIdWrite, choices};

const RIGHT: &str = "the use of custom fields";
const FIELDS: Endpoint = Endpoint::new("GET /v2/system/customFields/{}", "the module", RIGHT);
const VALUES: Endpoint = Endpoint::new("GET /v2/system/customFields/{}/{}", "the record", RIGHT);
const WRITE: Endpoint = Endpoint::new(
    "PUT /v2/system/customFields/data/{}/{}/{}",
    "the custom field",
    RIGHT,
);

/// A module with custom fields: its number, how the connection calls it, and words that its name
/// holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Module {
    pub(super) number: u32,
    member: &'static str,
    words: &'static [&'static str],
}

impl Module {
    pub(super) fn contacts(number: u32) -> Self {
        let (member, words) = ("contacts_module", &["contact"][..]);
        Self {
            number,
            member,
            words,
        }
    }

    pub(super) fn accounts(number: u32) -> Self {
        let (member, words) = ("accounts_module", &["account", "client", "compan"][..]);
        Self {
            number,
            member,
            words,
        }
    }

    /// Only the answer to a write names the module, so that a wrong number is found out at the first.
    fn check(self, written: &WireValueWritten) -> Result<(), ConnectorError> {
        let name = written.module_name.value().map(|name| name.to_lowercase());
        if name.is_none_or(|name| self.words.iter().any(|word| name.contains(word))) {
            return Ok(());
        }
        Err(ConnectorError::Unauthorized {
            vendor: VENDOR,
            hint: format!(
                "{} is the number of another module, in which one value was written: correct it or \
                 leave it out",
                self.member
            ),
        })
    }
}

/// The custom fields that a module has of those we know. A list without the items for what we write is
/// none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, Field>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Field {
    id: i64,
    /// Names by number; empty for a field that is no list.
    items: BTreeMap<i64, String>,
}

/// A value as a field takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) field: i64,
    pub(super) data: String,
    pub(super) item: Option<i64>,
}

/// What the custom fields of a contact hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) external_id: Option<ExternalId>,
    pub(super) custom: BTreeMap<CustomField, Option<String>>,
    pub(super) types: Option<Vec<String>>,
}

impl Fields {
    fn of(rows: Vec<WireField>) -> Self {
        let fields = rows.into_iter().filter_map(|row| {
            let name = row.name.value().filter(|name| is_ours(name))?.clone();
            let id = row.id.filter(|_| row.is_active != Some(false))?;
            let items = row.settings.unwrap_or_default().into_iter();
            let items = items.filter(|item| item.is_active != Some(false));
            let items = items.filter_map(|item| Some((item.id?, item.name.value()?.clone())));
            let items: BTreeMap<i64, String> = items.collect();
            let takes_ours =
                items.is_empty() || choices::fits(&name, items.values().map(String::as_str));
            takes_ours.then_some((name, Field { id, items }))
        });
        Self(fields.collect())
    }

    /// How a field takes a value; `None` where there is no such field, or its list has no such item.
    pub(super) fn stored(&self, name: &str, text: &str) -> Option<Stored> {
        let field = self.0.get(name)?;
        let stored = |data: &str, item| Stored {
            field: field.id,
            data: data.to_owned(),
            item,
        };
        if field.items.is_empty() {
            return Some(stored(text, None));
        }
        let flag = parse_flag(text);
        let fits = |label: &str| {
            label.trim().eq_ignore_ascii_case(text.trim())
                || (flag.is_some() && parse_flag(label) == flag)
        };
        let item = field.items.iter().find(|(_, label)| fits(label));
        item.map(|(id, label)| stored(label, Some(*id)))
    }

    /// What a field says, among the values of a record. `None` where there is no such field; one
    /// without a value says nothing.
    fn text(&self, values: &[WireValue], name: &str) -> Option<Option<String>> {
        let field = self.0.get(name)?;
        let value = values.iter().find(|value| value.field_id == Some(field.id));
        let text = value.and_then(|value| value.data.value());
        Some(text.map(|text| text.trim().to_owned()))
    }

    fn held(&self, values: &[WireValue]) -> Held {
        let custom = CustomField::ALL.into_iter().filter_map(|field| {
            let text = self.text(values, field.name())?;
            let text = match field {
                CustomField::SupportPin => text,
                // However a check box, a list or a text says it, it is yes or no.
                CustomField::IsOffice365 => text
                    .map(|text| parse_flag(&text).map_or(text, |flag| flag_text(flag).to_owned())),
            };
            Some((field, text))
        });
        let external_id = self.text(values, OFFICE_365_ID).map(|id| match id {
            Some(id) => ExternalId::Id(id.to_ascii_lowercase()),
            None => ExternalId::Empty,
        });
        Held {
            external_id,
            custom: custom.collect(),
            types: (self.text(values, TYPE_MAPPING)).map(|text| text.into_iter().collect()),
        }
    }
}

fn is_ours(name: &str) -> bool {
    CustomField::parse(name).is_some()
        || [OFFICE_365_ID, TENANT_365_ID, TYPE_MAPPING].contains(&name)
}

impl KaseyaBms {
    /// The custom fields of contacts; none where the connection does not name their module.
    pub(super) async fn contact_fields(&self) -> Result<&Fields, ConnectorError> {
        let ask = || async {
            match self.contacts_module {
                Some(module) => self.fields_of(module).await,
                None => Ok(Fields::default()),
            }
        };
        self.contact_fields.get_or_try_init(ask).await
    }

    async fn fields_of(&self, module: Module) -> Result<Fields, ConnectorError> {
        let query: Query = vec![("withInactive", "false".to_owned())];
        let path = module.number.to_string();
        let told = self.client.get(&FIELDS, &[&path], &query).await?;
        if told.result.is_null() {
            return Ok(Fields::default());
        }
        let rows = told
            .rows()
            .map_err(|_| unreadable("custom fields that are no list"))?;
        Ok(Fields::of(rows))
    }

    /// What the custom fields of a contact hold. No call where there are none of ours.
    pub(super) async fn held(&self, contact: i64) -> Result<Held, ConnectorError> {
        let fields = self.contact_fields().await?;
        match self.contacts_module.filter(|_| !fields.0.is_empty()) {
            Some(module) => Ok(fields.held(&self.values_of(module, contact).await?)),
            None => Ok(Held::default()),
        }
    }

    async fn values_of(
        &self,
        module: Module,
        record: i64,
    ) -> Result<Vec<WireValue>, ConnectorError> {
        let (module, record) = (module.number.to_string(), record.to_string());
        let told = self
            .client
            .get(&VALUES, &[&module, &record], &Query::new())
            .await?;
        // A record that never had a value may have no list of them.
        if told.result.is_null() {
            return Ok(Vec::new());
        }
        told.rows()
            .map_err(|_| unreadable("values of custom fields that are no list"))
    }

    /// Writes one value of a record.
    pub(super) async fn write_value(
        &self,
        module: Module,
        record: i64,
        stored: &Stored,
    ) -> Result<(), ConnectorError> {
        let path = [
            module.number.to_string(),
            record.to_string(),
            stored.field.to_string(),
        ];
        let path = path.each_ref().map(String::as_str);
        // Whether a list takes the name or the number of an item is not documented; its values are
        // shown by name.
        let body = json!({ "Value": stored.data });
        let texts = [stored.data.to_lowercase()];
        let body = Body {
            json: &body,
            texts: &texts,
        };
        let told = self.client.write(&WRITE, &path, body).await?;
        let written: WireValueWritten = told.one()?.unwrap_or_default();
        if written.entity_id.is_some_and(|id| id != record) {
            return Err(unreadable("an answer about another record's custom field"));
        }
        module.check(&written)
    }

    /// Writes the id of a tenant to a company, unless it says so already (B159, B160).
    pub(super) async fn put_tenant_id(
        &self,
        company: &CompanyId,
        tenant_id: &str,
    ) -> Result<TenantIdWrite, ConnectorError> {
        let Some(module) = self.accounts_module else {
            return Ok(TenantIdWrite::NoField);
        };
        let account = company_number(company)?;
        let fields = self.fields_of(module).await?;
        let Some(stored) = fields.stored(TENANT_365_ID, tenant_id) else {
            return Ok(TenantIdWrite::NoField);
        };
        let values = self.values_of(module, account).await?;
        let held = fields.text(&values, TENANT_365_ID).flatten();
        if held.is_some_and(|held| held.eq_ignore_ascii_case(tenant_id)) {
            return Ok(TenantIdWrite::AlreadyThere);
        }
        self.write_value(module, account, &stored).await?;
        Ok(TenantIdWrite::Written)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn fields() -> Fields {
        let rows: Vec<WireField> = serde_json::from_value(json!([
            {"id": 77, "name": "SupportPIN", "settings": null},
            {"id": 78, "name": "IsOffice365", "settings": [
                {"id": 30, "name": "Yes"}, {"id": 31, "name": "No"}, {"id": 32, "name": "True", "isactive": false}]},
            {"id": 79, "name": "Office365Id"},
            {"id": 80, "name": "TypeMapping", "settings": [{"id": 40, "name": "Standard User"}]},
            {"id": 81, "name": "supportpin"},
            {"id": 82, "name": "Tenant365Id", "isactive": false},
            {"id": 83, "name": "Shoe size"},
            {"id": 84, "name": "Tenant365Id", "settings": [{"id": 50, "name": "Gold"}]}
        ]))
        .unwrap();
        Fields::of(rows)
    }

    fn held(values: Value) -> Held {
        fields().held(&serde_json::from_value::<Vec<WireValue>>(values).unwrap())
    }

    #[test]
    fn b181_fields_are_known_by_their_exact_names() {
        let fields = fields();
        let names: Vec<&str> = fields.0.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["IsOffice365", "Office365Id", "SupportPIN", "TypeMapping"]
        );
    }

    #[test]
    fn b151_b152_b155_b158_values_are_read_and_missing_ones_are_empty() {
        let full = held(json!([
            {"customfieldid": 77, "data": "493817"}, {"customfieldid": 78, "data": "yes"},
            {"customfieldid": 79, "data": " 7D0F6C1E "}, {"customfieldid": 80, "data": "Standard User"},
            {"customfieldid": 83, "data": "44"}
        ]));
        assert_eq!(full.external_id, Some(ExternalId::Id("7d0f6c1e".into())));
        assert_eq!(full.types, Some(vec!["Standard User".to_owned()]));
        let custom: Vec<_> = full.custom.into_iter().collect();
        assert_eq!(
            custom,
            [
                (CustomField::SupportPin, Some("493817".into())),
                (CustomField::IsOffice365, Some("True".into())),
            ]
        );
        let empty = held(json!([{"customfieldid": 77, "data": ""}]));
        assert_eq!(empty.external_id, Some(ExternalId::Empty));
        assert!(empty.custom.values().all(Option::is_none));
        assert_eq!((empty.custom.len(), empty.types), (2, Some(Vec::new())));
        assert_eq!(Fields::default().held(&[]), Held::default());
    }

    #[test]
    fn a_list_takes_its_items_and_a_text_anything() {
        let stored = |name: &str, text: &str| {
            let stored = fields().stored(name, text)?;
            Some((stored.field, stored.data, stored.item))
        };
        assert_eq!(stored("SupportPIN", "1"), Some((77, "1".into(), None)));
        assert_eq!(
            stored("IsOffice365", "True"),
            Some((78, "Yes".into(), Some(30)))
        );
        assert_eq!(
            stored("TypeMapping", "standard user"),
            Some((80, "Standard User".into(), Some(40)))
        );
        assert_eq!(stored("TypeMapping", "VIP"), None);
        assert_eq!(stored("Tenant365Id", "1"), None);
    }

    #[test]
    fn a_number_of_another_module_is_found_out() {
        let written = |name: &str| serde_json::from_value(json!({ "modulename": name })).unwrap();
        let check = |module: Module, name: &str| module.check(&written(name)).is_ok();
        assert!(check(Module::contacts(4), "CRM Contacts") && check(Module::contacts(4), ""));
        assert!(check(Module::accounts(3), "Accounts") && !check(Module::accounts(3), "Contacts"));
        let error = Module::contacts(4).check(&written("Tickets")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("contacts_module is the number of another module")
        );
    }
}

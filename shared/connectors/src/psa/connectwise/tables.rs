//! The MSP's own tables behind a contact: departments, and contact types.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use domain::fields::Attribute;
use domain::push::custom::OFFICE_365_ID;
use http::Method;
use serde_json::json;

use super::client::{Call, unreadable};
use super::read::List;
use super::resource::Resource;
use super::wire::WireRow;
use super::{ConnectWise, refused, write};
use crate::error::ConnectorError;

/// The ids of departments by their names in lower case.
pub(super) type Departments = BTreeMap<String, i64>;

impl ConnectWise {
    /// The department of that name, which is made where there is none: a contact only refers to it.
    pub(super) async fn department(
        &self,
        name: Option<&str>,
    ) -> Result<Option<i64>, ConnectorError> {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let key = name.to_lowercase();
        if let Some(known) = self.known_departments() {
            if let Some(id) = known.get(&key) {
                return Ok(Some(*id));
            }
        } else {
            let list = List::table(Resource::Departments);
            let rows = self.all(&list, |row: &WireRow| row.id).await?;
            let rows = rows.into_iter();
            let read: Departments = rows
                .filter_map(|row| Some((row.label().to_lowercase(), row.id?)))
                .collect();
            let found = read.get(&key).copied();
            self.keep_departments(|departments| departments.extend(read));
            if found.is_some() {
                return Ok(found);
            }
        }
        let id = self.add_department(name).await?;
        self.keep_departments(|departments| {
            departments.insert(key, id);
        });
        Ok(Some(id))
    }

    async fn add_department(&self, name: &str) -> Result<i64, ConnectorError> {
        let call = Call::new(Method::POST, Resource::Departments, &[]);
        let call = call.body(&json!({ "name": name }), &write::texts([name]))?;
        let answer = match self.client.send(call).await {
            // The rest of the contacts can do without this right.
            Err(ConnectorError::Forbidden { what, .. }) => {
                let reason = format!(
                    "there is no department of this name, and none can be made: {what}; or add the \
                     department in ConnectWise PSA (System > Setup Tables > Department)"
                );
                return Err(refused(Attribute::Department.as_str(), &reason));
            }
            Err(ConnectorError::Refused { reason, .. }) => {
                return Err(refused(Attribute::Department.as_str(), &reason));
            }
            answer => answer?,
        };
        let row: WireRow = answer.json()?;
        row.id
            .ok_or_else(|| unreadable("a department that was made and has no id"))
    }

    fn known_departments(&self) -> Option<Departments> {
        // A map of numbers is whole even if a thread died holding it.
        let known = self.departments.lock();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep_departments(&self, change: impl FnOnce(&mut Departments)) {
        let known = self.departments.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        change(known.get_or_insert_default());
    }

    /// The contact type that new contacts get, where the settings name one (B142).
    pub(super) async fn contact_type(&self) -> Result<Option<i64>, ConnectorError> {
        let wanted = self.contact_type.as_deref().map(str::trim);
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
            return Ok(None);
        };
        let what = format!("contact type {wanted}");
        if let Some(id) = self.client.told(&what).and_then(|id| id.parse().ok()) {
            return Ok(Some(id));
        }
        let list = List::table(Resource::ContactTypes);
        let rows = self.all(&list, |row: &WireRow| row.id).await?;
        let is_wanted = |row: &&WireRow| row.label().to_lowercase() == wanted.to_lowercase();
        let found = rows.iter().find(is_wanted).and_then(|row| row.id);
        let Some(id) = found else {
            let reason = "there is no contact type as contact_type of the connection names it; add \
                          it in ConnectWise PSA (System > Setup Tables > Contact Type), or correct \
                          contact_type";
            return Err(refused("contact_type", reason));
        };
        self.client.remember(&what, &id.to_string());
        Ok(Some(id))
    }

    /// Says, once per process, that there is no place for Entra object ids. Nothing else fails for it
    /// (B153, D8).
    pub(super) fn no_external_field(&self) {
        const WHAT: &str = "no external id";
        if self.client.told(WHAT).is_some() {
            return;
        }
        self.client.remember(WHAT, "said");
        tracing::warn!(
            field = OFFICE_365_ID,
            "contacts of ConnectWise PSA have no custom field of this name: Entra object ids are not \
             written; add it as a text (System > Setup Tables > Custom Fields, Contact)"
        );
    }
}

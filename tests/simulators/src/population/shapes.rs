//! People as Graph users and as contacts, in the members of a Halo user.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;
use serde_json::{Map, Value, json};

use super::names::{self, pick};
use super::{Kind, Person, Population, joined};
use crate::graph::{GLOBAL_ADMINISTRATOR, Graph};

/// Exchange's plan id, shown for accounts with a licence.
const EXCHANGE_PLAN: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";

/// In what a contact agrees with the person it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// The primary address is the same.
    Email,
    /// The contact's second address is the person's primary one.
    AlternateEmail,
    /// No address in common, the same name.
    NameOnly,
    /// Two contacts carry this one's name, neither an address.
    Homonym,
    /// Nobody of the directory.
    Stranger,
}

/// A contact to put into a PSA.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Position of the person in [`Population::people`]; none for strangers.
    pub person: Option<usize>,
    /// In what the two agree.
    pub overlap: Overlap,
    /// Members of a Halo user, without `site_id`.
    pub members: Value,
}

impl Person {
    /// The account as Microsoft Graph shows it; properties that were never set are left out.
    pub fn graph_user(&self) -> Value {
        let mut user = Map::new();
        let mut set = |name: &str, value: Value| {
            if !value.is_null() {
                user.insert(name.to_owned(), value);
            }
        };
        set("id", json!(self.id));
        set("userPrincipalName", json!(self.upn));
        set("displayName", json!(self.display));
        set("givenName", json!(self.given));
        set("surname", json!(self.family));
        set("mail", json!(self.mail));
        set("accountEnabled", json!(self.enabled));
        set(
            "userType",
            json!(if self.kind == Kind::Guest {
                "Guest"
            } else {
                "Member"
            }),
        );
        set("createdDateTime", json!("2025-03-02T09:12:44Z"));
        set("mobilePhone", json!(self.mobile));
        set(
            "businessPhones",
            json!(self.desk.iter().collect::<Vec<_>>()),
        );
        set("jobTitle", json!(self.title));
        set("department", json!(self.department));
        set("assignedLicenses", self.licences_json());
        set("proxyAddresses", self.proxy_addresses());
        if self.kind == Kind::Guest {
            set("creationType", json!("Invitation"));
            set("externalUserState", json!("Accepted"));
        }
        if !self.licences.is_empty() {
            set("usageLocation", json!("GB"));
            set(
                "assignedPlans",
                json!([{
                    "assignedDateTime": "2025-03-02T09:12:44Z", "capabilityStatus": "Enabled",
                    "service": "exchange", "servicePlanId": EXCHANGE_PLAN,
                }]),
            );
        }
        Value::Object(user)
    }

    /// As [`Person::graph_user`] for a directory kept in step with a domain on the premises.
    pub fn synced_graph_user(&self, ad_domain: &str) -> Value {
        let mut user = self.graph_user();
        let guid = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, self.id.as_bytes());
        if let Some(user) = user.as_object_mut() {
            let account: String = names::local_part(&self.display).chars().take(20).collect();
            let anchor = STANDARD.encode(guid.to_bytes_le());
            user.insert("onPremisesSyncEnabled".to_owned(), json!(true));
            user.insert("onPremisesImmutableId".to_owned(), json!(anchor));
            user.insert("onPremisesSamAccountName".to_owned(), json!(account));
            user.insert("onPremisesDomainName".to_owned(), json!(ad_domain));
        }
        user
    }

    pub(crate) fn licences_json(&self) -> Value {
        let licence = |sku: &String| json!({"disabledPlans": [], "skuId": sku});
        Value::Array(self.licences.iter().map(licence).collect())
    }

    pub(crate) fn proxy_addresses(&self) -> Value {
        let primary = self.mail.iter().map(|mail| format!("SMTP:{mail}"));
        let aliases = self.aliases.iter().map(|mail| format!("smtp:{mail}"));
        json!(primary.chain(aliases).collect::<Vec<_>>())
    }

    /// What the person's mailbox is for, in Graph's words; empty for none.
    pub fn purpose(&self) -> &'static str {
        match self.kind {
            Kind::Employee | Kind::Service => "user",
            Kind::SharedMailbox => "shared",
            Kind::Room => "room",
            Kind::Guest => "",
        }
    }

    /// The person as a Halo contact agreeing in everything, without `site_id`.
    pub fn halo_contact(&self) -> Value {
        json!({
            "name": self.display,
            "firstname": self.given.clone().unwrap_or_default(),
            "surname": self.family.clone().unwrap_or_default(),
            "emailaddress": self.mail.clone().unwrap_or_default(),
            "phonenumber": self.desk.clone().unwrap_or_default(),
            "mobilenumber": self.mobile.clone().unwrap_or_default(),
            "title": self.title.clone().unwrap_or_default(),
        })
    }
}

impl Population {
    /// Every account that the directory still has, as Graph users.
    pub fn graph_users(&self) -> Vec<Value> {
        self.present()
            .map(|(_, person)| person.graph_user())
            .collect()
    }

    /// Puts everybody into a tenant: users, mailbox purposes, roles and licences.
    pub fn fill_graph(&self, graph: &Graph, tenant: &str) {
        for (_, person) in self.present() {
            let id = graph.put_user(tenant, person.graph_user());
            graph.set_purpose(tenant, &id, person.purpose());
            for sku in &person.licences {
                graph.set_licence(tenant, &id, sku, true);
            }
            if person.admin {
                graph.set_role(tenant, &id, GLOBAL_ADMINISTRATOR, true);
            }
        }
    }

    /// Contacts for about `share` (0 to 1) of the employees. Of ten, six agree by address, two by
    /// the second address, one by name only, one has a namesake; one stranger comes for ten.
    pub fn contacts(&mut self, share: f64) -> Vec<Contact> {
        let mut contacts = Vec::new();
        let employees: Vec<(usize, Person)> = self
            .present()
            .filter(|(_, person)| person.kind == Kind::Employee)
            .map(|(at, person)| (at, person.clone()))
            .collect();
        let mut taken = 0;
        for (at, person) in employees {
            if !self.rng.random_bool(share.clamp(0.0, 1.0)) {
                continue;
            }
            let turn = taken % 10;
            taken += 1;
            let overlap = match turn {
                2 | 6 => Overlap::AlternateEmail,
                4 => Overlap::NameOnly,
                9 => Overlap::Homonym,
                _ => Overlap::Email,
            };
            let members = self.contact(&person, overlap);
            contacts.push(Contact {
                person: Some(at),
                overlap,
                members: members.clone(),
            });
            if overlap == Overlap::Homonym {
                contacts.push(Contact {
                    person: None,
                    overlap,
                    members,
                });
            }
            if turn == 8 {
                contacts.push(self.stranger());
            }
        }
        contacts
    }

    fn contact(&mut self, person: &Person, overlap: Overlap) -> Value {
        let mut contact = person.halo_contact();
        let mail = person.mail.clone().unwrap_or_default();
        let private = format!("{}@post.example", names::local_part(&person.display));
        if let Some(members) = contact.as_object_mut() {
            match overlap {
                Overlap::Email | Overlap::Stranger => {
                    // People type addresses in capitals, and old numbers stay.
                    if self.rng.random_bool(0.2) {
                        members.insert("emailaddress".to_owned(), json!(mail.to_uppercase()));
                    }
                    if self.rng.random_bool(0.3) {
                        members.insert("mobilenumber".to_owned(), json!(""));
                    }
                }
                Overlap::AlternateEmail => {
                    members.insert("emailaddress".to_owned(), json!(private));
                    members.insert("email2".to_owned(), json!(mail));
                }
                Overlap::NameOnly | Overlap::Homonym => {
                    members.insert("emailaddress".to_owned(), json!(""));
                    members.insert("mobilenumber".to_owned(), json!(""));
                }
            }
        }
        contact
    }

    fn stranger(&mut self) -> Contact {
        let (given, family) = names::full(&mut self.rng);
        let (title, _) = *pick(&mut self.rng, &names::TITLES);
        let display = format!("{} jr.", joined(&given, family.as_deref()));
        let number = self.rng.random_range(0..1_000_000);
        let mail = format!("{}{number}@elsewhere.example", names::local_part(&display));
        let members = json!({
            "name": display, "firstname": given, "surname": family.unwrap_or_default(),
            "emailaddress": mail, "title": title, "mobilenumber": names::mobile(&mut self.rng),
        });
        Contact {
            person: None,
            overlap: Overlap::Stranger,
            members,
        }
    }

    fn present(&self) -> impl Iterator<Item = (usize, &Person)> {
        self.people
            .iter()
            .enumerate()
            .filter(|(_, person)| !person.deleted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";

    #[test]
    fn contacts_overlap_in_every_way_and_by_the_share() {
        let mut population = Population::new(5, TENANT, "acme.example", 100);
        let contacts = population.contacts(1.0);
        let ways = [
            Overlap::Email,
            Overlap::AlternateEmail,
            Overlap::NameOnly,
            Overlap::Homonym,
            Overlap::Stranger,
        ];
        for overlap in ways {
            assert!(
                contacts.iter().any(|contact| contact.overlap == overlap),
                "{overlap:?}"
            );
        }
        assert!(population.contacts(0.0).is_empty());
        assert!(population.contacts(0.3).len() < contacts.len());
    }

    #[test]
    fn never_set_properties_are_left_out_and_guests_say_so() {
        let population = Population::new(5, TENANT, "acme.example", 50);
        for user in population.graph_users() {
            assert!(
                user.as_object()
                    .unwrap()
                    .values()
                    .all(|value| !value.is_null())
            );
        }
        let guest = population
            .people
            .iter()
            .find(|person| person.kind == Kind::Guest)
            .unwrap();
        assert_eq!(guest.graph_user()["userType"], "Guest");
        assert!(guest.upn.contains("#EXT#"));
    }
}

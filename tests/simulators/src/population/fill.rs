//! Contacts put into each PSA, in its own words. Each function returns the ids in the same order.

use serde_json::{Value, json};

use super::Contact;
use crate::psa::autotask::Autotask;
use crate::psa::connectwise::ConnectWise;
use crate::psa::halo::Halo;
use crate::psa::kaseya_bms::{self as bms, KaseyaBms};
use crate::psa::syncro::Syncro;

impl Contact {
    /// What a member says; `None` where it is empty.
    fn text(&self, member: &str) -> Option<&str> {
        let text = self.members.get(member).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    }

    /// Given and family name, for PSAs that ask for both: a dash stands for one that there is not.
    fn names(&self) -> (&str, &str) {
        let name = self.text("name").unwrap_or("-");
        let (first, last) = name.split_once(' ').unwrap_or((name, "-"));
        (
            self.text("firstname").unwrap_or(first),
            self.text("surname").unwrap_or(last),
        )
    }

    fn is_inactive(&self) -> bool {
        self.members.get("inactive") == Some(&json!(true))
    }
}

/// Into a site of HaloPSA.
pub fn fill_halo(halo: &Halo, site: i64, contacts: &[Contact]) -> Vec<i64> {
    let add = |contact: &Contact| {
        let mut members = contact.members.clone();
        if let Some(members) = members.as_object_mut() {
            members.insert("site_id".to_owned(), json!(site));
        }
        halo.add_user(&members)
    };
    contacts.iter().map(add).collect()
}

/// Into a company of Autotask.
pub fn fill_autotask(autotask: &Autotask, company: i64, contacts: &[Contact]) -> Vec<i64> {
    let add = |contact: &Contact| {
        let (first, last) = contact.names();
        let members = json!({
            "firstName": first, "lastName": last, "emailAddress": contact.text("emailaddress"),
            "emailAddress2": contact.text("email2"), "mobilePhone": contact.text("mobilenumber"),
            "phone": contact.text("phonenumber"), "title": contact.text("title"),
            "isActive": i32::from(!contact.is_inactive()),
        });
        autotask.add_contact(company, &members)
    };
    contacts.iter().map(add).collect()
}

/// Into a company of ConnectWise PSA, with the kinds of addresses and numbers that it comes with.
pub fn fill_connectwise(connectwise: &ConnectWise, company: i64, contacts: &[Contact]) -> Vec<i64> {
    // Member, kind, class, and whether it is the default of its class.
    let kinds = [
        ("emailaddress", 1, "Email", true),
        ("email2", 14, "Email", false),
        ("phonenumber", 2, "Phone", true),
        ("mobilenumber", 4, "Phone", false),
    ];
    let add = |contact: &Contact| {
        let items = kinds
            .iter()
            .filter_map(|(member, kind, class, is_default)| {
                let value = contact.text(member)?;
                Some(
                    json!({ "type": { "id": kind }, "value": value, "defaultFlag": is_default,
                "communicationType": class }),
                )
            });
        let name = contact.text("name").unwrap_or("-");
        connectwise.add_contact(&json!({
            "firstName": contact.text("firstname").unwrap_or(name),
            "lastName": contact.text("surname"), "title": contact.text("title"),
            "company": { "id": company }, "inactiveFlag": contact.is_inactive(),
            "communicationItems": items.collect::<Vec<Value>>(),
        }))
    };
    contacts.iter().map(add).collect()
}

/// Into a location of Kaseya BMS, whose contacts have both names.
pub fn fill_kaseya_bms(simulator: &KaseyaBms, location: i64, contacts: &[Contact]) -> Vec<i64> {
    let items = |contact: &Contact, kinds: &[(&str, i64)]| {
        let filled = kinds.iter();
        let filled = filled.filter_map(|(member, kind)| Some((contact.text(member)?, *kind)));
        let item = |(at, (value, type_id)): (usize, (&str, i64))| bms::Entry {
            value: value.to_owned(),
            type_id,
            default: at == 0,
        };
        filled.enumerate().map(item).collect::<Vec<_>>()
    };
    let add = |contact: &Contact| {
        let (first, last) = contact.names();
        let members = json!({
            "FirstName": first, "LastName": last, "JobTitle": contact.text("title"),
            "IsActive": !contact.is_inactive(),
        });
        let emails = [
            ("emailaddress", bms::WORK_EMAIL),
            ("email2", bms::WORK_EMAIL),
        ];
        let phones = [
            ("mobilenumber", bms::MOBILE_PHONE),
            ("phonenumber", bms::WORK_PHONE),
        ];
        let (emails, phones) = (items(contact, &emails), items(contact, &phones));
        simulator.add_contact(location, &members, &emails, &phones)
    };
    contacts.iter().map(add).collect()
}

/// Into a customer of Syncro, whose contacts have one name, one address, and are always in use.
pub fn fill_syncro(syncro: &Syncro, customer: i64, contacts: &[Contact]) -> Vec<i64> {
    let add = |contact: &Contact| {
        syncro.add_contact(&json!({
            "customer_id": customer, "name": contact.text("name"),
            "email": contact.text("emailaddress"), "mobile": contact.text("mobilenumber"),
            "phone": contact.text("phonenumber"), "title": contact.text("title"),
        }))
    };
    contacts.iter().map(add).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::population::{Overlap, Population};

    #[tokio::test]
    async fn every_psa_takes_everybody_with_name_and_address() {
        let tenant = "0785ef7c-0000-4000-8000-000000000001";
        let mut population = Population::new(5, tenant, "acme.example", 60);
        let contacts = population.contacts(1.0);
        let options = Options::unrecorded;
        let halo = Halo::start(options()).await.unwrap();
        let autotask = Autotask::start(options()).await.unwrap();
        let connectwise = ConnectWise::start(options()).await.unwrap();
        let bms = KaseyaBms::start(options()).await.unwrap();
        let syncro = Syncro::start(options()).await.unwrap();
        let site = halo.add_site(halo.add_client("Acme"), "Main");
        let location = bms.add_location(bms.add_account("Acme"), "Main");
        let filled = [
            fill_halo(&halo, site, &contacts),
            fill_autotask(&autotask, autotask.add_company("Acme"), &contacts),
            fill_connectwise(&connectwise, connectwise.add_company("Acme"), &contacts),
            fill_kaseya_bms(&bms, location, &contacts),
            fill_syncro(&syncro, syncro.add_customer("Acme"), &contacts),
        ];
        assert!(filled.iter().all(|ids| ids.len() == contacts.len()));
        let by_address = |contact: &Contact| {
            contact.overlap == Overlap::Email && contact.text("surname").is_some()
        };
        let at = contacts.iter().position(by_address).unwrap();
        let held = [
            halo.user(filled[0][at]),
            autotask.contact(filled[1][at]),
            connectwise.contact(filled[2][at]),
            bms.contact(filled[3][at]),
            syncro.contact(filled[4][at]),
        ];
        for shown in held.map(|held| held.unwrap().to_string()) {
            for member in ["firstname", "surname", "emailaddress", "title"] {
                let value = contacts[at].text(member).unwrap();
                assert!(shown.contains(value), "{value}: {shown}");
            }
        }
    }
}

//! People of one customer, drawn from a seed: employees with international names, namesakes,
//! people with one name, administrators, leavers, guests, shared mailboxes and rooms.
//!
//! Invariants: the same seed, tenant and domain give the same people and the same changes; object
//! ids and mail addresses are unique within a population. Nobody here exists.

mod changes;
mod fill;
mod names;
mod shapes;

use std::collections::BTreeSet;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

pub use changes::Change;
pub use fill::{fill_autotask, fill_connectwise, fill_halo, fill_kaseya_bms, fill_syncro};
pub use shapes::{Contact, Overlap};

use names::{ROOMS, SHARED, TITLES, pick};

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody who works there.
    Employee,
    /// Somebody invited from elsewhere.
    Guest,
    /// A mailbox that several people read.
    SharedMailbox,
    /// A room or a vehicle.
    Room,
    /// A program's account.
    Service,
}

/// One account holder as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Object id in the directory.
    pub id: String,
    /// What the account is for.
    pub kind: Kind,
    /// Given name; only people have one.
    pub given: Option<String>,
    /// Family name; some people have none.
    pub family: Option<String>,
    /// Display name.
    pub display: String,
    /// User principal name.
    pub upn: String,
    /// Primary mail address.
    pub mail: Option<String>,
    /// Further addresses that reach the same mailbox.
    pub aliases: Vec<String>,
    /// Mobile number, written the way people write them.
    pub mobile: Option<String>,
    /// Desk number.
    pub desk: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Whether sign-in is allowed.
    pub enabled: bool,
    /// Whether the account holds an administrator's directory role.
    pub admin: bool,
    /// Licences by sku id.
    pub licences: Vec<String>,
    /// Whether the directory still has the account.
    pub deleted: bool,
}

impl Person {
    /// A person who works there, whose account is in use.
    pub fn is_active_employee(&self) -> bool {
        self.kind == Kind::Employee && self.enabled && !self.deleted
    }
}

/// The people of one customer, and the chance that moves them.
#[derive(Debug)]
pub struct Population {
    /// Everybody ever, leavers included; positions are stable.
    pub people: Vec<Person>,
    tenant: uuid::Uuid,
    domain: String,
    addresses: BTreeSet<String>,
    rng: SmallRng,
}

/// Licences of employees: Business Premium, Business Standard, E3, F3.
const EMPLOYEE_LICENCES: [&str; 4] = [
    "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
    "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "66b55226-6b4f-492c-910c-a3b7a3c9d993",
];

impl Population {
    /// Draws `count` accounts for a tenant (a GUID) with a mail domain. The first is an
    /// administrator; of twenty or more accounts some are namesakes, guests and shared mailboxes.
    pub fn new(seed: u64, tenant: &str, domain: &str, count: usize) -> Self {
        let tenant = uuid::Uuid::parse_str(tenant).unwrap_or(uuid::Uuid::NAMESPACE_DNS);
        let mut population = Self {
            people: Vec::with_capacity(count),
            tenant,
            domain: domain.to_owned(),
            addresses: BTreeSet::new(),
            rng: SmallRng::seed_from_u64(seed),
        };
        for number in 0..count {
            let person = population.draw(number);
            population.people.push(person);
        }
        population
    }

    /// The kind goes by position, so that small populations have one of each.
    fn draw(&mut self, number: usize) -> Person {
        match number % 25 {
            6 => self.mailbox(number, Kind::SharedMailbox),
            11 => self.mailbox(number, Kind::Room),
            16 => self.guest(number),
            21 if number % 50 == 21 => self.mailbox(number, Kind::Service),
            _ => self.employee(number),
        }
    }

    fn employee(&mut self, number: usize) -> Person {
        let (given, family) = match number % 25 {
            // A namesake of somebody drawn before.
            9 => self.namesake(),
            _ => names::full(&mut self.rng),
        };
        let display = joined(&given, family.as_deref());
        let mail = self.address(&display);
        let (title, department) = *pick(&mut self.rng, &TITLES);
        let enabled = number % 25 != 13;
        let licence = *pick(&mut self.rng, &EMPLOYEE_LICENCES);
        let aliases = if self.rng.random_bool(0.3) {
            let initial: String = given.chars().take(1).collect();
            let short = joined(&initial, Some(family.as_deref().unwrap_or(&given)));
            vec![self.address(&short)]
        } else {
            Vec::new()
        };
        let mobile = self
            .rng
            .random_bool(0.7)
            .then(|| names::mobile(&mut self.rng));
        let desk = self
            .rng
            .random_bool(0.5)
            .then(|| names::desk(&mut self.rng));
        Person {
            id: self.id(number),
            kind: Kind::Employee,
            given: Some(given),
            family,
            display,
            upn: mail.clone(),
            mail: Some(mail),
            aliases,
            mobile,
            desk,
            title: Some(title.to_owned()),
            department: Some(department.to_owned()),
            enabled,
            admin: number == 0 || number % 40 == 17,
            licences: if enabled {
                vec![licence.to_owned()]
            } else {
                Vec::new()
            },
            deleted: false,
        }
    }

    fn namesake(&mut self) -> (String, Option<String>) {
        // A few draws, so that large populations cost no search; the first account is an employee.
        for _ in 0..8 {
            if let Person {
                kind: Kind::Employee,
                given: Some(given),
                family,
                ..
            } = pick(&mut self.rng, &self.people)
            {
                return (given.clone(), family.clone());
            }
        }
        names::full(&mut self.rng)
    }

    fn guest(&mut self, number: usize) -> Person {
        let (given, family) = names::full(&mut self.rng);
        let display = joined(&given, family.as_deref());
        let local = names::local_part(&display);
        let upn = format!("{local}{number}_partner.example#EXT#@{}", self.domain);
        Person {
            kind: Kind::Guest,
            given: Some(given),
            family,
            mail: Some(format!("{local}{number}@partner.example")),
            ..self.bare(number, display, upn)
        }
    }

    fn mailbox(&mut self, number: usize, kind: Kind) -> Person {
        let names: &[&str] = match kind {
            Kind::Room => &ROOMS,
            Kind::Service => &["Backup Service", "Scanner"],
            Kind::SharedMailbox | Kind::Employee | Kind::Guest => &SHARED,
        };
        let display = (*pick(&mut self.rng, names)).to_owned();
        let mail = self.address(&display);
        let person = Person {
            kind,
            mail: Some(mail.clone()),
            ..self.bare(number, display, mail)
        };
        Person {
            enabled: kind == Kind::Service,
            ..person
        }
    }

    fn bare(&self, number: usize, display: String, upn: String) -> Person {
        Person {
            id: self.id(number),
            kind: Kind::Guest,
            given: None,
            family: None,
            display,
            upn,
            mail: None,
            aliases: Vec::new(),
            mobile: None,
            desk: None,
            title: None,
            department: None,
            enabled: true,
            admin: false,
            licences: Vec::new(),
            deleted: false,
        }
    }

    fn id(&self, number: usize) -> String {
        uuid::Uuid::new_v5(&self.tenant, format!("person {number}").as_bytes()).to_string()
    }

    /// An address of the domain that nobody has yet.
    fn address(&mut self, display: &str) -> String {
        let local = names::local_part(display);
        let mut address = format!("{local}@{}", self.domain);
        let mut number = 1;
        while !self.addresses.insert(address.clone()) {
            number = if number < 4 {
                number + 1
            } else {
                self.rng.random_range(4..1_000_000)
            };
            address = format!("{local}{number}@{}", self.domain);
        }
        address
    }
}

fn joined(given: &str, family: Option<&str>) -> String {
    match family {
        Some(family) => format!("{given} {family}"),
        None => given.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "0785ef7c-0000-4000-8000-000000000001";

    #[test]
    fn the_same_seed_gives_the_same_people_and_another_seed_others() {
        let draw = |seed| Population::new(seed, TENANT, "acme.example", 60).people;
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_small_customer_has_one_of_each_kind_with_unique_addresses_and_a_namesake() {
        let people = Population::new(3, TENANT, "acme.example", 50).people;
        for kind in [Kind::Guest, Kind::SharedMailbox, Kind::Room, Kind::Service] {
            assert!(people.iter().any(|person| person.kind == kind), "{kind:?}");
        }
        assert!(people[0].admin && people.iter().any(|person| !person.enabled));
        let mails: BTreeSet<_> = people
            .iter()
            .filter_map(|person| person.mail.clone())
            .collect();
        assert_eq!(mails.len(), 50);
        let names: BTreeSet<_> = people.iter().map(|person| person.display.clone()).collect();
        assert!(names.len() < 50);
    }
}

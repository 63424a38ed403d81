//! What happens to people: they join, marry, leave, get a new number, come back.

use rand::Rng;
use serde_json::{Value, json};

use super::{Population, joined, names};
use crate::graph::Graph;

/// One thing that happened, ready to be told to a directory.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Somebody new, at this position, with the Graph user to create.
    Joined {
        /// Position in the population.
        person: usize,
        /// The user to create.
        user: Value,
    },
    /// Properties of a user changed; null clears.
    Changed {
        /// Position in the population.
        person: usize,
        /// Object id.
        id: String,
        /// The properties.
        patch: Value,
    },
    /// The account was deleted; it can be restored.
    Deleted {
        /// Position in the population.
        person: usize,
        /// Object id.
        id: String,
    },
}

impl Change {
    /// Position of the person in [`Population::people`].
    pub fn person(&self) -> usize {
        match self {
            Self::Joined { person, .. }
            | Self::Changed { person, .. }
            | Self::Deleted { person, .. } => *person,
        }
    }

    /// Makes the directory agree.
    pub fn play(&self, graph: &Graph, tenant: &str) {
        match self {
            Self::Joined { user, .. } => {
                graph.put_user(tenant, user.clone());
            }
            Self::Changed { id, patch, .. } => {
                graph.patch_user(tenant, id, patch.clone());
            }
            Self::Deleted { id, .. } => {
                graph.soft_delete(tenant, id);
            }
        }
    }
}

impl Population {
    /// Somebody new starts.
    pub fn join(&mut self) -> Change {
        let person = self.people.len();
        let joined = self.employee(person);
        let user = joined.graph_user();
        self.people.push(joined);
        Change::Joined { person, user }
    }

    /// A new family name, with address and sign-in name to match; the old address stays as an
    /// alias. None when there is no such person.
    pub fn rename(&mut self, person: usize) -> Option<Change> {
        let given = self.people.get(person)?.given.clone()?;
        let family = names::family(&mut self.rng);
        let display = joined(&given, Some(&family));
        let mail = self.address(&display);
        let who = self.people.get_mut(person)?;
        who.aliases.extend(who.mail.take());
        who.family = Some(family);
        who.display = display;
        who.upn.clone_from(&mail);
        who.mail = Some(mail);
        let patch = json!({
            "displayName": who.display, "surname": who.family, "userPrincipalName": who.upn,
            "mail": who.mail, "proxyAddresses": who.proxy_addresses(),
        });
        Some(Change::Changed {
            person,
            id: who.id.clone(),
            patch,
        })
    }

    /// Sign-in is blocked and the licences go, as offboarding usually begins.
    pub fn leave(&mut self, person: usize) -> Option<Change> {
        let who = self.people.get_mut(person)?;
        who.enabled = false;
        who.licences.clear();
        let patch = json!({"accountEnabled": false, "assignedLicenses": [], "assignedPlans": []});
        Some(Change::Changed {
            person,
            id: who.id.clone(),
            patch,
        })
    }

    /// The account is deleted.
    pub fn delete(&mut self, person: usize) -> Option<Change> {
        let who = self.people.get_mut(person)?;
        who.deleted = true;
        Some(Change::Deleted {
            person,
            id: who.id.clone(),
        })
    }

    /// A leaver comes back to the same account.
    pub fn return_to_work(&mut self, person: usize) -> Option<Change> {
        let licence = *names::pick(&mut self.rng, &super::EMPLOYEE_LICENCES);
        let who = self.people.get_mut(person)?;
        who.enabled = true;
        who.licences = vec![licence.to_owned()];
        let patch = json!({"accountEnabled": true, "assignedLicenses": who.licences_json()});
        Some(Change::Changed {
            person,
            id: who.id.clone(),
            patch,
        })
    }

    /// A new mobile number, or none any more.
    pub fn change_phone(&mut self, person: usize) -> Option<Change> {
        let mobile = self
            .rng
            .random_bool(0.8)
            .then(|| names::mobile(&mut self.rng));
        let who = self.people.get_mut(person)?;
        who.mobile = mobile;
        let patch = json!({"mobilePhone": who.mobile});
        Some(Change::Changed {
            person,
            id: who.id.clone(),
            patch,
        })
    }

    /// One thing by chance. Joining happens when nobody is left to change.
    pub fn happen(&mut self) -> Change {
        let people = self.people.iter().enumerate();
        let active: Vec<usize> = people
            .filter(|(_, person)| person.is_active_employee())
            .map(|(at, _)| at)
            .collect();
        if active.is_empty() {
            return self.join();
        }
        let person = *names::pick(&mut self.rng, &active);
        let change = match self.rng.random_range(0..10) {
            0 | 1 => None,
            2 | 3 => self.rename(person),
            4 => self.leave(person),
            5 => self.delete(person),
            _ => self.change_phone(person),
        };
        change.unwrap_or_else(|| self.join())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_repeat_for_a_seed_and_keep_addresses_unique() {
        let tenant = "0785ef7c-0000-4000-8000-000000000001";
        let play = || {
            let mut population = Population::new(9, tenant, "acme.example", 30);
            (0..80).map(|_| population.happen()).collect::<Vec<_>>()
        };
        assert_eq!(play(), play());
        let mut population = Population::new(9, tenant, "acme.example", 5);
        let before = population.people[0].mail.clone().unwrap();
        population.rename(0).unwrap();
        assert!(population.people[0].aliases.contains(&before));
        assert_ne!(population.people[0].mail.as_ref(), Some(&before));
    }
}

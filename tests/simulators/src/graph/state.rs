//! What the simulated directory holds: tenants, their users, and since when each property has its
//! value.
//!
//! Invariants: every change takes the tenant's next sequence number; a property that was never set
//! is absent from `values`, a cleared one is null there (`[]` for collections).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::Behaviour;
use super::delta::Rounds;
use super::properties::COLLECTIONS;

/// Everything behind one Graph simulator.
#[derive(Debug)]
pub struct State {
    pub(crate) tenants: BTreeMap<String, Tenant>,
    /// Good access tokens and their tenant.
    pub(crate) tokens: HashMap<String, String>,
    pub(crate) issued: u64,
    pub(crate) token_calls: usize,
    pub(crate) expires_in: u32,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) gzip: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            tenants: BTreeMap::new(),
            tokens: HashMap::new(),
            issued: 0,
            token_calls: 0,
            expires_in: 3599,
            client_id: super::CLIENT_ID.to_owned(),
            client_secret: super::CLIENT_SECRET.to_owned(),
            gzip: false,
        }
    }
}

impl State {
    /// A tenant by its id or one of its domains.
    pub(crate) fn tenant_named(&self, named: &str) -> Option<&Tenant> {
        self.tenants.get(named).or_else(|| {
            self.tenants
                .values()
                .find(|tenant| tenant.domain.eq_ignore_ascii_case(named))
        })
    }
}

/// A thing that a permission may be missing for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Users and their changes: `User.Read.All`.
    Users,
    /// Subscribed licences: `LicenseAssignment.Read.All`.
    Licences,
    /// Tenant facts: `Organization.Read.All`.
    Organization,
    /// Directory roles: `RoleManagement.Read.Directory`.
    Roles,
    /// The purpose of mailboxes: `MailboxSettings.Read`.
    MailboxSettings,
    /// Members of groups: `GroupMember.Read.All`.
    GroupMembers,
}

impl Feature {
    const ALL: [Self; 6] = [
        Self::Users,
        Self::Licences,
        Self::Organization,
        Self::Roles,
        Self::MailboxSettings,
        Self::GroupMembers,
    ];

    fn permission(self) -> &'static str {
        match self {
            Self::Users => "User.Read.All",
            Self::Licences => "LicenseAssignment.Read.All",
            Self::Organization => "Organization.Read.All",
            Self::Roles => "RoleManagement.Read.Directory",
            Self::MailboxSettings => "MailboxSettings.Read",
            Self::GroupMembers => "GroupMember.Read.All",
        }
    }
}

/// One customer's directory.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) domain: String,
    pub(crate) organization: Map<String, Value>,
    /// The AADSTS number that sign-in is refused with.
    pub(crate) refusal: Option<u32>,
    /// A secret of this tenant's own registration.
    pub(crate) secret: Option<String>,
    pub(crate) denied: BTreeSet<Feature>,
    pub(crate) behaviour: Behaviour,
    pub(crate) sequence: u64,
    pub(crate) users: Vec<User>,
    pub(crate) index: HashMap<String, usize>,
    /// Seats by sku id.
    pub(crate) skus: BTreeMap<String, (String, u32)>,
    /// Ids of users and groups by group id.
    pub(crate) groups: BTreeMap<String, BTreeSet<String>>,
    /// Ids of users and groups by role template.
    pub(crate) roles: BTreeMap<String, BTreeSet<String>>,
    pub(crate) rounds: Rounds,
}

/// Whether a user is in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Live,
    SoftDeleted,
    HardDeleted,
}

/// One user and the history that delta needs.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) values: Map<String, Value>,
    /// The values before the last change, for stale replays.
    pub(crate) before: Option<Map<String, Value>>,
    pub(crate) life: Life,
    /// When it was created or restored.
    pub(crate) appeared: u64,
    /// When it was last deleted; 0 for never.
    pub(crate) removed: u64,
    /// Changes after creation, each property once.
    pub(crate) changed: Vec<(String, u64)>,
    pub(crate) purpose: String,
}

impl User {
    pub(crate) fn changed_since(&self, name: &str, since: u64) -> bool {
        self.appeared > since
            || self
                .changed
                .iter()
                .any(|(changed, at)| changed == name && *at > since)
    }

    /// The newest sequence number that concerns this user.
    pub(crate) fn newest(&self) -> u64 {
        let changed = self.changed.iter().map(|(_, at)| *at).max().unwrap_or(0);
        changed.max(self.appeared).max(self.removed)
    }
}

impl Tenant {
    pub(crate) fn new(id: &str, domain: &str) -> Self {
        let organization = json!({
            "id": id, "displayName": domain, "tenantType": "AAD", "countryLetterCode": "GB",
            "verifiedDomains": [{"name": domain, "isDefault": true, "isInitial": false,
                "type": "Managed", "capabilities": "Email, OfficeCommunicationsOnline"}],
            "assignedPlans": [], "technicalNotificationMails": [],
        });
        Self {
            id: id.to_owned(),
            domain: domain.to_owned(),
            organization: super::members(organization),
            refusal: None,
            secret: None,
            denied: BTreeSet::new(),
            behaviour: Behaviour::default(),
            sequence: 0,
            users: Vec::new(),
            index: HashMap::new(),
            skus: BTreeMap::new(),
            groups: BTreeMap::new(),
            roles: BTreeMap::new(),
            rounds: Rounds::default(),
        }
    }

    pub(crate) fn granted(&self) -> Vec<&'static str> {
        let granted = Feature::ALL
            .into_iter()
            .filter(|feature| !self.denied.contains(feature));
        granted.map(Feature::permission).collect()
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.index.get(id).and_then(|at| self.users.get(*at))
    }

    fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.index.get(id).and_then(|at| self.users.get_mut(*at))
    }

    /// Creates a user, or changes one that exists. Returns its id.
    pub(crate) fn put(&mut self, mut values: Map<String, Value>) -> String {
        let id = match values.get("id").and_then(Value::as_str) {
            Some(id) => id.to_owned(),
            None => fresh_id(&self.id, self.users.len()),
        };
        if self.index.contains_key(&id) {
            self.patch(&id, values);
            return id;
        }
        self.sequence += 1;
        values.insert("id".to_owned(), json!(id));
        values.retain(|_, value| !value.is_null());
        self.index.insert(id.clone(), self.users.len());
        self.users.push(User {
            id: id.clone(),
            values,
            before: None,
            life: Life::Live,
            appeared: self.sequence,
            removed: 0,
            changed: Vec::new(),
            purpose: "user".to_owned(),
        });
        id
    }

    /// Sets the given properties; null clears. False when there is no such user.
    pub(crate) fn patch(&mut self, id: &str, changes: Map<String, Value>) -> bool {
        let sequence = self.sequence + 1;
        let Some(user) = self.user_mut(id) else {
            return false;
        };
        let before = user.values.clone();
        for (name, value) in changes {
            let collection = COLLECTIONS.contains(&name.as_str());
            let value = if value.is_null() && collection {
                json!([])
            } else {
                value
            };
            let unset = value.is_null() && !user.values.contains_key(&name);
            if name == "id" || unset || user.values.get(&name) == Some(&value) {
                continue;
            }
            user.values.insert(name.clone(), value);
            user.changed.retain(|(changed, _)| *changed != name);
            user.changed.push((name, sequence));
        }
        if user.newest() == sequence {
            user.before = Some(before);
            self.sequence = sequence;
        }
        true
    }

    pub(crate) fn remove(&mut self, id: &str, life: Life) -> bool {
        let sequence = self.sequence + 1;
        let Some(user) = self.user_mut(id) else {
            return false;
        };
        if user.life == life {
            return false;
        }
        user.life = life;
        user.removed = sequence;
        self.sequence = sequence;
        if life == Life::HardDeleted {
            let groups = self.groups.values_mut();
            groups.chain(self.roles.values_mut()).for_each(|members| {
                members.remove(id);
            });
        }
        true
    }

    /// The users that are in a group or in one in it, each once, in the order of their ids. `None`
    /// where there is no such group.
    pub(crate) fn users_in(&self, group: &str) -> Option<Vec<&User>> {
        let mut ids = BTreeSet::new();
        let mut ahead = vec![self.groups.get(group)?];
        while let Some(members) = ahead.pop() {
            for id in members {
                if ids.insert(id)
                    && let Some(nested) = self.groups.get(id)
                {
                    ahead.push(nested);
                }
            }
        }
        let users = ids.into_iter().filter_map(|id| self.user(id));
        Some(users.filter(|user| user.life == Life::Live).collect())
    }

    pub(crate) fn restore(&mut self, id: &str) -> bool {
        let sequence = self.sequence + 1;
        let Some(user) = self.user_mut(id) else {
            return false;
        };
        if user.life != Life::SoftDeleted {
            return false;
        }
        user.life = Life::Live;
        user.appeared = sequence;
        self.sequence = sequence;
        true
    }
}

/// An object id that a run always makes in the same way.
pub(crate) fn fresh_id(tenant: &str, number: usize) -> String {
    let space = uuid::Uuid::parse_str(tenant).unwrap_or(uuid::Uuid::NAMESPACE_DNS);
    uuid::Uuid::new_v5(&space, number.to_string().as_bytes()).to_string()
}

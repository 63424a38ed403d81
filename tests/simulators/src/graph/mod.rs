//! Microsoft sign-in and Microsoft Graph for many tenants on one address.
//!
//! `POST {base}/{tenant}/oauth2/v2.0/token` signs in; the API is below `{base}/v1.0`. State is
//! changed from tests by the methods of [`Graph`]; every change shows in the next delta round.

mod delta;
mod errors;
mod login;
mod properties;
mod render;
mod round;
mod routes;
mod state;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub use delta::DeltaExpiry;
pub use properties::{GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR, LICENCES};
pub use state::Feature;

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::{Life, State, Tenant};

/// The application id that every tenant knows unless told otherwise.
pub const CLIENT_ID: &str = "9a3d526c-0000-4000-8000-000000000001";
/// The secret that goes with [`CLIENT_ID`].
pub const CLIENT_SECRET: &str = "quetzalcanary-graph-secret";

/// How a tenant's delta rounds look. The default is tidy: full pages of 200, no oddities.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// Users on a page.
    pub page_size: usize,
    /// An empty page with a next link before every page.
    pub empty_pages: bool,
    /// Every page repeats the last user of the page before it.
    pub duplicates: bool,
    /// A changed user comes twice: first as it was before its last change.
    pub stale_duplicates: bool,
    /// Users come in a shuffled order.
    pub out_of_order: bool,
    /// The first round holds removals, one of them of an unknown id.
    pub removed_in_first_round: bool,
    /// A restored user comes as a removal first, then as itself.
    pub replay_removals: bool,
    /// Users carry `@odata.id` and `@odata.type`.
    pub annotations: bool,
    /// Links spell `$` as `%24`.
    pub encoded_links: bool,
    /// Characters added to every cursor.
    pub token_padding: usize,
    /// Next links lead to this base instead of ours, as a forged answer would.
    pub foreign_next_link: Option<String>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            page_size: 200,
            empty_pages: false,
            duplicates: false,
            stale_duplicates: false,
            out_of_order: false,
            removed_in_first_round: false,
            replay_removals: false,
            annotations: false,
            encoded_links: false,
            token_padding: 0,
            foreign_next_link: None,
        }
    }
}

/// A running simulator; it starts without tenants.
pub type Graph = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "graph";

    fn answer(&mut self, base: &str, request: &Request) -> Answer {
        let answer = routes::answer(self, base, request);
        match request.header("client-request-id") {
            Some(id) => answer.with_header("client-request-id", id.to_owned()),
            None => answer,
        }
    }

    fn throttled(&self) -> Answer {
        errors::throttled()
    }

    fn unauthorized(&self) -> Answer {
        errors::bad_token("Lifetime validation failed, the token is expired.")
    }

    fn server_error(&self, status: u16) -> Answer {
        errors::server_error(status)
    }

    fn gzip(&self) -> bool {
        self.gzip
    }
}

impl Graph {
    /// Adds an empty tenant with one verified domain. `id` is a GUID.
    pub fn add_tenant(&self, id: &str, domain: &str) {
        self.state()
            .tenants
            .insert(id.to_owned(), Tenant::new(id, domain));
    }

    /// Creates or changes a user and returns its id (made up when the JSON has none). Null members
    /// of a new user count as never set.
    pub fn put_user(&self, tenant: &str, user: Value) -> String {
        self.with(tenant, |tenant| tenant.put(members(user)))
    }

    /// Sets the given properties; null clears. False when there is no such user.
    pub fn patch_user(&self, tenant: &str, id: &str, changes: Value) -> bool {
        self.with(tenant, |tenant| tenant.patch(id, members(changes)))
    }

    /// Deletes a user so that it can be restored: `@removed` with reason `changed`.
    pub fn soft_delete(&self, tenant: &str, id: &str) -> bool {
        self.with(tenant, |tenant| tenant.remove(id, Life::SoftDeleted))
    }

    /// Deletes a user for good: `@removed` with reason `deleted`.
    pub fn hard_delete(&self, tenant: &str, id: &str) -> bool {
        self.with(tenant, |tenant| tenant.remove(id, Life::HardDeleted))
    }

    /// Brings a soft-deleted user back. False when there is none.
    pub fn restore(&self, tenant: &str, id: &str) -> bool {
        self.with(tenant, |tenant| tenant.restore(id))
    }

    /// Gives a user a licence, or takes it away; the tenant is made to own the sku.
    pub fn set_licence(&self, tenant: &str, id: &str, sku: &str, held: bool) -> bool {
        self.with(tenant, |tenant| {
            let part = properties::name_of(&LICENCES, sku);
            tenant
                .skus
                .entry(sku.to_owned())
                .or_insert_with(|| (part.to_owned(), 100));
            let Some(user) = tenant.user(id) else {
                return false;
            };
            let held_now = user
                .values
                .get("assignedLicenses")
                .and_then(Value::as_array);
            let mut licences = held_now.cloned().unwrap_or_default();
            licences.retain(|licence| licence.get("skuId").and_then(Value::as_str) != Some(sku));
            if held {
                licences.push(json!({"disabledPlans": [], "skuId": sku}));
            }
            tenant.patch(id, members(json!({"assignedLicenses": licences})))
        })
    }

    /// Makes the tenant own `seats` of a sku.
    pub fn set_sku(&self, tenant: &str, sku: &str, part_number: &str, seats: u32) {
        self.with(tenant, |tenant| {
            tenant
                .skus
                .insert(sku.to_owned(), (part_number.to_owned(), seats));
        });
    }

    /// Makes or changes a group: the ids of the users and groups in it.
    pub fn set_group(&self, tenant: &str, id: &str, members: &[&str]) {
        self.with(tenant, |tenant| {
            let members = members.iter().map(|member| (*member).to_owned());
            tenant.groups.insert(id.to_owned(), members.collect());
        });
    }

    /// Puts a user or a group into a directory role (by template id), or takes it out.
    pub fn set_role(&self, tenant: &str, id: &str, role: &str, member: bool) {
        self.with(tenant, |tenant| {
            let members = tenant.roles.entry(role.to_owned()).or_default();
            if member {
                members.insert(id.to_owned())
            } else {
                members.remove(id)
            };
        });
    }

    /// What the user's mailbox is for: `user`, `shared`, `room`, `equipment`; empty for none.
    pub fn set_purpose(&self, tenant: &str, id: &str, purpose: &str) {
        self.with(tenant, |tenant| {
            if let Some(at) = tenant.index.get(id).copied()
                && let Some(user) = tenant.users.get_mut(at)
            {
                purpose.clone_into(&mut user.purpose);
            }
        });
    }

    /// Sets members of the tenant's `organization` answer.
    pub fn set_organization(&self, tenant: &str, facts: Value) {
        self.with(tenant, |tenant| tenant.organization.extend(members(facts)));
    }

    /// How this tenant's delta rounds look from now on.
    pub fn set_behaviour(&self, tenant: &str, behaviour: Behaviour) {
        self.with(tenant, |tenant| tenant.behaviour = behaviour);
    }

    /// Takes a permission away, or gives it back: calls of the feature answer 403 without it.
    pub fn set_permission(&self, tenant: &str, feature: Feature, granted: bool) {
        self.with(tenant, |tenant| {
            if granted {
                tenant.denied.remove(&feature)
            } else {
                tenant.denied.insert(feature)
            };
        });
    }

    /// Refuses sign-in to a tenant with an AADSTS number (700016 or 7000229: no consent, 7000222:
    /// secret expired, ...), or allows it again. Tokens already issued stay good.
    pub fn set_refusal(&self, tenant: &str, code: Option<u32>) {
        self.with(tenant, |tenant| tenant.refusal = code);
    }

    /// Gives a tenant a client secret of its own.
    pub fn set_secret(&self, tenant: &str, secret: &str) {
        self.with(tenant, |tenant| tenant.secret = Some(secret.to_owned()));
    }

    /// The lifetime that sign-in answers state, in seconds. Tokens do not expire by themselves;
    /// see [`Graph::expire_tokens`].
    pub fn set_expires_in(&self, seconds: u32) {
        self.state().expires_in = seconds;
    }

    /// Whether answers are compressed for callers that accept gzip.
    pub fn set_gzip(&self, gzip: bool) {
        self.state().gzip = gzip;
    }

    /// Every access token issued so far answers 401 from now on.
    pub fn expire_tokens(&self) {
        self.state().tokens.clear();
    }

    /// How many times somebody asked for an access token.
    pub fn token_calls(&self) -> usize {
        self.state().token_calls
    }

    /// Every delta link of this tenant is refused in the given form from now on.
    pub fn expire_delta_tokens(&self, tenant: &str, form: DeltaExpiry) {
        self.with(tenant, |tenant| tenant.rounds.expire_delta_tokens(form));
    }

    /// Every next link of this tenant answers `Directory_ExpiredPageToken` from now on.
    pub fn expire_page_tokens(&self, tenant: &str) {
        self.with(tenant, |tenant| tenant.rounds.expire_page_tokens());
    }

    /// Serialises the first round for `select` now, so that benches measure the caller. It holds
    /// until the tenant changes.
    pub fn preload_pages(&self, tenant: &str, select: &str) {
        self.with(tenant, |tenant| delta::preload(tenant, self.base(), select));
    }

    /// A user's values, soft-deleted ones included; none when unknown or gone for good.
    pub fn user(&self, tenant: &str, id: &str) -> Option<Value> {
        self.with(tenant, |tenant| {
            let user = tenant
                .user(id)
                .filter(|user| user.life != Life::HardDeleted)?;
            Some(Value::Object(user.values.clone()))
        })
    }

    /// Ids of the users that are in the tenant, in the order of their creation.
    pub fn user_ids(&self, tenant: &str) -> Vec<String> {
        self.with(tenant, |tenant| {
            let live = tenant.users.iter().filter(|user| user.life == Life::Live);
            live.map(|user| user.id.clone()).collect()
        })
    }

    fn with<T>(&self, tenant: &str, act: impl FnOnce(&mut Tenant) -> T) -> T {
        let mut state = self.state();
        let tenant = state
            .tenants
            .get_mut(tenant)
            .expect("the tenant was added before");
        act(tenant)
    }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

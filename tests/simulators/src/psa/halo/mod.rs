//! HaloPSA: authorisation server and API on one address.
//!
//! The authorisation server is `{base}/auth`, the API `{base}/api`; any other path shows an HTML
//! page, as the web host does. Halo's word for a contact is "user", for a customer "client".

mod companies;
mod listing;
mod login;
mod members;
mod rate;
mod routes;
mod state;
#[cfg(test)]
mod tests;
mod users;
mod webhooks;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use rate::RateLimit;
pub use webhooks::{WEBHOOK_ID, Webhook};

use crate::exchange::{Answer, Request};
use crate::simulator::{Simulator, Vendor};
use state::State;

/// The application id that signs in.
pub const CLIENT_ID: &str = "5b0c2d7e-0000-4000-8000-000000000002";
/// The secret that goes with [`CLIENT_ID`].
pub const CLIENT_SECRET: &str = "quetzalcanary-halo-secret";
/// The tenant that hosted instances ask for.
pub const TENANT: &str = "acme";

/// The shape of the answer to a write; the vendor's document does not say which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WriteShape {
    /// The stored object alone, when one was written.
    #[default]
    Object,
    /// An array of the stored objects.
    Array,
    /// `{"users":[...]}`.
    Users,
}

/// A custom field of users or clients.
#[derive(Debug, Clone)]
pub struct CustomField {
    /// Internal name with its prefix, such as `CFSupportPIN`.
    pub name: String,
    /// What people see.
    pub label: String,
    /// Halo's type number: 0 text, 2 single select.
    pub kind: i32,
}

/// Which of Halo's ways this tenant has.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// List rows lack `email2`, `email3`, `azureoid` and the dates, as on older builds.
    pub thin_rows: bool,
    /// The most rows of a page, whatever was asked for.
    pub page_cap: usize,
    /// The shape of the answer to a write.
    pub write_shape: WriteShape,
    /// The status of the answer to a write: 200 or 201.
    pub write_status: u16,
    /// Custom fields that a write leaves out are emptied.
    pub replace_custom_fields: bool,
    /// `lastupdatefromdate` filters users.
    pub date_filter: bool,
    /// `search` looks at the alternate addresses too.
    pub search_alternates: bool,
    /// Reads answer 403.
    pub deny_reads: bool,
    /// Writes answer 403.
    pub deny_writes: bool,
    /// The agent behind the application may see nothing: empty lists with status 200.
    pub hide_everything: bool,
    /// Every page of a list is the first one, whichever was asked for.
    pub repeat_page: bool,
    /// Answers hold members that the vendor's document does not name.
    pub undocumented: bool,
    /// The rolling rate limit, if any.
    pub rate_limit: Option<RateLimit>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            thin_rows: true,
            page_cap: 100,
            write_shape: WriteShape::default(),
            write_status: 201,
            replace_custom_fields: false,
            date_filter: false,
            search_alternates: false,
            deny_reads: false,
            deny_writes: false,
            hide_everything: false,
            repeat_page: false,
            undocumented: false,
            rate_limit: None,
        }
    }
}

/// A running simulator; it starts without clients.
pub type Halo = Simulator<State>;

impl Vendor for State {
    const NAME: &'static str = "halo";

    fn answer(&mut self, base: &str, request: &Request) -> Answer {
        routes::answer(self, base, request)
    }

    fn throttled(&self) -> Answer {
        Answer::text(429, &rate::words(self.behaviour.rate_limit))
    }

    fn unauthorized(&self) -> Answer {
        routes::unauthorized()
    }
}

impl Halo {
    /// The resource server: `{base}/api`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.base())
    }

    /// The authorisation server: `{base}/auth`.
    pub fn auth_url(&self) -> String {
        format!("{}/auth", self.base())
    }

    /// Adds a client without a site and returns its id.
    pub fn add_client(&self, name: &str) -> i64 {
        self.state().add_client(name)
    }

    /// Adds a site with its placeholder "General User" and returns its id; a client's first site
    /// is its main site.
    pub fn add_site(&self, client: i64, name: &str) -> i64 {
        self.state().add_site(client, name)
    }

    /// The main site of a client, if it has a site.
    pub fn main_site(&self, client: i64) -> Option<i64> {
        self.state().clients.get(&client)?.main_site
    }

    /// Hides a client from lists of active ones, or shows it again.
    pub fn set_client_inactive(&self, client: i64, inactive: bool) {
        if let Some(client) = self.state().clients.get_mut(&client) {
            client.inactive = inactive;
        }
    }

    /// Hides a site from lists of active ones, or shows it again.
    pub fn set_site_inactive(&self, site: i64, inactive: bool) {
        if let Some(site) = self.state().sites.get_mut(&site) {
            site.inactive = inactive;
        }
    }

    /// Defines a custom field of users.
    pub fn define_field(&self, id: i64, field: CustomField) {
        self.state().fields.insert(id, field);
    }

    /// No custom field of users or clients is defined any more.
    pub fn forget_fields(&self) {
        let mut state = self.state();
        state.fields.clear();
        state.client_fields.clear();
    }

    /// Defines a custom field of clients.
    pub fn define_client_field(&self, id: i64, field: CustomField) {
        self.state().client_fields.insert(id, field);
    }

    /// A client in full, as the detail call shows it.
    pub fn client(&self, id: i64) -> Option<Value> {
        let state = self.state();
        let client = state.clients.get(&id)?;
        Some(companies::client_full(&state, id, client))
    }

    /// Adds a user without a delivery, as if it had been there before; `name` and `site_id` are
    /// required. Returns its id.
    pub fn add_user(&self, user: &Value) -> i64 {
        self.state()
            .create(&members(user))
            .expect("the test describes a user that Halo accepts")
    }

    /// Changes a user as a technician would, with a delivery. False when there is no such user.
    pub fn edit_user(&self, id: i64, changes: &Value) -> bool {
        let mut state = self.state();
        match state.update(id, &members(changes)) {
            None => false,
            Some(result) => {
                result.expect("the test describes a change that Halo accepts");
                webhooks::enqueue(&mut state, id, "User Updated");
                true
            }
        }
    }

    /// Deletes a user for good; Halo sends nothing. False when there is no such user.
    pub fn delete_user(&self, id: i64) -> bool {
        self.state().users.remove(&id).is_some()
    }

    /// A user in full, as the detail call shows it.
    pub fn user(&self, id: i64) -> Option<Value> {
        let state = self.state();
        state.users.get(&id).map(|user| users::full(&state, user))
    }

    /// Every user of a client in full, by id; inactive ones included, placeholders not.
    pub fn users_of(&self, client: i64) -> Vec<Value> {
        let state = self.state();
        let own = state.users.values().filter(|user| !user.general);
        own.filter(|user| state.client_of(user) == client)
            .map(|user| users::full(&state, user))
            .collect()
    }

    /// How many users a client has, by whether they are active.
    pub fn count_users(&self, client: i64, active: bool) -> usize {
        let state = self.state();
        let own = state.users.values().filter(|user| !user.general);
        own.filter(|user| state.client_of(user) == client && user.flag("inactive") != active)
            .count()
    }

    /// Which of Halo's ways this tenant has from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// The secret that sign-in asks for from now on.
    pub fn set_secret(&self, secret: &str) {
        secret.clone_into(&mut self.state().client_secret);
    }

    /// The tenant that sign-in asks for; none as on-premises instances have it.
    pub fn set_tenant(&self, tenant: Option<&str>) {
        self.state().tenant = tenant.map(str::to_owned);
    }

    /// The scopes that the application holds.
    pub fn set_scopes(&self, scopes: &[&str]) {
        self.state().scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    }

    /// The lifetime that sign-in answers state, in seconds; see [`Halo::expire_tokens`].
    pub fn set_expires_in(&self, seconds: u32) {
        self.state().expires_in = seconds;
    }

    /// The time of the next saves. Each save moves it by a second.
    pub fn set_time(&self, now: Timestamp) {
        self.state().now = now;
    }

    /// Every access token issued so far answers 401 from now on.
    pub fn expire_tokens(&self) {
        self.state().tokens.clear();
    }

    /// How many times somebody asked for an access token.
    pub fn token_calls(&self) -> u64 {
        self.state().token_calls
    }

    /// How many requests the rate limit refused.
    pub fn rate_refusals(&self) -> usize {
        self.state().window.refused
    }

    /// Where deliveries go.
    pub fn set_webhook(&self, webhook: Webhook) {
        self.state().webhook = Some(webhook);
    }

    /// Posts everything queued and returns the statuses; 0 where no answer came. Without a webhook
    /// the queue stays.
    pub async fn deliver_webhooks(&self) -> Vec<u16> {
        let (webhook, bodies) = {
            let mut state = self.state();
            let Some(webhook) = state.webhook.clone() else {
                return Vec::new();
            };
            let bodies = webhooks::bodies(&mut state, &webhook);
            (webhook, bodies)
        };
        let mut statuses = Vec::with_capacity(bodies.len());
        for body in &bodies {
            statuses.push(webhooks::post(&webhook, body).await);
        }
        statuses
    }

    /// Takes the queued bodies, oldest first, for tests that post them themselves.
    pub fn take_deliveries(&self) -> Vec<Value> {
        self.state().queue.drain(..).collect()
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

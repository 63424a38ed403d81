//! Vendors: how each is signed in to, paged, limited and understood. Read [`http`] first, then
//! [`directory::graph`], [`psa`] and [`docs`].
//!
//! | vendor | signs in by | pages by | tells its limits by | tells of changes by |
//! |---|---|---|---|---|
//! | Microsoft Graph | client credentials per customer tenant | next link | 429, `Retry-After` | delta link |
//! | HaloPSA | client credentials per MSP | page number | 429, the rate in the text | webhooks |
//! | Autotask | three headers, in the tenant's zone | id of the last row | a threshold to be asked, 429 | signed webhooks |
//! | Kaseya BMS | name, password and tenant | page number | documents, 429 | nothing: it is asked for changes |
//! | Syncro | API token per MSP | page number, ended by `meta` | 429 without words, per address that calls | nothing |
//! | ConnectWise PSA | keys of an API member, `clientId` | id | 429, `Retry-After` or words | signed callbacks |
//! | IT Glue | an API key per MSP | page number | 429 | nothing |
//! | Hudu | an API key per MSP | page number, to the first empty page | 429 | nothing |
//!
//! Never here: a decision about an account, the table, the clock of the system. A connector turns
//! what a vendor says into the words of `domain`, and the other way round.

pub mod capability;
pub mod directory;
pub mod docs;
pub mod error;
pub mod http;
pub mod licences;
pub mod psa;
mod token;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use domain::failure::Failure;
use domain::quota::Lane;
use secrecy::SecretString;

use crate::directory::graph::{self, Graph};
use crate::docs::Docs;
use crate::error::ConnectorError;
use crate::http::{
    BaseUrl, CallCounts, Calls, ClientError, Counter, Pace, Pause, Remembered, Share, Vendor,
    VendorKind,
};
use crate::psa::{Psa, SigningKeys};
use crate::token::Tokens;

/// Everything that calls to vendors share in a process: connections, tokens, paces, addresses and
/// counters. Cheap to clone; clones share all of it.
#[derive(Clone)]
pub struct Vendors {
    http: reqwest::Client,
    tokens: Tokens,
    paces: Arc<Mutex<BTreeMap<String, Pace>>>,
    remembered: Remembered,
    signing_keys: SigningKeys,
    calls: Calls,
    pause: Pause,
    shares: Arc<Mutex<BTreeMap<String, Share>>>,
    counter: Option<Counter>,
    lane: Lane,
}

impl Vendors {
    /// Sets up the client. Fails only where TLS cannot be set up.
    pub fn new() -> Result<Self, ClientError> {
        Ok(Self {
            http: http::client()?,
            tokens: Tokens::default(),
            paces: Arc::default(),
            remembered: Remembered::default(),
            signing_keys: SigningKeys::default(),
            calls: Calls::default(),
            pause: Pause::default(),
            shares: Arc::default(),
            counter: None,
            lane: Lane::Import,
        })
    }

    /// The same vendors, whose calls are counted together with those of other processes.
    #[must_use]
    pub fn counted(mut self, counter: Counter) -> Self {
        self.counter = Some(counter);
        self
    }

    /// The same vendors for somebody in that lane.
    #[must_use]
    pub fn in_lane(&self, lane: Lane) -> Self {
        Self {
            lane,
            ..self.clone()
        }
    }

    /// The same vendors with pauses that somebody else waits: tests write them down.
    #[must_use]
    pub fn with_pause(mut self, pause: Pause) -> Self {
        self.pause = pause;
        self
    }

    /// One customer's tenant at Microsoft Graph, for one invocation. `tenant` is the tenant's id or
    /// one of its domains. Fails with `Unauthorized` for addresses or a tenant that cannot be.
    pub fn graph(&self, settings: &graph::Settings, tenant: &str) -> Result<Graph, ConnectorError> {
        Graph::connect(self, settings, tenant)
    }

    /// The PSA of a connection, for one invocation; no call is made. Fails with `Unauthorized` for
    /// settings that cannot work.
    pub fn psa(&self, settings: &psa::Settings) -> Result<Box<dyn Psa>, ConnectorError> {
        psa::connect(self, settings)
    }

    /// The PSA that the secret document of its connection leads to; `None` where a deployment has no
    /// such secret, and so no PSA.
    ///
    /// # Errors
    /// The document does not say what it must: a person puts it right.
    pub fn psa_of(&self, secret: Option<&SecretString>) -> Result<Option<Box<dyn Psa>>, Failure> {
        secret
            .map(|secret| Ok(self.psa(&psa::Settings::from_json(secret)?)?))
            .transpose()
    }

    /// The documentation system of a connection, for one invocation; no call is made. Fails with
    /// `Unauthorized` for settings that cannot work.
    pub fn docs(&self, settings: &docs::Settings) -> Result<Box<dyn Docs>, ConnectorError> {
        docs::connect(self, settings)
    }

    /// As [`Vendors::psa_of`], of a documentation system.
    ///
    /// # Errors
    /// The document does not say what it must: a person puts it right.
    pub fn docs_of(&self, secret: Option<&SecretString>) -> Result<Option<Box<dyn Docs>>, Failure> {
        secret
            .map(|secret| Ok(self.docs(&docs::Settings::from_json(secret)?)?))
            .transpose()
    }

    /// How many calls went out so far.
    pub fn calls(&self) -> CallCounts {
        self.calls.counts()
    }

    /// A vendor instance for one invocation.
    pub(crate) fn vendor(&self, kind: VendorKind, name: &'static str, base: BaseUrl) -> Vendor {
        let (calls, pause) = (self.calls.clone(), self.pause.clone());
        let share = self.share(kind, base.as_str());
        Vendor::new(name, kind, base, self.http.clone(), calls, pause).shared(share, self.lane)
    }

    /// A vendor that counts the calls to a part of its API by itself, where these go to that part.
    pub(crate) fn counting_apart(&self, vendor: Vendor, kind: VendorKind, part: &str) -> Vendor {
        vendor.shared(self.share(kind, part), self.lane)
    }

    /// This process's part of the calls to an instance, where somebody counts. Graph is at one address
    /// for all tenants and limits each by itself: nothing is shared there.
    fn share(&self, kind: VendorKind, instance: &str) -> Option<Share> {
        let counter = self
            .counter
            .as_ref()
            .filter(|_| kind != VendorKind::Graph)?;
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let share = shares
            .entry(instance.to_owned())
            .or_insert_with(|| Share::new(Arc::clone(counter), instance));
        Some(share.clone())
    }

    /// The tokens of all connections.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// What vendors told of where they are.
    pub(crate) fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    /// The keys that vendors sign their deliveries with.
    pub(crate) fn signing_keys(&self) -> &SigningKeys {
        &self.signing_keys
    }

    /// The pace of one vendor instance, named by its base address and client id.
    pub(crate) fn pace(&self, instance: &str) -> Pace {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.entry(instance.to_owned()).or_default().clone()
    }
}

impl fmt::Debug for Vendors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vendors")
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}

//! Calls to Halo: where they go, with which scopes, and what its statuses mean.
//!
//! Invariant: a write goes out once. Where its outcome is not known, that is the error.

use std::time::Duration;

use bytes::Bytes;
use domain::limits::PSA_ANSWER_BYTES_MAX;
use http::StatusCode;

use super::answers;
use super::settings::HaloSettings;
use super::wire::WireError;
use super::write::{Refusal, Write};
use crate::Vendors;
use crate::error::{ConnectorError, Garble};
use crate::http::{Answer, RequestParts, VendorKind};
use crate::psa::masking::is_html;
use crate::psa::unusable;
use crate::token::{Grant, Issued, SignInError, SignedIn, judge_sign_in};

/// The vendor's name for people.
pub(super) const VENDOR: &str = "HaloPSA";
/// What the application must be allowed to do. Clients, sites and users are all "customers".
const SCOPE: &str = "read:customers edit:customers";
/// How long to wait after a refusal that names no pause. Halo counts over some rolling minutes, so
/// that after one of them a fair part of its allowance is there again.
const BACK_OFF: Duration = Duration::from_secs(60);

/// The part of a query that is of a call's own.
pub(super) type Query = Vec<(&'static str, String)>;

/// What is read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    Users,
    Clients,
    Sites,
}

impl Resource {
    fn segment(self) -> &'static str {
        match self {
            Self::Users => "Users",
            Self::Clients => "Client",
            Self::Sites => "Site",
        }
    }

    fn list_route(self) -> &'static str {
        match self {
            Self::Users => "GET /Users",
            Self::Clients => "GET /Client",
            Self::Sites => "GET /Site",
        }
    }

    fn one_route(self) -> &'static str {
        match self {
            Self::Users => "GET /Users/{id}",
            Self::Clients => "GET /Client/{id}",
            Self::Sites => "GET /Site/{id}",
        }
    }

    fn write_route(self) -> &'static str {
        match self {
            Self::Users => "POST /Users",
            Self::Clients => "POST /Client",
            Self::Sites => "POST /Site",
        }
    }

    fn thing(self) -> &'static str {
        match self {
            Self::Users => "the contact",
            Self::Clients => "the company",
            Self::Sites => "the site",
        }
    }
}

/// One tenant of Halo, signed in to.
pub(super) struct Client {
    signed_in: SignedIn,
}

impl Client {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn connect(
        vendors: &Vendors,
        settings: &HaloSettings,
    ) -> Result<Self, ConnectorError> {
        let base = (settings.api()).map_err(|error| unusable(VENDOR, &error))?;
        let login_base = (settings.auth()).map_err(|error| unusable(VENDOR, &error))?;
        // Halo does not say whether it counts by application or by tenant; the tenant is safe.
        let pace = vendors.pace(base.as_str());
        let api = vendors
            .vendor(VendorKind::Psa, VENDOR, base)
            .paced(pace, Some(rate));
        let mut url = login_base.join(["token"]);
        if let Some(tenant) = settings.tenant.as_deref().filter(|t| !t.trim().is_empty()) {
            url.query_pairs_mut().append_pair("tenant", tenant.trim());
        }
        let (id, secret) = (&settings.client_id, &settings.client_secret);
        let grant = Grant::client_credentials(url, id, secret, SCOPE);
        let login = api.at(login_base);
        let signed_in = SignedIn::new(api, login, grant, vendors.tokens(), read_token);
        Ok(Self { signed_in })
    }

    /// Reads a list.
    pub(super) async fn list(
        &self,
        resource: Resource,
        query: &Query,
    ) -> Result<Bytes, ConnectorError> {
        self.get(resource, resource.list_route(), None, query).await
    }

    /// Reads one object in full.
    pub(super) async fn one(&self, resource: Resource, id: i64) -> Result<Bytes, ConnectorError> {
        let query = vec![("includedetails", "true".to_owned())];
        self.get(resource, resource.one_route(), Some(id), &query)
            .await
    }

    async fn get(
        &self,
        resource: Resource,
        route: &'static str,
        id: Option<i64>,
        query: &Query,
    ) -> Result<Bytes, ConnectorError> {
        let id = id.map(|id| id.to_string());
        let segments = [resource.segment()].into_iter().chain(id.as_deref());
        let url = self.signed_in.api().base().join(segments);
        let parts = RequestParts::get(url, route, PSA_ANSWER_BYTES_MAX)
            .query(query.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = self.send(parts).await?;
        judge(&answer, resource, "read:customers", &[])?;
        Ok(answer.body)
    }

    /// Writes one user or client. The answer may be empty.
    pub(super) async fn write(
        &self,
        resource: Resource,
        write: &Write,
    ) -> Result<Bytes, ConnectorError> {
        let url = self.signed_in.api().base().join([resource.segment()]);
        let parts = RequestParts::post(url, resource.write_route(), PSA_ANSWER_BYTES_MAX)
            .json(&write.body)
            .map_err(|_| unreadable("a change that has no JSON form"))?;
        let answer = self.send(parts).await?;
        judge(&answer, resource, "edit:customers", &write.texts)?;
        Ok(answer.body)
    }

    async fn send(&self, parts: RequestParts) -> Result<Answer, ConnectorError> {
        self.signed_in.send(parts).await.map_err(explain)
    }
}

/// Adds to an error of the call itself what only we know.
fn explain(error: ConnectorError) -> ConnectorError {
    if let ConnectorError::RateLimited { vendor, after } = error {
        let after = after.or(Some(BACK_OFF));
        return ConnectorError::RateLimited { vendor, after };
    }
    // An answer of the API is judged later: this one came from the sign-in.
    if let ConnectorError::Unreadable {
        vendor,
        garble: Garble::NotData,
        what,
    } = &error
    {
        let what = format!("{what} at its sign-in; auth_url must end in /auth");
        return ConnectorError::not_data(vendor, what);
    }
    error
}

fn rate(body: &[u8]) -> Option<(u32, Duration)> {
    answers::rate(body).map(|rate| (rate.requests, rate.window))
}

/// What an answer of the API means. `sent` are texts that may not come back in a message.
fn judge(
    answer: &Answer,
    resource: Resource,
    scope: &str,
    sent: &[String],
) -> Result<(), ConnectorError> {
    let vendor = VENDOR;
    let status = answer.status;
    match status {
        StatusCode::UNAUTHORIZED => {
            let hint = "it does not take its own token (status 401); check that the API \
                        application and the agent it signs in as are active, and that api_url and \
                        auth_url belong to one instance";
            return Err(ConnectorError::Unauthorized {
                vendor,
                hint: hint.to_owned(),
            });
        }
        StatusCode::FORBIDDEN => {
            let what = format!(
                "the scope {scope}, or the agent's right that goes with it, is missing; give it to \
                 the API application (Configuration > Integrations > Halo API, Permissions) and to \
                 the agent it signs in as"
            );
            return Err(ConnectorError::Forbidden { vendor, what });
        }
        StatusCode::REQUEST_TIMEOUT => return Err(ConnectorError::TimedOut { vendor }),
        StatusCode::CONFLICT => return Err(ConnectorError::Conflict { vendor }),
        _ => {}
    }
    // A page says that this is not the API; so says a redirect.
    if status.is_redirection() || is_html(answer.content_type(), &answer.body) {
        let what = format!(
            "a web page or a redirect instead of JSON (status {}); api_url must end in /api",
            status.as_u16()
        );
        return Err(ConnectorError::not_data(vendor, what));
    }
    if status == StatusCode::NOT_FOUND {
        let what = resource.thing().to_owned();
        return Err(ConnectorError::NotFound { vendor, what });
    }
    if !status.is_success() {
        let message = answers::message(&answer.body, sent);
        return Err(ConnectorError::Refused {
            vendor,
            field: answers::field(&answer.body).map(str::to_owned),
            reason: format!("{message} (status {})", status.as_u16()),
        });
    }
    // Some versions answer a write with nothing at all.
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    answer.json_bytes().map(|_| ()).map_err(|_| {
        let what = "text that is not called JSON; api_url must end in /api";
        ConnectorError::not_data(vendor, what)
    })
}

/// The token that the sign-in gave, or what its answer means.
fn read_token(answer: &Answer) -> Result<Issued, ConnectorError> {
    Issued::oauth(answer, judge_token)
}

/// What an answer of the sign-in means that gave no token.
fn judge_token(answer: &Answer) -> ConnectorError {
    if is_html(answer.content_type(), &answer.body) || answer.status.is_redirection() {
        let what = format!(
            "a web page or a redirect (status {})",
            answer.status.as_u16()
        );
        return ConnectorError::not_data(VENDOR, what);
    }
    if SignInError::read(answer).error == "invalid_scope" {
        return ConnectorError::Forbidden {
            vendor: VENDOR,
            what: format!(
                "the API application does not hold the scopes {SCOPE}; tick them on its \
                 Permissions tab (Configuration > Integrations > Halo API)"
            ),
        };
    }
    judge_sign_in(answer)
}

impl From<WireError> for ConnectorError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Cut => Self::cut(VENDOR),
            WireError::NotJson => Self::not_data(VENDOR, error.to_string()),
            WireError::NoList | WireError::BadRow => Self::shape(VENDOR, error.to_string()),
        }
    }
}

impl From<Refusal> for ConnectorError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            vendor: VENDOR,
            field: Some(refusal.field.to_owned()),
            reason: refusal.reason,
        }
    }
}

/// An answer of another shape than it should have.
pub(super) fn unreadable(what: &str) -> ConnectorError {
    ConnectorError::shape(VENDOR, what)
}

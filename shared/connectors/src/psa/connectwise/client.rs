//! Calls to ConnectWise PSA: where they go, with which headers, and what its statuses mean.
//!
//! Invariants: a write goes out once, and a second time only where the first was answered by an
//! address that is not the API's; credentials go to the API's host and no other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::limits::PSA_ANSWER_BYTES_MAX;
use http::header::{ACCEPT, AUTHORIZATION, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;

use super::answers::{self, Problem};
use super::resource::{Resource, Right};
use super::settings::ConnectWiseSettings;
use super::wire::WireCompanyInfo;
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, Remembered, RequestParts, Vendor, VendorKind};
use crate::psa::masking::is_html;
use crate::psa::settings::SettingsError;
use crate::psa::unusable;

/// The vendor's name for people.
pub(super) const VENDOR: &str = "ConnectWise PSA";
/// The largest answer to the question where a company lives, in bytes.
const INFO_BYTES_MAX: usize = 64 * 1024;
/// How long to wait after a refusal that names no pause, in seconds.
const BACK_OFF_SECONDS: u64 = 30;

/// The part of a query that is of a call's own.
pub(super) type Query = Vec<(&'static str, String)>;

/// One call of the API.
pub(super) struct Call {
    method: Method,
    resource: Resource,
    segments: Vec<String>,
    query: Query,
    body: Option<Value>,
    /// Texts in the body, lower case: an error may repeat them, ours must not.
    sent: Vec<String>,
}

impl Call {
    /// A call of a resource; `ids` are what its path has holes for.
    pub(super) fn new(method: Method, resource: Resource, ids: &[i64]) -> Self {
        Self {
            method,
            resource,
            segments: resource.segments(ids),
            query: Vec::new(),
            body: None,
            sent: Vec::new(),
        }
    }

    /// A read.
    pub(super) fn get(resource: Resource, ids: &[i64]) -> Self {
        Self::new(Method::GET, resource, ids)
    }

    /// With this query.
    pub(super) fn query(mut self, query: Query) -> Self {
        self.query = query;
        self
    }

    /// With this body, in which these texts are not to be repeated.
    pub(super) fn body<T: Serialize>(
        mut self,
        body: &T,
        sent: &[String],
    ) -> Result<Self, ConnectorError> {
        let value =
            serde_json::to_value(body).map_err(|_| unreadable("a change that has no JSON form"))?;
        self.body = Some(value);
        self.sent = sent.to_vec();
        Ok(self)
    }

    fn right(&self) -> Right {
        if self.method == Method::GET {
            Right::Inquire
        } else if self.method == Method::POST {
            Right::Add
        } else if self.method == Method::DELETE {
            Right::Delete
        } else {
            Right::Edit
        }
    }
}

/// One instance of ConnectWise PSA.
pub(super) struct Client {
    api: Vendor,
    site: Vendor,
    company: String,
    remembered: Remembered,
    /// Whose codebase and tables are remembered.
    instance: String,
    authorization: HeaderValue,
    client_id: HeaderValue,
    accept: HeaderValue,
}

impl Client {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn connect(
        vendors: &Vendors,
        settings: &ConnectWiseSettings,
    ) -> Result<Self, ConnectorError> {
        let refuse = |error: SettingsError| unusable(VENDOR, &error);
        let site = settings.site().map_err(refuse)?;
        let base = settings.api().map_err(refuse)?;
        let company = settings.company().to_owned();
        let instance = format!("{VENDOR} {} {company}", base.as_str());
        // Nothing published says how it counts; one pace per company is the safe reading.
        let api = vendors
            .vendor(VendorKind::Psa, VENDOR, base)
            .paced(vendors.pace(&instance), None)
            .told_pauses(answers::pause);
        let key = settings.private_key.expose_secret();
        let credentials = format!("{company}+{}:{key}", settings.public_key.trim());
        let authorization = format!("Basic {}", STANDARD.encode(credentials));
        let accept = format!(
            "application/vnd.connectwise.com+json; version={}",
            settings.version()
        );
        Ok(Self {
            site: api.at(site),
            api,
            company,
            remembered: vendors.remembered().clone(),
            instance,
            authorization: secret_header(&authorization)?,
            client_id: secret_header(settings.client_id.expose_secret().trim())?,
            accept: HeaderValue::try_from(accept).map_err(|_| unfit_header())?,
        })
    }

    /// Makes a call and judges its answer.
    pub(super) async fn send(&self, call: Call) -> Result<Answer, ConnectorError> {
        let codebase = self.codebase().await?;
        let sent = self.api.send(&self.parts(&call, &codebase)?).await;
        let is_elsewhere = match &sent {
            Ok(answer) => is_no_api(answer),
            Err(ConnectorError::Unreachable { .. }) => call.method == Method::GET,
            Err(_) => false,
        };
        let answer = if is_elsewhere {
            self.send_to_another(&call, &codebase, sent).await
        } else {
            sent
        };
        let answer = answer.map_err(explain)?;
        judge(&answer, &call)?;
        Ok(answer)
    }

    /// The codebase of hosted instances changes with each upgrade: where it is another one now, the
    /// call is made once more. Nothing happened at the old address.
    async fn send_to_another(
        &self,
        call: &Call,
        old: &str,
        sent: Result<Answer, ConnectorError>,
    ) -> Result<Answer, ConnectorError> {
        self.remembered.forget(&self.codebase_key());
        match self.codebase().await {
            Ok(new) if new != old => self.api.send(&self.parts(call, &new)?).await,
            Ok(_) | Err(_) => sent,
        }
    }

    fn parts(&self, call: &Call, codebase: &str) -> Result<RequestParts, ConnectorError> {
        let path = [codebase, "apis", "3.0"].into_iter();
        let path = path.chain(call.segments.iter().map(String::as_str));
        let url = self.api.base().join(path);
        let route = call.resource.route(&call.method);
        let parts = RequestParts::new(call.method.clone(), url, route, PSA_ANSWER_BYTES_MAX)
            .header(ACCEPT, self.accept.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(HeaderName::from_static("clientid"), self.client_id.clone());
        let parts = if call.query.is_empty() {
            parts
        } else {
            parts.query(call.query.iter().map(|(name, text)| (*name, text.as_str())))
        };
        match &call.body {
            None => Ok(parts),
            Some(body) => parts
                .json(body)
                .map_err(|_| unreadable("a change that has no JSON form")),
        }
    }

    /// The first segment of the API's paths, asked for once per process.
    async fn codebase(&self) -> Result<String, ConnectorError> {
        let key = self.codebase_key();
        if let Some(codebase) = self.remembered.get(&key) {
            return Ok(codebase);
        }
        let path = ["login", "companyinfo", self.company.as_str()];
        let url = self.site.base().join(path);
        let parts = RequestParts::get(url, "GET /login/companyinfo/{id}", INFO_BYTES_MAX);
        let answer = self.site.send(&parts).await.map_err(explain)?;
        let codebase = codebase_in(&answer)?;
        self.remembered.put(&key, &codebase);
        Ok(codebase)
    }

    fn codebase_key(&self) -> String {
        format!("{} codebase", self.instance)
    }

    /// Something that was told by this instance before.
    pub(super) fn told(&self, what: &str) -> Option<String> {
        self.remembered.get(&format!("{} {what}", self.instance))
    }

    /// Remembers what this instance told: no secret, no person's.
    pub(super) fn remember(&self, what: &str, told: &str) {
        let key = format!("{} {what}", self.instance);
        self.remembered.put(&key, told);
    }
}

/// Does the answer come from an address that is not the API's: a page for people, or its own word
/// that there is no such endpoint? A record that is not there is told as JSON, by another code.
fn is_no_api(answer: &Answer) -> bool {
    answer.status == StatusCode::NOT_FOUND
        && Problem::read(&answer.body).is_none_or(|problem| problem.is_no_endpoint())
}

/// The codebase in the answer to the question where a company lives, without its slash.
fn codebase_in(answer: &Answer) -> Result<String, ConnectorError> {
    let status = answer.status.as_u16();
    let is_page = is_html(answer.content_type(), &answer.body);
    if answer.status.is_redirection() || (answer.is_success() && is_page) {
        return Err(page(status));
    }
    let is_null = answer.body.trim_ascii() == b"null";
    if answer.status == StatusCode::NOT_FOUND || (answer.is_success() && is_null) {
        return Err(ConnectorError::Unauthorized {
            vendor: VENDOR,
            hint: "the site does not know the company; check company_id, and that site_url is the \
                   site of the company's region"
                .to_owned(),
        });
    }
    if !answer.is_success() {
        let reason = format!("it does not tell where the company lives (status {status})");
        return Err(ConnectorError::Refused {
            vendor: VENDOR,
            field: None,
            reason,
        });
    }
    let info: WireCompanyInfo = answer.json()?;
    let codebase = info.codebase.unwrap_or_default();
    let codebase = codebase.trim().trim_matches('/');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if codebase.is_empty() || codebase.contains("..") || !codebase.chars().all(is_plain) {
        return Err(unreadable("a codebase that is no part of a path"));
    }
    Ok(codebase.to_owned())
}

/// What an answer of the API means.
fn judge(answer: &Answer, call: &Call) -> Result<(), ConnectorError> {
    let vendor = VENDOR;
    let status = answer.status;
    let problem = Problem::read(&answer.body).unwrap_or_default();
    let is_page = is_html(answer.content_type(), &answer.body);
    if problem.is_wrong_host() || status.is_redirection() || (is_page && !is_denial(status)) {
        return Err(page(status.as_u16()));
    }
    match status {
        StatusCode::UNAUTHORIZED => Err(ConnectorError::Unauthorized {
            vendor,
            hint: "it takes neither company, keys nor clientId (status 401); check company_id, \
                   public_key, private_key and client_id, and that the API member is active"
                .to_owned(),
        }),
        StatusCode::FORBIDDEN => Err(ConnectorError::Forbidden {
            vendor,
            what: call.resource.missing(call.right()),
        }),
        StatusCode::REQUEST_TIMEOUT => Err(ConnectorError::TimedOut { vendor }),
        StatusCode::CONFLICT => Err(ConnectorError::Conflict { vendor }),
        StatusCode::NOT_FOUND if problem.is_no_endpoint() => {
            Err(unreadable("an address that it does not know as its API's"))
        }
        StatusCode::NOT_FOUND => Err(ConnectorError::NotFound {
            vendor,
            what: call.resource.thing().to_owned(),
        }),
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Err(unreadable("a refusal of the way in which it was asked"))
        }
        // Nothing is what it answers to a removal.
        StatusCode::NO_CONTENT => Ok(()),
        _ if status.is_success() => answer.json_bytes().map(|_| ()),
        _ => Err(ConnectorError::Refused {
            vendor,
            field: problem.field().map(str::to_owned),
            reason: format!(
                "{} (status {})",
                problem.reason(&call.sent),
                status.as_u16()
            ),
        }),
    }
}

fn is_denial(status: StatusCode) -> bool {
    status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN
}

fn page(status: u16) -> ConnectorError {
    let what = format!(
        "a web page, a redirect or a site instead of its API (status {status}); site_url must be \
         the address that people of the company sign in at"
    );
    ConnectorError::not_data(VENDOR, what)
}

/// Adds to an error of the call itself what only we know.
fn explain(error: ConnectorError) -> ConnectorError {
    if let ConnectorError::RateLimited { vendor, after } = error {
        let back_off = std::time::Duration::from_secs(BACK_OFF_SECONDS);
        return ConnectorError::RateLimited {
            vendor,
            after: after.or(Some(back_off)),
        };
    }
    error
}

fn secret_header(text: &str) -> Result<HeaderValue, ConnectorError> {
    let mut value = HeaderValue::try_from(text).map_err(|_| unfit_header())?;
    value.set_sensitive(true);
    Ok(value)
}

fn unfit_header() -> ConnectorError {
    ConnectorError::Unauthorized {
        vendor: VENDOR,
        hint: "client_id or api_version of the connection cannot stand in a header".to_owned(),
    }
}

/// An answer of another shape than it should have.
pub(super) fn unreadable(what: &str) -> ConnectorError {
    ConnectorError::shape(VENDOR, what)
}

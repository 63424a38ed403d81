//! In which zone a tenant lives: asked once by the API user's name, without credentials, and
//! remembered for as long as the process lives. Tenants can be moved, so a zone that cannot be
//! reached or refuses the credentials is asked for anew.

use sha2::{Digest, Sha256};
use url::Url;

use super::answers::{self, Meaning};
use super::client::{VENDOR, unreadable};
use super::settings::{AutotaskSettings, is_this_machine, is_zone};
use super::wire::{self, WireZone};
use crate::Vendors;
use crate::error::ConnectorError;
use crate::http::{Answer, BaseUrl, Pace, Remembered, RequestParts, Vendor, VendorKind};
use crate::psa::masking::is_html;
use crate::psa::unusable;

/// The largest answer about a zone, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// The version of the API, which is the only one.
const VERSION: &str = "V1.0";

/// Where one API user's tenant is looked up, and what was found before.
pub(super) struct Zones {
    api: Vendor,
    discovery: Vendor,
    username: String,
    remembered: Remembered,
    key: String,
    pace: Pace,
}

impl Zones {
    /// Needs no call. Fails for settings that cannot work.
    pub(super) fn new(
        vendors: &Vendors,
        settings: &AutotaskSettings,
    ) -> Result<Self, ConnectorError> {
        let base = (settings.discovery()).map_err(|error| unusable(VENDOR, &error))?;
        let username = settings.username.trim().to_owned();
        // Whose it is, but not by name. All integrations of a database share its threshold; the API
        // user stands for it.
        let whose = Sha256::digest(format!("{}\u{1f}{username}", base.as_str()));
        let key = format!("{VENDOR} {whose:x}");
        let pace = vendors.pace(&key);
        let api = vendors
            .vendor(VendorKind::Psa, VENDOR, base.clone())
            .listening(answers::hear)
            .paced(pace.clone(), None);
        Ok(Self {
            discovery: api.at(base),
            api,
            username,
            remembered: vendors.remembered().clone(),
            key,
            pace,
        })
    }

    /// The pace of all calls of this API user.
    pub(super) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// What the tenant tells of itself besides, under a name of its own.
    pub(super) fn told(&self, question: &str) -> Option<String> {
        self.remembered.get(&format!("{} {question}", self.key))
    }

    /// Remembers it.
    pub(super) fn remember(&self, question: &str, told: &str) {
        let key = format!("{} {question}", self.key);
        self.remembered.put(&key, told);
    }

    /// The API where the tenant lives.
    pub(super) async fn api(&self) -> Result<Vendor, ConnectorError> {
        if let Some(base) = self.remembered.get(&self.key) {
            return self.at(&base);
        }
        let base = self.ask().await?;
        self.remembered.put(&self.key, &base);
        self.at(&base)
    }

    /// The API where the tenant has moved to; `None` if it is still there. Then that is not
    /// remembered either, so that whoever comes later finds it at its new place.
    pub(super) async fn api_elsewhere(
        &self,
        than: &Vendor,
    ) -> Result<Option<Vendor>, ConnectorError> {
        self.forget();
        let api = self.api().await?;
        if api.base() == than.base() {
            self.forget();
            return Ok(None);
        }
        Ok(Some(api))
    }

    /// Asks anew the next time.
    pub(super) fn forget(&self) {
        self.remembered.forget(&self.key);
    }

    fn at(&self, base: &str) -> Result<Vendor, ConnectorError> {
        let base = BaseUrl::parse(base).map_err(|_| foreign())?;
        Ok(self.api.living_at(base))
    }

    async fn ask(&self) -> Result<String, ConnectorError> {
        let route = "GET /zoneInformation";
        let url = (self.discovery.base()).join(["ATServicesRest", VERSION, "zoneInformation"]);
        let parts = RequestParts::get(url, route, ANSWER_BYTES_MAX)
            .query([("user", self.username.as_str())]);
        let answer = self.discovery.send(&parts).await?;
        judge(&answer)?;
        let zone: WireZone = wire::read_bare(&answer.body)?;
        let told = (zone.url.value()).ok_or_else(|| unreadable("a zone without an address"))?;
        base_of(self.discovery.base(), told).ok_or_else(foreign)
    }
}

/// The base of the API in a zone, if it is one to which credentials may go.
fn base_of(discovery: &BaseUrl, told: &str) -> Option<String> {
    let url = Url::parse(told.trim()).ok()?;
    let is_good = match is_this_machine(&discovery.join([])) {
        true => is_this_machine(&url),
        false => is_zone(&url),
    };
    let base = BaseUrl::parse(&format!("{}/{VERSION}", told.trim().trim_end_matches('/'))).ok()?;
    is_good.then(|| base.as_str().to_owned())
}

fn judge(answer: &Answer) -> Result<(), ConnectorError> {
    let status = answer.status;
    let is_unknown = answers::meaning(&answer.body) == Some(Meaning::UnknownUser);
    if is_unknown || [401, 403, 404].contains(&status.as_u16()) {
        return Err(ConnectorError::Unauthorized {
            vendor: VENDOR,
            hint: format!(
                "it knows no API user of that name (status {}); check username, and that the API \
                 user is active",
                status.as_u16()
            ),
        });
    }
    if status.is_success() && !is_html(answer.content_type(), &answer.body) {
        return answer.json_bytes().map(|_| ());
    }
    let what = format!(
        "a web page or a redirect instead of a zone (status {}); discovery_url must be left out, \
         or be https://webservices.autotask.net",
        status.as_u16()
    );
    Err(ConnectorError::not_data(VENDOR, what))
}

fn foreign() -> ConnectorError {
    let reason = "the zone that it names is no host of Autotask's, so no credentials go there; \
                  check discovery_url";
    ConnectorError::Refused {
        vendor: VENDOR,
        field: None,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_to_zones_of_autotask_only() {
        let real = BaseUrl::parse("https://webservices.autotask.net").unwrap();
        let local = BaseUrl::parse("http://127.0.0.1:4003").unwrap();
        for (discovery, told, expected) in [
            (
                &real,
                "https://webservices14.autotask.net/ATServicesRest/",
                Some("https://webservices14.autotask.net/ATServicesRest/V1.0"),
            ),
            (
                &real,
                "https://webservices14.autotask.net/ATServicesRest",
                Some("https://webservices14.autotask.net/ATServicesRest/V1.0"),
            ),
            (
                &real,
                "http://webservices14.autotask.net/ATServicesRest/",
                None,
            ),
            (
                &real,
                "https://webservices14.evil.example/ATServicesRest/",
                None,
            ),
            (&real, "http://127.0.0.1:4003/ATServicesRest/", None),
            (
                &real,
                "https://webservices14.autotask.net/ATServicesRest/?x=1",
                None,
            ),
            (
                &local,
                "http://127.0.0.1:4004/ATServicesRest/",
                Some("http://127.0.0.1:4004/ATServicesRest/V1.0"),
            ),
            (&local, "https://evil.example/ATServicesRest/", None),
            (&local, "http://evil.example/ATServicesRest/", None),
            (&real, "nonsense", None),
        ] {
            assert_eq!(base_of(discovery, told).as_deref(), expected, "{told}");
        }
    }
}

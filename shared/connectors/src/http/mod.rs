//! Calls to vendors, with the same manners for all of them: one host, limits on time and size, a
//! pause when asked for one, and one line in the log per call.
//!
//! Invariants: no redirect and no link leads a token to another host; nothing that may have changed
//! something is repeated after a fault; logs hold no bodies and no addresses. Retry lives in the
//! queue: what is repeated here are reads after a fault (twice), and whatever a vendor turned away
//! with a short pause, as long as the budget of the invocation lasts.

mod answer;
mod base_url;
mod calls;
mod client;
mod pace;
mod pause;
mod remembered;
mod request;
#[cfg(test)]
pub(crate) mod scripted;
mod share;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use domain::limits::WAIT_IN_PLACE_SECONDS_MAX;
use domain::quota::{Allowance, Lane, Word};
use http::StatusCode;
use http::header::RETRY_AFTER;

pub(crate) use answer::{Answer, json_error};
pub use base_url::BaseUrlError;
pub(crate) use base_url::{BaseUrl, LinkError};
pub use calls::CallCounts;
use calls::CallEnd;
pub(crate) use calls::{Calls, VendorKind};
pub use client::ClientError;
pub(crate) use client::client;
pub(crate) use pace::Pace;
pub use pause::Pause;
pub(crate) use remembered::Remembered;
pub(crate) use request::RequestParts;
pub use share::Counter;
pub(crate) use share::Share;

use crate::error::{ConnectorError, Garble};
use answer::read_capped;
use pause::{Budget, retry_after};

/// Pauses before a read is repeated after a fault, in milliseconds; there are no more repeats.
const FAULT_PAUSES_MS: [u64; 2] = [100, 400];
/// Times that one call is repeated because a vendor asked for a pause.
const REFUSALS_MAX: usize = 5;

/// Reads from the body of a 429 how many calls are allowed in which time.
pub(crate) type RateReader = fn(&[u8]) -> Option<(u32, Duration)>;

/// What an answer that is no success really is, where the vendor's words say more than its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// An answer, whatever the status: the connector judges it.
    Answer,
    /// The vendor turned the call away, and nothing happened.
    TurnedAway,
}

/// Listens to the words of an answer that is no success. `None`: the status says it all.
pub(crate) type Listener = fn(&Answer) -> Option<Heard>;
/// Reads from the body of a 429 how long to wait, for vendors that say it in words alone.
pub(crate) type PauseReader = fn(&[u8]) -> Option<Duration>;

/// One vendor instance, as one invocation calls it. Cheap to clone; clones share the budget for
/// waiting, so make a new one for each invocation.
#[derive(Debug, Clone)]
pub(crate) struct Vendor {
    name: &'static str,
    kind: VendorKind,
    base: BaseUrl,
    http: reqwest::Client,
    calls: Calls,
    pause: Pause,
    budget: Budget,
    pace: Pace,
    rate_reader: Option<RateReader>,
    share: Option<(Share, Lane)>,
    listener: Option<Listener>,
    pause_reader: Option<PauseReader>,
}

/// What one try came to.
enum Try {
    Answer(Answer),
    /// The vendor turned the call away, and nothing happened.
    TurnedAway(Option<Duration>),
    /// It may pass at once.
    Fault(ConnectorError),
    /// Another try at once would end the same.
    Final(ConnectorError),
}

impl Try {
    fn end(&self) -> CallEnd {
        match self {
            Self::Answer(_) => CallEnd::Answered,
            Self::TurnedAway(_) => CallEnd::Throttled,
            Self::Fault(_) | Self::Final(_) => CallEnd::Failed,
        }
    }
}

impl Vendor {
    pub(crate) fn new(
        name: &'static str,
        kind: VendorKind,
        base: BaseUrl,
        http: reqwest::Client,
        calls: Calls,
        pause: Pause,
    ) -> Self {
        let (budget, pace) = (Budget::default(), Pace::default());
        Self {
            name,
            kind,
            base,
            http,
            calls,
            pause,
            budget,
            pace,
            rate_reader: None,
            share: None,
            listener: None,
            pause_reader: None,
        }
    }

    /// Looks for a pause in the words of a refusal that names none in its headers.
    #[must_use]
    pub(crate) fn told_pauses(mut self, reader: PauseReader) -> Self {
        self.pause_reader = Some(reader);
        self
    }

    /// Calls at a pace that others share, and learns it from the vendor's refusals where it tells.
    #[must_use]
    pub(crate) fn paced(mut self, pace: Pace, reader: Option<RateReader>) -> Self {
        self.pace = pace;
        self.rate_reader = reader;
        self
    }

    /// Calls from what is shared with other processes, in a lane.
    #[must_use]
    pub(crate) fn shared(mut self, share: Option<Share>, lane: Lane) -> Self {
        self.share = share.map(|share| (share, lane));
        self
    }

    /// Listens to what the vendor says with a status that says too little.
    #[must_use]
    pub(crate) fn listening(mut self, listener: Listener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// The same vendor where it told that this customer of its lives; the budget is shared.
    #[must_use]
    pub(crate) fn living_at(&self, base: BaseUrl) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }

    /// The vendor's sign-in, at an address of its own; the budget is shared.
    #[must_use]
    pub(crate) fn at(&self, base: BaseUrl) -> Self {
        Self {
            base,
            kind: VendorKind::SignIn,
            share: None,
            ..self.clone()
        }
    }

    /// The same vendor under the name of a part of it, such as its sign-in.
    #[must_use]
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Where it is.
    pub(crate) fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Sends a request and reads the whole answer. Statuses below 500 other than 429 are answers;
    /// the connector judges them. Errors: `RateLimited` for 429 (and 503 with `Retry-After`) once
    /// no pause fits the budget, `Server` for 500 and above, `Unreachable`, `TimedOut`,
    /// `Unreadable` for a body that is cut or too large, `Refused` for another host.
    pub(crate) async fn send(&self, parts: &RequestParts) -> Result<Answer, ConnectorError> {
        if !self.base.owns(&parts.url) {
            return Err(self.foreign());
        }
        let mut fault_pauses = FAULT_PAUSES_MS.iter();
        let mut refusals = 0;
        loop {
            self.keep_pace().await?;
            match self.try_once(parts).await {
                Try::Answer(answer) => return Ok(answer),
                Try::TurnedAway(after) => {
                    refusals += 1;
                    let limited = ConnectorError::RateLimited {
                        vendor: self.name,
                        after,
                    };
                    let pause = after.filter(|_| refusals <= REFUSALS_MAX);
                    match pause.filter(|pause| self.budget.spend(*pause)) {
                        Some(pause) => self.pause.wait(pause).await,
                        None => return Err(limited),
                    }
                }
                Try::Fault(error) => match fault_pauses.next().filter(|_| parts.is_repeatable) {
                    Some(pause_ms) => self.pause.wait(Duration::from_millis(*pause_ms)).await,
                    None => return Err(error),
                },
                Try::Final(error) => return Err(error),
            }
        }
    }

    /// The error for a link that leads to another host than this vendor's.
    pub(crate) fn foreign(&self) -> ConnectorError {
        let reason = LinkError::Foreign.to_string();
        ConnectorError::Refused {
            vendor: self.name,
            field: None,
            reason,
        }
    }

    /// Waits for a turn. Not taken out of the budget: a steady pace is no pause.
    async fn keep_pace(&self) -> Result<(), ConnectorError> {
        self.await_share().await?;
        let wait_max = Duration::from_secs(WAIT_IN_PLACE_SECONDS_MAX);
        match self.pace.reserve(wait_max) {
            Ok(Duration::ZERO) => Ok(()),
            Ok(wait) => {
                self.pause.wait(wait).await;
                Ok(())
            }
            Err(after) => Err(ConnectorError::RateLimited {
                vendor: self.name,
                after: Some(after),
            }),
        }
    }

    /// Waits for a turn among all processes, where that is soon.
    async fn await_share(&self) -> Result<(), ConnectorError> {
        let Some((share, lane)) = &self.share else {
            return Ok(());
        };
        loop {
            let Err(pause) = share.turn(*lane).await else {
                return Ok(());
            };
            if !self.budget.spend(pause) {
                return Err(ConnectorError::RateLimited {
                    vendor: self.name,
                    after: Some(pause),
                });
            }
            self.pause.wait(pause).await;
        }
    }

    /// So many calls may go out in such a time, as a vendor tells that counts itself over all who call:
    /// each process asks it, and none has to tell the others.
    pub(crate) fn may_call(&self, requests: u32, window: Duration) {
        self.pace.allow(requests, window);
    }

    /// A refusal meant that so many calls may go out in such a time, as only the connector could tell.
    pub(crate) async fn learn(&self, requests: u32, window: Duration) {
        self.pace.learn(requests, window);
        self.tell(Some((requests, window)), None).await;
    }

    /// No call goes out for so long.
    pub(crate) async fn rest(&self, pause: Duration) {
        self.pace.rest(pause);
        self.tell(None, Some(pause)).await;
    }

    /// Tells the other processes what a refusal said.
    async fn tell(&self, rate: Option<(u32, Duration)>, after: Option<Duration>) {
        let Some((share, _)) = &self.share else {
            return;
        };
        let allowance = rate.and_then(|(requests, window)| Allowance::new(requests, window));
        if let Some(allowance) = allowance {
            share.tell(Word::Allows(allowance)).await;
        }
        if let Some(after) = after {
            share.tell(Word::Rests(after)).await;
        }
    }

    async fn try_once(&self, parts: &RequestParts) -> Try {
        let start = Instant::now();
        let result = self.call(parts).await;
        let (status, bytes) = match &result {
            Ok(answer) => (answer.status.as_u16(), answer.body.len()),
            Err(_) => (0, 0),
        };
        tracing::debug!(
            vendor.name = self.name,
            http.route = parts.route,
            http.status = status,
            duration_ms = start.elapsed().as_millis(),
            bytes,
            error = result.as_ref().err().map(tracing::field::display),
            "vendor called"
        );
        let outcome = match result {
            Ok(answer) => self.judge(answer).await,
            Err(
                error @ (ConnectorError::Unreachable { .. }
                | ConnectorError::Unreadable {
                    garble: Garble::Cut,
                    ..
                }),
            ) => Try::Fault(error),
            Err(error) => Try::Final(error),
        };
        self.calls.count(self.kind, outcome.end());
        outcome
    }

    async fn call(&self, parts: &RequestParts) -> Result<Answer, ConnectorError> {
        let request = self
            .http
            .request(parts.method.clone(), parts.url.clone())
            .headers(parts.headers.clone())
            .body(parts.body.clone());
        let response = request
            .send()
            .await
            .map_err(|error| self.no_answer(&error))?;
        read_capped(self.name, response, parts.bytes_max).await
    }

    async fn judge(&self, answer: Answer) -> Try {
        let status = answer.status;
        if status == StatusCode::TOO_MANY_REQUESTS {
            let rate = self.rate_reader.and_then(|reader| reader(&answer.body));
            if let Some((requests, window)) = rate {
                self.pace.learn(requests, window);
            }
            let told = || self.pause_reader.and_then(|reader| reader(&answer.body));
            let after = retry_after(&answer.headers).or_else(told);
            self.tell(rate, after).await;
            return Try::TurnedAway(after);
        }
        let heard =
            (self.listener.filter(|_| !status.is_success())).and_then(|listener| listener(&answer));
        match heard {
            Some(Heard::Answer) => return Try::Answer(answer),
            Some(Heard::TurnedAway) => {
                let after = retry_after(&answer.headers);
                self.tell(None, after).await;
                return Try::TurnedAway(after);
            }
            None => {}
        }
        if status == StatusCode::SERVICE_UNAVAILABLE && answer.headers.contains_key(RETRY_AFTER) {
            return Try::TurnedAway(retry_after(&answer.headers));
        }
        if status.as_u16() >= 500 {
            let (vendor, status) = (self.name, status.as_u16());
            return Try::Fault(ConnectorError::Server { vendor, status });
        }
        Try::Answer(answer)
    }

    /// What reqwest says holds the address, so only its kind is kept.
    fn no_answer(&self, error: &reqwest::Error) -> ConnectorError {
        let vendor = self.name;
        if error.is_timeout() && !error.is_connect() {
            return ConnectorError::TimedOut { vendor };
        }
        let what = if error.is_connect() {
            "no connection to its host"
        } else if error.is_builder() {
            "a request that cannot be sent"
        } else {
            "the connection broke before an answer came"
        };
        ConnectorError::Unreachable {
            vendor,
            what: what.to_owned(),
        }
    }
}

//! What can go wrong on purpose: scripted ("the next two page requests are throttled") or drawn
//! from a seed at a rate.
//!
//! Invariants: a script is used up in the order it was given; scripts come before chance; sign-in
//! calls are spared by chance, so that a seeded run exercises the API and not the login.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// One failure. Each is named in the journal by [`Fault::name`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Status 429; nothing is carried out.
    Throttled {
        /// Seconds for the header; none leaves the header out.
        retry_after: Option<u32>,
        /// Body text; none means the vendor's own.
        body: Option<String>,
    },
    /// The given 5xx status; nothing is carried out.
    ServerError(u16),
    /// Status 200 with an HTML page, as a proxy or a restarting server shows it.
    Html,
    /// The request is carried out, `Content-Length` promises more than is sent, then the
    /// connection closes.
    CutBody,
    /// The answer comes late by this many milliseconds.
    Slow(u64),
    /// The request is carried out, then the connection closes without an answer.
    LostAfterWrite,
    /// The connection closes without an answer and nothing is carried out.
    LostBeforeWrite,
    /// 401 although the token is good.
    Unauthorized,
    /// The given 4xx or 5xx status with these words as the body; nothing is carried out.
    Refused {
        /// The status.
        status: u16,
        /// The body, JSON or text.
        body: String,
    },
}

impl Fault {
    /// Throttling in the vendor's own words.
    pub fn throttled(retry_after: Option<u32>) -> Self {
        Self::Throttled {
            retry_after,
            body: None,
        }
    }

    /// The name that the journal shows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Throttled { .. } => "throttled",
            Self::ServerError(_) => "server_error",
            Self::Html => "html",
            Self::CutBody => "cut_body",
            Self::Slow(_) => "slow",
            Self::LostAfterWrite => "lost_after_write",
            Self::LostBeforeWrite => "lost_before_write",
            Self::Unauthorized => "unauthorized",
            Self::Refused { .. } => "refused",
        }
    }

    /// Whether the simulator carries the request out although the caller may never learn it.
    pub(crate) fn carries_out(&self) -> bool {
        match self {
            Self::CutBody | Self::Slow(_) | Self::LostAfterWrite => true,
            Self::Throttled { .. }
            | Self::ServerError(_)
            | Self::Html
            | Self::LostBeforeWrite
            | Self::Unauthorized
            | Self::Refused { .. } => false,
        }
    }
}

#[derive(Debug)]
struct Script {
    method: String,
    part: String,
    skip: usize,
    times: usize,
    fault: Fault,
}

#[derive(Debug)]
struct Chance {
    rng: SmallRng,
    rate: f64,
    kinds: Vec<Fault>,
}

/// What waits to go wrong in one simulator.
#[derive(Debug, Default)]
struct FaultPlan {
    scripts: Vec<Script>,
    chance: Option<Chance>,
    applied: usize,
}

/// A handle on the faults of one simulator; clones share the plan.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<FaultPlan>>);

impl Faults {
    /// The next `times` requests with this method (`"*"` for any) whose path and query have
    /// `part` (letter case is free; see [`has_part`]) get `fault`.
    pub fn next(&self, method: &str, part: &str, times: usize, fault: Fault) {
        self.after(0, method, part, times, fault);
    }

    /// As [`Faults::next`], but the first `skip` matching requests go through unharmed.
    pub fn after(&self, skip: usize, method: &str, part: &str, times: usize, fault: Fault) {
        let (method, part) = (method.to_owned(), part.to_lowercase());
        self.plan().scripts.push(Script {
            method,
            part,
            skip,
            times,
            fault,
        });
    }

    /// From now on each API request fails with probability `rate` (0 to 1) by one of the usual
    /// faults, drawn from `seed`.
    pub fn random(&self, seed: u64, rate: f64) {
        let usual = vec![
            Fault::throttled(None),
            Fault::throttled(Some(1)),
            Fault::ServerError(500),
            Fault::ServerError(503),
            Fault::Html,
            Fault::CutBody,
            Fault::LostAfterWrite,
            Fault::LostBeforeWrite,
        ];
        self.random_of(seed, rate, usual);
    }

    /// As [`Faults::random`] with the faults to draw from.
    pub fn random_of(&self, seed: u64, rate: f64, kinds: Vec<Fault>) {
        let rng = SmallRng::seed_from_u64(seed);
        self.plan().chance = Some(Chance {
            rng,
            rate: rate.clamp(0.0, 1.0),
            kinds,
        });
    }

    /// Forgets scripts and chance; the count of applied faults stays.
    pub fn clear(&self) {
        let mut plan = self.plan();
        plan.scripts.clear();
        plan.chance = None;
    }

    /// How many faults were applied so far.
    pub fn applied(&self) -> usize {
        self.plan().applied
    }

    /// How many scripted faults still wait for their request.
    pub fn waiting(&self) -> usize {
        self.plan().scripts.iter().map(|script| script.times).sum()
    }

    /// The fault of this request, if any.
    pub(crate) fn take(&self, method: &str, target: &str, sign_in: bool) -> Option<Fault> {
        let mut plan = self.plan();
        let fault = plan.scripted(method, &target.to_lowercase()).or_else(|| {
            if sign_in {
                None
            } else {
                plan.chance.as_mut().and_then(Chance::draw)
            }
        })?;
        plan.applied += 1;
        Some(fault)
    }

    fn plan(&self) -> MutexGuard<'_, FaultPlan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether path and query hold a part; one that ends in `$` must stand at their end.
pub fn has_part(target: &str, part: &str) -> bool {
    match part.strip_suffix('$') {
        Some(end) => target.ends_with(end),
        None => target.contains(part),
    }
}

impl FaultPlan {
    fn scripted(&mut self, method: &str, target: &str) -> Option<Fault> {
        let mut found = None;
        for script in &mut self.scripts {
            let fits = (script.method == "*" || script.method.eq_ignore_ascii_case(method))
                && has_part(target, &script.part);
            if !fits || script.times == 0 {
                continue;
            }
            if script.skip > 0 {
                script.skip -= 1;
                continue;
            }
            script.times -= 1;
            found = Some(script.fault.clone());
            break;
        }
        self.scripts.retain(|script| script.times > 0);
        found
    }
}

impl Chance {
    fn draw(&mut self) -> Option<Fault> {
        if self.kinds.is_empty() || !self.rng.random_bool(self.rate) {
            return None;
        }
        let pick = self.rng.random_range(0..self.kinds.len());
        self.kinds.get(pick).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_match_method_and_path_in_order_and_are_used_up() {
        let faults = Faults::default();
        faults.next("GET", "/Users", 2, Fault::ServerError(503));
        faults.after(1, "*", "skiptoken", 1, Fault::CutBody);
        assert_eq!(faults.take("POST", "/api/Users", false), None);
        assert_eq!(
            faults.take("GET", "/api/users?a=1", false),
            Some(Fault::ServerError(503))
        );
        assert_eq!(
            faults.take("GET", "/api/Users", false),
            Some(Fault::ServerError(503))
        );
        assert_eq!(faults.take("GET", "/api/Users", false), None);
        assert_eq!(faults.take("GET", "/x?$skiptoken=1", false), None);
        assert_eq!(
            faults.take("GET", "/x?$skiptoken=2", false),
            Some(Fault::CutBody)
        );
        assert_eq!((faults.applied(), faults.waiting()), (3, 0));
    }

    #[test]
    fn chance_is_the_same_for_the_same_seed_and_spares_sign_in() {
        let draw = |seed| {
            let faults = Faults::default();
            faults.random(seed, 0.5);
            (0..40)
                .map(|_| faults.take("GET", "/a", false))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let faults = Faults::default();
        faults.random(1, 1.0);
        assert_eq!(faults.take("POST", "/auth/token", true), None);
        assert!(faults.take("GET", "/a", false).is_some());
    }
}

//! A round of delta pages under the lease: each page is planned and written while the next one is
//! fetched, and the position is stored after all that came before it is.

use std::collections::BTreeMap;

use connectors::directory::graph::{Next, Page, Position, SELECT_VERSION};
use connectors::error::ConnectorError;
use domain::failure::Failure;
use domain::identity::{Reading, Source};
use domain::import::{Plan, mark};
use domain::limits::HAND_OVER_SECONDS;
use domain::run::{RunCounts, RunStatus};
use jiff::SignedDuration;
use platform::store::{GraphPosition, ImportState, Round, RoundPage};

use crate::ending::{self, Ending, Noted};
use crate::graph::{Tenant, start};
use crate::outcome::Outcome;
use crate::roles;
use crate::session::Session;
use crate::{licences, page};

/// Imports a round, starting with the page that the look already brought, if it is still good.
pub(crate) async fn import(
    session: &mut Session<'_>,
    tenant: &Tenant,
    state: ImportState,
    first: Option<Page>,
) -> Result<Outcome, Failure> {
    let part_numbers = licences::part_numbers(session, &tenant.graph).await?;
    let mut work = Work::begin(session, tenant, state, part_numbers).await?;
    let mut next = start(&work.position, &tenant.scope_digest);
    let mut fetched = first.map(Ok);
    loop {
        let page = match fetched.take() {
            Some(page) => page,
            None => tenant.graph.users_page(&next).await,
        };
        let page = match page {
            Ok(page) => page,
            Err(ConnectorError::PositionExpired) if next != Position::Start => {
                work.start_over(session).await?;
                next = Position::Start;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let readings = work.readable(page.readings);
        let (plan, following) = tokio::join!(
            work.write(session, tenant, readings),
            fetch(tenant, &page.next)
        );
        work.note(plan?);
        match page.next {
            Next::Done(link) => return work.end(session, tenant, link).await,
            Next::Page(link) => {
                work.advance(session, &link).await?;
                let left = session.budget.left(session.app.clock.now());
                if left < SignedDuration::from_secs(HAND_OVER_SECONDS) {
                    let status = RunStatus::Running;
                    return Ok(Outcome {
                        status,
                        continues: true,
                        ..Outcome::quiet()
                    });
                }
                next = Position::Link(link);
                fetched = following;
            }
        }
    }
}

async fn fetch(tenant: &Tenant, next: &Next) -> Option<Result<Page, ConnectorError>> {
    match next {
        Next::Page(link) => Some(tenant.graph.users_page(&Position::Link(link.clone())).await),
        Next::Done(_) => None,
    }
}

/// A round in hand.
struct Work {
    state: ImportState,
    position: GraphPosition,
    round: Round,
    part_numbers: BTreeMap<String, String>,
    /// Nothing was held of the customer when the round began.
    nothing_held: bool,
    noted: Noted,
    /// What the page in hand noted and is not stored yet.
    fresh: RoundPage,
}

impl Work {
    async fn begin(
        session: &Session<'_>,
        tenant: &Tenant,
        state: ImportState,
        part_numbers: BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let mut position = state.graph.clone().unwrap_or_default();
        let nothing_held = position.completed_at.is_none() && state.uploads.is_empty();
        let goes_on = matches!(start(&position, &tenant.scope_digest), Position::Link(_));
        let round = match position.round.take().filter(|_| goes_on) {
            Some(round) => round,
            None => new_round(session, &position, !goes_on),
        };
        position.select_version = SELECT_VERSION;
        position.scope_digest.clone_from(&tenant.scope_digest);
        let mut noted = Noted::new(round.infer_removals);
        if round.pages > 0 {
            let stored = session
                .app
                .store
                .round_pages(&session.customer.id, &round.run)
                .await?;
            stored.into_iter().for_each(|page| noted.add(page));
        }
        let fresh = RoundPage::default();
        Ok(Self {
            state,
            position,
            round,
            part_numbers,
            nothing_held,
            noted,
            fresh,
        })
    }

    /// The position is no longer good: all of it once more. What is held stays until it was seen
    /// or missed.
    async fn start_over(&mut self, session: &Session<'_>) -> Result<(), Failure> {
        session
            .app
            .store
            .delete_round_pages(&session.customer.id, &self.round.run)
            .await?;
        self.position.delta_link = None;
        self.round = new_round(session, &self.position, true);
        self.noted = Noted::new(self.round.infer_removals);
        Ok(())
    }

    /// The readings of a page. A record that could not be read makes the reading incomplete: then
    /// nobody is missed for not being in it.
    fn readable<E>(&mut self, readings: Vec<Result<Reading, E>>) -> Vec<Reading> {
        let all = readings.len();
        let readings: Vec<Reading> = readings.into_iter().flatten().collect();
        let unreadable = (all - readings.len()) as u64;
        self.round.counts.unreadable += unreadable;
        if unreadable > 0 {
            self.round.infer_removals = false;
            self.noted.infer_nothing();
        }
        readings
    }

    async fn write(
        &self,
        session: &Session<'_>,
        tenant: &Tenant,
        readings: Vec<Reading>,
    ) -> Result<Plan, Failure> {
        if readings.is_empty() {
            return Ok(Plan::default());
        }
        let rules = session.rules(&self.part_numbers, tenant.administrators.as_ref());
        let store = &session.app.store;
        page::import(store, session.fence()?, readings, &rules, self.nothing_held).await
    }

    fn note(&mut self, plan: Plan) {
        self.round.counts.add(plan.counts);
        self.fresh.leaving = plan.leavers.into_iter().collect();
        if self.round.infer_removals {
            self.fresh.seen = plan.seen.iter().map(mark).collect();
        }
    }

    /// A page is done: its notes are stored, then the position after it.
    async fn advance(&mut self, session: &mut Session<'_>, link: &str) -> Result<(), Failure> {
        let fresh = std::mem::take(&mut self.fresh);
        self.round.pages += 1;
        if !fresh.is_empty() {
            let store = &session.app.store;
            store
                .put_round_page(session.fence()?, &self.round.run, self.round.pages, &fresh)
                .await?;
            self.noted.add(fresh);
        }
        self.round.next_link = Some(link.to_owned());
        self.position.round = Some(self.round.clone());
        self.state.graph = Some(self.position.clone());
        session.save(self.state.clone()).await
    }

    /// The last page is done: the leavers go, or the run is held.
    async fn end(
        mut self,
        session: &mut Session<'_>,
        tenant: &Tenant,
        link: String,
    ) -> Result<Outcome, Failure> {
        self.noted.add(std::mem::take(&mut self.fresh));
        if self.position.completed_at.is_some() && self.position.roles_digest != tenant.roles_digest
        {
            let plan = roles::import(session, tenant, &self.part_numbers).await?;
            self.noted.leavers.extend(plan.leavers);
            self.round.counts.updated += plan.counts.updated;
        }
        let mut counts = self.round.counts;
        let is_empty = self.round.complete && counts == RunCounts::default();
        let ending = ending::end(session, Source::Microsoft365, &self.state, &self.noted).await?;
        self.position.round = None;
        let now = session.app.clock.now();
        let outcome = match ending {
            Ending::Gone(gone) => {
                counts.add(gone);
                self.position.delta_link = Some(link);
                self.position.delta_stored_at = Some(now);
                self.position.completed_at = Some(now);
                self.position.roles_digest.clone_from(&tenant.roles_digest);
                self.state.held = None;
                self.state.approved = None;
                let error = is_empty.then(|| "the tenant holds no users at all".to_owned());
                Outcome {
                    status: RunStatus::Succeeded,
                    error,
                    counts,
                    continues: false,
                }
            }
            // The position stays where it was, so that the next run sees the same leavers again.
            Ending::Held(held) => {
                let error = Some(held.reason.clone());
                self.state.held = Some(held);
                Outcome {
                    status: RunStatus::Held,
                    error,
                    counts,
                    continues: false,
                }
            }
        };
        if self.round.pages > 0 {
            session
                .app
                .store
                .delete_round_pages(&session.customer.id, &self.round.run)
                .await?;
        }
        self.state.graph = Some(self.position);
        session.keep(self.state);
        Ok(outcome)
    }
}

/// A new round. A complete one misses whom it does not hold, unless nobody is held yet.
fn new_round(session: &Session<'_>, position: &GraphPosition, complete: bool) -> Round {
    Round {
        run: session.run.clone(),
        complete,
        infer_removals: complete && position.completed_at.is_some(),
        next_link: None,
        pages: 0,
        counts: RunCounts::default(),
        started_at: session.app.clock.now(),
    }
}

//! A round of delta pages under the lease: each page is planned and written while the next one is
//! fetched, and the position is stored after all that came before it is.

use std::collections::BTreeMap;

use connectors::directory::graph::{Next, Page, Position, RecordError, SELECT_VERSION};
use connectors::error::ConnectorError;
use domain::failure::Failure;
use domain::identity::{IdentityKey, Reading, Source};
use domain::import::{Plan, mark};
use domain::run::{RunCounts, RunStatus};
use platform::store::{GraphPosition, ImportState, Round, RoundPage};

use crate::ending::{self, Ending, Noted};
use crate::graph::{Tenant, start};
use crate::outcome::Outcome;
use crate::roles;
use crate::session::{self, Session};
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
        let readings = work.readable(session, page.readings);
        // With little time left, the next page is the continuation's to fetch.
        let is_short = session.is_short();
        let ahead = async {
            match &page.next {
                Next::Page(link) if !is_short => {
                    let link = Position::Link(link.clone());
                    Some(tenant.graph.users_page(&link).await)
                }
                Next::Page(_) | Next::Done(_) => None,
            }
        };
        let (plan, following) = tokio::join!(work.write(session, tenant, readings), ahead);
        work.note(plan?);
        match page.next {
            Next::Done(link) => return work.end(session, tenant, link).await,
            Next::Page(link) => {
                work.advance(session, &link).await?;
                if is_short || session.is_short() {
                    return Ok(Outcome::goes_on());
                }
                next = Position::Link(link);
                fetched = following;
            }
        }
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
        let nothing_held = session::is_first(&state) && state.uploads.is_empty();
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

    /// The readings of a page. A record that could not be read is there all the same where it says
    /// who it is; one that does not makes the reading incomplete: then nobody is missed for not
    /// being in it.
    fn readable(
        &mut self,
        session: &Session<'_>,
        readings: Vec<Result<Reading, RecordError>>,
    ) -> Vec<Reading> {
        let mut readable = Vec::with_capacity(readings.len());
        for reading in readings {
            match reading {
                Ok(reading) => readable.push(reading),
                Err(error) => {
                    tracing::warn!(
                        customer.id = %session.customer.id, run.id = %session.run, %error,
                        "a user was left as it was"
                    );
                    self.unreadable(error);
                }
            }
        }
        readable
    }

    fn unreadable(&mut self, error: RecordError) {
        self.round.counts.unreadable += 1;
        match error.id {
            Some(id) if self.round.infer_removals => {
                let key = IdentityKey::new(Source::Microsoft365, id);
                self.fresh.seen.push(mark(&key));
            }
            Some(_) => {}
            None => {
                self.round.infer_removals = false;
                self.noted.infer_nothing();
            }
        }
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
            self.fresh.seen.extend(plan.seen.iter().map(mark));
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
        let roles = (
            &self.position.roles_digest,
            &self.position.role_groups_digest,
        );
        let has_news = roles != (&tenant.roles_digest, &tenant.groups.digest);
        if self.position.completed_at.is_some() && has_news {
            let plan = roles::import(session, tenant, &self.part_numbers).await?;
            self.noted.leavers.extend(plan.leavers);
            self.round.counts.updated += plan.counts.updated;
        }
        let mut counts = self.round.counts;
        let is_empty = self.round.complete && counts == RunCounts::default();
        let source = Source::Microsoft365;
        let ending = ending::end(session, source, None, &mut self.state, &self.noted).await?;
        self.position.round = None;
        let now = session.app.clock.now();
        let outcome = match ending {
            Ending::Gone(gone) => {
                counts.add(gone);
                self.position.delta_link = Some(link);
                self.position.delta_stored_at = Some(now);
                self.position.completed_at = Some(now);
                self.position.roles_digest.clone_from(&tenant.roles_digest);
                (self.position.role_groups_digest).clone_from(&tenant.groups.digest);
                Outcome {
                    error: remark(&counts, is_empty),
                    counts,
                    ..Outcome::quiet()
                }
            }
            // The position stays where it was, so that the next run sees the same leavers again.
            Ending::Held(reason) => Outcome {
                status: RunStatus::Held,
                error: Some(reason),
                counts,
                ..Outcome::quiet()
            },
        };
        let outcome = outcome.with_remark(tenant.groups.unread.as_deref());
        self.state.graph = Some(self.position);
        if self.round.pages == 0 {
            session.keep(self.state);
            return Ok(outcome);
        }
        // First the position, then the notes: people whose notes are gone while a position counts
        // on them would be missed.
        session.save(self.state).await?;
        let (customer, run) = (&session.customer.id, &self.round.run);
        session.app.store.delete_round_pages(customer, run).await?;
        Ok(outcome)
    }
}

/// What a person should know of a round that ended well.
fn remark(counts: &RunCounts, is_empty: bool) -> Option<String> {
    match counts.unreadable {
        0 => is_empty.then(|| "the tenant holds no users at all".to_owned()),
        unreadable => Some(format!(
            "{unreadable} users of the tenant could not be read; their accounts stay as they are, \
             and the log says which users and what is odd"
        )),
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

//! EventBridge and SQS in memory. Envelopes come from the bus, one message for each function that
//! an event wakes; a message is delivered at least once and in any order, again after a failure
//! that may pass, and is dead after [`Settings::attempts_max`] attempts.
//!
//! Invariants: no more of a function's messages are in hand than its concurrency; two messages of
//! one customer and function never are; a message is either waiting, in hand, ended or dead.
//! Absent: order, as in SQS; a store, so whoever stops a queue keeps what [`Queue::leftover`] gives.

mod message;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::event::Envelope;
use domain::failure::{Disposition, Failure};
use domain::id::CustomerId;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::wiring::{Function, subscribers};
use message::{Key, Message};

/// What is done with a message.
pub trait Work: Send + Sync + 'static {
    /// What comes of it.
    type Done: Send + 'static;

    /// Does it.
    fn handle(
        &self,
        function: Function,
        envelope: &Envelope,
    ) -> impl Future<Output = Result<Self::Done, Failure>> + Send;
}

/// How a queue delivers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How often a message is delivered before it is dead.
    pub attempts_max: u32,
    /// How long a message waits after its first failure; four times as long after each further one.
    pub delay: Duration,
    /// The longest a message waits, also where a vendor asks for more.
    pub delay_max: Duration,
    /// What goes wrong on purpose.
    pub faults: Option<Faults>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempts_max: 4,
            delay: Duration::from_millis(500),
            delay_max: Duration::from_mins(1),
            faults: None,
        }
    }
}

/// What goes wrong on purpose, from a seed: the same seed, the same faults.
#[derive(Debug, Clone)]
pub struct Faults {
    /// The seed.
    pub seed: u64,
    /// How many of a hundred messages come twice.
    pub duplicate_percent: u8,
    /// Take messages in any order.
    pub reorder: bool,
}

/// A message that will not be delivered again, and what came of it.
#[derive(Debug)]
pub struct Ended<D> {
    /// The function it was for.
    pub function: Function,
    /// The event.
    pub envelope: Envelope,
    /// How often it was delivered.
    pub attempts: u32,
    /// What came of it.
    pub end: End<D>,
}

/// What came of a message.
#[derive(Debug)]
pub enum End<D> {
    /// It was worked on.
    Done(D),
    /// It never passes as it is, or not until a person acts: recorded, not tried again.
    Refused(Failure),
    /// It failed in every attempt; the last failure.
    Dead(Failure),
}

/// The queues of all functions.
pub struct Queue<W: Work> {
    work: Arc<W>,
    settings: Settings,
    inbox: UnboundedReceiver<Envelope>,
    inbox_is_closed: bool,
    waiting: HashMap<Function, VecDeque<Message>>,
    /// What waits for its first delivery: the same again adds nothing.
    keys: BTreeSet<Key>,
    tasks: JoinSet<Result<W::Done, Failure>>,
    in_hand: HashMap<Id, Message>,
    busy: BTreeSet<(Function, CustomerId)>,
    dead: Vec<Envelope>,
    panics: u64,
    chance: Option<SmallRng>,
}

impl<W: Work> Queue<W> {
    /// Queues that are filled from a bus.
    pub fn new(work: W, inbox: UnboundedReceiver<Envelope>, settings: Settings) -> Self {
        let chance = settings
            .faults
            .as_ref()
            .map(|faults| SmallRng::seed_from_u64(faults.seed));
        Self {
            work: Arc::new(work),
            settings,
            inbox,
            inbox_is_closed: false,
            waiting: HashMap::new(),
            keys: BTreeSet::new(),
            tasks: JoinSet::new(),
            in_hand: HashMap::new(),
            busy: BTreeSet::new(),
            dead: Vec::new(),
            panics: 0,
            chance,
        }
    }

    /// Delivers until nothing waits and nothing is in hand, with all that follows from it. Tells
    /// of each message as it ends. Dropping the future stops nothing that is in hand.
    pub async fn run_until_idle(&mut self, mut told: impl FnMut(Ended<W::Done>)) {
        loop {
            self.take_in();
            self.start();
            if self.is_idle() {
                return;
            }
            self.advance(&mut told).await;
        }
    }

    /// Delivers until `stop` is ready. What waits then keeps waiting, what is in hand goes on.
    pub async fn run_until(
        &mut self,
        stop: impl Future<Output = ()>,
        mut told: impl FnMut(Ended<W::Done>),
    ) {
        let mut stop = std::pin::pin!(stop);
        loop {
            self.take_in();
            self.start();
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = self.advance(&mut told) => {}
            }
        }
    }

    /// Finishes what is in hand and what may be started at once, with all that follows from it.
    /// What waits for its next attempt keeps waiting.
    pub async fn drain(&mut self, mut told: impl FnMut(Ended<W::Done>)) {
        loop {
            self.take_in();
            self.start();
            if self.in_hand.is_empty() {
                return;
            }
            self.advance(&mut told).await;
        }
    }

    /// Does nothing wait, and is nothing in hand?
    pub fn is_idle(&self) -> bool {
        self.in_hand.is_empty() && self.waiting.values().all(VecDeque::is_empty)
    }

    /// Is nothing in hand? Something may wait.
    pub fn is_nothing_in_hand(&self) -> bool {
        self.in_hand.is_empty()
    }

    /// The events of messages that failed in every attempt.
    pub fn dead(&self) -> &[Envelope] {
        &self.dead
    }

    /// How many deliveries ended in a panic of a handler: each is a defect of ours.
    pub fn panics(&self) -> u64 {
        self.panics
    }

    /// Stops: what is in hand is broken off. Gives the events whose messages did not end, each once;
    /// publishing them again loses nothing.
    pub fn leftover(mut self) -> Vec<Envelope> {
        self.take_in();
        let in_hand = self.in_hand.into_values();
        let waiting = self.waiting.into_values().flatten();
        let mut seen = BTreeSet::new();
        in_hand
            .chain(waiting)
            .map(|message| message.envelope)
            .filter(|envelope| seen.insert(envelope.id.clone()))
            .collect()
    }

    /// Waits until something happened: a message ended, one came, or one is due again.
    async fn advance(&mut self, told: &mut impl FnMut(Ended<W::Done>)) {
        let due = self.next_due();
        tokio::select! {
            Some(ended) = self.tasks.join_next_with_id() => {
                if let Some(ended) = self.settle(ended) {
                    told(ended);
                }
            }
            came = self.inbox.recv(), if !self.inbox_is_closed => match came {
                Some(envelope) => self.add(envelope),
                None => self.inbox_is_closed = true,
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            else => std::future::pending().await,
        }
    }

    fn take_in(&mut self) {
        loop {
            match self.inbox.try_recv() {
                Ok(envelope) => self.add(envelope),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.inbox_is_closed = true;
                    return;
                }
            }
        }
    }

    fn add(&mut self, envelope: Envelope) {
        for function in subscribers(&envelope.event) {
            let message = Message::new(*function, envelope.clone());
            if self.chance_of_a_duplicate() {
                self.waiting
                    .entry(*function)
                    .or_default()
                    .push_back(message.clone());
            }
            if self.keys.insert(message.key()) {
                self.waiting
                    .entry(*function)
                    .or_default()
                    .push_back(message);
            }
        }
    }

    fn chance_of_a_duplicate(&mut self) -> bool {
        let (Some(chance), Some(faults)) = (&mut self.chance, &self.settings.faults) else {
            return false;
        };
        chance.random_range(0..100) < faults.duplicate_percent
    }

    /// Starts what may be started.
    fn start(&mut self) {
        for function in Function::ALL {
            while self.in_hand_of(function) < function.concurrency() {
                let Some(message) = self.take(function) else {
                    break;
                };
                self.keys.remove(&message.key());
                self.busy
                    .insert((function, message.envelope.customer.clone()));
                let work = Arc::clone(&self.work);
                let envelope = message.envelope.clone();
                let task = self
                    .tasks
                    .spawn(async move { work.handle(function, &envelope).await });
                self.in_hand.insert(task.id(), message);
            }
        }
    }

    fn in_hand_of(&self, function: Function) -> usize {
        self.busy
            .iter()
            .filter(|(busy, _)| *busy == function)
            .count()
    }

    /// The next message of a function that is due, and whose customer is not in hand.
    fn take(&mut self, function: Function) -> Option<Message> {
        let now = Instant::now();
        let may_start = |message: &Message| {
            let customer = message.envelope.customer.clone();
            message.due <= now && !self.busy.contains(&(function, customer))
        };
        let waiting = self.waiting.get(&function)?;
        let reorder = self
            .settings
            .faults
            .as_ref()
            .is_some_and(|faults| faults.reorder);
        let at = match &mut self.chance {
            Some(chance) if reorder => {
                let ready = waiting
                    .iter()
                    .enumerate()
                    .filter(|(_, message)| may_start(message));
                let ready: Vec<usize> = ready.map(|(at, _)| at).collect();
                let drawn = chance.random_range(0..ready.len().max(1));
                ready.get(drawn).copied()
            }
            Some(_) | None => waiting.iter().position(may_start),
        };
        self.waiting.get_mut(&function)?.remove(at?)
    }

    /// When something that waits for its time is due; what waits for its customer is not counted.
    fn next_due(&self) -> Option<Instant> {
        let now = Instant::now();
        let due = self.waiting.values().flatten().map(|message| message.due);
        due.filter(|due| *due > now).min()
    }

    fn settle(
        &mut self,
        joined: Result<(Id, Result<W::Done, Failure>), JoinError>,
    ) -> Option<Ended<W::Done>> {
        let (id, result) = match joined {
            Ok((id, result)) => (id, result),
            Err(error) => {
                self.panics += 1;
                (
                    error.id(),
                    Err(Failure::defect(
                        "a handler panicked; its message is on stderr",
                    )),
                )
            }
        };
        let mut message = self.in_hand.remove(&id)?;
        self.busy
            .remove(&(message.function, message.envelope.customer.clone()));
        message.attempts += 1;
        let failure = match result {
            Ok(done) => return Some(message.ended(End::Done(done))),
            Err(failure) => failure,
        };
        let after = match failure.disposition() {
            Disposition::Reject | Disposition::Suspend => {
                return Some(message.ended(End::Refused(failure)));
            }
            Disposition::Retry { after } => after,
            Disposition::Defect => None,
        };
        if message.attempts >= self.settings.attempts_max {
            self.dead.push(message.envelope.clone());
            return Some(message.ended(End::Dead(failure)));
        }
        message.due = Instant::now() + self.delay(message.attempts, after);
        tracing::debug!(
            function = message.function.as_str(), customer.id = %message.envelope.customer,
            attempts = message.attempts, disposition = failure.disposition().as_str(),
            "delivered again later"
        );
        self.waiting
            .entry(message.function)
            .or_default()
            .push_back(message);
        None
    }

    fn delay(&self, attempts: u32, after: Option<Duration>) -> Duration {
        let growth = 4_u32.saturating_pow(attempts.saturating_sub(1));
        let own = self.settings.delay.saturating_mul(growth);
        own.max(after.unwrap_or_default())
            .min(self.settings.delay_max)
    }
}

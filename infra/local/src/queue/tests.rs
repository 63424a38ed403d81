//! What the queue promises, with handlers that do as they are told. Time is tokio's and stands
//! still unless everybody waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::id::{ContactId, CustomerId, EventId};
use domain::run::RunReason;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use super::{End, Ended, Faults, Queue, Settings, Work};
use crate::wiring::Function;

/// What happened, in the order in which it did.
#[derive(Default)]
struct Seen {
    log: Vec<(Function, String, Instant)>,
    in_hand: BTreeMap<Function, Vec<String>>,
    most: BTreeMap<Function, usize>,
}

/// Fails each customer as often and in the way that its name says.
struct Script {
    bus: UnboundedSender<Envelope>,
    seen: Arc<Mutex<Seen>>,
    takes: Duration,
}

impl Work for Script {
    type Done = String;

    async fn handle(&self, function: Function, envelope: &Envelope) -> Result<String, Failure> {
        let customer = envelope.customer.as_str().to_owned();
        let attempt = self.begin(function, &customer);
        tokio::time::sleep_until(Instant::now() + self.takes).await;
        self.finish(function, &customer);
        match customer.split('-').next().unwrap_or_default() {
            "once" if attempt == 1 => Err(Failure::retry("not now")),
            "pause" if attempt == 1 => {
                let after = Some(Duration::from_secs(7));
                Err(Failure::new(Disposition::Retry { after }, "wait"))
            }
            "hour" if attempt == 1 => {
                let after = Some(Duration::from_secs(3600));
                Err(Failure::new(Disposition::Retry { after }, "wait"))
            }
            "never" => Err(Failure::retry("not today")),
            "reject" => Err(Failure::reject("not like this")),
            "suspend" => Err(Failure::new(Disposition::Suspend, "no entry")),
            "panic" => panic!("on purpose"),
            "chain" => {
                if function == Function::Import {
                    self.bus
                        .send(envelope_of(&customer, Event::ImportFinished {}))
                        .unwrap();
                }
                Ok(customer)
            }
            _ => Ok(customer),
        }
    }
}

impl Script {
    fn begin(&self, function: Function, customer: &str) -> usize {
        let mut seen = self.seen.lock().unwrap();
        seen.log
            .push((function, customer.to_owned(), Instant::now()));
        let in_hand = seen.in_hand.entry(function).or_default();
        assert!(
            !in_hand.iter().any(|other| other == customer),
            "{customer} twice at a time"
        );
        in_hand.push(customer.to_owned());
        let now = in_hand.len();
        let most = seen.most.entry(function).or_default();
        *most = now.max(*most);
        let mine = seen
            .log
            .iter()
            .filter(|(of, who, _)| *of == function && who == customer);
        mine.count()
    }

    fn finish(&self, function: Function, customer: &str) {
        let mut seen = self.seen.lock().unwrap();
        let in_hand = seen.in_hand.get_mut(&function).unwrap();
        in_hand.retain(|other| other != customer);
    }
}

fn envelope_of(customer: &str, event: Event) -> Envelope {
    static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Envelope {
        id: EventId::parse(format!("evt_{number}")).unwrap(),
        at: Timestamp::UNIX_EPOCH,
        customer: CustomerId::parse(customer).unwrap(),
        run: None,
        event,
    }
}

fn request(customer: &str) -> Envelope {
    envelope_of(
        customer,
        Event::ImportRequested {
            reason: RunReason::Now,
        },
    )
}

struct World {
    bus: UnboundedSender<Envelope>,
    seen: Arc<Mutex<Seen>>,
    queue: Queue<Script>,
}

fn world(settings: Settings) -> World {
    let (bus, inbox) = unbounded_channel();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let takes = Duration::from_millis(10);
    let script = Script {
        bus: bus.clone(),
        seen: Arc::clone(&seen),
        takes,
    };
    World {
        bus,
        seen,
        queue: Queue::new(script, inbox, settings),
    }
}

impl World {
    async fn run(&mut self, envelopes: Vec<Envelope>) -> Vec<Ended<String>> {
        for envelope in envelopes {
            self.bus.send(envelope).unwrap();
        }
        let mut ended = Vec::new();
        self.queue.run_until_idle(|end| ended.push(end)).await;
        ended
    }

    fn starts(&self, customer: &str) -> Vec<Instant> {
        let seen = self.seen.lock().unwrap();
        let mine = seen.log.iter().filter(|(_, who, _)| who == customer);
        mine.map(|(.., at)| *at).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn what_follows_from_a_message_is_delivered_before_the_queue_is_idle() {
    let mut world = world(Settings::default());
    let ended = world
        .run(vec![request("chain-a"), request("chain-b")])
        .await;
    let functions: Vec<Function> = ended.iter().map(|end| end.function).collect();
    assert_eq!(
        functions.iter().filter(|f| **f == Function::Import).count(),
        2
    );
    assert_eq!(
        functions
            .iter()
            .filter(|f| **f == Function::Matching)
            .count(),
        2
    );
    assert!(world.queue.is_idle());
}

#[tokio::test(start_paused = true)]
async fn failures_end_as_their_disposition_says() {
    let mut world = world(Settings::default());
    let names = ["ok", "once", "never", "reject", "suspend", "panic"];
    let ended = world
        .run(names.iter().map(|name| request(name)).collect())
        .await;
    let told: BTreeMap<&str, (u32, String)> = ended
        .iter()
        .map(|end| {
            let text = match &end.end {
                End::Done(_) => "done".to_owned(),
                End::Refused(failure) => format!("refused: {failure}"),
                End::Dead(failure) => format!("dead: {failure}"),
            };
            (end.envelope.customer.as_str(), (end.attempts, text))
        })
        .collect();
    let expected = [
        ("ok", (1, "done")),
        ("once", (2, "done")),
        ("never", (4, "dead: not today")),
        ("reject", (1, "refused: not like this")),
        ("suspend", (1, "refused: no entry")),
        (
            "panic",
            (4, "dead: a handler panicked; its message is on stderr"),
        ),
    ];
    let expected = expected.map(|(name, (attempts, text))| (name, (attempts, text.to_owned())));
    assert_eq!(told, BTreeMap::from(expected));
    assert_eq!((world.queue.dead().len(), world.queue.panics()), (2, 4));
}

#[tokio::test(start_paused = true)]
async fn a_failed_message_waits_at_least_as_long_as_it_was_asked_and_at_most_the_cap() {
    for (customer, from_ms, to_ms) in [
        ("once", 500, 600),
        ("pause", 7_000, 7_100),
        ("hour", 60_000, 60_100),
    ] {
        let mut world = world(Settings::default());
        world.run(vec![request(customer)]).await;
        let starts = world.starts(customer);
        let waited = (starts[1] - starts[0]).as_millis();
        assert!(
            (from_ms..to_ms).contains(&waited),
            "{customer} waited {waited} ms"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_has_no_more_in_hand_than_its_concurrency_and_one_per_customer() {
    let mut world = world(Settings::default());
    let contact = |number: u32| Event::ContactChanged {
        contact: ContactId::parse(number.to_string()).unwrap(),
    };
    let mut envelopes: Vec<Envelope> = (0..9).map(|i| request(&format!("c{i}"))).collect();
    // The handlers assert that none of these are in hand together.
    envelopes.extend((0..5).map(|number| envelope_of("one", contact(number))));
    envelopes.extend((0..5).map(|number| envelope_of(&format!("d{number}"), contact(1))));
    let ended = world.run(envelopes).await;
    assert_eq!(ended.len(), 19);
    let most = world.seen.lock().unwrap().most.clone();
    assert_eq!(most.get(&Function::Import), Some(&4));
    assert_eq!(most.get(&Function::Matching), Some(&2));
}

#[tokio::test(start_paused = true)]
async fn the_same_that_waits_already_adds_nothing_and_what_is_in_hand_does_not_count() {
    let mut world = world(Settings::default());
    let same = vec![request("a"), request("a"), request("a"), request("b")];
    assert_eq!(world.run(same).await.len(), 2);

    // One in hand, one waiting: what came while it was in hand may be news.
    world.bus.send(request("c")).unwrap();
    let bus = world.bus.clone();
    let later = tokio::spawn(async move {
        tokio::time::sleep_until(Instant::now() + Duration::from_millis(5)).await;
        bus.send(request("c")).unwrap();
        bus.send(request("c")).unwrap();
    });
    let mut ended = 0;
    world.queue.run_until_idle(|_| ended += 1).await;
    later.await.unwrap();
    assert_eq!(ended, 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_waits_for_its_next_attempt_keeps_nobody_else() {
    let mut world = world(Settings::default());
    let ended = world.run(vec![request("hour"), request("ok")]).await;
    assert_eq!(ended[0].envelope.customer.as_str(), "ok");
    assert_eq!(ended[1].envelope.customer.as_str(), "hour");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_stopped_gives_back_what_did_not_end() {
    let mut world = world(Settings::default());
    for i in 0..6 {
        world.bus.send(request(&format!("c{i}"))).unwrap();
    }
    world.bus.send(request("hour")).unwrap();
    let mut ended = 0;
    let stop = tokio::time::sleep_until(Instant::now() + Duration::from_millis(15));
    world.queue.run_until(stop, |_| ended += 1).await;
    assert_eq!(ended, 4);
    world.bus.send(request("late")).unwrap();
    assert_eq!(world.seen.lock().unwrap().log.len(), 7);
    let mut left: Vec<String> = world
        .queue
        .leftover()
        .iter()
        .map(|envelope| envelope.customer.to_string())
        .collect();
    left.sort();
    assert_eq!(left, ["c4", "c5", "hour", "late"]);
}

#[tokio::test(start_paused = true)]
async fn draining_waits_for_what_is_ready_and_not_for_later_attempts() {
    let mut world = world(Settings::default());
    for customer in ["hour", "chain-a", "ok"] {
        world.bus.send(request(customer)).unwrap();
    }
    let began = Instant::now();
    let mut ended = Vec::new();
    world.queue.drain(|end| ended.push(end.function)).await;
    ended.sort();
    let all = [
        Function::Import,
        Function::Import,
        Function::Matching,
        Function::DocsMatching,
    ];
    assert_eq!(ended, all);
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(world.queue.leftover().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn faults_come_from_the_seed() {
    let run = |seed: u64| async move {
        let faults = Some(Faults {
            seed,
            duplicate_percent: 50,
            reorder: true,
        });
        let mut world = world(Settings {
            faults,
            ..Settings::default()
        });
        let ended = world
            .run((0..20).map(|i| request(&format!("c{i}"))).collect())
            .await;
        let order: Vec<String> = ended
            .iter()
            .map(|end| end.envelope.customer.to_string())
            .collect();
        order
    };
    let one = run(1).await;
    assert_eq!(one, run(1).await);
    assert_ne!(one, run(2).await);
    assert!(one.len() > 20, "some came twice: {}", one.len());
    let mut distinct = one.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 20, "none is lost");
}

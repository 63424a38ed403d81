//! Which entries come into question for which accounts.
//!
//! - An entry *fits* with the account's user name and a category of one of its sources, when it is
//!   open to us and in use. Exactly one that fits nobody else is taken.
//! - It *may be the one* when something is in doubt: no category (D4), archived, closed to
//!   integrations (B196), a domain in front that may be another. A person says so, and nothing is made
//!   beside it.
//! - With the category of another source it is not in question, and reported (B97, B137f).
//! - With any other category it is for something else.
//!
//! Entries that are held are not in question. What is taken here fits nobody who is left, and what
//! may be the one is sought after that, so that deciding again finds the same.

use foldhash::{HashMap, HashMapExt};

use super::category::{self, Category};
use super::entry::{Entry, Seal};
use super::links::Claimed;
use super::names::{Likeness, Names, bare, key};
use super::{Entries, EntryCandidate, Question, Reason};
use crate::identity::Source;
use crate::limits::CANDIDATES_MAX;

/// Entries of one kind kept per account: where there are more, that they are several is what counts.
const SEEN_MAX: usize = 4 * CANDIDATES_MAX;

/// What was found for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// Exactly one entry, by position.
    One(usize),
    /// Entries that only a person can choose from, or confirm.
    Undecided {
        /// Which.
        candidates: Vec<EntryCandidate>,
        /// Why none was taken.
        reason: Reason,
        /// It is one entry about which something is in doubt.
        is_one_in_doubt: bool,
    },
    /// None; perhaps entries that are reported.
    None {
        /// Those with the category of another source.
        reported: Vec<EntryCandidate>,
    },
}

/// An account that looks for an entry.
struct Seeker {
    sources: Vec<Source>,
    names: Names,
}

/// An entry that has an account's user name, and what is to be said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standpoint {
    Fits,
    InDoubt(Reason),
    Reported,
}

/// The entries that are free and have the user name of a seeker, by position.
#[derive(Debug, Default)]
struct Seen {
    fitting: Vec<usize>,
    in_doubt: Vec<(usize, Reason)>,
    reported: Vec<usize>,
    /// There are more than are kept.
    cut: bool,
}

impl Seen {
    fn add(&mut self, at: usize, say: Standpoint) {
        fn push<T>(held: &mut Vec<T>, one: T) -> bool {
            let has_room = held.len() < SEEN_MAX;
            if has_room {
                held.push(one);
            }
            has_room
        }
        let was_kept = match say {
            Standpoint::Fits => push(&mut self.fitting, at),
            Standpoint::InDoubt(reason) => push(&mut self.in_doubt, (at, reason)),
            // What is only reported decides nothing.
            Standpoint::Reported => {
                push(&mut self.reported, at);
                true
            }
        };
        self.cut |= !was_kept;
    }

    /// The one entry that fits.
    fn the_one(&self) -> Option<usize> {
        match self.fitting.as_slice() {
            [at] => Some(*at),
            [] | [_, ..] => None,
        }
    }
}

/// How many accounts each entry fits, by position.
type Rivals = HashMap<usize, usize>;

/// Looks for the accounts at these positions; yields what was found in their order, and holds what
/// was taken.
pub(super) fn run(
    question: &Question<'_>,
    entries: &Entries<'_>,
    claimed: &mut Claimed,
    open: &[usize],
) -> Vec<Finding> {
    let seekers: Vec<Seeker> = (open.iter())
        .filter_map(|at| question.accounts.get(*at))
        .map(|account| Seeker {
            sources: category::sources(account),
            names: Names::of(account),
        })
        .collect();
    let (seen, rivals) = look(entries, claimed, &seekers);
    let taken: Vec<Option<usize>> = (seen.iter())
        .map(|seen| seen.the_one().filter(|at| rivals.get(at) == Some(&1)))
        .collect();
    claimed.extend(taken.iter().flatten());
    (seen.iter().zip(taken))
        .map(|(seen, taken)| match taken {
            Some(at) => Finding::One(at),
            None => undecided(entries, claimed, &rivals, seen),
        })
        .collect()
}

fn look(entries: &Entries<'_>, claimed: &Claimed, seekers: &[Seeker]) -> (Vec<Seen>, Rivals) {
    let mut all: Vec<Seen> = seekers.iter().map(|_| Seen::default()).collect();
    let mut rivals = Rivals::new();
    let by_name = ByName::new(seekers);
    for (at, entry) in entries.each().filter(|(at, _)| !claimed.contains(at)) {
        for (seeker, likeness) in by_name.look_up(entry) {
            let (Some(who), Some(seen)) = (seekers.get(seeker), all.get_mut(seeker)) else {
                continue;
            };
            let Some(say) = standpoint(entry, likeness, &who.sources) else {
                continue;
            };
            if say == Standpoint::Fits {
                *rivals.entry(at).or_default() += 1;
            }
            seen.add(at, say);
        }
    }
    (all, rivals)
}

fn standpoint(entry: &Entry, likeness: Likeness, sources: &[Source]) -> Option<Standpoint> {
    let doubt = match Category::of(entry.category.as_deref(), sources) {
        Category::Other => return None,
        Category::OtherSource => return Some(Standpoint::Reported),
        Category::Own => None,
        Category::Empty => Some(Reason::CategoryEmpty),
    };
    let sealed = entry.seal.map(|seal| match seal {
        Seal::Vault => Reason::InVault,
        Seal::Personal => Reason::Personal,
        Seal::AssetField => Reason::AssetField,
    });
    let archived = entry.is_archived.then_some(Reason::Archived);
    let alike = (likeness == Likeness::Alike).then_some(Reason::OtherDomain);
    // What a person could not put right by confirming comes first.
    let doubt = sealed.or(archived).or(doubt).or(alike);
    Some(doubt.map_or(Standpoint::Fits, Standpoint::InDoubt))
}

fn undecided(entries: &Entries<'_>, claimed: &Claimed, rivals: &Rivals, seen: &Seen) -> Finding {
    let fitting = seen.fitting.iter().map(|at| {
        let is_contested = rivals.get(at).is_some_and(|count| *count > 1);
        let reason = if is_contested {
            Reason::AlsoFitsAnother
        } else {
            Reason::Several
        };
        (*at, reason)
    });
    let in_doubt = seen.in_doubt.iter().copied();
    let found: Vec<(usize, Reason)> = (fitting.chain(in_doubt))
        .filter(|(at, _)| !claimed.contains(at))
        .collect();
    let reason = match found.as_slice() {
        [] if !seen.cut => {
            let free = seen.reported.iter().filter(|at| !claimed.contains(at));
            let reported: Vec<(usize, Reason)> =
                free.map(|at| (*at, Reason::CategoryDiffers)).collect();
            return Finding::None {
                reported: candidates(entries, &reported),
            };
        }
        [(_, reason)] => *reason,
        [] | [_, ..] => Reason::Several,
    };
    Finding::Undecided {
        candidates: candidates(entries, &found),
        reason,
        is_one_in_doubt: seen.fitting.is_empty() && found.len() == 1 && !seen.cut,
    }
}

fn candidates(entries: &Entries<'_>, found: &[(usize, Reason)]) -> Vec<EntryCandidate> {
    (found.iter().take(CANDIDATES_MAX))
        .filter_map(|(at, reason)| {
            Some(EntryCandidate {
                entry: entries.get(*at)?.id.clone(),
                why_not: reason.to_string(),
            })
        })
        .collect()
}

/// Seekers under the names that they are known by.
struct ByName<'s> {
    whole: HashMap<&'s str, Vec<usize>>,
    bare: HashMap<&'s str, Vec<usize>>,
}

impl<'s> ByName<'s> {
    fn new(seekers: &'s [Seeker]) -> Self {
        let mut index = Self {
            whole: HashMap::new(),
            bare: HashMap::new(),
        };
        for (at, seeker) in seekers.iter().enumerate() {
            for name in &seeker.names.whole {
                index.whole.entry(name).or_default().push(at);
            }
            for name in &seeker.names.bare {
                index.bare.entry(name).or_default().push(at);
            }
        }
        index
    }

    /// Whose user name the entry has, each once.
    fn look_up(&self, entry: &Entry) -> Vec<(usize, Likeness)> {
        let Some(key) = entry.username.as_deref().and_then(key) else {
            return Vec::new();
        };
        let under = |index: &HashMap<&str, Vec<usize>>, name: &str| {
            index.get(name).cloned().unwrap_or_default()
        };
        let same = under(&self.whole, &key);
        let alike = bare(&key).map_or_else(Vec::new, |name| under(&self.bare, name));
        let only_alike = alike.into_iter().filter(|at| !same.contains(at));
        let only_alike: Vec<usize> = only_alike.collect();
        let same = same.into_iter().map(|at| (at, Likeness::Same));
        same.chain(only_alike.into_iter().map(|at| (at, Likeness::Alike)))
            .collect()
    }
}

//! Which users a delta round shows, in which order and on which page, with the oddities that a
//! tenant is told to have.

use bytes::Bytes;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use super::delta::Asked;
use super::state::{Life, Tenant, User};

/// One place on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A user as it is when the page is read.
    User(usize),
    /// The same with the values before its last change: a replay.
    Stale(usize),
    /// A removal of a user that has come back since.
    Removed(usize),
    /// A removal of somebody the caller never heard of.
    Stranger(u64),
}

/// A round: what was asked, from where to where, and its pages.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    pub(crate) id: u64,
    pub(crate) asked: Asked,
    /// Changes after this number are shown; 0 shows everybody.
    pub(crate) since: u64,
    /// The next round starts after this number.
    pub(crate) until: u64,
    pub(crate) pages: Vec<Vec<Entry>>,
    /// Serialised pages, when they were prepared beforehand.
    pub(crate) bodies: Vec<Bytes>,
}

impl Round {
    /// A round without users, for `$deltatoken=latest`.
    pub(crate) fn empty(asked: Asked, until: u64) -> Self {
        Self {
            id: 0,
            asked,
            since: until,
            until,
            pages: vec![Vec::new()],
            bodies: Vec::new(),
        }
    }
}

pub(crate) fn build(tenant: &Tenant, id: u64, asked: Asked, since: u64) -> Round {
    let mut entries = entries(tenant, &asked, since);
    let behaviour = &tenant.behaviour;
    if behaviour.out_of_order {
        entries.shuffle(&mut SmallRng::seed_from_u64(tenant.sequence));
    }
    if behaviour.stale_duplicates {
        entries = with_stale(tenant, entries);
    }
    if since == 0 && behaviour.removed_in_first_round {
        entries.insert(0, Entry::Stranger(id));
    }
    let size = behaviour.page_size.max(1);
    let mut pages: Vec<Vec<Entry>> = entries.chunks(size).map(<[Entry]>::to_vec).collect();
    if behaviour.duplicates {
        repeat_across_pages(&mut pages);
    }
    if behaviour.empty_pages {
        pages = pages
            .into_iter()
            .flat_map(|page| [Vec::new(), page])
            .collect();
    }
    if pages.is_empty() {
        pages.push(Vec::new());
    }
    Round {
        id,
        asked,
        since,
        until: tenant.sequence,
        pages,
        bodies: Vec::new(),
    }
}

fn entries(tenant: &Tenant, asked: &Asked, since: u64) -> Vec<Entry> {
    let wanted = |user: &User| asked.ids.is_empty() || asked.ids.contains(&user.id);
    let mut found: Vec<(u64, Entry)> = Vec::new();
    for (at, user) in tenant
        .users
        .iter()
        .enumerate()
        .filter(|(_, user)| wanted(user))
    {
        if user.life != Life::Live {
            let first = since == 0 && !tenant.behaviour.removed_in_first_round;
            if user.removed > since && !first {
                found.push((user.removed, Entry::User(at)));
            }
            continue;
        }
        if user.appeared > since || surfaces(user, asked, since) {
            if since > 0 && user.removed > since && tenant.behaviour.replay_removals {
                found.push((user.removed, Entry::Removed(at)));
            }
            found.push((user.newest(), Entry::User(at)));
        }
    }
    if since > 0 {
        found.sort_by_key(|(newest, _)| *newest);
    }
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// Only changes to selected properties bring a user into a later round.
fn surfaces(user: &User, asked: &Asked, since: u64) -> bool {
    user.changed
        .iter()
        .any(|(name, at)| *at > since && asked.select.contains(name))
}

fn with_stale(tenant: &Tenant, entries: Vec<Entry>) -> Vec<Entry> {
    let mut out = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Entry::User(at) = entry
            && tenant
                .users
                .get(at)
                .is_some_and(|user| user.before.is_some())
        {
            out.push(Entry::Stale(at));
        }
        out.push(entry);
    }
    out
}

/// Every page begins with the last item of the page before it; a lone page repeats its first.
fn repeat_across_pages(pages: &mut [Vec<Entry>]) {
    let lasts: Vec<Option<Entry>> = pages.iter().map(|page| page.last().copied()).collect();
    if let [only] = pages {
        if let Some(first) = only.first().copied() {
            only.push(first);
        }
        return;
    }
    for (page, last) in pages.iter_mut().skip(1).zip(lasts) {
        if let Some(last) = last {
            page.insert(0, last);
        }
    }
}

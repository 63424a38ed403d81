//! One page of readings against the inventory: which accounts are made, which change, who would
//! leave. The page may repeat records and hold them in any order; the last word counts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::account::{Account, AccountState, AccountType, PsaStanding};
use crate::customer::Customer;
use crate::docs::DocsStanding;
use crate::fields::Fields;
use crate::id::AccountId;
use crate::identity::{
    Departure, Gone, Identity, IdentityKey, JoinKey, News, Reading, Said, Source, Values,
};
use crate::import::join::{aliases_of, find, may_join};
use crate::import::leavers::{attend, enter_state, is_leaving};
use crate::import::merge::{populate, state_at};
use crate::import::roles::Administrators;
use crate::import::scope::{LeftOut, left_out};
use crate::import::section::classify;
use crate::import::values;
use crate::limits::IDENTITIES_PER_ACCOUNT_MAX;
use crate::policy::CustomerPolicies;
use crate::run::RunCounts;

/// What we hold of the accounts that a page may concern.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The accounts by id.
    pub accounts: BTreeMap<AccountId, Account>,
    /// The names by which other records' accounts are known.
    pub aliases: BTreeMap<JoinKey, AccountId>,
}

/// What the decision depends on besides readings and inventory.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Whose import it is.
    pub customer: &'a Customer,
    /// What the MSP wants.
    pub policies: &'a CustomerPolicies,
    /// Part numbers of the tenant's licences by SKU id.
    pub part_numbers: &'a BTreeMap<String, String>,
    /// Holders of directory roles by Entra object id; `None` where we may not read them, and what
    /// is held then stays.
    pub administrators: Option<&'a Administrators>,
    /// The time of the decision.
    pub now: Timestamp,
}

/// One account to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it shall be.
    pub account: Account,
    /// The revision it was decided on; `None` for an account to make.
    pub expected: Option<u64>,
    /// Names to claim for it.
    pub aliases: Vec<JoinKey>,
}

/// What a page comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Accounts to write, in the order of their ids.
    pub changes: Vec<Change>,
    /// Accounts whose records say that they go out of use; that waits for the end of the reading.
    pub leavers: BTreeSet<AccountId>,
    /// Records that were there, for telling later who is missing.
    pub seen: Vec<IdentityKey>,
    /// What the page did; leavers are counted when they go.
    pub counts: RunCounts,
}

/// Plans one page.
pub fn reconcile(inventory: &Inventory, readings: Vec<Reading>, rules: &Rules<'_>) -> Plan {
    let mut page = Page {
        held: inventory,
        rules,
        working: BTreeMap::new(),
        aliases: BTreeMap::new(),
        seen: BTreeSet::new(),
        counts: RunCounts::default(),
    };
    for reading in readings {
        page.read(reading);
    }
    page.into_plan()
}

/// Gives a reading of Microsoft 365 the directory roles of its record; `held` is the record as it
/// is known so far.
pub fn ascribe(values: &mut Values, key: &IdentityKey, held: Option<&Identity>, rules: &Rules<'_>) {
    if let (Source::Microsoft365, Some(administrators)) = (key.source, rules.administrators) {
        let held = held.map_or(&[][..], |held| &held.privileges);
        values.privileges = Said::Value(administrators.reasons(&key.id, held));
    }
}

struct Page<'a> {
    held: &'a Inventory,
    rules: &'a Rules<'a>,
    /// Accounts as the page so far has made them. Boxed, since a tree moves its entries about.
    working: BTreeMap<AccountId, Box<Account>>,
    /// Names that accounts of this very page are known by.
    aliases: BTreeMap<JoinKey, AccountId>,
    seen: BTreeSet<IdentityKey>,
    counts: RunCounts,
}

impl Page<'_> {
    fn read(&mut self, reading: Reading) {
        let own = AccountId::founded_by(&self.rules.customer.id, &reading.key);
        let id = self.find(&own, &reading);
        let Reading { key, news } = reading;
        match news {
            News::Present(mut values) => {
                let held = id.as_ref().and_then(|id| self.account(id)?.identity(&key));
                ascribe(&mut values, &key, held, self.rules);
                self.seen.insert(key.clone());
                self.meet(key, *values, id, own);
            }
            News::Left(how) => {
                self.seen.remove(&key);
                // Who left before we knew them concerns nobody.
                if let Some(account) = id.and_then(|id| self.account(&id).cloned())
                    && let Some(identity) = account.identity(&key).cloned()
                {
                    self.leave(account, identity, how);
                }
            }
        }
    }

    fn find(&self, own: &AccountId, reading: &Reading) -> Option<AccountId> {
        let customer = &self.rules.customer.id;
        let is_held =
            |id: &AccountId| self.working.contains_key(id) || self.held.accounts.contains_key(id);
        find(
            customer,
            own,
            reading,
            is_held,
            &self.aliases,
            &self.held.aliases,
        )
    }

    fn account(&self, id: &AccountId) -> Option<&Account> {
        let working = self.working.get(id).map(Box::as_ref);
        working.or_else(|| self.held.accounts.get(id))
    }

    /// A record is there; `own` is the account that it would found.
    fn meet(&mut self, key: IdentityKey, values: Values, id: Option<AccountId>, own: AccountId) {
        let account = id.and_then(|id| self.account(&id)).filter(|account| {
            account.identity(&key).is_some()
                || (may_join(&account.identities, &key)
                    && account.identities.len() < IDENTITIES_PER_ACCOUNT_MAX)
        });
        let held = account.and_then(|account| account.identity(&key));
        let mut identity = held.cloned().unwrap_or_else(|| Identity::new(key));
        values::apply(&mut identity, values);
        let policies = self.rules.policies;
        let scope = &policies.end_user.scope;
        let out = left_out(
            &identity,
            scope,
            self.rules.customer.is_licensed_only(),
            self.rules.part_numbers,
        );
        let is_held = held.is_some();
        match (out, account.cloned()) {
            (None, Some(account)) => self.keep(account, identity),
            (None, None) => self.found(own, identity),
            // Disabled later is no reason to leave the scope: the account becomes disabled.
            (Some(LeftOut::Disabled), Some(account)) if is_held => self.keep(account, identity),
            (Some(_), Some(account)) if is_held => {
                self.counts.out_of_scope += 1;
                self.leave(account, identity, Departure::OutOfScope);
            }
            (Some(_), _) => self.counts.out_of_scope += 1,
        }
    }

    /// A record that nobody knew founds an account.
    fn found(&mut self, id: AccountId, identity: Identity) {
        let now = self.rules.now;
        let account = Account {
            id,
            customer: self.rules.customer.id.clone(),
            revision: 1,
            account_type: AccountType::default(),
            type_reason: String::new(),
            type_moved_by_person: false,
            fields: Fields::default(),
            origins: BTreeMap::new(),
            state: state_at(std::slice::from_ref(&identity), now),
            state_since: now,
            imported_at: now,
            identities: Vec::new(),
            psa: PsaStanding::default(),
            docs: DocsStanding::default(),
        };
        self.keep(account, identity);
    }

    /// A record left its source, or the scope.
    fn leave(&mut self, account: Account, mut identity: Identity, how: Departure) {
        // What was known before this page keeps its time, so that a page may come again.
        let known = self
            .held
            .accounts
            .get(&account.id)
            .and_then(|held| held.identity(&identity.key)?.gone.clone());
        identity.gone = known
            .filter(|gone| gone.how == how || identity.gone.is_some())
            .or(Some(Gone {
                at: self.rules.now,
                how,
            }));
        self.keep(account, identity);
    }

    /// Keeps what a record of an account says now.
    fn keep(&mut self, mut account: Account, identity: Identity) {
        match account
            .identities
            .iter_mut()
            .find(|held| held.key == identity.key)
        {
            Some(place) => *place = identity,
            None => account.identities.push(identity),
        }
        for name in aliases_of(&account) {
            self.aliases
                .entry(name)
                .or_insert_with(|| account.id.clone());
        }
        self.working.insert(account.id.clone(), Box::new(account));
    }

    fn into_plan(mut self) -> Plan {
        let working = std::mem::take(&mut self.working);
        let mut plan = Plan {
            changes: Vec::with_capacity(working.len()),
            ..Plan::default()
        };
        for (id, mut account) in working {
            let held = self.held.accounts.get(&id);
            self.follow(&mut account, held);
            let leaves = is_leaving(&account, self.rules.now);
            if leaves {
                plan.leavers.insert(id);
            } else {
                enter_state(&mut account, self.rules.now);
            }
            if held.is_none_or(|held| *account != *held) {
                let aliases = new_names(&account, held, &self.aliases, &self.held.aliases);
                // Who leaves is counted when it goes.
                let counts = (held.is_none() || !leaves).then_some(&mut self.counts);
                plan.changes.push(change(held, *account, aliases, counts));
            } else if !leaves {
                self.counts.unchanged += 1;
            }
        }
        plan.seen = self.seen.into_iter().collect();
        plan.counts = self.counts;
        plan
    }

    /// Fields and section after the last word of the page.
    fn follow(&self, account: &mut Account, held: Option<&Account>) {
        let policies = self.rules.policies;
        if let Some(held) = held {
            return attend(account, &held.identities, policies);
        }
        populate(account);
        let (first, others) = account.identities.split_at(account.identities.len().min(1));
        if others.is_empty() {
            // Its one record populated it, and there is nobody else to follow.
            return classify(account, &policies.end_user.scope);
        }
        let first = first.to_vec();
        attend(account, &first, policies);
    }
}

/// The names to claim: those the account did not have, without those that are another account's.
fn new_names(
    account: &Account,
    held: Option<&Account>,
    on_page: &BTreeMap<JoinKey, AccountId>,
    in_table: &BTreeMap<JoinKey, AccountId>,
) -> Vec<JoinKey> {
    let known = held.map(aliases_of).unwrap_or_default();
    let is_free = |name: &JoinKey| {
        in_table
            .get(name)
            .or_else(|| on_page.get(name))
            .is_none_or(|owner| *owner == account.id)
    };
    aliases_of(account)
        .into_iter()
        .filter(|name| !known.contains(name) && is_free(name))
        .collect()
}

fn change(
    held: Option<&Account>,
    mut account: Account,
    aliases: Vec<JoinKey>,
    counts: Option<&mut RunCounts>,
) -> Change {
    if let Some(held) = held {
        account.revision = held.revision + 1;
    }
    if let Some(counts) = counts {
        let was_there = held.is_some_and(|held| held.state != AccountState::Removed);
        match (held, account.state) {
            (None, _) => counts.created += 1,
            (Some(_), AccountState::Removed) if was_there => counts.removed += 1,
            (Some(_), AccountState::Active | AccountState::Disabled | AccountState::Removed) => {
                counts.updated += 1;
            }
        }
    }
    Change {
        account,
        expected: held.map(|held| held.revision),
        aliases,
    }
}

//! Whose account is this record? One account per human: a record of Entra ID and one of Active
//! Directory belong together when the immutable id is the objectGUID, or the security identifiers
//! are the same. Names and addresses never join two records.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::id::{AccountId, CustomerId};
use crate::identity::{Identity, IdentityKey, JoinKey, News, Reading, Source, Values};

/// What has to be read from the table before a page of readings can be planned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookUps {
    /// Accounts these records would have founded.
    pub accounts: BTreeSet<AccountId>,
    /// Names under which accounts that another record founded may be known.
    pub aliases: BTreeSet<JoinKey>,
}

/// What to read for these readings.
pub fn look_ups(customer: &CustomerId, readings: &[Reading]) -> LookUps {
    let mut needed = LookUps::default();
    for reading in readings {
        let values = match &reading.news {
            News::Present(values) => Some(values.as_ref()),
            News::Left(_) => None,
        };
        let own = AccountId::founded_by(customer, &reading.key);
        needed.accounts.insert(own);
        let counterpart = founded_on_premises(customer, &reading.key, values);
        needed.accounts.extend(counterpart);
        needed.aliases.extend(names(&reading.key, values));
    }
    needed
}

/// The account of a record: one that it founded, one that knows it by another name on this page,
/// one that its counterpart on premises founded, one that knows it by another name in the table,
/// in this order. `own` is the one that it founded, or would.
pub fn find(
    customer: &CustomerId,
    own: &AccountId,
    reading: &Reading,
    is_held: impl Fn(&AccountId) -> bool,
    on_page: &BTreeMap<JoinKey, AccountId>,
    in_table: &BTreeMap<JoinKey, AccountId>,
) -> Option<AccountId> {
    let values = match &reading.news {
        News::Present(values) => Some(values.as_ref()),
        News::Left(_) => None,
    };
    if is_held(own) {
        return Some(own.clone());
    }
    // Mostly nobody is known by another name, and then no names need be made.
    let names = if on_page.is_empty() && in_table.is_empty() {
        Vec::new()
    } else {
        names(&reading.key, values)
    };
    let known = |aliases: &BTreeMap<JoinKey, AccountId>| {
        let mut accounts = names.iter().filter_map(|name| aliases.get(name));
        accounts.find(|id| is_held(id)).cloned()
    };
    known(on_page)
        .or_else(|| {
            founded_on_premises(customer, &reading.key, values).filter(|founded| is_held(founded))
        })
        .or_else(|| known(in_table))
}

/// Every name an account must be found by, besides the id that its founding record gives.
pub fn aliases_of(account: &Account) -> BTreeSet<JoinKey> {
    let mut names = BTreeSet::new();
    for (place, identity) in account.identities.iter().enumerate() {
        names.extend(identity.join_keys());
        // The first one founded the account, which is found by the id that follows from it.
        if place > 0 {
            names.insert(own_name(&identity.key));
        }
    }
    names
}

/// The name of a record that another record's account is known by. On premises it is the
/// objectGUID, which an Entra record may have announced before the agent handed the record in.
fn own_name(key: &IdentityKey) -> JoinKey {
    match key.source {
        Source::ActiveDirectory => JoinKey::ObjectGuid(key.id.clone()),
        Source::Microsoft365 | Source::LocalWindows => JoinKey::Identity(key.clone()),
    }
}

fn names(key: &IdentityKey, values: Option<&Values>) -> Vec<JoinKey> {
    let mut names = vec![own_name(key)];
    if let Some(values) = values {
        names.extend(values.anchor_guid.value().cloned().map(JoinKey::ObjectGuid));
        names.extend(values.anchor_sid.value().cloned().map(JoinKey::Sid));
    }
    names
}

/// The account that the counterpart on premises of an Entra record would have founded.
fn founded_on_premises(
    customer: &CustomerId,
    key: &IdentityKey,
    values: Option<&Values>,
) -> Option<AccountId> {
    let guid = values
        .filter(|_| key.source == Source::Microsoft365)
        .and_then(|values| values.anchor_guid.value())?;
    let key = IdentityKey::new(Source::ActiveDirectory, guid.clone());
    Some(AccountId::founded_by(customer, &key))
}

/// May this record join an account that holds these identities? Two records of one source are two
/// humans, unless the one before left for good.
pub fn may_join(identities: &[Identity], key: &IdentityKey) -> bool {
    identities
        .iter()
        .filter(|identity| identity.key.source == key.source && identity.key != *key)
        .all(|identity| identity.gone.is_some())
}

/// Sixteen bytes that stand for a record among those that a reading held. An Entra object id or an
/// objectGUID is its own mark; anything else is marked by its digest.
pub fn mark(key: &IdentityKey) -> [u8; 16] {
    if let Ok(id) = uuid::Uuid::try_parse(&key.id) {
        return *id.as_bytes();
    }
    let digest = Sha256::digest(key.id.as_bytes());
    let mut mark = [0; 16];
    for (place, byte) in mark.iter_mut().zip(digest) {
        *place = byte;
    }
    mark
}

//! Claims: a contact of the PSA, an entry of the documentation system, and a name from a directory
//! belong to one account each, because there is one item for each and it is taken with a condition.
//! The claim of a contact or an entry is the whole deployment's, so that two customers cannot have
//! one either.
//!
//! A claim comes before the write of the account that has it, so it may be left behind: by a crash,
//! or by a write that somebody else was faster than. Such a claim may be taken over, but only once
//! it is certain that the account's write does not come after all: an account that has reached the
//! revision the claim was made for, without bearing it out, never will; one that has not is moved
//! on to it, which makes the write that may be under way a conflict.

use domain::account::Account;
use domain::id::{AccountId, ContactId, CustomerId, EntryId};
use domain::identity::JoinKey;
use domain::import::aliases_of;

use super::Store;
use super::attr::{
    Item, Malformed, check_version, corrupt, get_number, get_text, new_item, number, text,
};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::Key;

/// How often it is looked again whether a claim is borne out, when its account keeps changing.
const LOOKS: usize = 4;

const CUSTOMER: &str = "c";
const ACCOUNT: &str = "a";
const REVISION: &str = "r";

/// Something outside that belongs to one account at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claimable {
    /// A contact of the PSA.
    Contact(ContactId),
    /// An entry of the documentation system.
    Entry(EntryId),
}

impl Claimable {
    fn key(&self) -> Key {
        match self {
            Self::Contact(contact) => Key::Claim(contact.clone()),
            Self::Entry(entry) => Key::EntryClaim(entry.clone()),
        }
    }

    /// Does the account say that it has it?
    fn is_of(&self, account: &Account) -> bool {
        match self {
            Self::Contact(contact) => account.contact() == Some(contact),
            Self::Entry(entry) => account.entry() == Some(entry),
        }
    }
}

/// Who has it, since which revision of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    customer: CustomerId,
    account: AccountId,
    revision: u64,
}

impl Claim {
    fn of(account: &Account) -> Self {
        Self {
            customer: account.customer.clone(),
            account: account.id.clone(),
            revision: account.revision,
        }
    }

    fn item(&self, claimed: &Claimable) -> Item {
        let mut item = new_item(&claimed.key(), "claim");
        item.insert(CUSTOMER.to_owned(), text(self.customer.as_str()));
        item.insert(ACCOUNT.to_owned(), text(self.account.as_str()));
        item.insert(REVISION.to_owned(), number(self.revision));
        item
    }

    fn read(item: &Item) -> Result<Self, StoreError> {
        check_version(item)?;
        let read = || {
            let customer = get_text(item, CUSTOMER)?.ok_or(Malformed("c is missing"))?;
            Ok(Self {
                customer: CustomerId::parse(customer).map_err(|_| Malformed("c is no id"))?,
                account: account_id(item)?,
                revision: get_number(item, REVISION)?.ok_or(Malformed("r is missing"))?,
            })
        };
        read().map_err(|problem| corrupt(item, problem))
    }

    fn is(&self, condition: &str) -> Expression {
        Expression::new(condition)
            .value(":c", text(self.customer.as_str()))
            .value(":a", text(self.account.as_str()))
    }
}

impl Store {
    /// The account that has a contact, as far as the claim says; whether the account still bears it
    /// out is for whoever reads the account.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn account_behind(
        &self,
        contact: &ContactId,
    ) -> Result<Option<(CustomerId, AccountId)>, StoreError> {
        self.claimed_by(&Claimable::Contact(contact.clone())).await
    }

    /// The account that has an entry; otherwise as [`Store::account_behind`].
    ///
    /// # Errors
    /// As [`Store::account_behind`].
    pub async fn account_behind_entry(
        &self,
        entry: &EntryId,
    ) -> Result<Option<(CustomerId, AccountId)>, StoreError> {
        self.claimed_by(&Claimable::Entry(entry.clone())).await
    }

    async fn claimed_by(
        &self,
        claimed: &Claimable,
    ) -> Result<Option<(CustomerId, AccountId)>, StoreError> {
        let item = self.get(&claimed.key()).await?;
        let claim = item.as_ref().map(Claim::read).transpose()?;
        Ok(claim.map(|claim| (claim.customer, claim.account)))
    }

    /// Claims something for an account that is about to be written at its revision. Some other
    /// account where that one has it. `is_in_hand` says of which accounts a write is under way here.
    pub(crate) async fn claim(
        &self,
        wanted: &Claimable,
        account: &Account,
        is_in_hand: impl Fn(&AccountId) -> bool,
    ) -> Result<Option<AccountId>, StoreError> {
        let own = Claim::of(account);
        let free = own.is("attribute_not_exists(pk) OR (c = :c AND a = :a)");
        let there = match self.put_if(own.item(wanted), free).await? {
            Answer::Done(_) => return Ok(None),
            Answer::Refused(there) => Claim::read(&there)?,
        };
        let in_hand = there.customer == own.customer && is_in_hand(&there.account);
        if in_hand || self.is_borne_out(&there, wanted).await? {
            return Ok(Some(there.account));
        }
        let as_it_was = there
            .is("c = :c AND a = :a AND r = :r")
            .value(":r", number(there.revision));
        match self.put_if(own.item(wanted), as_it_was).await? {
            Answer::Done(_) => Ok(None),
            Answer::Refused(there) if there.is_empty() => Err(StoreError::Conflict),
            Answer::Refused(there) => {
                let there = Claim::read(&there)?;
                Ok((there != own).then_some(there.account))
            }
        }
    }

    /// Gives back what an account had until it was written at its revision. A claim that was made
    /// again since stays.
    pub(crate) async fn release(
        &self,
        claimed: &Claimable,
        account: &Account,
    ) -> Result<(), StoreError> {
        let until = Claim::of(account)
            .is("c = :c AND a = :a AND r < :r")
            .value(":r", number(account.revision));
        self.delete_if(&claimed.key(), until).await.map(drop)
    }

    /// Does the account of a claim have what it claims? Once this says no, it never will by the write
    /// that the claim was made for.
    async fn is_borne_out(&self, claim: &Claim, claimed: &Claimable) -> Result<bool, StoreError> {
        for _ in 0..LOOKS {
            let Some(account) = self.account(&claim.customer, &claim.account).await? else {
                return Ok(false);
            };
            if claimed.is_of(&account) {
                return Ok(true);
            }
            if account.revision >= claim.revision || self.move_on(&account, claim).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Moves an account on to the revision of a claim; false where somebody else was faster.
    async fn move_on(&self, account: &Account, claim: &Claim) -> Result<bool, StoreError> {
        let key = Key::Account(account.customer.clone(), account.id.clone());
        let change = Expression::new("SET r = :next").value(":next", number(claim.revision));
        let unchanged = Expression::new("r = :held").value(":held", number(account.revision));
        let answer = self.update_if(&key, change, unchanged).await?;
        Ok(matches!(answer, Answer::Done(_)))
    }

    /// Claims a name for an account. Some other account where that one has it.
    pub(crate) async fn claim_alias(
        &self,
        name: &JoinKey,
        account: &Account,
        is_in_hand: impl Fn(&AccountId) -> bool,
    ) -> Result<Option<AccountId>, StoreError> {
        let mut item = new_item(&Key::Alias(account.customer.clone(), name.clone()), "alias");
        item.insert(ACCOUNT.to_owned(), text(account.id.as_str()));
        let owned_by = |condition: &str, owner: &AccountId| {
            Expression::new(condition).value(":a", text(owner.as_str()))
        };
        let free = owned_by("attribute_not_exists(pk) OR a = :a", &account.id);
        let there = match self.put_if(item.clone(), free).await? {
            Answer::Done(_) => return Ok(None),
            Answer::Refused(there) => owner_of(&there)?,
        };
        if is_in_hand(&there) {
            return Ok(Some(there));
        }
        let owner = self.account(&account.customer, &there).await?;
        if owner.is_some_and(|owner| aliases_of(&owner).contains(name)) {
            return Ok(Some(there));
        }
        // Names are claimed under the lease only, so no write of the owner can be under way.
        match self.put_if(item, owned_by("a = :a", &there)).await? {
            Answer::Done(_) => Ok(None),
            Answer::Refused(there) if there.is_empty() => Err(StoreError::Conflict),
            Answer::Refused(there) => {
                let there = owner_of(&there)?;
                Ok((there != account.id).then_some(there))
            }
        }
    }
}

/// The account that an alias leads to.
pub(crate) fn owner_of(item: &Item) -> Result<AccountId, StoreError> {
    check_version(item)?;
    account_id(item).map_err(|problem| corrupt(item, problem))
}

fn account_id(item: &Item) -> Result<AccountId, Malformed> {
    let account = get_text(item, ACCOUNT)?.ok_or(Malformed("a is missing"))?;
    AccountId::parse(account).map_err(|_| Malformed("a is no id"))
}

//! What the pages of an unfinished round noted: who was seen, and who would go out of use. Read
//! again when the round goes on in another run; they expire by themselves.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::id::{AccountId, CustomerId, RunId};
use domain::limits::ITEM_BYTES_MAX;
use jiff::SignedDuration;

use super::Store;
use super::attr::{
    Item, Malformed, as_text, bytes, check_version, corrupt, get_bytes, get_list, new_item, text,
    time,
};
use super::error::StoreError;
use super::import_state::Fence;
use super::keys::{Key, Partition};
use super::many::Ask;
use super::marks::{MARK_BYTES, account_of_mark, marks_of, split};
use super::schema::EXPIRES;

/// How long they are kept after their run's lease, in seconds: as long as the positions that a
/// round goes on from are good.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;
/// Marks of one item, so that it stays below what the table takes.
const MARKS_PER_ITEM: usize = 10_000;
/// Ids of one item that are kept as text.
const TEXTS_PER_ITEM: usize = 1_000;

const _: () = {
    assert!(MARKS_PER_ITEM * MARK_BYTES + 2_048 < ITEM_BYTES_MAX);
    assert!(TEXTS_PER_ITEM * 136 + 2_048 < ITEM_BYTES_MAX);
};

/// What a page noted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoundPage {
    /// Marks of the records that were in it, see `domain::import::mark`.
    pub seen: Vec<[u8; 16]>,
    /// Accounts whose records say that they go out of use.
    pub leaving: Vec<AccountId>,
}

impl RoundPage {
    /// Nothing noted?
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.leaving.is_empty()
    }
}

impl Store {
    /// Keeps what a page of a round noted; once more is the same as once.
    ///
    /// # Errors
    /// `Stale` where the lease ran out; those of the table.
    pub async fn put_round_page(
        &self,
        fence: &Fence,
        run: &RunId,
        page: u32,
        noted: &RoundPage,
    ) -> Result<(), StoreError> {
        fence.check()?;
        let (leaving, others) = split(&noted.leaving);
        let contents = noted
            .seen
            .chunks(MARKS_PER_ITEM)
            .map(|marks| ("seen", bytes(marks.concat())))
            .chain(
                leaving
                    .chunks(MARKS_PER_ITEM)
                    .map(|marks| ("leaving", bytes(marks.concat()))),
            )
            .chain(others.chunks(TEXTS_PER_ITEM).map(|ids| {
                let ids = ids.iter().map(text).collect();
                ("leaving_ids", Value::L(ids))
            }));
        let expires = fence.lease_until + SignedDuration::from_secs(KEPT_SECONDS);
        for (chunk, (name, content)) in (0_u32..).zip(contents) {
            let key = Key::RoundPage {
                customer: fence.customer.clone(),
                run: run.clone(),
                page,
                chunk,
            };
            let mut item = new_item(&key, "round-page");
            item.insert(name.to_owned(), content);
            item.insert(EXPIRES.to_owned(), time(expires));
            self.put(item).await?;
        }
        Ok(())
    }

    /// What the pages of a round noted so far, page by page.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn round_pages(
        &self,
        customer: &CustomerId,
        run: &RunId,
    ) -> Result<Vec<RoundPage>, StoreError> {
        let mut pages: Vec<(u32, RoundPage)> = Vec::new();
        let take = |item: Item| {
            check_version(&item)?;
            let number = page_of(&item).map_err(|problem| corrupt(&item, problem))?;
            if pages.last().is_none_or(|(last, _)| *last != number) {
                pages.push((number, RoundPage::default()));
            }
            let (_, page) = pages.last_mut().expect("one was just pushed");
            read(page, &item).map_err(|problem| corrupt(&item, problem))
        };
        let partition = Partition::round_pages(customer, run);
        self.query_each(&partition, Ask::default(), take).await?;
        Ok(pages.into_iter().map(|(_, page)| page).collect())
    }

    /// Forgets what the pages of a round noted.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn delete_round_pages(
        &self,
        customer: &CustomerId,
        run: &RunId,
    ) -> Result<(), StoreError> {
        self.delete_partition(&Partition::round_pages(customer, run))
            .await
    }

    /// Deletes every item of a partition.
    pub(crate) async fn delete_partition(&self, partition: &Partition) -> Result<(), StoreError> {
        let ask = Ask {
            attributes: Some("pk, sk"),
            ..Ask::default()
        };
        let items = self.query(partition, ask).await?;
        let keys: BTreeSet<Key> = items.iter().filter_map(Key::of).collect();
        self.batch_delete(keys).await
    }
}

fn page_of(item: &Item) -> Result<u32, Malformed> {
    match Key::of(item) {
        Some(Key::RoundPage { page, .. }) => Ok(page),
        _ => Err(Malformed("the key is no page's")),
    }
}

fn read(page: &mut RoundPage, item: &Item) -> Result<(), Malformed> {
    page.seen
        .extend(marks_of(get_bytes(item, "seen")?.unwrap_or_default())?);
    let leaving = marks_of(get_bytes(item, "leaving")?.unwrap_or_default())?;
    page.leaving.extend(leaving.iter().map(account_of_mark));
    for id in get_list(item, "leaving_ids")? {
        let id = AccountId::parse(as_text(id)?).map_err(|_| Malformed("an account is no id"))?;
        page.leaving.push(id);
    }
    Ok(())
}

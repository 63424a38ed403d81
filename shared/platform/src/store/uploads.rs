//! Uploads of agents: opened, handed in part by part, completed, applied. Everything of an upload
//! expires; what it holds is deleted once it is applied.
//!
//! A part is two items: its bytes, and a small one that says that it is there, so that asking which
//! parts are there does not read them all. The upload itself counts the bytes of its parts: whoever
//! imports it holds them in memory, so that there is a limit to them together.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue as Value;
use bytes::Bytes;
use domain::id::{AgentId, CustomerId, UploadId};
use domain::identity::Source;
use domain::limits::{UPLOAD_BYTES_MAX, UPLOAD_KEPT_SECONDS, UPLOAD_PART_BYTES_MAX};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Store;
use super::attr::{
    Item, Malformed, bytes as binary, corrupt, get_text, item_of, new_item, number, text, time,
    value_of,
};
use super::call::{Answer, Expression};
use super::error::StoreError;
use super::keys::{Key, Partition};
use super::many::Ask;
use super::schema::EXPIRES;

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRecord {
    /// Its id.
    pub id: UploadId,
    /// Whose network it shows.
    pub customer: CustomerId,
    /// Who hands it in.
    pub agent: AgentId,
    /// What it is a reading of.
    pub source: Source,
    /// What the agent says of its coverage.
    pub coverage: String,
    /// Its files, in order.
    pub files: Vec<UploadFile>,
    /// The bytes of the parts taken so far, compressed. A part that was cut off between counting
    /// and keeping counts again when it comes again: never too few are counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bytes: u64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When all of it was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// When it was applied, or found to be of no use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_at: Option<Timestamp>,
}

/// A file of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadFile {
    /// What the agent calls it: a label, never a path.
    pub name: String,
    /// In how many parts it comes.
    pub parts: u32,
}

/// What came of handing in a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartStored {
    /// It is kept.
    Stored,
    /// It was here before, with the same content.
    Same,
    /// It was here before, with another content, which stays.
    Different,
    /// The upload is complete: nothing more is taken.
    Closed,
    /// With it, the parts would have more than `UPLOAD_BYTES_MAX` together: it is not kept.
    UploadTooLarge,
}

const BYTES: &str = "bytes";
const DIGEST: &str = "sha256";
const CONTENT: &str = "content";

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it skips by reference"
)]
fn is_zero(bytes: &u64) -> bool {
    *bytes == 0
}

impl UploadRecord {
    fn expires(&self) -> Value {
        time(self.created_at + SignedDuration::from_secs(UPLOAD_KEPT_SECONDS))
    }
}

impl Store {
    /// Opens an upload; once more is the same as once.
    ///
    /// # Errors
    /// `Conflict` where its id is another upload's; those of the table.
    pub async fn create_upload(&self, record: &UploadRecord) -> Result<(), StoreError> {
        let key = Key::Upload(record.id.clone());
        let mut item = item_of(&key, "upload", record)?;
        item.insert(EXPIRES.to_owned(), record.expires());
        let answer = self.put_if(item, Expression::absent()).await?;
        answer.done_or_same(record)
    }

    /// An upload, until it expires.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn upload(&self, id: &UploadId) -> Result<Option<UploadRecord>, StoreError> {
        let item = self.get(&Key::Upload(id.clone())).await?;
        item.map(value_of).transpose()
    }

    /// Keeps a part: `file` and `part` count from 1, `digest` is the SHA-256 of the content in
    /// hexadecimal. The content of a part never changes.
    ///
    /// # Errors
    /// `Refused` for one that is larger than `UPLOAD_PART_BYTES_MAX`; `Missing` where there is no
    /// such upload (any more); those of the table.
    pub async fn put_part(
        &self,
        record: &UploadRecord,
        file: u32,
        part: u32,
        digest: &str,
        content: Bytes,
    ) -> Result<PartStored, StoreError> {
        if content.len() > UPLOAD_PART_BYTES_MAX {
            let code = "the part is too large".to_owned();
            return Err(StoreError::Refused { code });
        }
        let upload = record.id.clone();
        let seen = Key::PartSeen { upload, file, part };
        if let Some(there) = self.get(&seen).await? {
            return compare(&there, digest);
        }
        if record.completed_at.is_some() {
            return Ok(PartStored::Closed);
        }
        let size = content.len();
        if !self.count_part(&record.id, size).await? {
            return Ok(PartStored::UploadTooLarge);
        }
        let with = |key: &Key, kind: &str| {
            let mut item = new_item(key, kind);
            item.insert(DIGEST.to_owned(), text(digest));
            item.insert(EXPIRES.to_owned(), record.expires());
            item
        };
        let upload = record.id.clone();
        let mut item = with(&Key::PartBytes { upload, file, part }, "part-bytes");
        item.insert(CONTENT.to_owned(), binary(content.to_vec()));
        let same_or_new = Expression::new("attribute_not_exists(pk) OR sha256 = :digest")
            .value(":digest", text(digest));
        if let Answer::Refused(there) = self.put_if(item, same_or_new).await? {
            // Another content came first, and was counted for itself.
            self.discount_part(&record.id, size).await?;
            return compare(&there, digest);
        }
        self.put(with(&seen, "part")).await?;
        Ok(PartStored::Stored)
    }

    /// Counts a part that is about to be kept; false where the upload would become too large.
    async fn count_part(&self, id: &UploadId, size: usize) -> Result<bool, StoreError> {
        let Some(room) = UPLOAD_BYTES_MAX.checked_sub(size) else {
            return Ok(false);
        };
        let change = Expression::new("SET #bytes = if_not_exists(#bytes, :none) + :size")
            .name("#bytes", BYTES)
            .value(":none", number(0))
            .value(":size", number(size as u64));
        let fits = Expression::new(
            "attribute_exists(pk) AND (attribute_not_exists(#bytes) OR #bytes <= :room)",
        )
        .value(":room", number(room as u64));
        match self
            .update_if(&Key::Upload(id.clone()), change, fits)
            .await?
        {
            Answer::Done(_) => Ok(true),
            Answer::Refused(there) if there.is_empty() => {
                Err(StoreError::Missing { what: "the upload" })
            }
            Answer::Refused(_) => Ok(false),
        }
    }

    /// Takes back what [`Self::count_part`] counted.
    async fn discount_part(&self, id: &UploadId, size: usize) -> Result<(), StoreError> {
        let change = Expression::new("SET #bytes = #bytes - :size")
            .name("#bytes", BYTES)
            .value(":size", number(size as u64));
        let counted = Expression::new("#bytes >= :size");
        let key = Key::Upload(id.clone());
        match self.update_if(&key, change, counted).await? {
            // Expired meanwhile: nothing counts any more.
            Answer::Done(_) | Answer::Refused(_) => Ok(()),
        }
    }

    /// Which parts are there, as file and part, in order.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn part_list(&self, id: &UploadId) -> Result<Vec<(u32, u32)>, StoreError> {
        let partition = Partition::parts_seen(id);
        let items = self.query(&partition, Ask::default()).await?;
        items.iter().map(place_of).collect()
    }

    /// The content of an upload: for each file its parts in order.
    ///
    /// # Errors
    /// `Missing` where a part is not there (any more); `TooLarge` where they have more than
    /// `UPLOAD_BYTES_MAX` together, as soon as that is known; those of the table.
    pub async fn parts(&self, id: &UploadId) -> Result<Vec<Vec<Bytes>>, StoreError> {
        self.parts_within(id, UPLOAD_BYTES_MAX).await
    }

    pub(crate) async fn parts_within(
        &self,
        id: &UploadId,
        bytes_max: usize,
    ) -> Result<Vec<Vec<Bytes>>, StoreError> {
        let missing = || StoreError::Missing {
            what: "all parts of the upload",
        };
        let record = self.upload(id).await?.ok_or_else(missing)?;
        let mut files: Vec<Vec<Bytes>> = record.files.iter().map(|_| Vec::new()).collect();
        let mut left = bytes_max;
        let take = |mut item: Item| {
            let (file, part) = place_of(&item)?;
            let at = usize::try_from(file).ok().and_then(|at| at.checked_sub(1));
            let parts = at.and_then(|at| files.get_mut(at)).ok_or_else(missing)?;
            let in_order = u32::try_from(parts.len() + 1) == Ok(part);
            match item.remove(CONTENT) {
                Some(Value::B(content)) if in_order => {
                    let content = Bytes::from(content.into_inner());
                    let what = "parts of the upload";
                    left = (left.checked_sub(content.len()))
                        .ok_or(StoreError::TooLarge { what, bytes_max })?;
                    parts.push(content);
                    Ok(())
                }
                Some(Value::B(_)) => Err(missing()),
                _ => Err(corrupt(&item, Malformed("content is missing"))),
            }
        };
        let partition = Partition::part_bytes(id);
        self.query_each(&partition, Ask::default(), take).await?;
        let is_whole = files
            .iter()
            .zip(&record.files)
            .all(|(parts, file)| u32::try_from(parts.len()) == Ok(file.parts));
        if is_whole { Ok(files) } else { Err(missing()) }
    }

    /// All of an upload is there: it waits to be applied from now on. The first time counts.
    ///
    /// # Errors
    /// `Missing` where there is no such upload (any more); those of the table.
    pub async fn complete_upload(&self, id: &UploadId, now: Timestamp) -> Result<(), StoreError> {
        let record = self.mark_upload(id, "completed_at", now).await?;
        if record.applied_at.is_some() {
            return Ok(());
        }
        let key = Key::UploadWaiting(record.customer.clone(), record.source, record.id.clone());
        let mut item = new_item(&key, "upload-waiting");
        item.insert(EXPIRES.to_owned(), record.expires());
        self.put(item).await
    }

    /// The uploads of a customer that are complete and not applied, the one completed first first.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` for an item that cannot be read.
    pub async fn completed_uploads(
        &self,
        customer: &CustomerId,
        source: Source,
    ) -> Result<Vec<UploadRecord>, StoreError> {
        let partition = Partition::uploads_waiting(customer, source);
        let waiting = self.query(&partition, Ask::default()).await?;
        let keys: BTreeSet<Key> = waiting
            .iter()
            .filter_map(|item| match Key::of(item) {
                Some(Key::UploadWaiting(_, _, upload)) => Some(Key::Upload(upload)),
                _ => None,
            })
            .collect();
        let mut records = Vec::new();
        for item in self.batch_get(keys).await? {
            let record: UploadRecord = value_of(item)?;
            if record.applied_at.is_none() {
                records.push(record);
            }
        }
        records.sort_by(|one, other| {
            (one.completed_at, &one.id).cmp(&(other.completed_at, &other.id))
        });
        Ok(records)
    }

    /// An upload is done with: it waits no more, and what it holds is deleted.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn mark_applied(&self, id: &UploadId, now: Timestamp) -> Result<(), StoreError> {
        match self.mark_upload(id, "applied_at", now).await {
            Ok(record) => {
                let key = Key::UploadWaiting(record.customer, record.source, record.id);
                self.delete(&key).await?;
            }
            // It expired meanwhile; so does what lists it.
            Err(StoreError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
        self.delete_partition(&Partition::part_bytes(id)).await?;
        self.delete_partition(&Partition::parts_seen(id)).await
    }

    /// Sets one of the times of an upload, unless it is set.
    async fn mark_upload(
        &self,
        id: &UploadId,
        name: &'static str,
        now: Timestamp,
    ) -> Result<UploadRecord, StoreError> {
        let change = Expression::new("SET #at = if_not_exists(#at, :now)")
            .name("#at", name)
            .value(":now", text(now.to_string()));
        let exists = Expression::new("attribute_exists(pk)");
        match self
            .update_if(&Key::Upload(id.clone()), change, exists)
            .await?
        {
            Answer::Done(item) => value_of(item),
            Answer::Refused(_) => Err(StoreError::Missing { what: "the upload" }),
        }
    }
}

fn compare(there: &Item, digest: &str) -> Result<PartStored, StoreError> {
    match get_text(there, DIGEST) {
        Ok(Some(held)) if held.eq_ignore_ascii_case(digest) => Ok(PartStored::Same),
        Ok(Some(_)) => Ok(PartStored::Different),
        _ => Err(corrupt(there, Malformed("sha256 is missing"))),
    }
}

fn place_of(item: &Item) -> Result<(u32, u32), StoreError> {
    match Key::of(item) {
        Some(Key::PartSeen { file, part, .. } | Key::PartBytes { file, part, .. }) => {
            Ok((file, part))
        }
        _ => Err(corrupt(item, Malformed("the key is no part's"))),
    }
}

//! The keys of the table: the only file that writes or reads one. A key is a partition (`pk`) and
//! a place in it (`sk`), words and ids joined by `#`. Ids have none of the characters that mean
//! something here; any other text is escaped, and one that is too long is replaced by its hash.
//!
//! Every partition of a customer starts with the customer: nothing can be asked of two at once.

use std::fmt;

use domain::id::{AccountId, AgentId, ContactId, CustomerId, EntryId, RunId, UploadId};
use domain::identity::{IdentityKey, JoinKey, Source};
use sha2::{Digest, Sha256};

use super::attr::{Item, get_text, text};

/// The attribute with the partition.
pub(crate) const PK: &str = "pk";
/// The attribute with the place in the partition.
pub(crate) const SK: &str = "sk";

/// Escaped texts longer than this stand as their hash, in bytes. DynamoDB takes 1,024 for `sk`.
const LABEL_LENGTH_MAX: usize = 400;

/// The key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Customer(CustomerId),
    Policy(String),
    Tick,
    Changes,
    Quota(String),
    ImportState(CustomerId),
    Approval(CustomerId),
    Licences(CustomerId),
    RoundPage {
        customer: CustomerId,
        run: RunId,
        page: u32,
        chunk: u32,
    },
    Account(CustomerId, AccountId),
    Alias(CustomerId, JoinKey),
    Claim(ContactId),
    EntryClaim(EntryId),
    Run(CustomerId, RunId),
    PushMarks(CustomerId, u32),
    Agent(CustomerId, AgentId),
    AgentToken(String),
    Upload(UploadId),
    PartSeen {
        upload: UploadId,
        file: u32,
        part: u32,
    },
    PartBytes {
        upload: UploadId,
        file: u32,
        part: u32,
    },
    UploadWaiting(CustomerId, Source, UploadId),
    Delivery(String),
    RunReview(CustomerId),
    MatchReview(CustomerId),
    EntryReview(CustomerId),
}

/// Which items one query reads: a partition, and how their places in it begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition {
    pub(crate) pk: String,
    pub(crate) sk_begins: &'static str,
}

impl Partition {
    fn whole(pk: String) -> Self {
        Self { pk, sk_begins: "" }
    }

    pub(crate) fn customers() -> Self {
        Self::whole("CUSTOMERS".to_owned())
    }

    pub(crate) fn quotas() -> Self {
        Self::whole("QUOTAS".to_owned())
    }

    pub(crate) fn policies() -> Self {
        Self::whole("POLICIES".to_owned())
    }

    /// The import state and the approval.
    pub(crate) fn import_state(customer: &CustomerId) -> Self {
        Self {
            pk: format!("CUSTOMER#{customer}"),
            sk_begins: "IMPORT",
        }
    }

    pub(crate) fn round_pages(customer: &CustomerId, run: &RunId) -> Self {
        Self::whole(format!("CUSTOMER#{customer}#ROUND#{run}"))
    }

    pub(crate) fn accounts(customer: &CustomerId) -> Self {
        Self::whole(format!("CUSTOMER#{customer}#ACCOUNTS"))
    }

    pub(crate) fn runs(customer: &CustomerId) -> Self {
        Self::whole(format!("CUSTOMER#{customer}#RUNS"))
    }

    pub(crate) fn push_marks(customer: &CustomerId) -> Self {
        Self::whole(format!("CUSTOMER#{customer}#PUSH"))
    }

    pub(crate) fn agents(customer: &CustomerId) -> Self {
        Self::whole(format!("CUSTOMER#{customer}#AGENTS"))
    }

    /// What waits for a person, of all customers.
    pub(crate) fn reviews() -> Self {
        Self::whole("REVIEWS".to_owned())
    }

    pub(crate) fn parts_seen(upload: &UploadId) -> Self {
        Self::whole(format!("UPLOAD#{upload}#PARTS"))
    }

    pub(crate) fn part_bytes(upload: &UploadId) -> Self {
        Self::whole(format!("UPLOAD#{upload}#BYTES"))
    }

    pub(crate) fn uploads_waiting(customer: &CustomerId, source: Source) -> Self {
        Self::whole(format!("CUSTOMER#{customer}#UPLOADS#{source}"))
    }
}

impl Key {
    /// The partition.
    pub(crate) fn pk(&self) -> String {
        match self {
            Self::Customer(_) => Partition::customers().pk,
            Self::Policy(_) => Partition::policies().pk,
            Self::Tick | Self::Changes => "SCHEDULE".to_owned(),
            Self::Quota(_) => Partition::quotas().pk,
            Self::ImportState(customer) | Self::Approval(customer) | Self::Licences(customer) => {
                Partition::import_state(customer).pk
            }
            Self::RoundPage { customer, run, .. } => Partition::round_pages(customer, run).pk,
            Self::Account(customer, _) => Partition::accounts(customer).pk,
            Self::Alias(customer, _) => format!("CUSTOMER#{customer}#ALIASES"),
            Self::Claim(contact) => format!("CONTACT#{contact}"),
            Self::EntryClaim(entry) => format!("ENTRY#{entry}"),
            Self::Run(customer, _) => Partition::runs(customer).pk,
            Self::PushMarks(customer, _) => Partition::push_marks(customer).pk,
            Self::Agent(customer, _) => Partition::agents(customer).pk,
            Self::AgentToken(hash) => format!("AGENT#{}", label(hash)),
            Self::Upload(upload) => format!("UPLOAD#{upload}"),
            Self::PartSeen { upload, .. } => Partition::parts_seen(upload).pk,
            Self::PartBytes { upload, .. } => Partition::part_bytes(upload).pk,
            Self::UploadWaiting(customer, source, _) => {
                Partition::uploads_waiting(customer, *source).pk
            }
            Self::Delivery(id) => format!("DELIVERY#{}", label(id)),
            Self::RunReview(_) | Self::MatchReview(_) | Self::EntryReview(_) => {
                Partition::reviews().pk
            }
        }
    }

    /// The place in the partition.
    pub(crate) fn sk(&self) -> String {
        match self {
            Self::Customer(customer) => format!("CUSTOMER#{customer}"),
            Self::Policy(name) => format!("POLICY#{}", label(name)),
            Self::Tick => "TICK".to_owned(),
            Self::Changes => "CHANGES".to_owned(),
            Self::Quota(instance) => format!("QUOTA#{}", label(instance)),
            Self::ImportState(_) => "IMPORT".to_owned(),
            Self::Approval(_) => "IMPORT#APPROVAL".to_owned(),
            Self::Licences(_) => "LICENCES".to_owned(),
            Self::RoundPage { page, chunk, .. } => format!("{page:010}#{chunk:04}"),
            Self::Account(_, account) => account.to_string(),
            Self::Alias(_, JoinKey::ObjectGuid(guid)) => format!("GUID#{}", label(guid)),
            Self::Alias(_, JoinKey::Sid(sid)) => format!("SID#{}", label(sid)),
            Self::Alias(_, JoinKey::Identity(key)) => {
                format!("IDENTITY#{}#{}", key.source, label(&key.id))
            }
            Self::Claim(_) | Self::EntryClaim(_) => "CLAIM".to_owned(),
            Self::Run(_, run) => run.to_string(),
            Self::PushMarks(_, chunk) => format!("{chunk:010}"),
            Self::Agent(_, agent) => agent.to_string(),
            Self::AgentToken(_) => "AGENT".to_owned(),
            Self::Upload(_) => "UPLOAD".to_owned(),
            Self::PartSeen { file, part, .. } | Self::PartBytes { file, part, .. } => {
                format!("{file:010}#{part:010}")
            }
            Self::UploadWaiting(_, _, upload) => upload.to_string(),
            Self::Delivery(_) => "DELIVERY".to_owned(),
            Self::RunReview(customer) => format!("RUN#{customer}"),
            Self::MatchReview(customer) => format!("MATCHES#{customer}"),
            Self::EntryReview(customer) => format!("ENTRIES#{customer}"),
        }
    }

    /// The attributes of an item that are its key.
    pub(crate) fn attributes(&self) -> Item {
        Item::from([
            (PK.to_owned(), text(self.pk())),
            (SK.to_owned(), text(self.sk())),
        ])
    }

    /// The key of an item. `None` for one that nothing here writes, or whose text was too long to
    /// be kept as it was.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        let pk = get_text(item, PK).ok()??;
        let sk = get_text(item, SK).ok()??;
        Self::parse(pk, sk)
    }

    /// The key of an item as text, for messages.
    pub(crate) fn text_of(item: &Item) -> String {
        let of = |name| get_text(item, name).ok().flatten().unwrap_or("?");
        format!("{}/{}", of(PK), of(SK))
    }

    pub(crate) fn parse(pk: &str, sk: &str) -> Option<Self> {
        let pk: Vec<&str> = pk.split('#').collect();
        let sk: Vec<&str> = sk.split('#').collect();
        match (pk.as_slice(), sk.as_slice()) {
            (["CUSTOMERS"], ["CUSTOMER", id]) => Some(Self::Customer(CustomerId::parse(*id).ok()?)),
            (["POLICIES"], ["POLICY", name]) => Some(Self::Policy(unlabel(name)?)),
            (["SCHEDULE"], ["TICK"]) => Some(Self::Tick),
            (["SCHEDULE"], ["CHANGES"]) => Some(Self::Changes),
            (["QUOTAS"], ["QUOTA", instance]) => Some(Self::Quota(unlabel(instance)?)),
            (["CUSTOMER", customer, rest @ ..], sk) => {
                Self::parse_of_customer(CustomerId::parse(*customer).ok()?, rest, sk)
            }
            (["CONTACT", contact], ["CLAIM"]) => {
                Some(Self::Claim(ContactId::parse(*contact).ok()?))
            }
            (["ENTRY", entry], ["CLAIM"]) => Some(Self::EntryClaim(EntryId::parse(*entry).ok()?)),
            (["AGENT", hash], ["AGENT"]) => Some(Self::AgentToken(unlabel(hash)?)),
            (["UPLOAD", upload, rest @ ..], sk) => {
                Self::parse_of_upload(UploadId::parse(*upload).ok()?, rest, sk)
            }
            (["DELIVERY", id], ["DELIVERY"]) => Some(Self::Delivery(unlabel(id)?)),
            (["REVIEWS"], ["RUN", id]) => Some(Self::RunReview(CustomerId::parse(*id).ok()?)),
            (["REVIEWS"], ["MATCHES", id]) => Some(Self::MatchReview(CustomerId::parse(*id).ok()?)),
            (["REVIEWS"], ["ENTRIES", id]) => Some(Self::EntryReview(CustomerId::parse(*id).ok()?)),
            _ => None,
        }
    }

    fn parse_of_customer(customer: CustomerId, pk: &[&str], sk: &[&str]) -> Option<Self> {
        match (pk, sk) {
            ([], ["IMPORT"]) => Some(Self::ImportState(customer)),
            ([], ["IMPORT", "APPROVAL"]) => Some(Self::Approval(customer)),
            ([], ["LICENCES"]) => Some(Self::Licences(customer)),
            (["ROUND", run], [page, chunk]) => Some(Self::RoundPage {
                customer,
                run: RunId::parse(*run).ok()?,
                page: page.parse().ok()?,
                chunk: chunk.parse().ok()?,
            }),
            (["ACCOUNTS"], [id]) => Some(Self::Account(customer, AccountId::parse(*id).ok()?)),
            (["ALIASES"], name) => Some(Self::Alias(customer, parse_alias(name)?)),
            (["RUNS"], [run]) => Some(Self::Run(customer, RunId::parse(*run).ok()?)),
            (["PUSH"], [chunk]) => Some(Self::PushMarks(customer, chunk.parse().ok()?)),
            (["AGENTS"], [id]) => Some(Self::Agent(customer, AgentId::parse(*id).ok()?)),
            (["UPLOADS", source], [id]) => Some(Self::UploadWaiting(
                customer,
                Source::parse(source)?,
                UploadId::parse(*id).ok()?,
            )),
            _ => None,
        }
    }

    fn parse_of_upload(upload: UploadId, pk: &[&str], sk: &[&str]) -> Option<Self> {
        match (pk, sk) {
            ([], ["UPLOAD"]) => Some(Self::Upload(upload)),
            (["PARTS"], [file, part]) => Some(Self::PartSeen {
                upload,
                file: file.parse().ok()?,
                part: part.parse().ok()?,
            }),
            (["BYTES"], [file, part]) => Some(Self::PartBytes {
                upload,
                file: file.parse().ok()?,
                part: part.parse().ok()?,
            }),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pk(), self.sk())
    }
}

fn parse_alias(name: &[&str]) -> Option<JoinKey> {
    match name {
        ["GUID", guid] => Some(JoinKey::ObjectGuid(unlabel(guid)?)),
        ["SID", sid] => Some(JoinKey::Sid(unlabel(sid)?)),
        ["IDENTITY", source, id] => Some(JoinKey::Identity(IdentityKey {
            source: Source::parse(source)?,
            id: unlabel(id)?,
        })),
        _ => None,
    }
}

/// Any text as a part of a key.
fn label(text: &str) -> String {
    let escaped = text.replace('%', "%25").replace('#', "%23");
    if escaped.len() <= LABEL_LENGTH_MAX {
        return escaped;
    }
    // No escaped text has a tilde after a percent sign.
    format!("%~{}", hex::encode(Sha256::digest(text.as_bytes())))
}

fn unlabel(label: &str) -> Option<String> {
    if label.starts_with("%~") {
        return None;
    }
    let text = label.replace("%23", "#").replace("%25", "%");
    // Only what `label` would write is a label.
    (self::label(&text) == label).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> impl Strategy<Value = String> {
        "[a-zA-Z0-9._:-]{1,40}"
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof!["[#%~a-f0-9]{0,12}", "\\PC{0,60}", any::<String>()]
            .prop_filter("a long text is replaced by its hash", |text| {
                label(text).len() <= LABEL_LENGTH_MAX && !label(text).starts_with("%~")
            })
    }

    fn any_key() -> impl Strategy<Value = Key> {
        let ids = (id(), id(), any_text(), any::<u32>(), 0..9_999_u32, 0..28_u8);
        ids.prop_map(|(one, two, text, m, n, which)| {
            let customer = CustomerId::parse(one.clone()).unwrap();
            let upload = UploadId::parse(one.clone()).unwrap();
            let source = Source::ALL[usize::from(which) % 3];
            match which {
                0 => Key::Customer(customer),
                1 => Key::Policy(text),
                2 => Key::Tick,
                3 => Key::Quota(text),
                4 => Key::ImportState(customer),
                5 => Key::Approval(customer),
                6 => Key::Licences(customer),
                7 => Key::RoundPage {
                    customer,
                    run: RunId::parse(two).unwrap(),
                    page: m,
                    chunk: n,
                },
                8 => Key::Account(customer, AccountId::parse(two).unwrap()),
                9 => Key::Alias(customer, JoinKey::ObjectGuid(text)),
                10 => Key::Alias(customer, JoinKey::Sid(text)),
                11..=13 => Key::Alias(
                    customer,
                    JoinKey::Identity(IdentityKey { source, id: text }),
                ),
                14 => Key::Claim(ContactId::parse(one).unwrap()),
                15 => Key::Run(customer, RunId::parse(two).unwrap()),
                16 => Key::PushMarks(customer, m),
                17 => Key::Agent(customer, AgentId::parse(two).unwrap()),
                18 => Key::AgentToken(text),
                19 => Key::Upload(upload),
                20 => Key::PartSeen {
                    upload,
                    file: m,
                    part: n,
                },
                21 => Key::UploadWaiting(customer, source, UploadId::parse(two).unwrap()),
                22 => Key::RunReview(customer),
                23 => Key::MatchReview(customer),
                24 => Key::EntryReview(customer),
                25 => Key::EntryClaim(EntryId::parse(one).unwrap()),
                26 => Key::Changes,
                _ => Key::Delivery(text),
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_key_that_was_written_is_read_as_itself(key in any_key()) {
            prop_assert_eq!(Key::parse(&key.pk(), &key.sk()), Some(key.clone()));
            prop_assert_eq!(Key::of(&key.attributes()), Some(key));
        }

        #[test]
        fn two_keys_have_two_places(one in any_key(), other in any_key()) {
            prop_assert_eq!(one == other, (one.pk(), one.sk()) == (other.pk(), other.sk()));
        }

        #[test]
        fn any_text_is_taken_as_a_key(pk in any::<String>(), sk in any::<String>()) {
            if let Some(key) = Key::parse(&pk, &sk) {
                // Leading zeros and signs of numbers aside, only what is written is read.
                let again = Key::parse(&key.pk(), &key.sk());
                prop_assert_eq!(again, Some(key));
            }
        }
    }

    #[test]
    fn long_texts_stand_as_their_hash_and_do_not_collide() {
        let customer = CustomerId::parse("northwind").unwrap();
        let key = |text: String| Key::Alias(customer.clone(), JoinKey::Sid(text));
        let long = key("x".repeat(2_000));
        assert!(long.sk().len() < 100);
        assert_ne!(long.sk(), key("x".repeat(2_001)).sk());
        assert_eq!(Key::parse(&long.pk(), &long.sk()), None);
        let lookalike = key(format!("%~{}", long.sk().split_off("SID#%~".len())));
        assert_ne!(lookalike.sk(), long.sk());
    }

    #[test]
    fn the_partitions_of_two_customers_never_meet() {
        let one = Key::Alias(
            CustomerId::parse("a").unwrap(),
            JoinKey::Sid("x#ACCOUNTS".into()),
        );
        assert_eq!(one.pk(), "CUSTOMER#a#ALIASES");
        assert_eq!(one.sk(), "SID#x%23ACCOUNTS");
    }
}

//! The table: everything Muster remembers, in one DynamoDB table of items with a key of two
//! strings. There is no index and no scan: every question below has a key. Units are DynamoDB's: a
//! read unit is 4 KB read, a write unit 1 KB written; every read is a consistent one, so that what
//! one step wrote the next one sees.
//!
//! | # | question | partition · place | read units | write units |
//! |---|---|---|---|---|
//! | 1 | a customer; all customers | `CUSTOMERS` · `CUSTOMER#c` | 1; 1 per 12 or so | 1 when it changes |
//! | 2 | the policies | `POLICIES` · `POLICY#name` | 1 per few | 1 per change |
//! | 3 | when was the last tick | `SCHEDULE` · `TICK` | 1 | 1 per tick |
//! | 4 | how many calls a vendor still takes | `QUOTAS` · `QUOTA#instance` | 1 per 20 calls or so | 1 per 20 calls or so, once a limit is known |
//! | 5 | how far a customer's import is, who holds the lease; a person's yes | `CUSTOMER#c` · `IMPORT`, `IMPORT#APPROVAL` | 1 to 2 | 1 per lease, page and release; more with long links |
//! | 6 | what a customer's licences are called | `CUSTOMER#c` · `LICENCES` | 1 | 1 when it changes |
//! | 7 | what an unfinished round saw | `CUSTOMER#c#ROUND#run` · page`#`chunk, expires | 1 per 250 records | 1 per 64 records |
//! | 8 | accounts: one, some, all | `CUSTOMER#c#ACCOUNTS` · account | 1 each; all: 1 per 8 or so | 1 per write |
//! | 9 | whose account has this name | `CUSTOMER#c#ALIASES` · `GUID#…`, `SID#…`, `IDENTITY#source#…` | 1 | 1 when first seen |
//! | 10 | whose contact is this | `CONTACT#contact` · `CLAIM` | 1 | 1 per link |
//! | 11 | whose entry of the documentation system is this | `ENTRY#entry` · `CLAIM` | 1 | 1 per link |
//! | 12 | runs of a customer, newest first | `CUSTOMER#c#RUNS` · run | 1 per 10 | 1 per run with news |
//! | 13 | who is behind in the PSA | `CUSTOMER#c#PUSH` · chunk | 1 per 250 accounts | 1 per 64 accounts |
//! | 14 | an agent by its token; a customer's agents | `AGENT#hash` · `AGENT`; `CUSTOMER#c#AGENTS` · agent | 2; 1 per few | 2 per agent |
//! | 15 | an upload and its parts | `UPLOAD#u` · `UPLOAD`, `UPLOAD#u#PARTS` and `#BYTES` · file`#`part, all expire | by size | by size |
//! | 16 | uploads that wait to be applied | `CUSTOMER#c#UPLOADS#source` · upload, expires | 1 | 2 per upload |
//! | 17 | was this delivery seen | `DELIVERY#id` · `DELIVERY`, expires | | 1 per delivery |
//! | 18 | what waits for a person | `REVIEWS` · `RUN#c`, `MATCHES#c`, `ENTRIES#c` | 1 per 10 or so | 1 when it changes |
//! | 19 | how far the changes of a PSA are known that is asked for them | `SCHEDULE` · `CHANGES` | 1, 4 at most | 1 per look with news; more with many |
//!
//! What keeps it right
//! - *One import per customer at a time*: a lease with a generation, [`Fence`]. Whoever took it
//!   later has a higher one, and what an earlier holder saves is refused.
//! - *Revisions*: an account is written on the revision that the decision was made on, or not at
//!   all. So even a run that lost its lease cannot undo what another one wrote.
//! - *Claims*: a contact, an entry, or a name from a directory, belongs to one account because there
//!   is one item for it. It is claimed before the account that has it is written; a claim whose account
//!   does not bear it out may be taken over, see `claims`.
//! - *Repeats*: every call may be made twice with the same outcome.

pub mod schema;

mod accounts;
mod agents;
mod attr;
mod call;
mod changes;
mod claims;
mod customers;
mod deliveries;
mod docs_item;
mod error;
mod identity_item;
mod import_state;
mod item;
mod keys;
mod lately;
mod licences;
mod many;
mod marks;
mod push_marks;
mod quotas;
mod reviews;
mod round_pages;
mod runs;
mod standing_item;
mod uploads;
mod write;

#[cfg(test)]
mod tests;

pub use agents::Agent;
pub use call::client_config;
pub use claims::Claimable;
pub use customers::CustomerRecord;
pub use error::StoreError;
pub use import_state::{
    Approval, Fence, GraphPosition, HeldRun, ImportState, Round, UploadPosition, UploadRound,
};
pub use item::{IndexEntry, IndexIdentity};
pub use reviews::{MatchReview, Review, ReviewCounts, RunReview};
pub use round_pages::RoundPage;
pub use uploads::{PartStored, UploadFile, UploadRecord};
pub use write::{AccountWrite, WriteOutcome};

use self::lately::Lately;
use crate::meter::Meter;

/// The table. Clones share the client and the meter.
#[derive(Debug, Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    meter: Meter,
    /// The customers, as they were lately.
    lately: Lately<CustomerRecord>,
}

impl Store {
    /// The table of that name. Time limits and tries are the client's, see [`client_config`]; no
    /// call takes longer than `TABLE_REQUEST_SECONDS_MAX` whatever they are.
    pub fn new(client: aws_sdk_dynamodb::Client, table: impl Into<String>, meter: Meter) -> Self {
        Self {
            client,
            table: table.into(),
            meter,
            lately: Lately::default(),
        }
    }

    /// What was spent on the table so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }
}

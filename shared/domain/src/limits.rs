//! Every limit of the product, in one place, with the relations between them asserted when this
//! compiles. Bytes, counts, seconds and milliseconds are in the names.

/// The longest e-mail address taken (RFC 5321 path).
pub const EMAIL_LENGTH_MAX: usize = 254;
/// The longest phone text taken; Graph allows 64 characters.
pub const PHONE_LENGTH_MAX: usize = 64;
/// Any other text of an identity is cut here, in bytes, at a character.
pub const TEXT_LENGTH_MAX: usize = 512;
/// Alternate addresses kept per identity; Graph allows 250, an item must not grow without bound.
pub const ALTERNATE_EMAILS_MAX: usize = 20;
/// Licences kept per identity.
pub const LICENCES_MAX: usize = 40;
/// Identities one account may join.
pub const IDENTITIES_PER_ACCOUNT_MAX: usize = 16;
/// Candidates kept with a match that is not decided.
pub const CANDIDATES_MAX: usize = 10;
/// Reasons kept for an administrator.
pub const PRIVILEGES_MAX: usize = 8;

/// A customer's interval (D1), in minutes.
pub const INTERVAL_MINUTES_MIN: i64 = 15;
/// A customer's interval (D1), in minutes.
pub const INTERVAL_MINUTES_MAX: i64 = 24 * 60;
/// The default interval (B17), in minutes.
pub const INTERVAL_MINUTES_DEFAULT: i64 = 180;
/// The default interval of a customer whose only source is Microsoft 365 (B19), in minutes.
pub const INTERVAL_MINUTES_MICROSOFT_365_ONLY: i64 = 60;

/// How long a lease on a customer lasts, in seconds. A holder renews it at every page.
pub const LEASE_SECONDS: i64 = 300;
/// With less than this left on its lease, a holder writes nothing more, in seconds.
pub const LEASE_MARGIN_SECONDS: i64 = 60;
/// The longest a single request to the table may take, all tries together, in seconds.
pub const TABLE_REQUEST_SECONDS_MAX: u64 = 30;
/// A run hands over to a continuation when less than this is left of its time, in seconds.
pub const HAND_OVER_SECONDS: i64 = 60;

/// A delta position older than this is replaced although nothing changed, in seconds. Microsoft
/// keeps them for seven days.
pub const POSITION_KEPT_SECONDS: i64 = 24 * 3600;

/// Entries of one PutEvents call.
pub const EVENTS_PER_CALL_MAX: usize = 10;
/// The largest event, in bytes. Events carry ids, so anything near this is a mistake.
pub const EVENT_BYTES_MAX: usize = 4 * 1024;

/// The largest page of Microsoft Graph read, in bytes.
pub const GRAPH_PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longest link of Microsoft Graph followed or stored, in bytes.
pub const GRAPH_LINK_BYTES_MAX: usize = 16 * 1024;
/// Groups that hold directory roles whose members are read, of one tenant. Entra ID allows 500
/// groups that may hold one; a tenant uses a handful.
pub const ROLE_GROUPS_MAX: usize = 100;
/// Pages of members read of one of them, of 999 members each.
pub const ROLE_GROUP_PAGES_MAX: usize = 20;
/// The largest answer of a PSA read, in bytes.
pub const PSA_ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Contacts of one company read into memory.
pub const CONTACTS_MAX: usize = 200_000;
/// The largest answer of a documentation system read, in bytes.
pub const DOCS_ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Organizations of one documentation system read into memory.
pub const ORGANIZATIONS_MAX: usize = 50_000;
/// Password entries of one organization read into memory.
pub const ENTRIES_MAX: usize = 100_000;
/// Notes of an entry that are written, in bytes. No vendor tells a limit of its own.
pub const NOTES_BYTES_MAX: usize = 65_535;
/// Password categories of one documentation system read into memory.
pub const CATEGORIES_MAX: usize = 5_000;
/// A vendor call, from sending to the last byte, in seconds.
pub const VENDOR_CALL_SECONDS_MAX: u64 = 60;
/// What one invocation waits in all because a vendor asked it to, in seconds.
pub const WAIT_IN_PLACE_SECONDS_MAX: u64 = 10;

/// From the intent to create something at a vendor until the answer, in seconds. Until then nobody
/// else concludes that it was not made.
pub const CREATE_SECONDS_MAX: i64 = 300;
/// How old an intent may be when its create is sent, in seconds; an older one is stored anew before.
pub const INTENT_SECONDS_MAX: i64 = 60;

/// How long a process takes the list of customers for what it is, in seconds, where it asks only who
/// shares a company or an organization.
pub const LIST_KEPT_SECONDS: u64 = 60;

/// Receives of a message that met nothing but throttling, after which it is published anew: a vendor
/// that throttles makes a run later, and never a dead letter. Below the queues' `maxReceiveCount`.
pub const THROTTLED_RECEIVES_MAX: u32 = 4;

/// The largest body of a webhook delivery, in bytes.
pub const DELIVERY_BYTES_MAX: usize = 256 * 1024;
/// Contacts one delivery may name.
pub const CONTACTS_PER_DELIVERY_MAX: usize = 100;
/// Pages of changes that one look at a PSA reads; the next look goes on.
pub const CHANGES_PAGES_PER_LOOK_MAX: usize = 10;
/// Changes of contacts that are remembered, so that none is told twice. They are one item of the table.
pub const CHANGES_REMEMBERED_MAX: usize = 500;
/// How long a delivery is remembered, in seconds.
pub const DELIVERY_REMEMBERED_SECONDS: i64 = 24 * 3600;

/// The largest part of an upload as it travels, compressed, in bytes. It is one item of the table.
pub const UPLOAD_PART_BYTES_MAX: usize = 350 * 1024;
/// The largest part of an upload once unpacked, in bytes.
pub const UPLOAD_PART_UNPACKED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Parts of one upload.
pub const UPLOAD_PARTS_MAX: u32 = 4_000;
/// All parts of an upload together as they travel, compressed, in bytes. While it is imported they
/// are in memory as they came, an eighth of what a function with `IMPORT_MEMORY_BYTES` has; as much
/// again goes into what is noted of each record. An export of users shrinks to some 250 bytes a
/// user, so that a quarter of a million fit.
pub const UPLOAD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The memory of the function that imports, in bytes.
pub const IMPORT_MEMORY_BYTES: usize = 512 * 1024 * 1024;
/// One record (an entry, a line) of an upload, in bytes.
pub const UPLOAD_RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Records of one upload.
pub const UPLOAD_RECORDS_MAX: usize = 1_000_000;
/// How long an upload that nobody completes is kept, in seconds.
pub const UPLOAD_KEPT_SECONDS: i64 = 7 * 24 * 3600;

/// Accounts that a review of matches names; how many there are is counted besides.
pub const REVIEWED_ACCOUNTS_MAX: usize = 100;
/// Accounts in one answer to an operator.
pub const ACCOUNTS_PER_PAGE_MAX: u32 = 500;
/// Accounts read, planned and written together.
pub const ACCOUNTS_PER_CHUNK: usize = 500;
/// The largest item of the table (DynamoDB), in bytes.
pub const ITEM_BYTES_MAX: usize = 400 * 1024;

const _: () = {
    assert!(LEASE_MARGIN_SECONDS < LEASE_SECONDS);
    // A write that starts inside the margin ends before anybody else may hold the lease.
    assert!((TABLE_REQUEST_SECONDS_MAX as i64) < LEASE_MARGIN_SECONDS);
    assert!(UPLOAD_PART_BYTES_MAX < ITEM_BYTES_MAX);
    assert!(UPLOAD_PART_BYTES_MAX < UPLOAD_BYTES_MAX);
    // Beside the parts: a part unpacked, a record, chunks on their way, and what is noted.
    assert!(UPLOAD_BYTES_MAX + UPLOAD_PART_UNPACKED_BYTES_MAX < IMPORT_MEMORY_BYTES / 4);
    assert!(UPLOAD_RECORD_BYTES_MAX <= UPLOAD_PART_UNPACKED_BYTES_MAX);
    assert!(INTERVAL_MINUTES_MIN <= INTERVAL_MINUTES_MICROSOFT_365_ONLY);
    assert!(INTERVAL_MINUTES_DEFAULT <= INTERVAL_MINUTES_MAX);
    assert!(WAIT_IN_PLACE_SECONDS_MAX < VENDOR_CALL_SECONDS_MAX);
    // A create may be three calls, such as one that asks for the place of a field first.
    assert!(WAIT_IN_PLACE_SECONDS_MAX + 3 * VENDOR_CALL_SECONDS_MAX < 200);
    assert!(INTENT_SECONDS_MAX + 200 < CREATE_SECONDS_MAX);
};

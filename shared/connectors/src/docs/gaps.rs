//! In what documentation systems differ, as far as whoever uses them has to know.

/// In what a system differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Categories are free texts: none is missing, and there is no list of them.
    pub free_categories: bool,
    /// Its lists carry passwords and OTP seeds in plain text to whoever may read them at all. They are
    /// dropped while the answer is parsed.
    pub secrets_in_lists: bool,
    /// Passwords that are fields of an asset are in no list: they are never matched, and an entry may
    /// be made beside one.
    pub unlisted_asset_fields: bool,
}

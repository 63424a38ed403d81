//! The documentation system of the demo's MSP: a simulator of each, and the one place that tells them
//! apart.
//!
//! To read first: [`Docs`]. Every entry that is there from the start holds a password and an OTP seed
//! that nobody may ever see: [`SECRETS`].

mod hudu;
mod it_glue;

use std::io;

use connectors::docs::DocsKind;
use domain::docs::categories_of;
use domain::identity::Source;

/// The password of every entry that is there from the start.
pub(super) const PASSWORD: &str = "demo-quetzalcanary-password";
/// Its OTP seed.
const SEED: &str = "DEMOQUETZALCANARY2345";
/// What reaches neither the data directory nor the terminal.
pub(super) const SECRETS: [&str; 2] = [PASSWORD, SEED];

/// Starts a documentation system that has the categories of every source, and no organization yet.
pub(super) async fn start(kind: DocsKind) -> io::Result<Box<dyn Docs>> {
    Ok(match kind {
        DocsKind::ItGlue => Box::new(it_glue::start().await?),
        DocsKind::Hudu => Box::new(hudu::start().await?),
    })
}

/// A running documentation system. Ids are numbers in both.
pub(super) trait Docs: Send + Sync {
    /// A new organization. Returns its id.
    fn open_organization(&self, name: &str) -> u64;

    /// An entry that the MSP has already. Returns its id.
    fn keep(&self, organization: u64, entry: &Kept) -> u64;

    /// What it holds of the entries of an organization.
    fn held(&self, organization: u64) -> Vec<Held>;

    /// The lines of the table `[docs]` in a configuration, after `system`.
    fn settings(&self) -> String;

    /// Someone revokes the API key, or makes it good again.
    fn let_in(&self, is_good: bool);

    /// How many writes it was asked for so far.
    fn writes(&self) -> usize;

    /// Where it is, for people.
    fn address(&self) -> String;

    /// What people sign in with there.
    fn credentials(&self) -> String;
}

/// An entry as the MSP made it.
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) username: String,
    /// Empty where nobody filled it in.
    pub(super) category: &'static str,
    /// Does it hang on a device, whose permissions it has (B197)?
    pub(super) is_embedded: bool,
}

/// An entry as the documentation system holds it; what is not there is empty.
pub(super) struct Held {
    pub(super) id: u64,
    pub(super) username: String,
    pub(super) category: String,
    pub(super) password: String,
}

/// The categories by which entries are matched.
fn categories() -> impl Iterator<Item = &'static str> {
    let sources = Source::ALL.into_iter();
    sources.flat_map(|source| categories_of(source).iter().copied())
}

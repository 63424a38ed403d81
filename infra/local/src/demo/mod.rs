//! The journey, played with simulated vendors over real sockets: a first import, a second run in
//! which nothing changes, changes at the source, a contact edited in the PSA that comes back by
//! webhook, entries of a documentation system, and a run that waits for a person. Everything is in a
//! temporary directory.
//!
//! Whichever PSA and documentation system it is played with, the chapters are the same; what differs is
//! in `psa` and `docs`.

mod chapters;
mod directory;
mod docs;
mod entries;
mod kept;
mod msp;
mod psa;
mod secrets;
mod show;
mod texts;

use connectors::docs::DocsKind;
use connectors::psa::PsaKind;

use crate::local::{Local, LocalError};
use crate::up::{Up, stop_signal};

use chapters::Stage;
use msp::{Msp, OPERATOR_TOKEN, SHOWN};
use psa::WEBHOOK_PATH_TOKEN;
use show::say;

/// Plays it with that PSA and that documentation system. `keep`: everything goes on afterwards until it is
/// stopped, with addresses and tokens printed.
///
/// # Errors
/// Something of the demo cannot be started, or does not do what it should.
pub async fn play(kind: PsaKind, docs: DocsKind, keep: bool) -> Result<(), LocalError> {
    let stop = stop_signal()?;
    let folder = tempfile::tempdir()
        .map_err(|error| LocalError::Machine("no temporary directory can be made", error))?;
    say("Muster: a dozen customers of a small MSP, with simulated vendors on this machine.")?;
    say(&show::lacks(kind))?;
    say(&show::docs_lacks(docs))?;
    let msp = Msp::start(kind, docs).await?;
    let data = folder.path().join("data");
    let local = Local::open(msp.config()?, &data).await?;
    let up = Up::serve(local, 0).await?;
    msp.psa.deliver_to(webhooks(&msp, &up));
    let mut stage = Stage { msp, up, data };
    // A signal ends the play wherever it is, and the data goes all the same.
    let mut stop = std::pin::pin!(stop);
    let played = tokio::select! {
        played = stage.play() => Some(played),
        () = &mut stop => None,
    };
    let Stage { msp, mut up, .. } = stage;
    if keep && matches!(played, Some(Ok(()))) {
        addresses(&msp, &up)?;
        up.schedule();
        up.run(stop).await;
    }
    up.stop().await?;
    played.unwrap_or(Ok(()))
}

/// Where the PSA delivers to.
fn webhooks(msp: &Msp, up: &Up) -> String {
    let (address, kind) = (up.address(), msp.kind);
    format!("http://{address}/webhooks/{kind}/{WEBHOOK_PATH_TOKEN}")
}

fn addresses(msp: &Msp, up: &Up) -> Result<(), LocalError> {
    let (name, docs) = (msp.kind.name(), msp.docs_kind.name());
    let webhooks = if msp.delivers() {
        format!("{}  ({})", webhooks(msp, up), msp.psa.proof())
    } else if msp.is_asked() {
        format!("none: {name} delivers nothing, and is asked what changed")
    } else {
        format!("none: {name} delivers nothing, and the next run sees what changed")
    };
    say(&format!(
        "\neverything keeps running; Ctrl-C ends it and removes its data\n\
         operators   http://{0}/v1/customers/{SHOWN}/accounts\n\
         \x20           curl -H 'Authorization: Bearer {OPERATOR_TOKEN}' http://{0}/v1/customers/{SHOWN}/accounts\n\
         webhooks    {webhooks}\n\
         agents      http://{0}/v1/uploads\n\
         Microsoft   {1}\n\
         {name:<10}  {2}\n\
         \x20           {3}\n\
         {docs:<10}  {4}\n\
         \x20           {5}",
        up.address(),
        msp.graph.base(),
        msp.psa.address(),
        msp.psa.credentials(),
        msp.docs.address(),
        msp.docs.credentials(),
    ))
}

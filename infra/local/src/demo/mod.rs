//! The journey, played with simulated vendors over real sockets: a first import, a second run in
//! which nothing changes, changes at the source, a contact edited in the PSA that comes back by
//! webhook, and a run that waits for a person. Everything is in a temporary directory.

mod chapters;
mod directory;
mod msp;
mod show;

use simulators::psa::halo::Webhook;

use crate::local::{Local, LocalError};
use crate::up::{Up, stop_signal};

use chapters::Stage;
use msp::{Msp, OPERATOR_TOKEN, SHOWN, WEBHOOK_PASSWORD, WEBHOOK_PATH_TOKEN, WEBHOOK_USERNAME};
use show::say;

/// Plays it. `keep`: everything goes on afterwards until it is stopped, with addresses and tokens
/// printed.
///
/// # Errors
/// Something of the demo cannot be started, or does not do what it should.
pub async fn play(keep: bool) -> Result<(), LocalError> {
    let stop = stop_signal()?;
    let folder = tempfile::tempdir()
        .map_err(|error| LocalError::Machine("no temporary directory can be made", error))?;
    say("Muster: a dozen customers of a small MSP, with simulated vendors on this machine.")?;
    let msp = Msp::start().await?;
    let local = Local::open(msp.config()?, &folder.path().join("data")).await?;
    let up = Up::serve(local, 0).await?;
    msp.halo.set_webhook(Webhook {
        url: format!("http://{}/webhooks/halo/{WEBHOOK_PATH_TOKEN}", up.address()),
        basic: Some((WEBHOOK_USERNAME.to_owned(), WEBHOOK_PASSWORD.to_owned())),
        ..Webhook::default()
    });
    let mut stage = Stage { msp, up };
    // A signal ends the play wherever it is, and the data goes all the same.
    let mut stop = std::pin::pin!(stop);
    let played = tokio::select! {
        played = stage.play() => Some(played),
        () = &mut stop => None,
    };
    let Stage { msp, mut up } = stage;
    if keep && matches!(played, Some(Ok(()))) {
        addresses(&msp, &up)?;
        up.schedule();
        up.run(stop).await;
    }
    up.stop().await?;
    played.unwrap_or(Ok(()))
}

fn addresses(msp: &Msp, up: &Up) -> Result<(), LocalError> {
    say(&format!(
        "\neverything keeps running; Ctrl-C ends it and removes its data\n\
         operators   http://{0}/v1/customers/{SHOWN}/accounts\n\
         \x20           curl -H 'Authorization: Bearer {OPERATOR_TOKEN}' http://{0}/v1/customers/{SHOWN}/accounts\n\
         webhooks    http://{0}/webhooks/halo/{WEBHOOK_PATH_TOKEN}  (Basic {WEBHOOK_USERNAME}:{WEBHOOK_PASSWORD})\n\
         agents      http://{0}/v1/uploads\n\
         Microsoft   {1}\n\
         HaloPSA     {2}",
        up.address(),
        msp.graph.base(),
        msp.halo.base(),
    ))
}

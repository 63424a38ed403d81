//! Each command: open, do, print, close.

use std::path::Path;

use axum::body::Bytes;
use axum::http::Method;
use connectors::Vendors;
use domain::failure::Failure;
use domain::id::{AgentId, CustomerId};
use serde_json::json;

use crate::arguments::{AgentsCommand, Command, Place, To};
use crate::config::Config;
use crate::in_process::Caller;
use crate::local::{Local, LocalError};
use crate::summary::{Collected, Summary};
use crate::upload::Handed;
use crate::{accounts, agents, check, demo, explain, print, reviews, run, table, up, upload};

/// Does what the command says.
///
/// # Errors
/// What is told on standard error before the program ends.
pub async fn carry_out(command: Command) -> Result<(), LocalError> {
    match command {
        Command::Demo { keep, psa, docs } => demo::play(psa, docs, keep).await,
        Command::Up { place, port } => up::up(open(&place).await?, port).await,
        Command::Run {
            place,
            customer,
            json,
        } => run_pass(&place, customer.as_deref(), json).await,
        Command::Upload {
            place,
            customer,
            source,
            coverage,
            files,
        } => {
            hand_in(
                &place,
                &customer,
                Handed {
                    source,
                    coverage,
                    files,
                },
            )
            .await
        }
        Command::Accounts {
            place,
            customer,
            json,
        } => show_accounts(&place, &customer, json).await,
        Command::Explain {
            place,
            customer,
            account,
        } => show_reasons(&place, &customer, &account).await,
        Command::Agents { command } => on_agents(command).await,
        Command::Reviews { place, customer } => show_reviews(&place, customer.as_deref()).await,
        Command::Approve {
            place,
            customer,
            run,
        } => approve(&place, &customer, &run).await,
        Command::Capabilities => say(&table::of_capabilities()),
        Command::Check { config } => check_connections(&config).await,
        Command::Link {
            place,
            customer,
            account,
            to,
            fill_category,
        } => link(&place, &customer, &account, to, fill_category).await,
    }
}

async fn open(place: &Place) -> Result<Local, LocalError> {
    let config = Config::load(&place.config)?;
    Local::open(config, &place.data).await
}

fn say(text: &str) -> Result<(), LocalError> {
    print::line(text)
        .map_err(|error| LocalError::Machine("standard output cannot be written", error))
}

async fn check_connections(config: &Path) -> Result<(), LocalError> {
    let config = Config::load(config)?;
    let vendors = Vendors::new().map_err(Failure::defect)?;
    let checked = check::check(&config, &vendors).await;
    if checked.is_empty() {
        return say("the configuration names neither a PSA nor a documentation system");
    }
    say(&check::as_table(&checked).to_string())?;
    match check::count_wrong(&checked) {
        0 => Ok(()),
        count => Err(LocalError::Asked(format!(
            "to be put right before all of the configuration can be done: {count}"
        ))),
    }
}

async fn run_pass(place: &Place, customer: Option<&str>, json: bool) -> Result<(), LocalError> {
    let mut local = open(place).await?;
    let only = customer.map(|id| local.customer_id(id)).transpose()?;
    local.resume().await?;
    let summary = run::pass(&mut local, only.as_ref(), |_| {}).await?;
    tell(&summary, json)?;
    end(local).await
}

fn tell(summary: &Summary, json: bool) -> Result<(), LocalError> {
    if json {
        let text = serde_json::to_string(summary).map_err(Failure::defect)?;
        return say(&text);
    }
    say(&table::of_summary(summary))
}

/// Closes; a handler that panicked is a defect, and is told by the exit status.
async fn end(mut local: Local) -> Result<(), LocalError> {
    let panics = local.queue().panics();
    local.close().await?;
    if panics > 0 {
        let what = format!("{panics} deliveries ended in a panic; what it said is above");
        return Err(LocalError::Failure(Failure::defect(what)));
    }
    Ok(())
}

async fn hand_in(place: &Place, customer: &str, handed: Handed) -> Result<(), LocalError> {
    let mut local = open(place).await?;
    let customer = local.customer_id(customer)?;
    local.resume().await?;
    let summary = upload::hand_in(&mut local, &customer, &handed).await;
    match summary {
        Ok(summary) => {
            tell(&summary, false)?;
            end(local).await
        }
        Err(error) => {
            end(local).await?;
            Err(error)
        }
    }
}

async fn show_accounts(place: &Place, customer: &str, json: bool) -> Result<(), LocalError> {
    let local = open(place).await?;
    let customer = local.customer_id(customer)?;
    if json {
        accounts::as_json(&local.app, &customer, say).await?;
    } else {
        say(&accounts::as_table(&local.app, &customer).await?.to_string())?;
    }
    local.close().await
}

async fn show_reasons(place: &Place, customer: &str, account: &str) -> Result<(), LocalError> {
    let local = open(place).await?;
    let customer = local.customer_id(customer)?;
    say(&explain::explain(&local, &customer, account).await?)?;
    local.close().await
}

async fn on_agents(command: AgentsCommand) -> Result<(), LocalError> {
    match command {
        AgentsCommand::Enrol { place, customer } => {
            let local = open(&place).await?;
            let customer = local.customer_id(&customer)?;
            let enrolled = agents::enrol(&local.app, &customer).await?;
            say(&format!("agent {}\ntoken {}", enrolled.id, enrolled.token))?;
            say("the token is shown this once; it is kept as a hash only")?;
            local.close().await
        }
        AgentsCommand::List { place, customer } => {
            let local = open(&place).await?;
            let customer = local.customer_id(&customer)?;
            say(&agents::list(&local.app, &customer).await?.to_string())?;
            local.close().await
        }
        AgentsCommand::Revoke {
            place,
            customer,
            agent,
        } => {
            let local = open(&place).await?;
            let customer = local.customer_id(&customer)?;
            let agent = AgentId::parse(agent)
                .map_err(|error| LocalError::Asked(format!("the agent: {error}")))?;
            agents::revoke(&local.app, &customer, &agent).await?;
            say(&format!("{agent} is refused from now on"))?;
            local.close().await
        }
    }
}

async fn show_reviews(place: &Place, customer: Option<&str>) -> Result<(), LocalError> {
    let local = open(place).await?;
    let customer = customer.map(|id| local.customer_id(id)).transpose()?;
    let reviews = reviews::waiting(&local.app, customer.as_ref()).await?;
    if reviews.is_empty {
        say("nothing waits for a person")?;
    } else {
        say(&format!("held runs\n{}\n", reviews.held))?;
        say(&format!("customers whose run failed\n{}\n", reviews.failed))?;
        say(&format!(
            "accounts that more than one contact fits\n{}\n",
            reviews.disputed
        ))?;
        say(&format!(
            "accounts whose entry is to be chosen or confirmed\n{}",
            reviews.entries
        ))?;
    }
    local.close().await
}

async fn approve(place: &Place, customer: &str, run: &str) -> Result<(), LocalError> {
    let mut local = open(place).await?;
    let customer = local.customer_id(customer)?;
    let operator = Caller::operator(&local.app)?;
    local.resume().await?;
    let path = format!("/v1/customers/{customer}/runs/{run}/approve");
    operator.call(Method::POST, &path, Bytes::new()).await?;
    follow(local, &customer).await
}

async fn link(
    place: &Place,
    customer: &str,
    account: &str,
    to: To,
    fill_category: bool,
) -> Result<(), LocalError> {
    let mut local = open(place).await?;
    let customer = local.customer_id(customer)?;
    let account = accounts::find(&local.app, &customer, account).await?;
    let operator = Caller::operator(&local.app)?;
    local.resume().await?;
    let path = format!("/v1/customers/{customer}/accounts/{}", account.id);
    if let Some(contact) = to.contact {
        let body = json!({ "contact_id": contact }).to_string();
        let path = format!("{path}/contact");
        operator.call(Method::PUT, &path, body.into()).await?;
    }
    if let Some(entry) = to.entry {
        let body = json!({ "entry_id": entry, "fill_category": fill_category }).to_string();
        let path = format!("{path}/entry");
        operator.call(Method::PUT, &path, body.into()).await?;
    }
    follow(local, &customer).await
}

/// Works until nothing is left to do, and tells what came of it.
async fn follow(mut local: Local, customer: &CustomerId) -> Result<(), LocalError> {
    let begun = run::Begun::now(&local);
    let mut collected = Collected::default();
    collected.expect(customer, false);
    local.until_idle(|ended| collected.add(ended)).await;
    tell(&begun.summary(&local, &collected), false)?;
    end(local).await
}

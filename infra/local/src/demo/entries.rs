//! The chapter of the documentation system: what became of the entries that the MSP keeps already, what
//! a person decides, what happens while the system lets nobody in, and that no password went anywhere.
//! What is said is looked at in the system itself; where it is not so, the demo ends with it.

use axum::http::Method;
use connectors::docs::NO_PASSWORD;
use domain::account::{Account, PsaStatus};
use domain::docs::DocsStatus;
use domain::failure::Failure;
use domain::id::EntryId;
use serde_json::json;

use super::chapters::{Stage, defect, id};
use super::docs::{Held, PASSWORD};
use super::kept::Case;
use super::msp::{SHOWN, tenant};
use super::secrets;
use super::show::{self, chapter, say};
use crate::in_process::Caller;
use crate::local::LocalError;
use crate::{accounts, run, table};

impl Stage {
    pub(super) async fn entries(&mut self) -> Result<(), LocalError> {
        let name = self.msp.docs_kind.name();
        chapter(
            5,
            &format!("The entries of {name}"),
            "What the MSP keeps already was matched by user name and category; where something is in\n\
             doubt a person decides, and where there is none one is made, as the policy of the\n\
             boatyard has it.",
        )?;
        self.standings().await?;
        self.a_person_decides().await?;
        self.nobody_is_let_in().await?;
        self.at_rest().await?;
        self.no_password().await
    }

    /// How the accounts stand of which something is kept, or nothing.
    async fn standings(&mut self) -> Result<(), LocalError> {
        let kept = format!("kept in {}", self.msp.docs_kind.name());
        let mut told = table::with_heads(&[&kept, "account", "its entry", "why"]);
        let cases = std::mem::take(&mut self.msp.cases);
        for case in &cases {
            let account = self.account(case.customer, &case.username).await?;
            let held = self.msp.held(case.customer, &case.username);
            is_as_expected(case, &account, &held)?;
            told.add_row([
                case.what.to_owned(),
                format!("{} of {}", case.username, case.customer),
                show::entry(&account),
                table::or_none(account.docs.reason.as_deref()),
            ]);
        }
        self.msp.cases = cases;
        say(&told.to_string())
    }

    /// A person confirms an entry, which fills its category in, and chooses one of two.
    async fn a_person_decides(&mut self) -> Result<(), LocalError> {
        let waits = |case: &&Case| case.expected.waits_for_person();
        let waiting: Vec<(String, u64)> = (self.msp.cases.iter().filter(waits))
            .filter_map(|case| Some((case.username.clone(), *case.entries.first()?)))
            .collect();
        let mut told = table::with_heads(&["a person says", "its entry", "category"]);
        for (username, entry) in waiting {
            told.add_row(self.links(&username, entry).await?);
        }
        say(&told.to_string())
    }

    /// Does as a person does who says which entry an account's is; the row that tells of it.
    async fn links(&mut self, username: &str, entry: u64) -> Result<[String; 3], LocalError> {
        let account = self.account(SHOWN, username).await?;
        let is_doubt = account.docs.status == DocsStatus::PossibleMatch;
        let operator = Caller::operator(&self.local().app)?;
        let path = format!("/v1/customers/{SHOWN}/accounts/{}/entry", account.id);
        let body = json!({ "entry_id": entry.to_string(), "fill_category": is_doubt });
        let body = body.to_string().into();
        operator.call(Method::PUT, &path, body).await?;
        self.work().await?;
        let account = self.account(SHOWN, username).await?;
        let held = self.msp.held(SHOWN, username).into_iter();
        let category = held
            .filter(|held| held.id == entry)
            .map(|held| held.category);
        let category = category.collect::<String>();
        let is_it = |id: &EntryId| id.as_str() == entry.to_string();
        if !account.entry().is_some_and(is_it) || category != "Microsoft 365" {
            return Err(defect(
                "what a person said of an entry of the demo did not come to pass",
            ));
        }
        let (said, before) = if is_doubt {
            ("it is this one", "– → ")
        } else {
            ("it is the first of the two", "")
        };
        Ok([
            format!("{username}: {said}"),
            show::entry(&account),
            format!("{before}{category}"),
        ])
    }

    /// The key is revoked while somebody joins: the PSA's side goes on by itself (B137), and the entry
    /// comes with the first run that is let in again.
    async fn nobody_is_let_in(&mut self) -> Result<(), LocalError> {
        let Some(username) = self.somebody_joins() else {
            return Err(defect("nobody can join at the demo's boatyard"));
        };
        let name = self.msp.docs_kind.name();
        say(&format!(
            "Somebody joins the boatyard while the key of {name} is revoked, and then good again:"
        ))?;
        let mut told = table::with_heads(&["the key", "the run", "in the PSA", "its entry"]);
        for is_good in [false, true] {
            self.msp.docs.let_in(is_good);
            let summary = run::pass(self.local(), Some(&id(SHOWN)), |_| {}).await?;
            let ran = summary.customers.first();
            let account = self.account(SHOWN, &username).await?;
            let entries = self.msp.held(SHOWN, &username).len();
            let has_contact = account.psa.status == PsaStatus::Created;
            let has_entry = account.docs.status == DocsStatus::Created && entries == 1;
            let is_untouched = account.docs.status == DocsStatus::Off && entries == 0;
            if !has_contact || !(if is_good { has_entry } else { is_untouched }) {
                return Err(defect(
                    "PSA and documentation system did not go their own ways",
                ));
            }
            let key = if is_good { "good again" } else { "revoked" };
            let gaps = self.msp.kind.gaps();
            told.add_row([
                key.to_owned(),
                ran.map_or_else(String::new, |ran| {
                    let error = ran.error.iter().map(|error| format!(": {error}"));
                    format!("{}{}", ran.status, error.collect::<String>())
                }),
                show::standing(&account, &gaps),
                show::entry(&account),
            ]);
        }
        say(&told.to_string())
    }

    /// Plays it at Microsoft; the user name of whoever joined.
    fn somebody_joins(&mut self) -> Option<String> {
        let people = self.msp.people.get_mut(SHOWN)?;
        let joined = people.join();
        joined.play(&self.msp.graph, &tenant(SHOWN));
        let person = people.people.get(joined.person())?;
        Some(person.upn.clone())
    }

    /// Another run finds everything again: no twin, and nothing is written anywhere.
    async fn at_rest(&mut self) -> Result<(), LocalError> {
        let (writes, held) = (self.msp.docs.writes(), self.msp.all_held().len());
        let summary = self.pass().await?;
        let is_loud = self.msp.docs.writes() != writes || summary.dynamodb.write_units > 0.0;
        if is_loud || self.msp.all_held().len() != held {
            return Err(defect("a run of the demo with nothing new wrote something"));
        }
        self.no_twins().await?;
        say(&format!(
            "Another run of everybody finds each entry again and makes none beside it:\n{}",
            show::cost(&summary)
        ))
    }

    async fn no_twins(&mut self) -> Result<(), LocalError> {
        let accounts = show::accounts(self.local(), &id(SHOWN)).await?;
        let made = accounts
            .iter()
            .filter(|account| account.docs.status == DocsStatus::Created);
        for account in made {
            let mut names: Vec<&str> = accounts::names(account).collect();
            names.dedup();
            let entries = names.iter().map(|name| self.msp.held(SHOWN, name).len());
            if entries.max() != Some(1) {
                return Err(defect("an entry of the demo has a twin, or none was made"));
            }
        }
        Ok(())
    }

    /// Of each entry that was there the password is what it was, and it is nowhere else.
    async fn no_password(&mut self) -> Result<(), LocalError> {
        let held = self.msp.all_held();
        let (ours, kept): (Vec<&Held>, Vec<&Held>) =
            held.iter().partition(|held| held.password == NO_PASSWORD);
        if kept.iter().any(|held| held.password != PASSWORD) {
            return Err(defect(
                "a password of the demo's documentation system was changed",
            ));
        }
        // A user name that accounts have, and so the data directory.
        let known = self.msp.cases.iter().find(|case| case.customer == SHOWN);
        let known = known.map_or(SHOWN, |case| &case.username);
        let read = secrets::search(&self.data, known)?;
        say(&format!(
            "{} entries hold a password and an OTP seed, as before. Neither is in any of the {} files\n\
             of the data directory ({} kB), nor in anything shown here. In the {} entries that were\n\
             made stands: {NO_PASSWORD}",
            kept.len(),
            read.files,
            read.bytes / 1024,
            ours.len(),
        ))
    }

    async fn account(&mut self, customer: &str, username: &str) -> Result<Account, LocalError> {
        let accounts = show::accounts(self.local(), &id(customer)).await?;
        let account = show::known_as(&accounts, username);
        account
            .cloned()
            .ok_or_else(|| defect("an account of the demo is missing"))
    }
}

/// Does the account stand as it should, with the entries that are kept, and with no other?
fn is_as_expected(case: &Case, account: &Account, held: &[Held]) -> Result<(), LocalError> {
    let docs = &account.docs;
    let candidates = docs.candidates.iter().map(|candidate| &candidate.entry);
    let named: Vec<&str> = (docs.entry.iter())
        .chain(candidates)
        .map(|entry| entry.as_str())
        .collect();
    let there: Vec<String> = held.iter().map(|held| held.id.to_string()).collect();
    let is_ours = case.expected == DocsStatus::Created;
    let has_no_other = is_ours || held.len() == case.entries.len();
    if docs.status == case.expected && named == there && has_no_other {
        return Ok(());
    }
    let what = format!(
        "{} of {} should stand as {} with the entries {:?} and stands as {} with {named:?}",
        case.username,
        case.customer,
        case.expected.as_str(),
        case.entries,
        docs.status.as_str(),
    );
    Err(LocalError::Failure(Failure::defect(what)))
}

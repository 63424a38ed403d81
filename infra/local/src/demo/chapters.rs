//! The chapters of the journey, in order. Each does something at a vendor, lets Muster work, and
//! shows what became of it.

use std::path::PathBuf;

use axum::body::Bytes;
use axum::http::Method;
use domain::account::Account;
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::CustomerId;
use domain::identity::Source;
use simulators::population::{Change, Population};

use super::directory;
use super::msp::{EMPTIED, HYBRID, MACHINES, Msp, SHOWN, tenant};
use super::show::{self, Progress, chapter, say};
use crate::arguments::{Coverage, UploadSource};
use crate::in_process::Caller;
use crate::local::{Local, LocalError};
use crate::summary::{Collected, Summary};
use crate::up::Up;
use crate::{explain, run, table, upload};

/// Everything that plays a part.
pub(super) struct Stage {
    pub(super) msp: Msp,
    pub(super) up: Up,
    /// The data directory.
    pub(super) data: PathBuf,
}

impl Stage {
    pub(super) async fn play(&mut self) -> Result<(), LocalError> {
        self.first_import().await?;
        self.nothing_new().await?;
        self.changes_at_the_source().await?;
        self.a_contact_is_edited().await?;
        self.entries().await?;
        self.an_improbable_loss().await?;
        self.why().await
    }

    pub(super) fn local(&mut self) -> &mut Local {
        self.up.local()
    }

    pub(super) async fn pass(&mut self) -> Result<Summary, LocalError> {
        let progress = Progress::of(self.local().config.customers.len());
        run::pass(self.local(), None, |ended| progress.add(ended)).await
    }

    async fn first_import(&mut self) -> Result<(), LocalError> {
        chapter(
            1,
            "The first import",
            "Twelve tenants at Microsoft, one of them with an Active Directory besides, and one\n\
             customer with Windows machines only. Agents hand in what they see; then every customer\n\
             is looked at.",
        )?;
        let (hybrid, machines) = (id(HYBRID), id(MACHINES));
        let (directory, windows) = (UploadSource::ActiveDirectory, UploadSource::LocalWindows);
        let local = self.local();
        upload::send(
            local,
            &hybrid,
            directory,
            Coverage::Auto,
            directory::first(),
        )
        .await?;
        upload::send(
            local,
            &machines,
            windows,
            Coverage::Auto,
            directory::machines(),
        )
        .await?;
        let summary = self.pass().await?;
        say(&show::customers(self.local(), &summary).await?.to_string())?;
        say(&show::cost(&summary))?;
        say(
            "Nobody is guessed: where several contacts fit, a person chooses. The cafés and the\n\
             bakery share one company in the PSA and one organization beside it, so no contact and\n\
             no entry is made for either.",
        )
    }

    async fn nothing_new(&mut self) -> Result<(), LocalError> {
        chapter(
            2,
            "Nothing changed",
            "The same again. A look at which nothing is new writes nothing.",
        )?;
        let writes = self.msp.docs.writes();
        let summary = self.pass().await?;
        if summary.dynamodb.write_units > 0.0 || self.msp.docs.writes() != writes {
            return Err(defect("a run of the demo with nothing new wrote something"));
        }
        say(&show::cost(&summary))
    }

    async fn changes_at_the_source(&mut self) -> Result<(), LocalError> {
        chapter(
            3,
            "Changes at the source",
            "At Harbour Boats somebody marries, somebody gets another phone, two people leave, and\n\
             somebody joins. Northwind's agent hands in what changed in its directory. Where the\n\
             contact decides, as it does for phones and addresses, the account waits for the PSA.",
        )?;
        let shown = id(SHOWN);
        let before = show::accounts(self.local(), &shown).await?;
        let changes = self
            .msp
            .people
            .get_mut(SHOWN)
            .map(happenings)
            .unwrap_or_default();
        for (_, change) in &changes {
            change.play(&self.msp.graph, &tenant(SHOWN));
        }
        let hybrid = id(HYBRID);
        let source = UploadSource::ActiveDirectory;
        upload::send(
            self.local(),
            &hybrid,
            source,
            Coverage::Auto,
            directory::later(),
        )
        .await?;
        let summary = self.pass().await?;
        let after = show::accounts(self.local(), &shown).await?;
        let gaps = self.msp.kind.gaps();
        let docs = format!("in {}", self.msp.docs_kind.name());
        let mut told = table::with_heads(&["at Microsoft", "the account", "in the PSA", &docs]);
        for (what, change) in &changes {
            let record = self.record(change);
            let was = show::of_record(&before, &record);
            let is = show::of_record(&after, &record);
            let standing = is.map_or_else(String::new, |account| show::standing(account, &gaps));
            let entry = is.map_or_else(String::new, show::entry);
            told.add_row([
                (*what).to_owned(),
                show::differences(was, is),
                standing,
                entry,
            ]);
        }
        say(&told.to_string())?;
        let accounts = &summary.accounts;
        say(&format!(
            "{} created, {} updated, {} disabled, {} removed in all; {}",
            accounts.created,
            accounts.updated,
            accounts.disabled,
            accounts.removed,
            show::cost(&summary)
        ))
    }

    fn record(&self, change: &Change) -> String {
        let people = self.msp.people.get(SHOWN);
        let person = people.and_then(|people| people.people.get(change.person()));
        person.map(|person| person.id.clone()).unwrap_or_default()
    }

    async fn a_contact_is_edited(&mut self) -> Result<(), LocalError> {
        let heard = match (self.msp.delivers(), self.msp.is_asked()) {
            (true, _) => {
                "The PSA says so by\nwebhook, over HTTP; the contact is read back, and the account follows."
            }
            (false, true) => {
                "This PSA\nsends nothing, and is asked what changed; the account follows."
            }
            (false, false) => {
                "This PSA\nsends nothing; the next run reads its contacts, and the account follows."
            }
        };
        let edit = "In the PSA somebody corrects an address and a phone number.";
        chapter(
            4,
            "A technician edits a contact",
            &format!("{edit} {heard}"),
        )?;
        if self.msp.delivers() {
            self.echoes().await?;
        }
        if self.msp.is_asked() {
            // From here on.
            self.look().await?;
        }
        let shown = id(SHOWN);
        let before = show::accounts(self.local(), &shown).await?;
        let Some(account) = before.iter().find(|account| is_linked(account)) else {
            return Err(defect("no account of the demo is linked"));
        };
        let contact = account.contact().and_then(|id| id.as_str().parse().ok());
        let contact: i64 = contact.ok_or_else(|| defect("a contact of the demo is a number"))?;
        let address = format!("front.desk@{SHOWN}.example");
        if !(self.msp.psa).correct(contact, &address, "+44 7700 900321") {
            return Err(defect("a contact of the demo is not in its PSA"));
        }
        let (by, how) = self.heard_of_it().await?;
        let after = show::accounts(self.local(), &shown).await?;
        let is = after.iter().find(|held| held.id == account.id);
        let held = self.msp.psa.shown(contact);
        let mut told = table::with_heads(&[by, "the account", "contact in the PSA"]);
        told.add_row([
            format!("contact {contact}, {how}"),
            show::differences(Some(account), is),
            held.as_ref().map_or_else(String::new, show::contact),
        ]);
        say(&told.to_string())
    }

    /// What we wrote ourselves, delivered to us, changes nothing.
    async fn echoes(&mut self) -> Result<(), LocalError> {
        let shown = id(SHOWN);
        let untouched = show::accounts(self.local(), &shown).await?;
        let echoes = self.msp.psa.send().await.len();
        if echoes == 0 {
            return say(
                "what we wrote ourselves is not delivered to us: the webhook leaves it out",
            );
        }
        self.work().await?;
        let after = show::accounts(self.local(), &shown).await?;
        let pairs = untouched.iter().zip(&after);
        let changed = pairs.filter(|(one, other)| one != other).count();
        say(&format!(
            "first the echoes of what we wrote ourselves: {echoes} deliveries, {changed} of \
             Harbour's accounts changed"
        ))
    }

    /// Lets Muster hear of the edit: by what, and how that went.
    async fn heard_of_it(&mut self) -> Result<(&'static str, String), LocalError> {
        if self.msp.delivers() {
            let statuses = self.msp.psa.send().await;
            self.work().await?;
            return Ok(("delivery", format!("answered {statuses:?}")));
        }
        if self.msp.is_asked() {
            let told = self.look().await?;
            let summary = self.work().await?;
            let how = format!(
                "of {} that changed, calls to the PSA: {}",
                told.changed, summary.calls.psa
            );
            return Ok(("a look", how));
        }
        let summary = run::pass(self.local(), Some(&id(SHOWN)), |_| {}).await?;
        let calls = summary.calls.psa;
        Ok((
            "the next run",
            format!("read again, calls to the PSA: {calls}"),
        ))
    }

    /// Asks the PSA what changed.
    async fn look(&mut self) -> Result<psa_changes::Outcome, LocalError> {
        let local = self.local();
        let (app, vendors) = (local.app.clone(), local.vendors.clone());
        Ok(psa_changes::handle(&app, &vendors).await?)
    }

    /// Works on what came in, until nothing is left to do.
    pub(super) async fn work(&mut self) -> Result<Summary, LocalError> {
        let local = self.local();
        let begun = run::Begun::now(local);
        let mut collected = Collected::default();
        local.until_idle(|ended| collected.add(ended)).await;
        Ok(begun.summary(local, &collected))
    }

    async fn an_improbable_loss(&mut self) -> Result<(), LocalError> {
        chapter(
            6,
            "An improbable loss",
            "By some mistake most of Meridian's people vanish from Microsoft. Nothing is taken out\n\
             of use until a person says yes.",
        )?;
        let tenant = tenant(EMPTIED);
        for user in self.msp.graph.user_ids(&tenant).iter().skip(20) {
            self.msp.graph.soft_delete(&tenant, user);
        }
        let customer = id(EMPTIED);
        let summary = run::pass(self.local(), Some(&customer), |_| {}).await?;
        for told in &summary.customers {
            say(&format!(
                "{}: {} – {}",
                told.id,
                told.status,
                table::or_none(told.error.as_deref())
            ))?;
        }
        let state = self
            .local()
            .app
            .store
            .import_state(&customer)
            .await
            .map_err(Failure::from)?;
        let Some(held) = state.held else {
            return Err(defect("the run of the demo that should be held was not"));
        };
        let operator = Caller::operator(&self.local().app)?;
        let path = format!("/v1/customers/{customer}/runs/{}/approve", held.run);
        operator.call(Method::POST, &path, Bytes::new()).await?;
        let summary = self.work().await?;
        say(&format!(
            "a person says yes: {} accounts are removed",
            summary.accounts.removed
        ))
    }

    async fn why(&mut self) -> Result<(), LocalError> {
        chapter(
            7,
            "Why an account is what it is",
            "One person with two records, in the directory and in the cloud, is one account.",
        )?;
        let hybrid = id(HYBRID);
        let accounts = show::accounts(self.local(), &hybrid).await?;
        let both = accounts
            .iter()
            .find(|account| is_linked(account) && has_both(account));
        let Some(account) = both else {
            return Err(defect("no account of the demo has two records"));
        };
        say(&explain::explain(self.local(), &hybrid, account.id.as_str()).await?)
    }
}

/// What happens at one customer: each with words for it.
fn happenings(people: &mut Population) -> Vec<(&'static str, Change)> {
    let active: Vec<usize> = people
        .people
        .iter()
        .enumerate()
        .filter(|(_, person)| person.is_active_employee() && !person.admin)
        .map(|(at, _)| at)
        .collect();
    let mut active = active.into_iter();
    let mut changes = Vec::new();
    let married = active.next().and_then(|person| people.rename(person));
    changes.extend(married.map(|change| ("a new family name", change)));
    let phone = active.next().and_then(|person| people.change_phone(person));
    changes.extend(phone.map(|change| ("another mobile phone; the contact decides it", change)));
    let blocked = active.next().and_then(|person| people.leave(person));
    changes.extend(blocked.map(|change| ("sign-in blocked, licences taken", change)));
    let deleted = active.next().and_then(|person| people.delete(person));
    changes.extend(deleted.map(|change| ("deleted", change)));
    changes.push(("somebody new", people.join()));
    changes
}

fn is_linked(account: &Account) -> bool {
    account.contact().is_some() && account.fields.get(Attribute::Email).is_some()
}

fn has_both(account: &Account) -> bool {
    [Source::Microsoft365, Source::ActiveDirectory]
        .iter()
        .all(|source| {
            account
                .identities
                .iter()
                .any(|held| held.key.source == *source)
        })
}

pub(super) fn id(text: &str) -> CustomerId {
    CustomerId::parse(text).expect("the demo's customers have ids of plain letters")
}

pub(super) fn defect(what: &'static str) -> LocalError {
    LocalError::Failure(Failure::defect(what))
}

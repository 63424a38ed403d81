//! What is shown, as values; and how it is gathered: from the notes of what waits, and then from
//! the runs and accounts themselves, which are the truth.

use domain::account::{Account, PsaStatus};
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::{AccountId, ContactId, CustomerId, RunId};
use domain::run::RunStatus;
use jiff::Timestamp;
use platform::App;
use platform::store::{MatchReview, RunReview, StoreError};
use serde_json::{Value, json};

use super::context::{Look, Theme};
use super::render::{render, told};

/// Runs on a page.
const RUNS_MAX: u32 = 20;
/// Customers with disputed accounts on a page.
const CUSTOMERS_MAX: u32 = 10;
/// Disputed accounts per customer on a page of several customers.
const ACCOUNTS_PER_CUSTOMER_MAX: usize = 5;
/// Disputed accounts on a page of one customer.
const ACCOUNTS_MAX: usize = 25;

/// Which part of what waits is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Section {
    /// The first of everything.
    #[default]
    All,
    /// Further runs.
    Runs,
    /// Disputed accounts of further customers.
    Matches,
    /// Disputed accounts of one customer.
    Customer(CustomerId),
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Which part.
    pub section: Section,
    /// Runs that wait for a yes.
    pub held: Vec<Held>,
    /// Customers whose run failed.
    pub failed: Vec<Failed>,
    /// Accounts that more than one contact fits.
    pub disputed: Vec<Disputed>,
    /// Where the runs go on.
    pub more_runs: Option<String>,
    /// Where the customers with disputed accounts go on.
    pub more_matches: Option<String>,
    /// Where the accounts of a customer go on.
    pub more_accounts: Vec<MoreAccounts>,
}

/// A run that waits for a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub run: RunId,
    /// Since when.
    pub since: Timestamp,
    /// How many accounts would go out of use.
    pub leaving: u64,
    /// Of how many.
    pub active: u64,
    /// Why it is held.
    pub reason: String,
    /// Did somebody say yes already?
    pub approved: bool,
}

/// A customer whose run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Whose.
    pub customer: CustomerId,
    /// Since when its runs fail.
    pub since: Timestamp,
    /// What went wrong.
    pub error: String,
}

/// An account that more than one contact fits. It has no `Debug`, for the name is a person's.
#[derive(Clone, PartialEq, Eq)]
pub struct Disputed {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub account: AccountId,
    /// What people call it, as its source has it: hostile until escaped.
    pub name: Option<String>,
    /// The contacts.
    pub candidates: Vec<CandidateRow>,
}

impl std::fmt::Debug for Disputed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Disputed")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// A contact that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateRow {
    /// Which.
    pub contact: ContactId,
    /// By which rule it came into question.
    pub rule: &'static str,
}

/// A customer with more disputed accounts than are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreAccounts {
    /// Whose.
    pub customer: CustomerId,
    /// The last that is shown.
    pub after: AccountId,
    /// How many there are in all.
    pub count: u64,
}

/// Answers the widget's question: HTML as a JSON text, or its documentation. `function` is the ARN
/// of the function that is asked.
///
/// # Errors
/// Those of the table. A question that makes no sense is answered in words.
pub async fn show(app: &App, event: &Value, function: &str) -> Result<Value, Failure> {
    if event.get("describe").and_then(Value::as_bool) == Some(true) {
        return Ok(json!({ "markdown": super::DOCUMENTATION }));
    }
    let look = Look {
        theme: Theme::of(event),
        widget: function.to_owned(),
        decide: app.decide_function.clone(),
    };
    let page = match Question::of(event) {
        Some(question) => gather(app, question).await,
        None => Err(StoreError::BadCursor),
    };
    match page {
        Ok(page) => Ok(render(&page, &look).into()),
        Err(StoreError::BadCursor) => {
            let text = "There is no such page. Refresh the widget to begin with the first.";
            Ok(told(look.theme, text).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// What is asked for.
enum Question {
    All,
    Runs(String),
    Matches(String),
    Customer(CustomerId, Option<AccountId>),
}

impl Question {
    /// `None` where a parameter is not what it should be. Parameters that we do not know are those
    /// of newer dashboards, and passed over.
    fn of(event: &Value) -> Option<Self> {
        let text = |name: &str| match event.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) => Some(Some(text.clone())),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => None,
        };
        let (runs, matches) = (text("runs")?, text("matches")?);
        let customer = text("customer")?.map(CustomerId::parse);
        let after = text("after")?.map(AccountId::parse);
        Some(match (runs, matches, customer.transpose().ok()?) {
            (Some(cursor), _, _) => Self::Runs(cursor),
            (None, Some(cursor), _) => Self::Matches(cursor),
            (None, None, Some(customer)) => Self::Customer(customer, after.transpose().ok()?),
            (None, None, None) => Self::All,
        })
    }
}

async fn gather(app: &App, question: Question) -> Result<Page, StoreError> {
    let mut page = Page::default();
    match question {
        Question::All => {
            runs(app, &mut page, None).await?;
            matches(app, &mut page, None).await?;
        }
        Question::Runs(cursor) => {
            page.section = Section::Runs;
            runs(app, &mut page, Some(&cursor)).await?;
        }
        Question::Matches(cursor) => {
            page.section = Section::Matches;
            matches(app, &mut page, Some(&cursor)).await?;
        }
        Question::Customer(customer, after) => {
            let review = app.store.match_review(&customer).await?;
            page.section = Section::Customer(customer);
            if let Some(review) = review {
                accounts(app, &mut page, &review, after.as_ref(), ACCOUNTS_MAX).await?;
            }
        }
    }
    Ok(page)
}

async fn runs(app: &App, page: &mut Page, cursor: Option<&str>) -> Result<(), StoreError> {
    let (reviews, next) = app.store.run_reviews(cursor, RUNS_MAX).await?;
    page.more_runs = next;
    for review in reviews {
        if review.status == RunStatus::Held {
            page.held.extend(held(app, review).await?);
        } else {
            page.failed.push(Failed {
                customer: review.customer,
                since: review.since,
                error: review.reason,
            });
        }
    }
    Ok(())
}

/// What is held now, which is what a yes must name; nothing where it was decided meanwhile.
async fn held(app: &App, review: RunReview) -> Result<Option<Held>, StoreError> {
    let state = app.store.import_state(&review.customer).await?;
    let approved = state.approved;
    Ok(state.held.map(|held| Held {
        customer: review.customer,
        since: review.since,
        leaving: held.leaving,
        active: held.active,
        reason: held.reason,
        approved: approved.is_some_and(|approval| approval.run == held.run),
        run: held.run,
    }))
}

async fn matches(app: &App, page: &mut Page, cursor: Option<&str>) -> Result<(), StoreError> {
    let (reviews, next) = app.store.match_reviews(cursor, CUSTOMERS_MAX).await?;
    page.more_matches = next;
    for review in reviews {
        accounts(app, page, &review, None, ACCOUNTS_PER_CUSTOMER_MAX).await?;
    }
    Ok(())
}

/// Adds the accounts of a customer that are disputed still, at most `limit`.
async fn accounts(
    app: &App,
    page: &mut Page,
    review: &MatchReview,
    after: Option<&AccountId>,
    limit: usize,
) -> Result<(), StoreError> {
    let left = review.accounts.iter().filter(|id| Some(*id) > after);
    let left: Vec<AccountId> = left.cloned().collect();
    let mut shown = left.clone();
    shown.truncate(limit);
    let accounts = app.store.accounts(&review.customer, &shown).await?;
    page.disputed.extend(accounts.iter().filter_map(disputed));
    if let Some(after) = shown.pop().filter(|_| left.len() > limit) {
        page.more_accounts.push(MoreAccounts {
            customer: review.customer.clone(),
            after,
            count: review.count,
        });
    }
    Ok(())
}

fn disputed(account: &Account) -> Option<Disputed> {
    if account.psa.status != PsaStatus::MoreThanOneMatch {
        return None;
    }
    let candidates = account.psa.candidates.iter();
    Some(Disputed {
        customer: account.customer.clone(),
        account: account.id.clone(),
        name: account
            .fields
            .get(Attribute::DisplayName)
            .map(str::to_owned),
        candidates: candidates
            .map(|candidate| CandidateRow {
                contact: candidate.contact.clone(),
                rule: candidate.rule.as_str(),
            })
            .collect(),
    })
}

//! How a page is gathered: from the notes of what waits, and then from the runs and accounts
//! themselves, which are the truth.

use domain::account::{Account, PsaStatus};
use domain::docs::DocsStatus;
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::AccountId;
use domain::run::RunStatus;
use platform::App;
use platform::store::{MatchReview, RunReview, StoreError};
use serde_json::{Value, json};

use super::context::{Look, Theme};
use super::page::{
    Accounts, ContactRow, Disputed, EntryRow, Failed, Held, MoreAccounts, Page, Section, Undecided,
    Who,
};
use super::question::{Part, Question};
use super::render::{render, told};

/// Runs on a page.
const RUNS_MAX: u32 = 20;
/// Customers with accounts that wait for a choice, on a page.
const CUSTOMERS_MAX: u32 = 10;
/// Such accounts per customer on a page of several customers.
const ACCOUNTS_PER_CUSTOMER_MAX: usize = 5;
/// Such accounts on a page of one customer.
const ACCOUNTS_MAX: usize = 25;

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

async fn gather(app: &App, question: Question) -> Result<Page, StoreError> {
    let mut page = Page::default();
    match question {
        Question::All => {
            runs(app, &mut page, None).await?;
            page.contacts = contacts(app, Part::Customers(None)).await?;
            page.entries = entries(app, Part::Customers(None)).await?;
        }
        Question::Runs(cursor) => {
            page.section = Section::Runs;
            runs(app, &mut page, Some(&cursor)).await?;
        }
        Question::Contacts(part) => {
            page.section = Section::Contacts;
            page.contacts = contacts(app, part).await?;
        }
        Question::Entries(part) => {
            page.section = Section::Entries;
            page.entries = entries(app, part).await?;
        }
    }
    let lists = [
        &page.more_runs,
        &page.contacts.more_customers,
        &page.entries.more_customers,
    ];
    if lists.into_iter().any(Option::is_some) {
        page.counts = app.store.review_counts().await?;
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

async fn contacts(app: &App, part: Part) -> Result<Accounts<Disputed>, StoreError> {
    match part {
        Part::Customers(cursor) => {
            let reviews = app.store.match_reviews(cursor.as_deref(), CUSTOMERS_MAX);
            of_customers(app, reviews.await?, disputed).await
        }
        Part::Of(customer, after) => {
            let review = app.store.match_review(&customer).await?;
            of_customer(app, review, after.as_ref(), disputed).await
        }
    }
}

async fn entries(app: &App, part: Part) -> Result<Accounts<Undecided>, StoreError> {
    match part {
        Part::Customers(cursor) => {
            let reviews = app.store.entry_reviews(cursor.as_deref(), CUSTOMERS_MAX);
            of_customers(app, reviews.await?, undecided).await
        }
        Part::Of(customer, after) => {
            let review = app.store.entry_review(&customer).await?;
            of_customer(app, review, after.as_ref(), undecided).await
        }
    }
}

/// An account as a row; `None` where it waits no longer.
type Row<T> = fn(&Account) -> Option<T>;

async fn of_customers<T>(
    app: &App,
    (reviews, next): (Vec<MatchReview>, Option<String>),
    row: Row<T>,
) -> Result<Accounts<T>, StoreError> {
    let mut accounts = Accounts {
        more_customers: next,
        ..Accounts::default()
    };
    for review in reviews {
        add(
            app,
            &mut accounts,
            &review,
            None,
            ACCOUNTS_PER_CUSTOMER_MAX,
            row,
        )
        .await?;
    }
    Ok(accounts)
}

async fn of_customer<T>(
    app: &App,
    review: Option<MatchReview>,
    after: Option<&AccountId>,
    row: Row<T>,
) -> Result<Accounts<T>, StoreError> {
    let mut accounts = Accounts::default();
    if let Some(review) = review {
        add(app, &mut accounts, &review, after, ACCOUNTS_MAX, row).await?;
    }
    Ok(accounts)
}

/// Adds the accounts of a customer that wait still, at most `limit`.
async fn add<T>(
    app: &App,
    list: &mut Accounts<T>,
    review: &MatchReview,
    after: Option<&AccountId>,
    limit: usize,
    row: Row<T>,
) -> Result<(), StoreError> {
    let left = review.accounts.iter().filter(|id| Some(*id) > after);
    let left: Vec<AccountId> = left.cloned().collect();
    let mut shown = left.clone();
    shown.truncate(limit);
    let accounts = app.store.accounts(&review.customer, &shown).await?;
    list.rows.extend(accounts.iter().filter_map(row));
    let after = shown.pop().filter(|_| left.len() > limit);
    if after.is_some() || review.count > review.accounts.len() as u64 {
        list.more_accounts.push(MoreAccounts {
            customer: review.customer.clone(),
            after,
            count: review.count,
        });
    }
    Ok(())
}

fn who(account: &Account) -> Who {
    let name = account.fields.get(Attribute::DisplayName);
    Who {
        customer: account.customer.clone(),
        account: account.id.clone(),
        name: name.map(str::to_owned),
    }
}

fn disputed(account: &Account) -> Option<Disputed> {
    let candidates = account.psa.candidates.iter();
    (account.psa.status == PsaStatus::MoreThanOneMatch).then(|| Disputed {
        who: who(account),
        candidates: candidates
            .map(|candidate| ContactRow {
                contact: candidate.contact.clone(),
                rule: candidate.rule.as_str(),
            })
            .collect(),
    })
}

fn undecided(account: &Account) -> Option<Undecided> {
    let candidates = account.docs.candidates.iter();
    (account.docs.status.waits_for_person()).then(|| Undecided {
        who: who(account),
        is_one_in_doubt: account.docs.status == DocsStatus::PossibleMatch,
        candidates: candidates
            .map(|candidate| EntryRow {
                entry: candidate.entry.clone(),
                why_not: candidate.why_not.clone(),
                lacks_category: candidate.lacks_category(),
            })
            .collect(),
    })
}

//! A customer's accounts: list, show, edit.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use domain::account::{Account, AccountType};
use domain::customer::Customer;
use domain::fields::Attribute;
use domain::id::AccountId;
use domain::limits::ACCOUNTS_PER_PAGE_MAX;
use platform::store::{AccountWrite, StoreError, WriteOutcome};
use platform::{App, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::auth::Operator;
use crate::routes::{customer, policies, unavailable};
use crate::view::AccountView;

/// Accounts in one answer, where the caller does not say.
const LIMIT_DEFAULT: u32 = 100;

#[derive(Debug, Deserialize)]
pub(crate) struct Paging {
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(crate) async fn list(
    _operator: Operator,
    State(app): State<App>,
    Path(id): Path<String>,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(paging) = paging.map_err(|_| {
        Problem::bad_request(format!(
            "the query may hold limit, 1 to {ACCOUNTS_PER_PAGE_MAX}, and cursor"
        ))
    })?;
    let customer = customer(&app, &id).await?;
    let limit = paging.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=ACCOUNTS_PER_PAGE_MAX).contains(&limit) {
        return Err(Problem::bad_request(format!(
            "limit must be 1 to {ACCOUNTS_PER_PAGE_MAX}"
        )));
    }
    let page = app
        .store
        .accounts_page(&customer.id, paging.cursor.as_deref(), limit)
        .await;
    let (accounts, next) = page.map_err(|error| {
        if matches!(error, StoreError::BadCursor) {
            return Problem::bad_request("cursor must be the next of an answer before");
        }
        unavailable(error)
    })?;
    let accounts: Vec<AccountView> = accounts.iter().map(AccountView::from).collect();
    Ok(Json(json!({ "accounts": accounts, "next": next })))
}

pub(crate) async fn show(
    _operator: Operator,
    State(app): State<App>,
    Path((id, account)): Path<(String, String)>,
) -> Result<Json<AccountView>, Problem> {
    let customer = customer(&app, &id).await?;
    Ok(Json(AccountView::from(
        &find(&app, &customer, &account).await?,
    )))
}

/// What a person may change. A key that is absent stays; null clears.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    #[serde(default, deserialize_with = "said")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    mobile: Option<Option<String>>,
    /// Moves the account to another section, against any rule (B31).
    account_type: Option<AccountType>,
}

fn said<'de, D>(deserializer: D) -> Result<Option<Option<String>>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    Option::<String>::deserialize(deserializer).map(Some)
}

pub(crate) async fn edit(
    _operator: Operator,
    State(app): State<App>,
    Path((id, account)): Path<(String, String)>,
    body: Result<Json<Edit>, JsonRejection>,
) -> Result<Json<AccountView>, Problem> {
    let Json(wanted) = body.map_err(|rejection| {
        Problem::unreadable_body(
            rejection.status(),
            "JSON with email, mobile or account_type",
        )
    })?;
    let customer = customer(&app, &id).await?;
    let held = find(&app, &customer, &account).await?;
    let policies = policies(&app, &customer).await?;
    let mut changes = Vec::new();
    changes.extend(wanted.email.map(|value| (Attribute::Email, value)));
    changes.extend(wanted.mobile.map(|value| (Attribute::Mobile, value)));
    let policy = policies.of(held.account_type);
    let mut edited = domain::push::edit(&held, &changes, policy)
        .map_err(|refused| Problem::conflict(refused.to_string()))?;
    if let Some(account_type) = wanted.account_type {
        edited.account_type = account_type;
        edited.type_moved_by_person = true;
        "a person moved the account".clone_into(&mut edited.type_reason);
    }
    if edited != held {
        edited.revision = held.revision + 1;
        write(&app, &held, edited.clone()).await?;
    }
    Ok(Json(AccountView::from(&edited)))
}

/// The account of a path.
pub(crate) async fn find(
    app: &App,
    customer: &Customer,
    account: &str,
) -> Result<Account, Problem> {
    let missing = || Problem::not_found("no such account");
    let id = AccountId::parse(account).map_err(|_| missing())?;
    let account = app
        .store
        .account(&customer.id, &id)
        .await
        .map_err(unavailable)?;
    account.ok_or_else(missing)
}

async fn write(app: &App, held: &Account, edited: Account) -> Result<(), Problem> {
    let write = AccountWrite {
        account: edited,
        expected: Some(held.revision),
        aliases: Vec::new(),
        claim: None,
        release: None,
    };
    let outcomes = app
        .store
        .write_accounts(None, vec![write])
        .await
        .map_err(unavailable)?;
    match outcomes.first() {
        Some(WriteOutcome::Done) => Ok(()),
        Some(WriteOutcome::Conflict | WriteOutcome::AliasTaken(..) | WriteOutcome::Taken(_))
        | None => Err(Problem::conflict(
            "the account was changed at the same moment; read it again and repeat the edit",
        )),
    }
}

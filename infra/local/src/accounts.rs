//! `muster accounts`: a customer's accounts as a table, or as JSON, one object a line.

use admin_api::view::AccountView;
use comfy_table::Table;
use domain::account::Account;
use domain::failure::Failure;
use domain::fields::Attribute;
use domain::id::CustomerId;
use domain::limits::ACCOUNTS_PER_PAGE_MAX;
use platform::App;

use crate::local::LocalError;
use crate::table;

/// Tells of every account of a customer as a line of JSON, page by page.
///
/// # Errors
/// Those of the table, and those of `line`.
pub async fn as_json(
    app: &App,
    customer: &CustomerId,
    mut line: impl FnMut(&str) -> Result<(), LocalError>,
) -> Result<(), LocalError> {
    let mut cursor = None;
    loop {
        let page = app
            .store
            .accounts_page(customer, cursor.as_deref(), ACCOUNTS_PER_PAGE_MAX);
        let (accounts, next) = page.await.map_err(Failure::from)?;
        for account in &accounts {
            let view = AccountView::from(account);
            let text = serde_json::to_string(&view).expect("a view is made of texts and flags");
            line(&text)?;
        }
        if next.is_none() {
            return Ok(());
        }
        cursor = next;
    }
}

/// A customer's accounts as a table, by name.
///
/// # Errors
/// Those of the table.
pub async fn as_table(app: &App, customer: &CustomerId) -> Result<Table, Failure> {
    let mut accounts = app.store.all_accounts(customer).await?;
    accounts.sort_by_cached_key(|account| {
        (
            account
                .fields
                .display_name
                .as_deref()
                .map(str::to_lowercase),
            account.id.clone(),
        )
    });
    let heads = [
        "name",
        "user name",
        "e-mail",
        "mobile",
        "section",
        "state",
        "sources",
        "PSA",
        "documentation",
    ];
    let mut shown = table::with_heads(&heads);
    for account in &accounts {
        let value = |attribute| table::or_none(account.fields.get(attribute));
        let sources: Vec<&str> = account
            .identities
            .iter()
            .map(|identity| identity.key.source.as_str())
            .collect();
        shown.add_row([
            value(Attribute::DisplayName),
            value(Attribute::Username),
            value(Attribute::Email),
            value(Attribute::Mobile),
            account.account_type.as_str().to_owned(),
            account.state.as_str().to_owned(),
            sources.join("\n"),
            standing(account),
            docs(account),
        ]);
    }
    Ok(shown)
}

fn standing(account: &Account) -> String {
    let psa = &account.psa;
    match (&psa.contact, psa.rule) {
        (Some(contact), Some(rule)) => {
            format!("{} {contact} by {}", psa.status.as_str(), rule.as_str())
        }
        (Some(contact), None) => format!("{} {contact}", psa.status.as_str()),
        (None, _) => psa.status.as_str().to_owned(),
    }
}

/// How an account stands with the documentation system, in a few words.
pub(crate) fn docs(account: &Account) -> String {
    let docs = &account.docs;
    match (&docs.entry, docs.rule) {
        (Some(entry), Some(rule)) => {
            format!("{} {entry} by {}", docs.status.as_str(), rule.as_str())
        }
        (Some(entry), None) => format!("{} {entry}", docs.status.as_str()),
        (None, _) => docs.status.as_str().to_owned(),
    }
}

/// The one account of that id, user name or e-mail address.
///
/// # Errors
/// There is none, or there are several; those of the table.
pub async fn find(app: &App, customer: &CustomerId, text: &str) -> Result<Account, LocalError> {
    let wanted = text.trim().to_lowercase();
    let mut found = Vec::new();
    for account in app
        .store
        .all_accounts(customer)
        .await
        .map_err(Failure::from)?
    {
        if account.id.as_str() == wanted {
            return Ok(account);
        }
        if names(&account).any(|name| name.to_lowercase() == wanted) {
            found.push(account);
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(LocalError::Asked(format!(
            "{customer} has no account with this id, user name or e-mail address; muster accounts \
             shows those there are"
        ))),
        _ => {
            let ids: Vec<&str> = found.iter().map(|account| account.id.as_str()).collect();
            Err(LocalError::Asked(format!(
                "several accounts fit; name one by its id: {}",
                ids.join(", ")
            )))
        }
    }
}

/// Everything an account may be called by.
pub(crate) fn names(account: &Account) -> impl Iterator<Item = &str> {
    let own = [
        account.fields.get(Attribute::Username),
        account.fields.get(Attribute::Email),
    ];
    let of_identities = account.identities.iter().flat_map(|identity| {
        [
            identity.fields.get(Attribute::Username),
            identity.sam_account_name.as_deref(),
            identity.fields.get(Attribute::Email),
        ]
    });
    own.into_iter().chain(of_identities).flatten()
}

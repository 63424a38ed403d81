//! The PSA's side of an explanation. Standings keep ids, rules and reasons; the values are read from
//! the PSA now, and where it does not answer the explanation says so and goes on.

use comfy_table::Table;
use connectors::psa::{Psa, Settings};
use domain::account::Account;
use domain::fields::Attribute;
use domain::id::ContactId;
use domain::matching::agreeing;
use domain::policy::Policy;
use domain::push::contact::Contact;
use domain::push::missing_fields;
use domain::quota::Lane;

use platform::SecretName;

use crate::local::Local;
use crate::table;

/// How the account stands with the PSA, and why.
pub(super) async fn explained(local: &Local, account: &Account, policy: &Policy) -> String {
    let standing = &account.psa;
    let mut text = format!("PSA: {}", standing.status.as_str());
    if let Some(contact) = &standing.contact {
        text.push_str(&format!(" with contact {contact}"));
    }
    if let Some(rule) = standing.rule {
        text.push_str(&format!(", by the rule {}", rule.as_str()));
    }
    if let Some(reason) = &standing.reason {
        text.push_str(&format!("\nbecause {reason}"));
    }
    if let Some(since) = standing.creating_since {
        text.push_str(&format!(
            "\na create was sent {since} and its answer is not known; the next push looks for it first"
        ));
    }
    let mut ids: Vec<&ContactId> = standing.contact.iter().collect();
    ids.extend(
        standing
            .candidates
            .iter()
            .map(|candidate| &candidate.contact),
    );
    if ids.is_empty() {
        return text;
    }
    match connected(local).await {
        Ok(psa) => {
            let (table, linked) = table_of(psa.as_ref(), account, &ids).await;
            text.push_str(&format!("\n\n{table}"));
            let missing =
                linked.map(|contact| missing_fields(account, policy, &psa.gaps(), &contact));
            for field in missing.unwrap_or_default() {
                text.push_str(&format!(
                    "\n{} shows no custom field {field} that can hold it, so that it is left out: \
                     make it there under exactly this name",
                    psa.kind().name()
                ));
            }
        }
        Err(why) => {
            text.push_str(&format!("\n\nthe contacts cannot be shown: {why}"));
            text.push_str(&format!("\n{}", refusals(account)));
        }
    }
    text
}

async fn connected(local: &Local) -> Result<Box<dyn Psa>, String> {
    let secret = local
        .app
        .secrets
        .find(SecretName::Psa)
        .await
        .map_err(|error| error.to_string())?;
    let secret = secret.ok_or("the configuration has no PSA")?;
    let settings = Settings::from_json(&secret).map_err(|error| error.to_string())?;
    local
        .vendors
        .in_lane(Lane::Person)
        .psa(&settings)
        .map_err(|error| error.to_string())
}

/// Each contact, what agrees with the account, and why it was not taken; and the linked one.
async fn table_of(
    psa: &dyn Psa,
    account: &Account,
    ids: &[&ContactId],
) -> (Table, Option<Contact>) {
    let mut linked = None;
    let heads = [
        "contact",
        "name",
        "e-mail",
        "mobile",
        "in use",
        "agrees by",
        "verdict",
    ];
    let mut shown = table::with_heads(&heads);
    for id in ids {
        let verdict = verdict(account, id);
        match psa.contact(id).await {
            Ok(Some(contact)) => {
                shown.add_row(row(account, &contact, verdict));
                if account.contact() == Some(id) {
                    linked = Some(contact);
                }
            }
            Ok(None) => _ = shown.add_row([id.as_str(), "not in the PSA any more"]),
            Err(error) => _ = shown.add_row([id.to_string(), error.to_string()]),
        }
    }
    (shown, linked)
}

fn row(account: &Account, contact: &Contact, verdict: String) -> Vec<String> {
    let value = |attribute| table::or_none(contact.fields.get(attribute));
    let agrees: Vec<&str> = agreeing(account, contact)
        .into_iter()
        .map(|rule| rule.as_str())
        .collect();
    vec![
        contact.id.to_string(),
        value(Attribute::DisplayName),
        value(Attribute::Email),
        value(Attribute::Mobile),
        if contact.active { "yes" } else { "no" }.to_owned(),
        table::or_none(Some(&agrees.join(", "))),
        verdict,
    ]
}

fn verdict(account: &Account, id: &ContactId) -> String {
    if account.contact() == Some(id) {
        return "linked".to_owned();
    }
    let candidate = account
        .psa
        .candidates
        .iter()
        .find(|candidate| candidate.contact == *id);
    candidate.map_or_else(String::new, |candidate| {
        format!("by {}: {}", candidate.rule.as_str(), candidate.why_not)
    })
}

/// What is known without the PSA.
fn refusals(account: &Account) -> Table {
    let mut shown = table::with_heads(&["contact", "by", "why not"]);
    for candidate in &account.psa.candidates {
        shown.add_row([
            candidate.contact.as_str(),
            candidate.rule.as_str(),
            &candidate.why_not,
        ]);
    }
    shown
}

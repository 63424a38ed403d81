//! What people see of an account: the one form for the API and the local program. Its names are a
//! contract.

use domain::account::Account;
use domain::docs::DocsStanding;
use domain::fields::Attribute;
use serde::Serialize;

/// An account as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub customer_id: String,
    /// `end-user`, `administrator` or `service`.
    pub account_type: &'static str,
    /// What people call it.
    pub display_name: Option<String>,
    /// What it signs in with.
    pub username: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub surname: Option<String>,
    /// The main e-mail address.
    pub email: Option<String>,
    /// The mobile phone.
    pub mobile: Option<String>,
    /// Does any of its sources let it sign in? An account that expired is enabled and `disabled`.
    pub enabled: bool,
    /// `active`, `disabled` or `removed`.
    pub state: &'static str,
    /// The records it joins, the founding one first.
    pub sources: Vec<SourceView>,
    /// Its standing with the PSA.
    pub psa: PsaView,
    /// Its standing with the documentation system, where there was a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<DocsView>,
}

/// One record of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceView {
    /// `microsoft-365`, `active-directory` or `local-windows`.
    pub system: &'static str,
    /// The source's immutable id.
    pub id: String,
    /// What the record signs in with.
    pub username: Option<String>,
    /// Is it there, and may it sign in?
    pub enabled: bool,
}

/// An account's standing with the PSA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PsaView {
    /// `matched`, `created`, `more-than-one-match`, `no-match`, `blocked`, `failed` or `off`.
    pub status: &'static str,
    /// The contact it is linked to.
    pub contact_id: Option<String>,
    /// The rule that linked them, or that found the candidates.
    pub rule: Option<&'static str>,
    /// Contacts that could be it.
    pub candidates: Vec<CandidateView>,
    /// Why it is so.
    pub reason: Option<String>,
}

/// A contact that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CandidateView {
    /// Which contact.
    pub contact_id: String,
    /// By which rule it came into question.
    pub rule: &'static str,
    /// Why it was not taken.
    pub why_not: String,
}

/// An account's standing with the documentation system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocsView {
    /// `matched`, `created`, `possible-match`, `more-than-one-match`, `category-differs`, `no-match`,
    /// `orphaned`, `blocked`, `failed` or `off`.
    pub status: &'static str,
    /// The entry it is linked to.
    pub entry_id: Option<String>,
    /// The rule that linked them.
    pub rule: Option<&'static str>,
    /// Entries that could be it, or that are reported.
    pub candidates: Vec<EntryView>,
    /// Why it is so.
    pub reason: Option<String>,
}

/// An entry that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryView {
    /// Which entry.
    pub entry_id: String,
    /// Why it was not taken.
    pub why_not: String,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        let value = |attribute| account.fields.get(attribute).map(str::to_owned);
        let sources = account.identities.iter().map(|identity| SourceView {
            system: identity.key.source.as_str(),
            id: identity.key.id.clone(),
            username: identity.fields.get(Attribute::Username).map(str::to_owned),
            enabled: identity.enabled && identity.gone.is_none(),
        });
        let sources: Vec<SourceView> = sources.collect();
        Self {
            id: account.id.to_string(),
            customer_id: account.customer.to_string(),
            account_type: account.account_type.as_str(),
            display_name: value(Attribute::DisplayName),
            username: value(Attribute::Username),
            given_name: value(Attribute::GivenName),
            surname: value(Attribute::Surname),
            email: value(Attribute::Email),
            mobile: value(Attribute::Mobile),
            enabled: sources.iter().any(|source| source.enabled),
            state: account.state.as_str(),
            sources,
            psa: psa(account),
            docs: docs(account),
        }
    }
}

fn psa(account: &Account) -> PsaView {
    let standing = &account.psa;
    PsaView {
        status: standing.status.as_str(),
        contact_id: standing.contact.as_ref().map(ToString::to_string),
        rule: standing.rule.map(|rule| rule.as_str()),
        candidates: standing
            .candidates
            .iter()
            .map(|candidate| CandidateView {
                contact_id: candidate.contact.to_string(),
                rule: candidate.rule.as_str(),
                why_not: candidate.why_not.clone(),
            })
            .collect(),
        reason: standing.reason.clone(),
    }
}

fn docs(account: &Account) -> Option<DocsView> {
    let standing = &account.docs;
    (*standing != DocsStanding::default()).then(|| DocsView {
        status: standing.status.as_str(),
        entry_id: standing.entry.as_ref().map(ToString::to_string),
        rule: standing.rule.map(|rule| rule.as_str()),
        candidates: standing
            .candidates
            .iter()
            .map(|candidate| EntryView {
                entry_id: candidate.entry.to_string(),
                why_not: candidate.why_not.clone(),
            })
            .collect(),
        reason: standing.reason.clone(),
    })
}

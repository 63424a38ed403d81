//! An account as an item: the hot one of the table, which stays below 1 KB for an ordinary user,
//! since a write costs a unit per started KB. So names are short, defaults are left out, ids are
//! bytes, and a value that the leading identity also has is stored once.
//!
//! | attribute | holds | left out |
//! |---|---|---|
//! | `r`   | revision | |
//! | `t`   | account type | end-user |
//! | `why` | the rule that put it there | the one of ordinary users |
//! | `tp`  | moved there by a person | no |
//! | `f`   | fields, where they differ from the leading identity's; NULL where none is held | the same |
//! | `o`   | origins by attribute | none |
//! | `st`, `ss` | state, since when | active; since it was imported |
//! | `i`   | imported at | |
//! | `ids` | identities, see `identity_item` | |
//! | `p`   | standing with the PSA, see `standing_item` | nobody looked yet |
//! | `d`   | standing with the documentation system, see `docs_item` | nobody looked yet |
//!
//! Attributes that are not known are not read; a new one has a default.

use aws_sdk_dynamodb::types::AttributeValue as Value;
use domain::account::{Account, AccountState, AccountType, Origin, PsaStanding};
use domain::docs::DocsStanding;
use domain::fields::{Attribute, Fields};
use domain::id::{AccountId, CustomerId};
use domain::identity::{Identity, IdentityKey, Source};

use super::attr::{
    Item, Malformed, as_map, as_text, check_version, corrupt, get_flag, get_list, get_map,
    get_number, get_text, get_time, new_item, number, text, time,
};
use super::docs_item::{docs_of, map_of_docs};
use super::error::StoreError;
use super::identity_item::{identity_of, key_and_gone, map_of_identity};
use super::keys::Key;
use super::standing_item::{map_of_standing, standing_of};

/// What an ordinary user's reason says. It is only a shorthand: any other reason, a later wording
/// of this one too, is stored as it is.
const REASON_OF_ORDINARY_USERS: &str =
    "no directory role, no privileged group, no pattern of service accounts";

/// The attributes that [`IndexEntry`] is made of.
pub(crate) const INDEX_ATTRIBUTES: &str = "sk, st, ids";

/// What an account is in short, to find out who is missing without reading the whole of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// Which account.
    pub account: AccountId,
    /// Whether it is in use.
    pub state: AccountState,
    /// Its identities.
    pub identities: Vec<IndexIdentity>,
}

/// An identity in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexIdentity {
    /// Which record.
    pub key: IdentityKey,
    /// Has it left its source?
    pub gone: bool,
}

/// The item of an account.
pub(crate) fn item_of_account(account: &Account) -> Item {
    let key = Key::Account(account.customer.clone(), account.id.clone());
    let mut item = new_item(&key, "account");
    let mut put = |name: &str, value: Value| {
        item.insert(name.to_owned(), value);
    };
    put("r", number(account.revision));
    if account.account_type != AccountType::EndUser {
        put("t", text(account.account_type.as_str()));
    }
    if account.type_reason != REASON_OF_ORDINARY_USERS {
        put("why", text(&account.type_reason));
    }
    if account.type_moved_by_person {
        put("tp", Value::Bool(true));
    }
    let own = differing(
        &account.fields,
        account.leading().map(|leading| &leading.fields),
    );
    if !own.is_empty() {
        put("f", Value::M(own));
    }
    if !account.origins.is_empty() {
        let origins = account
            .origins
            .iter()
            .map(|(attribute, origin)| (letter(*attribute).to_owned(), text(origin_code(*origin))));
        put("o", Value::M(origins.collect()));
    }
    if account.state != AccountState::Active {
        put("st", text(account.state.as_str()));
    }
    if account.state_since != account.imported_at {
        put("ss", time(account.state_since));
    }
    put("i", time(account.imported_at));
    let identities = account.identities.iter().map(map_of_identity);
    put("ids", Value::L(identities.map(Value::M).collect()));
    if account.psa != PsaStanding::default() {
        put("p", Value::M(map_of_standing(&account.psa)));
    }
    if account.docs != DocsStanding::default() {
        put("d", Value::M(map_of_docs(&account.docs)));
    }
    item
}

/// The account of an item.
pub(crate) fn account_of(item: &Item) -> Result<Account, StoreError> {
    check_version(item)?;
    read(item).map_err(|problem| corrupt(item, problem))
}

fn read(item: &Item) -> Result<Account, Malformed> {
    let (customer, id) = whose(item)?;
    let identities = get_list(item, "ids")?
        .iter()
        .map(|identity| identity_of(as_map(identity)?))
        .collect::<Result<Vec<Identity>, Malformed>>()?;
    let imported_at = get_time(item, "i")?.ok_or(Malformed("i is missing"))?;
    let psa = get_map(item, "p")?.map(standing_of).transpose()?;
    let docs = get_map(item, "d")?.map(docs_of).transpose()?;
    let mut account = Account {
        id,
        customer,
        revision: get_number(item, "r")?.ok_or(Malformed("r is missing"))?,
        account_type: account_type(item)?,
        type_reason: get_text(item, "why")?
            .unwrap_or(REASON_OF_ORDINARY_USERS)
            .to_owned(),
        type_moved_by_person: get_flag(item, "tp")?,
        fields: Fields::default(),
        origins: origins(item)?,
        state: state(item)?,
        state_since: get_time(item, "ss")?.unwrap_or(imported_at),
        imported_at,
        identities,
        psa: psa.unwrap_or_default(),
        docs: docs.unwrap_or_default(),
    };
    let leading = account.leading().map(|leading| leading.fields.clone());
    account.fields = leading.unwrap_or_default();
    if let Some(own) = get_map(item, "f")? {
        put_over(&mut account.fields, own)?;
    }
    Ok(account)
}

/// The short form of an item's account; the item may have no more than `INDEX_ATTRIBUTES`.
pub(crate) fn index_entry_of(item: &Item) -> Result<IndexEntry, StoreError> {
    let read = || {
        let id = get_text(item, "sk")?.ok_or(Malformed("sk is missing"))?;
        let identities = get_list(item, "ids")?.iter().map(|identity| {
            let (key, gone) = key_and_gone(as_map(identity)?)?;
            Ok(IndexIdentity { key, gone })
        });
        Ok(IndexEntry {
            account: AccountId::parse(id).map_err(|_| Malformed("sk is no id"))?,
            state: state(item)?,
            identities: identities.collect::<Result<_, Malformed>>()?,
        })
    };
    read().map_err(|problem| corrupt(item, problem))
}

fn whose(item: &Item) -> Result<(CustomerId, AccountId), Malformed> {
    match Key::of(item) {
        Some(Key::Account(customer, account)) => Ok((customer, account)),
        _ => Err(Malformed("the key is no account's")),
    }
}

fn account_type(item: &Item) -> Result<AccountType, Malformed> {
    let Some(name) = get_text(item, "t")? else {
        return Ok(AccountType::EndUser);
    };
    AccountType::ALL
        .into_iter()
        .find(|one| one.as_str() == name)
        .ok_or(Malformed("t is no account type"))
}

fn state(item: &Item) -> Result<AccountState, Malformed> {
    use AccountState::{Active, Disabled, Removed};
    let Some(name) = get_text(item, "st")? else {
        return Ok(Active);
    };
    [Active, Disabled, Removed]
        .into_iter()
        .find(|one| one.as_str() == name)
        .ok_or(Malformed("st is no state"))
}

fn origins(item: &Item) -> Result<std::collections::BTreeMap<Attribute, Origin>, Malformed> {
    let Some(map) = get_map(item, "o")? else {
        return Ok(Default::default());
    };
    map.iter()
        .map(|(name, code)| {
            let attribute = attribute_of(name).ok_or(Malformed("o has no such attribute"))?;
            let origin = origin_of(&as_text(code)?).ok_or(Malformed("o has no such origin"))?;
            Ok((attribute, origin))
        })
        .collect()
}

/// The fields that are not the same as the base's; NULL for one that only the base has.
pub(crate) fn differing(fields: &Fields, base: Option<&Fields>) -> Item {
    let mut map = Item::new();
    for attribute in Attribute::ALL {
        let held = fields.get(attribute);
        if held != base.and_then(|base| base.get(attribute)) {
            let value = held.map_or(Value::Null(true), text);
            map.insert(letter(attribute).to_owned(), value);
        }
    }
    map
}

/// Puts stored fields over those that are there.
pub(crate) fn put_over(fields: &mut Fields, stored: &Item) -> Result<(), Malformed> {
    for (name, value) in stored {
        let Some(attribute) = attribute_of(name) else {
            continue;
        };
        let value = if value.is_null() {
            None
        } else {
            Some(as_text(value)?)
        };
        fields.set(attribute, value);
    }
    Ok(())
}

/// The name of an attribute in items.
pub(crate) fn letter(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::DisplayName => "n",
        Attribute::Username => "u",
        Attribute::GivenName => "g",
        Attribute::Surname => "s",
        Attribute::Email => "e",
        Attribute::Mobile => "m",
        Attribute::Phone => "p",
        Attribute::JobTitle => "j",
        Attribute::Department => "d",
    }
}

/// The attribute of that name in items.
pub(crate) fn attribute_of(name: &str) -> Option<Attribute> {
    Attribute::ALL.into_iter().find(|one| letter(*one) == name)
}

/// The name of a source in items.
pub(crate) fn source_code(source: Source) -> &'static str {
    match source {
        Source::Microsoft365 => "m",
        Source::ActiveDirectory => "a",
        Source::LocalWindows => "l",
    }
}

/// The source of that name in items.
pub(crate) fn source_of(code: &str) -> Option<Source> {
    Source::ALL
        .into_iter()
        .find(|one| source_code(*one) == code)
}

fn origin_code(origin: Origin) -> &'static str {
    match origin {
        Origin::Source(source) => source_code(source),
        Origin::Psa => "p",
        Origin::Person => "h",
    }
}

fn origin_of(code: &str) -> Option<Origin> {
    match code {
        "p" => Some(Origin::Psa),
        "h" => Some(Origin::Person),
        code => source_of(code).map(Origin::Source),
    }
}

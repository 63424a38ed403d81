//! Entries of Active Directory to readings: which are users, what they say, and why they are
//! administrators.

use std::collections::BTreeSet;

use domain::fields::Attribute;
use domain::identity::{Departure, IdentityKey, IdentityKind, News, Reading, Said, Source, Values};
use domain::limits::ALTERNATE_EMAILS_MAX;
use jiff::Timestamp;

use super::entry::{Entry, What};
use super::groups::{Groups, Subject};
use super::system::is_system;
use super::text::cut;
use super::windows::{self, Expiry};

/// `sAMAccountType` of an ordinary user (SAM_NORMAL_USER_ACCOUNT); computers have another.
const NORMAL_USER: i64 = 805_306_368;
/// `userAccountControl`: disabled.
const DISABLED: u32 = 0x2;
/// `userAccountControl`: an ordinary account.
const NORMAL_ACCOUNT: u32 = 0x200;
/// `userAccountControl`: trusts between domains, computers, domain controllers.
const TRUSTS: u32 = 0x800 | 0x1000 | 0x2000;
/// The longest distinguished name kept; it is compared as a whole, so a longer one is left out.
const DN_BYTES_MAX: usize = 2_048;

/// What an entry is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A user that is there.
    User,
    /// A user that was deleted.
    DeletedUser,
    Group,
    /// The rootDSE or the object with the invocation id.
    Server,
    /// A computer, a contact, anything else.
    Other,
}

/// What an entry is. Attributes may be missing from an export, so several tell.
pub(super) fn class_of(entry: &Entry) -> Class {
    let has = |name| entry.values(name).is_some();
    if has("highestcommittedusn") || has("invocationid") {
        return Class::Server;
    }
    if entry.has_class("group") || has("grouptype") {
        let gone = entry.is_true("isdeleted");
        return if gone { Class::Other } else { Class::Group };
    }
    let is_machine = entry.has_class("computer")
        || entry
            .account_control()
            .is_some_and(|bits| bits & TRUSTS != 0)
        || entry
            .texts("samaccountname")
            .any(|name| name.trim_end().ends_with('$'));
    let is_user = match entry.integer("samaccounttype") {
        Some(kind) => kind == NORMAL_USER,
        None if has("objectclass") => entry.has_class("user") || entry.has_class("inetOrgPerson"),
        None => entry
            .account_control()
            .is_some_and(|bits| bits & NORMAL_ACCOUNT != 0),
    };
    match (is_user && !is_machine, entry.is_true("isdeleted")) {
        (true, false) => Class::User,
        (true, true) => Class::DeletedUser,
        (false, _) => Class::Other,
    }
}

/// The key of a user.
pub(super) fn key_of(entry: &Entry) -> Result<IdentityKey, What> {
    let guid = entry
        .guid("objectguid")?
        .ok_or("a user without objectGUID")?;
    Ok(IdentityKey::new(Source::ActiveDirectory, guid))
}

/// What an attribute that an entry does not mention means.
pub(super) enum Unmentioned<'a> {
    /// It has no value: entries are whole.
    Cleared,
    /// Nothing.
    Nothing,
    /// It has no value, if the export asked for it: another entry has one.
    ClearedIf(&'a BTreeSet<&'static str>),
}

/// How the entries of a file are read.
pub(super) struct Reader<'a> {
    pub(super) unmentioned: Unmentioned<'a>,
    /// `memberOf` was asked for.
    pub(super) has_member_of: bool,
    pub(super) groups: &'a Groups,
}

impl Reader<'_> {
    /// The reading of a user; `None` for any other entry.
    pub(super) fn reading(&self, entry: &Entry) -> Result<Option<Reading>, What> {
        let news = match class_of(entry) {
            Class::User => News::Present(Box::new(self.values(entry)?)),
            Class::DeletedUser => News::Left(Departure::Deleted),
            Class::Group | Class::Server | Class::Other => return Ok(None),
        };
        let key = key_of(entry)?;
        Ok(Some(Reading { key, news }))
    }

    fn values(&self, entry: &Entry) -> Result<Values, What> {
        let sid = entry.sid()?;
        let kind = kind_of(entry, sid.as_deref());
        let mut values = Values {
            kind: Said::Value(kind),
            sam_account_name: self.text(entry, "samaccountname")?,
            distinguished_name: Said::or_nothing(
                entry
                    .distinguished_name()
                    .filter(|dn| dn.len() <= DN_BYTES_MAX)
                    .map(str::to_owned),
            ),
            alternate_emails: self.alternate_emails(entry),
            licences: Said::Nothing,
            privileges: self.privileges(entry, sid.as_deref()),
            anchor_guid: self.anchor_guid(entry)?,
            enabled: enabled(entry),
            expires_at: self.expires_at(entry)?,
            anchor_sid: Said::or_nothing(sid),
            fields: Vec::new(),
        };
        values.say(Attribute::DisplayName, self.text(entry, "displayname")?);
        values.say(Attribute::Username, self.username(entry)?);
        for (attribute, name) in [
            (Attribute::GivenName, "givenname"),
            (Attribute::Surname, "sn"),
            (Attribute::Email, "mail"),
            (Attribute::Mobile, "mobile"),
            (Attribute::Phone, "telephonenumber"),
            (Attribute::JobTitle, "title"),
            (Attribute::Department, "department"),
        ] {
            values.say(attribute, self.text(entry, name)?);
        }
        Ok(values)
    }

    /// The first value as it is written; one of nothing but space is none.
    fn text(&self, entry: &Entry, name: &'static str) -> Result<Said<String>, What> {
        match entry.text(name)? {
            Some(text) if !text.trim().is_empty() => Ok(Said::Value(cut(text).to_owned())),
            Some(_) => Ok(Said::Cleared),
            None => Ok(self.none(entry, name)),
        }
    }

    /// What it means that an attribute has no value.
    fn none<T>(&self, entry: &Entry, name: &'static str) -> Said<T> {
        let cleared = match &self.unmentioned {
            Unmentioned::Cleared => true,
            Unmentioned::Nothing => false,
            Unmentioned::ClearedIf(known) => known.contains(name),
        };
        if cleared || entry.values(name).is_some() {
            Said::Cleared
        } else {
            Said::Nothing
        }
    }

    /// The user logon name: userPrincipalName, else sAMAccountName (D15).
    fn username(&self, entry: &Entry) -> Result<Said<String>, What> {
        let is_silent = matches!(self.unmentioned, Unmentioned::Nothing);
        match self.text(entry, "userprincipalname")? {
            Said::Value(name) => Ok(Said::Value(name)),
            // Not read, so the name held may still be the right one.
            Said::Nothing if is_silent => Ok(Said::Nothing),
            // A domain in which nobody has a userPrincipalName is a domain of logon names.
            Said::Nothing | Said::Cleared => self.text(entry, "samaccountname"),
        }
    }

    /// The addresses of `proxyAddresses`, without the main one; X500 and SIP are none of mail.
    fn alternate_emails(&self, entry: &Entry) -> Said<Vec<String>> {
        let mail = entry.texts("mail").next().map(str::trim);
        let mut addresses: Vec<String> = entry
            .texts("proxyaddresses")
            .filter_map(|address| address.split_once(':'))
            .filter(|(scheme, _)| scheme.trim().eq_ignore_ascii_case("smtp"))
            .map(|(_, address)| cut(address.trim()).to_owned())
            .filter(|address| !address.is_empty())
            .filter(|address| mail.is_none_or(|mail| !same(mail, address)))
            .collect();
        // The directory keeps no order; ours makes the same addresses the same list.
        addresses.sort_by_cached_key(|address| address.to_lowercase());
        addresses.dedup_by(|one, other| same(one, other));
        addresses.truncate(ALTERNATE_EMAILS_MAX);
        if addresses.is_empty() {
            self.none(entry, "proxyaddresses")
        } else {
            Said::Value(addresses)
        }
    }

    fn privileges(&self, entry: &Entry, sid: Option<&str>) -> Said<Vec<String>> {
        let reasons = self.groups.reasons(&Subject {
            dn: entry.distinguished_name(),
            sid,
            member_of: entry.texts("memberof").collect(),
            primary_group: entry
                .integer("primarygroupid")
                .and_then(|rid| u32::try_from(rid).ok()),
        });
        // Without all groups, a group that could not be looked into may be nested in a privileged
        // one: then only who is in no group at all is known to be no administrator.
        let in_none = self.has_member_of && entry.texts("memberof").next().is_none();
        match reasons.is_empty() {
            false => Said::Value(reasons),
            true if self.groups.whole || in_none => Said::Cleared,
            true => Said::Nothing,
        }
    }

    /// The anchor that differs from the objectGUID: a user that came from another forest. What is
    /// no GUID joins nothing.
    fn anchor_guid(&self, entry: &Entry) -> Result<Said<String>, What> {
        let own = entry.guid("objectguid")?;
        let anchor = entry.guid("ms-ds-consistencyguid").ok().flatten();
        Ok(match anchor {
            Some(anchor) if Some(&anchor) != own.as_ref() => Said::Value(anchor),
            Some(_) => Said::Cleared,
            None => self.none(entry, "ms-ds-consistencyguid"),
        })
    }

    /// accountExpires, or what PowerShell makes of it.
    fn expires_at(&self, entry: &Entry) -> Result<Said<Timestamp>, What> {
        if let Some(ticks) = entry.integer("accountexpires") {
            return Ok(match windows::expiry(ticks) {
                Some(Expiry::At(at)) => Said::Value(at),
                Some(Expiry::Never) => Said::Cleared,
                None => Said::Nothing,
            });
        }
        match entry.text("accountexpirationdate")? {
            Some(text) => windows::json_time(text)
                .map(Said::Value)
                .ok_or("a time is none"),
            None if entry.values("accountexpirationdate").is_some() => Ok(Said::Cleared),
            None => Ok(self.none(entry, "accountexpires")),
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn enabled(entry: &Entry) -> Said<bool> {
    let by_bits = entry.account_control().map(|bits| bits & DISABLED == 0);
    Said::or_nothing(by_bits.or_else(|| entry.boolean("enabled")))
}

/// The kind. Exchange says what a mailbox is, in `msExchRecipientTypeDetails`; without its
/// attributes a shared mailbox looks like a user, and the options of the import (organisational
/// units, patterns) have to leave it out.
fn kind_of(entry: &Entry, sid: Option<&str>) -> IdentityKind {
    if is_system(entry, sid) {
        return IdentityKind::System;
    }
    match entry.integer("msexchrecipienttypedetails") {
        // Shared; remote shared.
        Some(4 | 34_359_738_368) => IdentityKind::SharedMailbox,
        // Room, equipment; the same two, remote.
        Some(16 | 32 | 8_589_934_592 | 17_179_869_184) => IdentityKind::Resource,
        Some(_) | None => IdentityKind::User,
    }
}

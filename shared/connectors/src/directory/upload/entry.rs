//! An entry of Active Directory as all formats yield it: attributes by their LDAP names, values as
//! octets. An attribute that is there without a value was cleared; one that is not there was not
//! mentioned, and what that means is the format's to say.

use std::collections::BTreeMap;

use super::windows;

/// Why a record cannot be read; never a value.
pub(super) type What = &'static str;

/// The attributes we read, in lower case. Everything else, pictures first, is dropped on the way.
/// The last two are no LDAP attributes: PowerShell and our own format say them.
const WANTED: [&str; 30] = [
    "cn",
    "department",
    "displayname",
    "distinguishedname",
    "givenname",
    "grouptype",
    "highestcommittedusn",
    "invocationid",
    "isdeleted",
    "mail",
    "member",
    "memberof",
    "mobile",
    "ms-ds-consistencyguid",
    "msexchrecipienttypedetails",
    "name",
    "objectclass",
    "objectguid",
    "objectsid",
    "primarygroupid",
    "proxyaddresses",
    "samaccountname",
    "samaccounttype",
    "sn",
    "telephonenumber",
    "title",
    "useraccountcontrol",
    "userprincipalname",
    "usnchanged",
    "accountexpires",
];
const WANTED_SAID: [&str; 2] = ["accountexpirationdate", "enabled"];

/// The name as a key, if it is one we read.
pub(super) fn wanted(name: &str) -> Option<&'static str> {
    WANTED
        .into_iter()
        .chain(WANTED_SAID)
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// One entry.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Entry {
    /// Its distinguished name; empty for the rootDSE.
    pub(super) dn: Option<String>,
    /// Its `member` values are a range that does not reach the end.
    pub(super) members_cut: bool,
    attributes: BTreeMap<&'static str, Vec<Vec<u8>>>,
}

impl Entry {
    /// Notes that the attribute was mentioned, if it is one we read.
    pub(super) fn mention(&mut self, name: &str) -> Option<&mut Vec<Vec<u8>>> {
        Some(self.attributes.entry(wanted(name)?).or_default())
    }

    /// Adds a value.
    pub(super) fn add(&mut self, name: &str, value: Vec<u8>) {
        if let Some(values) = self.mention(name) {
            values.push(value);
        }
    }

    /// The attributes that were mentioned.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.attributes.keys().copied()
    }

    /// The values of an attribute; `None` where it was not mentioned.
    pub(super) fn values(&self, name: &str) -> Option<&[Vec<u8>]> {
        self.attributes.get(name).map(Vec::as_slice)
    }

    /// All values of an attribute as text, those that are none left out.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> + '_ {
        self.values(name)
            .unwrap_or_default()
            .iter()
            .filter_map(|value| std::str::from_utf8(value).ok())
    }

    /// The first value as text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, What> {
        self.values(name)
            .and_then(<[_]>::first)
            .map(|value| std::str::from_utf8(value).map_err(|_| "a text is not UTF-8"))
            .transpose()
    }

    /// The first value as a whole number.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.texts(name).next()?.trim().parse().ok()
    }

    /// userAccountControl; some tools print it as a negative number, the bits are the same.
    pub(super) fn account_control(&self) -> Option<u32> {
        let number = self.integer("useraccountcontrol")?;
        u32::try_from(number)
            .ok()
            .or_else(|| Some(i32::try_from(number).ok()?.cast_unsigned()))
    }

    /// Is the first value TRUE (RFC 4517, 3.3.3)?
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.boolean(name) == Some(true)
    }

    /// The first value as TRUE or FALSE.
    pub(super) fn boolean(&self, name: &str) -> Option<bool> {
        let text = self.texts(name).next()?.trim();
        if text.eq_ignore_ascii_case("TRUE") {
            Some(true)
        } else if text.eq_ignore_ascii_case("FALSE") {
            Some(false)
        } else {
            None
        }
    }

    /// A GUID attribute; `Err` for a value that is none.
    pub(super) fn guid(&self, name: &str) -> Result<Option<String>, What> {
        self.values(name)
            .and_then(<[_]>::first)
            .map(|value| windows::guid(value).ok_or("a GUID is none"))
            .transpose()
    }

    /// objectSid; `Err` for a value that is none.
    pub(super) fn sid(&self) -> Result<Option<String>, What> {
        self.values("objectsid")
            .and_then(<[_]>::first)
            .map(|value| windows::sid(value).ok_or("objectSid is no SID"))
            .transpose()
    }

    /// uSNChanged.
    pub(super) fn usn(&self) -> Option<u64> {
        u64::try_from(self.integer("usnchanged")?).ok()
    }

    /// Has it this class?
    pub(super) fn has_class(&self, class: &str) -> bool {
        self.texts("objectclass")
            .any(|one| one.trim().eq_ignore_ascii_case(class))
    }

    /// Its distinguished name, from the entry or from its attribute.
    pub(super) fn distinguished_name(&self) -> Option<&str> {
        self.dn
            .as_deref()
            .or_else(|| self.texts("distinguishedname").next())
            .filter(|dn| !dn.is_empty())
    }
}

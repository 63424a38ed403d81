//! Accounts that the system makes for itself: nobody signs in with them, so they are no accounts
//! of the customer. The built-in administrator is not one of them; people do sign in with it.

use super::entry::Entry;
use super::windows;

/// RIDs that are the same in every domain and on every machine: Guest, krbtgt, DefaultAccount and
/// WDAGUtilityAccount. Their names are localised or changed.
const SYSTEM_RIDS: [u32; 4] = [501, 502, 503, 504];

/// Beginnings of names that Exchange, Entra Connect and IIS give.
const SYSTEM_PREFIXES: [&str; 9] = [
    "SystemMailbox{",
    "DiscoverySearchMailbox",
    "HealthMailbox",
    "FederatedEmail.",
    "IUSR_",
    "IWAM_",
    "MSOL_",
    "AAD_",
    "ADSyncMSA",
];

const SYSTEM_NAMES: [&str; 3] = ["SUPPORT_388945a0", "DefaultAccount", "WDAGUtilityAccount"];

/// Exchange's system mailboxes are `SM_` and 17 hexadecimal digits; `SM_Jones` is a person.
const SM_DIGITS_MIN: usize = 16;

/// Is this an account of the system?
pub(super) fn is_system(entry: &Entry, sid: Option<&str>) -> bool {
    if sid.is_some_and(is_system_sid) {
        return true;
    }
    ["samaccountname", "cn", "name", "userprincipalname"]
        .into_iter()
        .flat_map(|attribute| entry.texts(attribute))
        .any(is_system_name)
}

/// Is this the SID of such an account?
pub(super) fn is_system_sid(sid: &str) -> bool {
    windows::rid(sid).is_some_and(|rid| SYSTEM_RIDS.contains(&rid))
}

fn is_system_name(name: &str) -> bool {
    let begins = |prefix: &str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let digits_after = |prefix: &str| begins(prefix).then(|| name.get(prefix.len()..)).flatten();
    SYSTEM_PREFIXES.into_iter().any(begins)
        || SYSTEM_NAMES
            .into_iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        || digits_after("krbtgt_")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
        || digits_after("SM_").is_some_and(|rest| {
            rest.len() >= SM_DIGITS_MIN && rest.bytes().all(|b| b.is_ascii_hexdigit())
        })
}

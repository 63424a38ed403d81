//! Local accounts of Windows machines to readings.

use domain::fields::Attribute;
use domain::identity::{IdentityKind, News, Reading, Said, Values};

use super::groups::{BUILTIN_ADMINISTRATOR, is_builtin_administrator};
use super::own::local_key;
use super::record::LocalAccount;
use super::system::is_system_sid;
use super::text::cut;

/// The reason of a member of the local group of administrators.
const LOCAL_ADMINISTRATOR: &str = "member of Administrators (544)";

/// The reading of a local account: its names (B7, B8), no phone and no e-mail (B9).
pub(super) fn reading(account: &LocalAccount) -> Reading {
    let kind = if is_system_sid(&account.sid) {
        IdentityKind::System
    } else {
        IdentityKind::User
    };
    let mut values = Values {
        kind: Said::Value(kind),
        privileges: privileges(account),
        enabled: account.enabled.clone(),
        expires_at: account.expires_at.clone(),
        ..Values::default()
    };
    let full_name = match &account.full_name {
        Said::Value(name) => Said::Value(cut(name).to_owned()),
        Said::Cleared => Said::Cleared,
        Said::Nothing => Said::Nothing,
    };
    values.say(Attribute::DisplayName, full_name);
    values.say(
        Attribute::Username,
        Said::Value(cut(&account.name).to_owned()),
    );
    Reading {
        key: local_key(&account.machine, &account.sid),
        news: News::Present(Box::new(values)),
    }
}

fn privileges(account: &LocalAccount) -> Said<Vec<String>> {
    let builtin = is_builtin_administrator(&account.sid);
    let reasons: Vec<String> = [
        builtin.then_some(BUILTIN_ADMINISTRATOR),
        (account.administrator == Some(true)).then_some(LOCAL_ADMINISTRATOR),
    ]
    .into_iter()
    .flatten()
    .map(str::to_owned)
    .collect();
    match (reasons.is_empty(), account.administrator) {
        (false, _) => Said::Value(reasons),
        (true, Some(_)) => Said::Cleared,
        (true, None) => Said::Nothing,
    }
}

//! What kind of record a user of Entra ID is. Pure.
//!
//! Certain for guests; a judgement by several members for the rest, since Graph tells the purpose
//! of a mailbox one user at a time only. Members that are left out count as never set.

use domain::identity::{IdentityKind, Said};

use super::wire::{AssignedLicence, User};

/// Licences of rooms and devices (Microsoft's table of product names, November 2026): a user with
/// no other licence is no human.
const DEVICE_LICENCES: [&str; 4] = [
    "295a8eb0-f78d-45c7-8b5b-1eed5ed02dff", // MCOCAP, common area phones
    "6af4b3d6-14bb-4a2a-960c-6c902aad34f3", // Teams Rooms Basic
    "4cde982a-ede4-4409-9ae6-b003453c8ea6", // Teams Rooms Pro
    "6070a4c8-34c6-4937-8dfb-39bbc6397a60", // MEETING_ROOM
];
/// What the directory's own synchronisation account is called.
const SYNC_NAME: &str = "on-premises directory synchronization service account";
/// How user names of synchronisation accounts begin; the server's name and 12 hexadecimal digits
/// follow.
const SYNC_PREFIX: &str = "sync_";

/// The kind; nothing for an item without a user name, which every user has: such an item says too
/// little to be judged.
pub(super) fn kind(user: &User<'_>) -> Said<IdentityKind> {
    let Some(username) = text(&user.user_principal_name) else {
        return Said::Nothing;
    };
    Said::Value(if is_sync_account(user, username) {
        IdentityKind::System
    } else if text(&user.user_type).is_some_and(|kind| kind.eq_ignore_ascii_case("guest")) {
        // An external member has #EXT# in its user name and userType Member: it works here.
        IdentityKind::Guest
    } else if is_resource(licences(user)) {
        IdentityKind::Resource
    } else if is_shared_mailbox(user) {
        IdentityKind::SharedMailbox
    } else {
        IdentityKind::User
    })
}

fn is_sync_account(user: &User<'_>, username: &str) -> bool {
    let is_called_so =
        text(&user.display_name).is_some_and(|name| name.trim().eq_ignore_ascii_case(SYNC_NAME));
    let local_part = username.split('@').next().unwrap_or_default();
    let is_made_so = local_part.get(..SYNC_PREFIX.len()).is_some_and(|start| {
        let digits = local_part.rsplit('_').next().unwrap_or_default();
        start.eq_ignore_ascii_case(SYNC_PREFIX)
            && digits.len() == 12
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
    });
    is_called_so || is_made_so
}

fn is_resource(licences: &[AssignedLicence<'_>]) -> bool {
    let is_device = |licence: &AssignedLicence<'_>| {
        DEVICE_LICENCES
            .iter()
            .any(|sku| sku.eq_ignore_ascii_case(licence.sku_id.as_str()))
    };
    !licences.is_empty() && licences.iter().all(is_device)
}

fn is_shared_mailbox(user: &User<'_>) -> bool {
    user.account_enabled.value() == Some(&false)
        && licences(user).is_empty()
        && text(&user.mail).is_some()
        && text(&user.given_name).is_none()
        && text(&user.surname).is_none()
}

fn licences<'u, 'a>(user: &'u User<'a>) -> &'u [AssignedLicence<'a>] {
    user.assigned_licenses.value().map_or(&[], Vec::as_slice)
}

fn text<'u>(field: &'u super::wire::Field<super::wire::Text<'_>>) -> Option<&'u str> {
    field
        .value()
        .map(super::wire::Text::as_str)
        .filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(members: &str) -> Said<IdentityKind> {
        let text = format!("{{\"userPrincipalName\":\"x@contoso.example\",{members}}}");
        kind(&serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn d17_kinds_are_told_apart() {
        let room = "{\"skuId\":\"4CDE982A-ede4-4409-9ae6-b003453c8ea6\"}";
        let paid = "{\"skuId\":\"05e9a617-0261-4cee-bb44-138d3ef5d965\"}";
        let shared = "\"accountEnabled\":false,\"mail\":\"info@contoso.example\"";
        for (members, expected) in [
            ("\"accountEnabled\":true".to_owned(), IdentityKind::User),
            ("\"userType\":null".to_owned(), IdentityKind::User),
            ("\"userType\":\"Guest\"".to_owned(), IdentityKind::Guest),
            (
                format!("\"assignedLicenses\":[{room}]"),
                IdentityKind::Resource,
            ),
            (
                format!("\"assignedLicenses\":[{room},{paid}]"),
                IdentityKind::User,
            ),
            (shared.to_owned(), IdentityKind::SharedMailbox),
            (
                format!("{shared},\"assignedLicenses\":[]"),
                IdentityKind::SharedMailbox,
            ),
            (
                format!("{shared},\"assignedLicenses\":[{paid}]"),
                IdentityKind::User,
            ),
            (
                format!("{shared},\"surname\":\"Svensson\""),
                IdentityKind::User,
            ),
            (
                format!("{shared},\"givenName\":\"Anna\""),
                IdentityKind::User,
            ),
            ("\"accountEnabled\":false".to_owned(), IdentityKind::User),
            (
                "\"displayName\":\"On-Premises Directory Synchronization Service Account\""
                    .to_owned(),
                IdentityKind::System,
            ),
        ] {
            assert_eq!(kind_of(&members), Said::Value(expected), "{members}");
        }
    }

    #[test]
    fn user_names_of_external_members_and_synchronisation_accounts() {
        for (username, expected) in [
            (
                "ana_partner.example#EXT#@contoso.onmicrosoft.example",
                IdentityKind::User,
            ),
            (
                "Sync_SRV01_0a1b2c3d4e5f@contoso.onmicrosoft.example",
                IdentityKind::System,
            ),
            ("sync_or_swim@contoso.example", IdentityKind::User),
            ("sy", IdentityKind::User),
            ("synç_0a1b2c3d4e5f@contoso.example", IdentityKind::User),
        ] {
            let text = format!("{{\"userPrincipalName\":\"{username}\",\"userType\":\"Member\"}}");
            let user = serde_json::from_str(&text).unwrap();
            assert_eq!(kind(&user), Said::Value(expected), "{username}");
        }
    }

    #[test]
    fn an_item_that_says_too_little_changes_no_kind() {
        let user = serde_json::from_str("{\"id\":\"1\",\"mobilePhone\":null}").unwrap();
        assert_eq!(kind(&user), Said::Nothing);
    }
}

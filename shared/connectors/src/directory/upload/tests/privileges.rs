//! D16, B16: administrators by transitive membership, told by SID.

use domain::identity::{Identity, IdentityKey, Said, Source};

use super::support::{HELD, by_sam, open_ad, open_fixtures, readings, values};
use crate::directory::upload::Upload;

/// What is held of a user after an upload.
fn held(upload: &Upload, sam: &str) -> Identity {
    let all = readings(upload);
    let values = by_sam(&all, sam);
    let guid = all
        .values()
        .find(|r| r.key.source == Source::ActiveDirectory && std::ptr::eq(self::values(r), values))
        .unwrap();
    let mut identity = Identity::new(guid.key.clone());
    identity.distinguished_name = values.distinguished_name.value().cloned();
    identity.anchor.sid = values.anchor_sid.value().cloned();
    identity.privileges = values.privileges.value().cloned().unwrap_or_default();
    identity
}

#[test]
fn d16_reasons_name_the_way() {
    let readings = readings(&open_fixtures(
        &["northwind.ldif", "northwind-groups.ldif"],
        None,
    ));
    for (sam, expected) in [
        ("olivia.marsh", "member of Domain Admins (512)"),
        (
            "kenji.takahashi",
            "member of Domain Admins (512) through IT-Tier0 > IT-Infrastructure",
        ),
        (
            "helen.bairstow",
            "member of Account Operators (548) through HR-Provisioning",
        ),
        (
            "adm-legacy",
            "member of Domain Admins (512), as primary group",
        ),
        ("adm-scole", "member of Administrators (544)"),
        ("svc-backup", "member of Backup Operators (551)"),
        ("Administrator", "built-in Administrator (RID 500)"),
    ] {
        let reasons = by_sam(&readings, sam).privileges.value().unwrap();
        assert!(
            reasons.iter().any(|reason| reason == expected),
            "{sam}: {reasons:?}"
        );
    }
    for sam in ["marcus.reed", "stefan.ek", "pawel.sliwa"] {
        assert_eq!(by_sam(&readings, sam).privileges, Said::Cleared, "{sam}");
    }
}

#[test]
fn d16_a_grant_by_groups_only_reaches_who_is_not_in_the_upload() {
    let first = open_fixtures(&["northwind.ldif", "northwind-groups.ldif"], None);
    let changes = open_fixtures(
        &[
            "northwind-changes.ldif",
            "northwind-later-groups.ldif",
            "northwind-deleted.ldif",
        ],
        Some(HELD),
    );
    let pawel = held(&first, "pawel.sliwa");
    assert_eq!(first.privileges_of(&pawel), Some(vec![]));
    assert!(!readings(&changes).contains_key(&pawel.key.id));
    let reasons = changes.privileges_of(&pawel).unwrap();
    assert!(
        reasons[0].contains("Domain Admins (512) through IT-OnCall"),
        "{reasons:?}"
    );
    // Everybody else is what they were, the one by primary group as well.
    for sam in [
        "olivia.marsh",
        "adm-legacy",
        "Administrator",
        "sara.lindqvist",
        "anna.svensson",
    ] {
        let identity = held(&first, sam);
        if let Some(reasons) = changes.privileges_of(&identity) {
            assert_eq!(reasons, identity.privileges, "{sam}");
        } else {
            // Alone in a primary group that nobody is listed in.
            assert_eq!(sam, "adm-legacy");
        }
    }
}

#[test]
fn an_old_name_loses_no_privilege() {
    let upload = open_fixtures(&["northwind-groups.ldif"], Some(HELD));
    let mut identity = Identity::new(IdentityKey::new(Source::ActiveDirectory, "x"));
    identity.distinguished_name = Some("CN=Moved,OU=Old,DC=northwind,DC=example".to_owned());
    assert_eq!(upload.privileges_of(&identity), Some(vec![]));
    identity.privileges = vec!["member of Domain Admins (512)".to_owned()];
    assert_eq!(upload.privileges_of(&identity), None);
    let users_only = open_fixtures(&["northwind-changes.ldif"], Some(HELD));
    assert_eq!(users_only.privileges_of(&identity), None);
}

const SID: &str = "S-1-5-21-1-2-3";

fn group(name: &str, sid: &str, members: &[&str]) -> String {
    let members: String = members
        .iter()
        .map(|member| format!("member: {member}\n"))
        .collect();
    format!("dn: CN={name},DC=a\nobjectClass: group\ncn: {name}\nobjectSid: {sid}\n{members}\n")
}

fn user(rid: u32, more: &str) -> String {
    format!(
        "dn: CN=U,DC=a\nobjectClass: user\nsAMAccountName: u\nobjectSid: {SID}-{rid}\n\
         objectGUID: 93334e47-49a2-46f0-bc1e-b72c8b447f00\n{more}\n"
    )
}

fn privileges(ldif: &str) -> Said<Vec<String>> {
    super::support::only(&open_ad(&[ldif.as_bytes()]).unwrap()).privileges
}

#[test]
fn groups_in_circles_end() {
    let groups = [
        group("A", &format!("{SID}-1201"), &["CN=B,DC=a"]),
        group("B", &format!("{SID}-1202"), &["CN=A,DC=a", "cn=u, dc=A"]),
        group(
            "Domänadministratörer",
            &format!("{SID}-512"),
            &["CN=A,DC=a", "CN=Domänadministratörer,DC=a"],
        ),
        group("Administratörer", "S-1-5-32-544", &[]),
    ]
    .concat();
    let reasons = privileges(&format!("{groups}{}", user(1300, "")));
    let expected = "member of Domain Admins (512) through B > A".to_owned();
    assert_eq!(reasons, Said::Value(vec![expected]));
    // The group is as privileged as the number says, not as the name does.
    let fake = groups.replace(&format!("{SID}-512"), &format!("{SID}-1203"));
    assert_eq!(
        privileges(&format!("{fake}{}", user(1300, "memberOf: CN=A,DC=a\n"))),
        Said::Nothing
    );
}

#[test]
fn a_member_of_another_domain_is_found_by_its_sid() {
    let member = format!("CN={SID}-1300,CN=ForeignSecurityPrincipals,DC=b");
    let groups = group("X", "S-1-5-32-544", &[&member]);
    let expected = "member of Administrators (544)".to_owned();
    assert_eq!(
        privileges(&format!("{groups}{}", user(1300, ""))),
        Said::Value(vec![expected])
    );
}

#[test]
fn without_groups_only_what_is_sure_is_said() {
    let cases = [
        (
            "memberOf: CN=Domain Admins,CN=Users,DC=a\n",
            Some("member of Domain Admins (512)"),
        ),
        (
            "primaryGroupID: 512\n",
            Some("member of Domain Admins (512), as primary group"),
        ),
        ("memberOf: CN=IT,OU=Groups,DC=a\n", None),
        ("memberOf: CN=Domain Admins,OU=Fake,DC=a\n", None),
    ];
    for (more, expected) in cases {
        let expected = Said::or_nothing(expected.map(|reason| vec![reason.to_owned()]));
        assert_eq!(privileges(&user(1300, more)), expected, "{more}");
    }
    let builtin = vec!["built-in Administrator (RID 500)".to_owned()];
    assert_eq!(privileges(&user(500, "")), Said::Value(builtin));
}

#[test]
fn members_that_come_in_ranges_are_one_list() {
    let head = format!("dn: CN=DA,DC=a\nobjectClass: group\nobjectSid: {SID}-512\n");
    let builtin = group("X", "S-1-5-32-544", &[]);
    let first =
        format!("{head}member:\nmember;range=0-1: CN=V,DC=a\nmember;range=0-1: CN=W,DC=a\n\n");
    let second = format!("{head}member;range=2-*: CN=U,DC=a\n\n");
    let whole = privileges(
        &[&builtin, &first, &second, &user(1300, "")]
            .map(String::as_str)
            .concat(),
    );
    assert_eq!(
        whole,
        Said::Value(vec!["member of Domain Admins (512)".to_owned()])
    );
    // Who is not in the first range may be in one that is missing.
    let cut = [&builtin, &first, &user(1300, "memberOf: CN=Y,DC=a\n")]
        .map(String::as_str)
        .concat();
    assert_eq!(privileges(&cut), Said::Nothing);
}

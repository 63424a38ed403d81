//! How much an upload holds, what left, and which of several records counts.

use std::collections::BTreeMap;

use domain::fields::Attribute;
use domain::identity::{Departure, IdentityKey, News, Reading, Said, Source};

use super::support::{
    HELD, by_sam, cursor, file, fixture, open_ad, open_fixtures, readings, text, values,
};
use crate::directory::upload::{Coverage, Cursor, Declared, Upload, open};

const CHANGES: [&str; 3] = [
    "northwind-changes.ldif",
    "northwind-later-groups.ldif",
    "northwind-deleted.ldif",
];

fn changes() -> Upload {
    open_fixtures(&CHANGES, Some(HELD))
}

fn left(readings: &BTreeMap<String, Reading>) -> Vec<&str> {
    let left = |reading: &&Reading| reading.news == News::Left(Departure::Deleted);
    let ids = readings.values().filter(left);
    ids.map(|reading| reading.key.id.as_str()).collect()
}

#[test]
fn coverage_follows_from_content_and_from_what_the_caller_says() {
    use Declared::{Auto, Changes, Complete};
    let all_later = ["northwind-later.ldif", "northwind-later-groups.ldif"];
    for (names, held, declared, complete) in [
        (&CHANGES[..], Some(HELD), Auto, false),
        (&CHANGES[..1], Some(HELD), Auto, false),
        (&["northwind.ldif"], None, Auto, true),
        (&["northwind-get-aduser.json"], None, Auto, true),
        (&all_later, Some(HELD), Auto, true),
        (&all_later, Some(HELD), Changes, false),
        (
            &["northwind-later.ldif", "northwind-deleted.ldif"],
            Some(HELD),
            Auto,
            true,
        ),
        (&["northwind-deleted.ldif"], None, Auto, false),
        (&["northwind-deleted.ldif"], None, Complete, false),
        (
            &["northwind-groups.ldif", "northwind-rootdse.ldif"],
            None,
            Auto,
            false,
        ),
        (&CHANGES[..1], Some(HELD), Complete, true),
    ] {
        let files = names.iter().map(|name| file(&fixture(name))).collect();
        let held = held.map(cursor);
        let upload = open(Source::ActiveDirectory, files, declared, held.as_ref()).unwrap();
        let expected = if complete {
            Coverage::Complete
        } else {
            Coverage::Changes
        };
        assert_eq!(upload.coverage(), expected, "{names:?} {declared:?}");
    }
}

#[test]
fn a_hole_never_looks_like_a_departure() {
    let whole = super::support::fixture_text("northwind.ldif");
    for (bad, why) in [
        (
            whole.replacen("objectGUID:: ", "objectGUID:: !", 1),
            "a record is damaged",
        ),
        (whole.replace("cookie=", "cookie=AbC="), "pages are missing"),
        (
            format!("{whole}\nsearch: 2\nresult: 4 Size limit exceeded\n"),
            "the server stopped",
        ),
    ] {
        let upload = open_ad(&[bad.as_bytes()]).unwrap();
        assert_eq!(upload.coverage(), Coverage::Changes, "{why}");
    }
    let good = format!("{whole}\nsearch: 2\nresult: 0 Success\n");
    assert_eq!(
        open_ad(&[good.as_bytes()]).unwrap().coverage(),
        Coverage::Complete
    );
    assert_eq!(open_ad(&[]).unwrap().coverage(), Coverage::Changes);
}

#[test]
fn absence_counts_only_where_all_was_read() {
    let key = |id: &str| IdentityKey::new(Source::LocalWindows, id);
    let machines = Coverage::Machines(["pc-1".to_owned()].into());
    assert!(machines.shows_absence_of(&key("PC-1/S-1-5-21-1-2-3-1001")));
    assert!(!machines.shows_absence_of(&key("pc-2/S-1-5-21-1-2-3-1001")));
    assert!(!machines.shows_absence_of(&key("pc-1")));
    assert!(Coverage::Complete.shows_absence_of(&key("pc-2/x")));
    assert!(!Coverage::Changes.shows_absence_of(&key("pc-1/x")));
}

#[test]
fn the_cursor_is_what_was_committed_before_the_reading() {
    let with_server = open_fixtures(&["northwind.ldif", "northwind-rootdse.ldif"], None);
    let expected = Cursor {
        dsa: Some("36478b67-8588-4402-b1c0-89baf4e076b0".to_owned()),
        usn: HELD,
    };
    assert_eq!(with_server.cursor(), Some(&expected));
    let without = open_fixtures(&["northwind-changes.ldif", "northwind-deleted.ldif"], None);
    assert_eq!(without.cursor(), Some(&cursor(5755)));
    assert_eq!(open_ad(&[b""]).unwrap().cursor(), None);
}

#[test]
fn the_changes_say_what_changed_and_who_left() {
    let readings = readings(&changes());
    assert_eq!(
        left(&readings),
        [
            "96864101-d602-4cd7-9e42-fb62f0604d08",
            "bce25765-e0c7-4193-b20f-0caf1124c080",
            "d072c037-0aa8-4a45-8c42-28919a8171f2",
        ]
    );
    let now = |sam| by_sam(&readings, sam);
    // The renamed person is the same one.
    let renamed = values(&readings["67928335-c2b3-485f-be5c-89aa49292258"]);
    assert_eq!(
        renamed.sam_account_name,
        Said::Value("thomas.hartley-webb".to_owned())
    );
    // The logon name of the deleted person belongs to another one.
    let hired = &readings["f7645d09-1399-4b25-ad76-3b07017ac1ea"];
    assert_eq!(
        text(values(hired), Attribute::DisplayName),
        Some("Ingrid Larsson")
    );
    assert_eq!(text(now("lisa.mcallister"), Attribute::Mobile), None);
    assert_eq!(
        text(now("richard.hughes"), Attribute::Mobile),
        Some("07700 900654")
    );
    assert_eq!(now("joseph.hill").enabled, Said::Value(false));
    assert_eq!(now("duchuy.le").enabled, Said::Value(true));
    // The restored one came back without its names; it is present again all the same.
    let restored = values(&readings["c0d1027e-8cef-4e45-a74f-8ad64d7b57d6"]);
    assert_eq!(text(restored, Attribute::DisplayName), None);
    assert_eq!(text(restored, Attribute::Username), Some("g.broadbent"));
}

#[test]
fn a_moved_unit_moves_its_accounts_in_the_full_export_only() {
    let later = readings(&open_fixtures(&["northwind-later.ldif"], Some(HELD)));
    let dn = |sam| {
        by_sam(&later, sam)
            .distinguished_name
            .value()
            .unwrap()
            .clone()
    };
    assert!(dn("tom.okafor").contains(",OU=Externals,OU=Leeds,"));
    let changed = readings(&changes());
    let has = |sam: &str| {
        let sam = Said::Value(sam.to_owned());
        let mut all = changed.values();
        all.any(|r| matches!(&r.news, News::Present(v) if v.sam_account_name == sam))
    };
    assert!(has("li.fang") && !has("tom.okafor"));
}

fn user(sam: &str, usn: u64, more: &str) -> String {
    format!(
        "dn: CN={sam},DC=a,DC=example\nobjectClass: user\nsAMAccountName: {sam}\n\
         objectGUID: 93334e47-49a2-46f0-bc1e-b72c8b447f00\nuSNChanged: {usn}\n{more}\n"
    )
}

#[test]
fn of_two_records_of_one_user_the_later_change_counts() {
    let deleted = "isDeleted: TRUE\n";
    for (first, second, is_gone) in [
        (user("a", 7, ""), user("a", 9, deleted), true),
        (user("a", 9, deleted), user("a", 7, ""), true),
        (user("a", 7, deleted), user("a", 9, ""), false),
        (user("a", 7, ""), user("a", 7, ""), false),
    ] {
        let upload = open_ad(&[first.as_bytes(), second.as_bytes()]).unwrap();
        let readings = readings(&upload);
        assert_eq!(readings.len(), 1);
        assert_eq!(left(&readings).len(), usize::from(is_gone));
    }
}

#[test]
fn d12_an_attribute_that_nobody_has_was_not_asked_for() {
    // In a complete export; entries of an export of changes are whole.
    let upload = open_ad(&[user("a", 7, "mobile: 1\n").as_bytes()]).unwrap();
    let reading = super::support::only(&upload);
    assert_eq!(
        *super::support::said(&reading, Attribute::JobTitle),
        Said::Nothing
    );
    let held = cursor(3);
    let files = vec![file(user("a", 7, "").as_bytes())];
    let upload = open(Source::ActiveDirectory, files, Declared::Auto, Some(&held)).unwrap();
    let reading = super::support::only(&upload);
    assert_eq!(
        *super::support::said(&reading, Attribute::JobTitle),
        Said::Cleared
    );
    assert_eq!(
        reading.privileges,
        Said::Nothing,
        "memberOf was not asked for"
    );
}

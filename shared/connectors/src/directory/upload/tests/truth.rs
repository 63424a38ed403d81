//! Both exports and the JSON against what the directory's own database said, row by row.

use std::collections::BTreeMap;

use domain::fields::Attribute;
use domain::identity::{IdentityKind, Reading, Said};
use serde_json::Value;

use super::support::{fixture, open_fixtures, readings, text, values};
use crate::directory::upload::Coverage;

/// One row of the truth.
struct Row {
    guid: String,
    sid: String,
    sam: String,
    upn: Option<String>,
    display_name: Option<String>,
    mobile: Option<String>,
    mail: Option<String>,
    enabled: bool,
    is_admin: bool,
}

/// The user accounts of the truth.
fn truth(when: &str) -> Vec<Row> {
    let truth: Value = serde_json::from_slice(&fixture("northwind-truth.json")).unwrap();
    let columns: Vec<&str> = truth["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column.as_str().unwrap())
        .collect();
    let rows = truth[when].as_array().unwrap().iter().map(|row| {
        let cells: BTreeMap<&str, &Value> = columns
            .iter()
            .copied()
            .zip(row.as_array().unwrap())
            .collect();
        cells
    });
    rows.filter(|row| row["isUserAccount"] == &Value::Bool(true))
        .map(|row| {
            let text = |name: &str| row[name].as_str().map(str::to_owned);
            Row {
                guid: text("objectGUID").unwrap(),
                sid: text("objectSid").unwrap(),
                sam: text("sAMAccountName").unwrap(),
                upn: text("userPrincipalName"),
                display_name: text("displayName"),
                mobile: text("mobile").filter(|mobile| !mobile.trim().is_empty()),
                mail: text("mail"),
                enabled: row["enabled"].as_bool().unwrap(),
                is_admin: row["isAdmin"].as_bool().unwrap(),
            }
        })
        .collect()
}

/// The truth's own word is the row; ours has to be the same in every column.
fn assert_is_truth(readings: &BTreeMap<String, Reading>, when: &str) {
    let rows = truth(when);
    assert_eq!(readings.len(), rows.len());
    for row in rows {
        let values = values(&readings[&row.guid]);
        let sam = &row.sam;
        assert_eq!(values.anchor_sid, Said::Value(row.sid), "{sam}");
        assert_eq!(values.sam_account_name, Said::Value(sam.clone()));
        let username = row.upn.as_deref().unwrap_or(sam);
        assert_eq!(text(values, Attribute::Username), Some(username), "{sam}");
        let display_name = row.display_name.as_deref();
        assert_eq!(text(values, Attribute::DisplayName), display_name, "{sam}");
        assert_eq!(
            text(values, Attribute::Mobile),
            row.mobile.as_deref(),
            "{sam}"
        );
        assert_eq!(text(values, Attribute::Email), row.mail.as_deref(), "{sam}");
        assert_eq!(values.enabled, Said::Value(row.enabled), "{sam}");
        match &values.privileges {
            Said::Value(reasons) => assert!(row.is_admin && !reasons.is_empty(), "{sam}"),
            Said::Cleared => assert!(!row.is_admin, "{sam}"),
            Said::Nothing => panic!("{sam}: the groups are all here"),
        }
    }
}

fn count(readings: &BTreeMap<String, Reading>, is: impl Fn(&Reading) -> bool) -> usize {
    readings.values().filter(|reading| is(reading)).count()
}

#[test]
fn b1_b2_b3_the_first_export_reads_as_the_directory_holds_it() {
    let upload = open_fixtures(&["northwind.ldif", "northwind-groups.ldif"], None);
    let readings = readings(&upload);
    assert_is_truth(&readings, "before");
    assert_eq!(readings.len(), 421);
    let enabled = |reading: &Reading| values(reading).enabled == Said::Value(true);
    assert_eq!(count(&readings, enabled), 363);
    assert_eq!(upload.coverage(), Coverage::Complete);
    assert_eq!(upload.damaged(), 0);
}

#[test]
fn b11_b12_the_later_export_reads_as_the_directory_holds_it() {
    let names = ["northwind-later.ldif", "northwind-later-groups.ldif"];
    let readings = readings(&open_fixtures(&names, Some(super::support::HELD)));
    assert_is_truth(&readings, "after");
    assert_eq!(readings.len(), 423);
    let enabled = |reading: &Reading| values(reading).enabled == Said::Value(true);
    assert_eq!(count(&readings, enabled), 362);
}

#[test]
fn the_export_of_powershell_says_the_same_as_ldif() {
    let groups = "northwind-groups.ldif";
    let json = readings(&open_fixtures(&["northwind-get-aduser.json", groups], None));
    assert_is_truth(&json, "before");
    let ldif = readings(&open_fixtures(&[groups, "northwind.ldif"], None));
    assert_eq!(json.len(), ldif.len());
    for (id, reading) in &ldif {
        assert!(json[id] == *reading, "{id}");
    }
}

#[test]
fn the_systems_own_accounts_are_marked_and_machines_left_out() {
    let readings = readings(&open_fixtures(&["northwind.ldif"], None));
    let mut system: Vec<&str> = readings
        .values()
        .map(values)
        .filter(|values| values.kind == Said::Value(IdentityKind::System))
        .map(|values| values.sam_account_name.value().unwrap().as_str())
        .collect();
    system.sort_unstable();
    let expected = [
        "Guest",
        "HealthMailbox4a1d90c",
        "IUSR_NWWEB01",
        "MSOL_8f31c0a2d5b4",
        "SM_8d1c2f40a9f24e1a9",
        "krbtgt",
    ];
    assert_eq!(system, expected);
}

#[test]
fn d15_notable_accounts_keep_what_is_special_about_them() {
    let readings = readings(&open_fixtures(&["northwind.ldif"], None));
    let sam = |name: &str| super::support::by_sam(&readings, name);
    assert_eq!(text(sam("remmott"), Attribute::Username), Some("remmott"));
    assert_eq!(text(sam("elin.wallen"), Attribute::Mobile), None);
    let spaces = Some("Dawn  Marie Pickles ");
    assert_eq!(text(sam("dawn.pickles"), Attribute::DisplayName), spaces);
    let two = Some("07700 900555 / 07700 900556");
    assert_eq!(text(sam("omar.khalil"), Attribute::Mobile), two);
    let anchor = "3b9f1c52-7d80-4a6e-9a41-52c4e0b7d913".to_owned();
    assert_eq!(sam("carlos.ibanez").anchor_guid, Said::Value(anchor));
    assert_eq!(sam("anna.svensson").anchor_guid, Said::Cleared);
    let Said::Value(emails) = &sam("ulla.hagglund").alternate_emails else {
        panic!("no addresses")
    };
    assert_eq!(emails.len(), 4, "{emails:?}");
    assert!(
        emails
            .iter()
            .all(|email| email.contains('@') && !email.contains(':'))
    );
    assert_eq!(sam("bertil.agren").alternate_emails, Said::Cleared);
    let never = &sam("anna.svensson").expires_at;
    assert_eq!(*never, Said::Cleared);
    let now: jiff::Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let is_past = |name| *sam(name).expires_at.value().unwrap() < now;
    assert!(is_past("erik.lund") && !is_past("li.fang"));
}

//! Local accounts (B7 to B9) as collections on machines write them.

use std::collections::BTreeSet;

use domain::fields::Attribute;
use domain::identity::{IdentityKind, Said};
use serde_json::{Value, json};

use super::support::{fixture, only, open_local, readings, text, values};
use crate::directory::upload::Coverage;

#[test]
fn b7_b8_b9_machines_read_as_they_are() {
    let content = fixture("local-windows.json");
    let upload = open_local(&content).unwrap();
    let readings = readings(&upload);
    assert_eq!(readings.len(), 55);
    let of = |machine: &str, rid: &str| {
        let found = readings
            .iter()
            .find(|(id, _)| id.starts_with(machine) && id.ends_with(rid));
        values(found.unwrap().1)
    };
    let olivia = of("465cd7b7-fdcb-55f3-8b0a-414bb5d9ed87/", "-1002");
    assert_eq!(text(olivia, Attribute::Username), Some("olivia"));
    assert_eq!(text(olivia, Attribute::DisplayName), Some("Olivia Marsh"));
    let mentioned: Vec<Attribute> = olivia.fields.iter().map(|(one, _)| *one).collect();
    assert_eq!(mentioned, [Attribute::DisplayName, Attribute::Username]);
    let admin = "member of Administrators (544)".to_owned();
    assert_eq!(olivia.privileges, Said::Value(vec![admin]));
    let frontdesk = of("465cd7b7", "-1001");
    assert_eq!(frontdesk.privileges, Said::Cleared);
    // The built-in administrator under another name, on two cloned machines.
    for machine in ["77433f07", "95698fd3"] {
        let root = of(machine, "-500");
        assert_eq!(text(root, Attribute::Username), Some("nwroot"));
        assert_eq!(root.kind, Said::Value(IdentityKind::User));
        assert!(root.privileges.value().is_some());
    }
    let vendor = of("3839795c", "-1006");
    let expected = jiff::Timestamp::from_millisecond(1_792_721_803_487).unwrap();
    assert_eq!(vendor.expires_at, Said::Value(expected));
    let xray = of("9bcf6529", "-1000");
    assert_eq!(text(xray, Attribute::DisplayName), None);
    assert!(xray.privileges.value().is_some());
    let guest = of("9c612c48", "-501");
    assert_eq!(guest.kind, Said::Value(IdentityKind::System));
    // The list of administrators had an error, so who is not on it may be one.
    assert_eq!(of("07245d67", "-1001").privileges, Said::Nothing);
}

#[test]
fn a_machine_with_errors_or_a_filter_shows_no_absence() {
    let content = fixture("local-windows.json");
    let Coverage::Machines(machines) = open_local(&content).unwrap().coverage() else {
        panic!("by machine")
    };
    assert_eq!(machines.len(), 10);
    for left_out in [
        "11f17720-39c0-5103-9841-27e647cb96a8",
        "07245d67-2fbb-5551-82ab-0aac778e6b43",
    ] {
        assert!(!machines.contains(left_out));
    }
}

fn users(rids: &[u32]) -> Value {
    let users = rids.iter().map(|rid| {
        json!({"Name": format!("u{rid}"), "FullName": "", "Enabled": true, "AccountExpires": null,
               "SID": {"Value": format!("S-1-5-21-1-2-3-{rid}"), "BinaryLength": 28},
               "PrincipalSource": 1})
    });
    users.collect()
}

#[test]
fn users_alone_are_of_the_machine_of_their_sid() {
    let machine = "s-1-5-21-1-2-3".to_owned();
    for (content, complete) in [
        (users(&[500, 501, 1001]), BTreeSet::from([machine])),
        (users(&[1001]), BTreeSet::new()),
        (users(&[500, 1001])[1].clone(), BTreeSet::new()),
    ] {
        let upload = open_local(content.to_string().as_bytes()).unwrap();
        assert_eq!(upload.coverage(), Coverage::Machines(complete));
        let readings = readings(&upload);
        let user = values(&readings["s-1-5-21-1-2-3/s-1-5-21-1-2-3-1001"]);
        assert_eq!(text(user, Attribute::Username), Some("u1001"));
        assert_eq!(user.privileges, Said::Nothing);
    }
}

#[test]
fn a_machine_is_its_uuid_else_its_name() {
    for (computer, expected) in [
        (
            json!({"Name": "PC-1", "UUID": "4928B5D0-6BFD-5D9D-A5C7-889C19C9D8A5"}),
            "4928b5d0-6bfd-5d9d-a5c7-889c19c9d8a5",
        ),
        (
            json!({"Name": "PC-1", "UUID": "03000200-0400-0500-0006-000700080009"}),
            "pc-1",
        ),
        (json!({"Name": "../../x", "UUID": null}), "s-1-5-21-1-2-3"),
    ] {
        // One user is an object, not an array; a lone machine too.
        let content = json!({"computer": computer, "localUsers": users(&[1001])[0],
            "administrators": {"Name": "X", "SID": "S-1-5-21-1-2-3-1001"}});
        let upload = open_local(content.to_string().as_bytes()).unwrap();
        let readings = readings(&upload);
        let id = format!("{expected}/s-1-5-21-1-2-3-1001");
        assert!(values(&readings[&id]).privileges.value().is_some());
    }
}

#[test]
fn one_bad_user_makes_its_machine_incomplete() {
    let mut all = users(&[500, 501]);
    all[1]["SID"] = json!("no");
    let content = json!({"machines": [
        {"computer": {"Name": "A"}, "localUsers": all},
        {"computer": {"Name": "B"}, "localUsers": users(&[500])},
    ], "note": ["x"]});
    let upload = open_local(content.to_string().as_bytes()).unwrap();
    assert_eq!(
        upload.coverage(),
        Coverage::Machines(["b".to_owned()].into())
    );
    assert_eq!(super::support::read_all(&upload).1.len(), 1);
    let single = json!({"computer": {"Name": "A"}, "localUsers": users(&[1001])});
    assert_eq!(
        only(&open_local(single.to_string().as_bytes()).unwrap()).privileges,
        Said::Nothing
    );
}

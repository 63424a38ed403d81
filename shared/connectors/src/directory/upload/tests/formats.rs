//! One export in every form in which tools write it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::fields::Attribute;
use domain::identity::{Reading, Said, Source};

use super::support::{
    file_in_parts, fixture, fixture_text, only, open_ad, open_fixtures, read_all, readings, text,
};
use crate::directory::upload::{Coverage, Declared, open};

fn as_fixture() -> BTreeMap<String, Reading> {
    readings(&open_fixtures(&["northwind-changes.ldif"], None))
}

/// The text folded at a width, as RFC 2849 does: every line after the first begins with a space.
fn fold(text: &str, width: usize, end: &str) -> Vec<u8> {
    let mut folded = Vec::new();
    for line in text.lines() {
        let octets = line.as_bytes();
        let (first, rest) = octets.split_at(width.min(octets.len()));
        folded.extend(first);
        for piece in rest.chunks((width - 1).max(1)) {
            folded.extend(end.as_bytes());
            folded.push(b' ');
            folded.extend(piece);
        }
        folded.extend(end.as_bytes());
    }
    folded
}

/// The text with every base64 value that is text written plainly, so that folds cut characters.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let plain = line.split_once(":: ").and_then(|(name, value)| {
            let value = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
            let is_safe = !value.starts_with(' ') && !value.contains(['\r', '\n', '\0']);
            is_safe.then(|| format!("{name}: {value}"))
        });
        plain.unwrap_or_else(|| line.to_owned())
    });
    lines.map(|line| line + "\n").collect()
}

#[test]
fn ldif_folded_at_any_width_reads_the_same() {
    let text: String = fixture_text("northwind-changes.ldif")
        .split_inclusive("\n\n")
        .take(6)
        .collect();
    let expected = readings(&open_ad(&[text.as_bytes()]).unwrap());
    for width in (2..80).chain([100, 150, 500]) {
        let end = if width % 2 == 0 { "\n" } else { "\r\n" };
        let upload = open_ad(&[&fold(&text, width, end)]).unwrap();
        assert!(readings(&upload) == expected, "width {width}");
        let upload = open_ad(&[&fold(&plain(&text), width, end)]).unwrap();
        assert!(readings(&upload) == expected, "plain, width {width}");
    }
}

#[test]
fn a_record_may_cross_parts() {
    let content = fixture("northwind-changes.ldif");
    let expected = as_fixture();
    for octets in [1, 3, 76, 777, 4_099] {
        // Single octets make too many parts of the whole.
        let (content, expected) = if octets < 76 {
            let some = content[..3_000].to_vec();
            let expected = readings(&open_ad(&[&some]).unwrap());
            (some, expected)
        } else {
            (content.clone(), expected.clone())
        };
        let files = vec![file_in_parts(&content, octets)];
        let upload = open(Source::ActiveDirectory, files, Declared::Auto, None).unwrap();
        assert!(readings(&upload) == expected, "{octets}");
    }
    let whole = fixture("northwind.ldif");
    let files = vec![file_in_parts(&whole, 777)];
    let upload = open(Source::ActiveDirectory, files, Declared::Auto, None).unwrap();
    assert!(readings(&upload) == readings(&open_ad(&[&whole]).unwrap()));
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    let order = |unit: u16| {
        if big_endian {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(order).collect()
}

#[test]
fn json_reads_the_same_in_every_encoding() {
    let text = fixture_text("northwind-get-aduser.json");
    // The first of them are enough, and the array ends as the whole one does.
    let text: Vec<&str> = text
        .trim_start_matches('\u{feff}')
        .split("},{\"Acc")
        .take(40)
        .collect();
    let text = format!("{}}}]\r\n", text.join("},{\"Acc"));
    let expected = readings(&open_ad(&[text.as_bytes()]).unwrap());
    assert_eq!(expected.len(), 40);
    for (content, what) in [
        (format!("\u{feff}{text}").into_bytes(), "UTF-8 with a mark"),
        (utf16(&text, false), "UTF-16LE"),
        (utf16(&text, true), "UTF-16BE"),
        (
            format!("{{\"value\": {text}, \"Count\": 421}}").into_bytes(),
            "wrapped",
        ),
    ] {
        assert!(
            readings(&open_ad(&[&content]).unwrap()) == expected,
            "{what}"
        );
    }
    let ldif = fixture_text("northwind-changes.ldif");
    let upload = open_ad(&[&utf16(&ldif, false)]).unwrap();
    assert!(readings(&upload) == as_fixture());
}

const ONE: &str = "dn: CN=Bj\u{f6}rn,DC=a\r\nchangetype: add\r\nobjectClass: user\r\n\
    sAMAccountName: bjorn\r\ndisplayName: Bj\u{f6}rn \u{2013} Ek\r\n\
    objectGUID:: R04zk6JJ8Ea8Hrcsi0R/AA==\r\n";

#[test]
fn ldifde_writes_the_ansi_code_page() {
    let (ansi, _, _) = encoding_rs::WINDOWS_1252.encode(ONE);
    for content in [
        ansi.as_ref(),
        ONE.as_bytes(),
        &[b"version: 1\r\n", ONE.as_bytes()].concat(),
    ] {
        let values = only(&open_ad(&[content]).unwrap());
        let expected = Some("Björn – Ek");
        assert_eq!(text(&values, Attribute::DisplayName), expected);
        assert_eq!(
            values.distinguished_name,
            Said::Value("CN=Björn,DC=a".to_owned())
        );
    }
}

#[test]
fn what_ldapsearch_says_around_entries_is_no_entry() {
    let content = format!(
        "# extended LDIF\n#\n# LDAPv3\n# a comment\n  that is folded\n\n{ONE}\n\n\
         # search reference\nref: ldap://a.example/DC=b\n\n# search result\nsearch: 2\n\
         result: 0 Success\n\n# numResponses: 2\n"
    );
    let upload = open_ad(&[content.as_bytes()]).unwrap();
    assert_eq!(readings(&upload).len(), 1);
    assert_eq!(upload.coverage(), Coverage::Complete);
}

#[test]
fn one_bad_entry_costs_itself() {
    for (line, what) in [
        (
            "jpegPhoto:< file:///etc/passwd",
            "a value by reference (:<) is refused",
        ),
        ("displayName:: !!!", "a value is not base64"),
        ("sn:: /w==", "a text is not UTF-8"),
        ("no colon", "a line is no `name: value`"),
        ("changetype: delete", "a change other than add"),
        ("objectSid:: AQ==", "objectSid is no SID"),
    ] {
        let bad = ONE.replace("R04z", "R05z") + line;
        let content = format!("{bad}\n\n{ONE}");
        let upload = open_ad(&[content.as_bytes()]).unwrap();
        let (readings, errors) = read_all(&upload);
        assert_eq!(readings.len(), 1, "{line}");
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(texts, [format!("file 1, line 1: {what}")]);
        assert_eq!(upload.damaged(), 1, "{line}");
        assert_eq!(upload.coverage(), Coverage::Changes, "{line}");
    }
}

#[test]
fn one_bad_object_costs_itself() {
    let good = r#"{"ObjectGUID":"93334e47-49a2-46f0-bc1e-b72c8b447f00","ObjectClass":"user","SamAccountName":"a","Enabled":true}"#;
    for bad in [
        r#"{"ObjectGUID": tru}"#,
        r#"{"ObjectGUID": "not one", "ObjectClass":"user"}"#,
        "{}",
    ] {
        let content = format!("[{bad},{good}]");
        let (readings, errors) = read_all(&open_ad(&[content.as_bytes()]).unwrap());
        assert_eq!((readings.len(), errors.len()), (1, 1), "{bad}");
        assert!(
            errors[0].to_string().starts_with("file 1, record 1: "),
            "{bad}"
        );
    }
    // One result is an object, not an array.
    assert_eq!(readings(&open_ad(&[good.as_bytes()]).unwrap()).len(), 1);
    assert_eq!(readings(&open_ad(&[b"null\r\n"]).unwrap()).len(), 0);
}

#[test]
fn d12_null_clears_and_a_name_that_nobody_has_says_nothing() {
    let content = r#"[
        {"ObjectGUID":"93334e47-49a2-46f0-bc1e-b72c8b447f00","ObjectClass":"user","SamAccountName":"a",
         "Title":null,"EmailAddress":null,"mail":"a@a.example","AccountExpirationDate":null},
        {"ObjectGUID":"93334e47-49a2-46f0-bc1e-b72c8b447f01","ObjectClass":["top","person","user"],
         "SamAccountName":"b","Department":"D","AccountExpirationDate":"2026-10-05T03:00:00+02:00",
         "mS-DS-ConsistencyGuid":"R04zk6JJ8Ea8Hrcsi0R/AA=="}]"#;
    let readings = readings(&open_ad(&[content.as_bytes()]).unwrap());
    let said =
        |sam, attribute| super::support::said(super::support::by_sam(&readings, sam), attribute);
    assert_eq!(*said("a", Attribute::JobTitle), Said::Cleared);
    assert_eq!(
        *said("a", Attribute::Department),
        Said::Cleared,
        "b has one"
    );
    assert_eq!(*said("a", Attribute::Phone), Said::Nothing);
    assert_eq!(
        *said("a", Attribute::Email),
        Said::Value("a@a.example".to_owned())
    );
    let b = super::support::by_sam(&readings, "b");
    assert_eq!(
        b.expires_at,
        Said::Value("2026-10-05T01:00:00Z".parse().unwrap())
    );
    let anchor = "93334e47-49a2-46f0-bc1e-b72c8b447f00".to_owned();
    assert_eq!(b.anchor_guid, Said::Value(anchor));
}

//! Our own format, as docs/uploads.md describes it.

use domain::fields::Attribute;
use domain::identity::{Departure, News, Said, Source};

use super::support::{cursor, file, open_ad, open_local, read_all, readings, said, text, values};
use crate::directory::upload::{Coverage, Cursor, Declared, UploadError, open};

const AD: &str = r#"{"muster_upload":1,"source":"active-directory","coverage":"complete","groups":"complete","cursor":{"dsa":"36478b67-8588-4402-b1c0-89baf4e076b0","usn":41}}
{"kind":"account","guid":"93334e47-49a2-46f0-bc1e-b72c8b447f00","sid":"S-1-5-21-1-2-3-1101","dn":"CN=Anna,DC=a","sam_account_name":"anna","user_principal_name":"anna@a.example","display_name":"Anna","mobile":null,"mail":"anna@a.example","proxy_addresses":["SMTP:anna@a.example","smtp:a@a.example"],"user_account_control":514,"account_expires":"2026-10-05T01:00:00Z","usn":40}
{"kind":"group","guid":"93334e47-49a2-46f0-bc1e-b72c8b447f09","sid":"S-1-5-32-544","dn":"CN=Administrators,CN=Builtin,DC=a","name":"Administrators","members":["CN=Anna,DC=a"]}
{"kind":"deleted","guid":"93334e47-49a2-46f0-bc1e-b72c8b447f01"}
{"kind":"end","records":3}
"#;

const LOCAL: &str = r#"{"muster_upload":1,"source":"local-windows","coverage":"complete"}
{"kind":"machine","machine":"PC-1","complete":true}
{"kind":"account","machine":"PC-1","sid":"S-1-5-21-1-2-3-1001","name":"kiosk","full_name":"Kiosk","enabled":true,"account_expires":null,"administrator":true}
{"kind":"deleted","machine":"PC-1","sid":"S-1-5-21-1-2-3-1002"}
{"kind":"end","records":3}
"#;

#[test]
fn a_domain_in_our_format() {
    let upload = open_ad(&[AD.as_bytes()]).unwrap();
    assert_eq!(upload.coverage(), Coverage::Complete);
    let dsa = Some("36478b67-8588-4402-b1c0-89baf4e076b0".to_owned());
    assert_eq!(upload.cursor(), Some(&Cursor { dsa, usn: 41 }));
    let readings = readings(&upload);
    assert_eq!(readings.len(), 2);
    let gone = &readings["93334e47-49a2-46f0-bc1e-b72c8b447f01"];
    assert!(gone.news == News::Left(Departure::Deleted));
    let anna = values(&readings["93334e47-49a2-46f0-bc1e-b72c8b447f00"]);
    assert_eq!(text(anna, Attribute::Username), Some("anna@a.example"));
    assert_eq!(*said(anna, Attribute::Mobile), Said::Cleared);
    assert_eq!(*said(anna, Attribute::JobTitle), Said::Nothing);
    assert_eq!(anna.enabled, Said::Value(false));
    assert_eq!(
        anna.alternate_emails,
        Said::Value(vec!["a@a.example".to_owned()])
    );
    let admin = "member of Administrators (544)".to_owned();
    assert_eq!(anna.privileges, Said::Value(vec![admin]));
    assert_eq!(
        anna.expires_at,
        Said::Value("2026-10-05T01:00:00Z".parse().unwrap())
    );
}

#[test]
fn the_header_says_the_coverage_unless_the_caller_does() {
    let complete = AD.to_owned();
    let changes = complete.replacen("\"complete\"", "\"changes\"", 1);
    let held = cursor(10);
    for (content, declared, expected) in [
        (&complete, Declared::Auto, Coverage::Complete),
        (&complete, Declared::Changes, Coverage::Changes),
        (&changes, Declared::Auto, Coverage::Changes),
        (&changes, Declared::Complete, Coverage::Complete),
    ] {
        let files = vec![file(content.as_bytes())];
        let upload = open(Source::ActiveDirectory, files, declared, Some(&held)).unwrap();
        assert_eq!(upload.coverage(), expected);
    }
}

#[test]
fn machines_in_our_format() {
    let upload = open_local(LOCAL.as_bytes()).unwrap();
    assert_eq!(
        upload.coverage(),
        Coverage::Machines(["pc-1".to_owned()].into())
    );
    let readings = readings(&upload);
    let kiosk = values(&readings["pc-1/s-1-5-21-1-2-3-1001"]);
    assert_eq!(text(kiosk, Attribute::DisplayName), Some("Kiosk"));
    assert!(kiosk.privileges.value().is_some());
    let gone = &readings["pc-1/s-1-5-21-1-2-3-1002"];
    assert!(gone.news == News::Left(Departure::Deleted));
}

#[test]
fn a_file_that_is_not_whole_or_not_ours_is_refused() {
    let end = "{\"kind\":\"end\",\"records\":3}\n";
    for (content, what) in [
        (LOCAL.replace(end, ""), "the file has no `end` line"),
        (
            LOCAL.replace("records\":3", "records\":4"),
            "lines are missing before `end`",
        ),
        (
            LOCAL.replace("upload\":1", "upload\":2"),
            "this version of the format is not known",
        ),
        (
            LOCAL.replace("local-windows", "cloud"),
            "the header's source is not known",
        ),
        (
            LOCAL.replace(",\"coverage\":\"complete\"", ""),
            "the first line is no header",
        ),
    ] {
        match open_local(content.as_bytes()).err() {
            Some(UploadError::Unreadable { what: said, .. }) => assert_eq!(said, what),
            other => panic!("{what}: {other:?}"),
        }
    }
    let wrong = open_ad(&[LOCAL.as_bytes()]).err();
    let (file, expected) = (1, Source::ActiveDirectory);
    assert_eq!(wrong, Some(UploadError::WrongSource { file, expected }));
}

/// The examples of docs/uploads.md, under one of its headings.
fn documented(heading: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/uploads.md");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split("\n## Record format\n").nth(1).unwrap();
    let section = section
        .split("\n### ")
        .find(|part| part.starts_with(heading));
    let lines = section
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("{\"kind\":"));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_documented_lines_can_be_read() {
    for (source, heading) in [
        (Source::ActiveDirectory, "Lines of Active Directory"),
        (Source::LocalWindows, "Lines of machines"),
    ] {
        let lines = documented(heading).join("\n");
        let header = format!(r#"{{"muster_upload":1,"source":"{source}","coverage":"complete"}}"#);
        let content = format!("{header}\n{lines}\n{{\"kind\":\"end\",\"records\":3}}\n");
        let files = vec![file(content.as_bytes())];
        let upload = open(source, files, Declared::Auto, None).unwrap();
        let readings = readings(&upload);
        assert_eq!(readings.len(), 2, "{source}");
        let gone = readings
            .values()
            .filter(|reading| matches!(reading.news, News::Left(_)));
        assert_eq!(gone.count(), 1, "{source}");
    }
}

#[test]
fn a_bad_line_costs_itself() {
    for bad in [
        "{\"kind\":\"account\",",
        "{\"kind\":\"what\"}",
        "[]",
        "{\"kind\":\"deleted\",\"machine\":\"a\"}",
    ] {
        let bad = format!("{bad}\n{{\"kind\":\"end\",\"records\":4}}");
        let content = LOCAL.replace("{\"kind\":\"end\",\"records\":3}", &bad);
        let (readings, errors) = read_all(&open_local(content.as_bytes()).unwrap());
        assert_eq!((readings.len(), errors.len()), (2, 1), "{bad}");
    }
}

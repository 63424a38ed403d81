//! Windows' values and names, with the vectors of their specifications.

use jiff::Timestamp;

use crate::directory::upload::dn::{self, DnKey};
use crate::directory::upload::json::{Found, Objects};
use crate::directory::upload::lines::{Line, Lines};
use crate::directory::upload::windows::{self, Expiry};

#[test]
fn a_guid_is_read_in_the_order_of_windows() {
    let octets = b"\x47\x4e\x33\x93\xa2\x49\xf0\x46\xbc\x1e\xb7\x2c\x8b\x44\x7f\x00";
    let expected = "93334e47-49a2-46f0-bc1e-b72c8b447f00";
    for value in [
        &octets[..],
        b"93334E47-49A2-46F0-BC1E-B72C8B447F00",
        b"{93334e47-49a2-46f0-bc1e-b72c8b447f00}",
        b"R04zk6JJ8Ea8Hrcsi0R/AA==",
    ] {
        assert_eq!(windows::guid(value).as_deref(), Some(expected));
    }
    for value in [&b""[..], b"x", &octets[1..], b"93334e47-49a2"] {
        assert_eq!(windows::guid(value), None);
    }
}

#[test]
fn a_sid_is_checked_before_it_is_written() {
    let octets = b"\x01\x05\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\xdd\xe5\x59\xc7\xaf\x44\xd7\x66\x5d\xf0\xe6\x7b\x4e\x04\x00\x00";
    let expected = "S-1-5-21-3344557533-1725383855-2078732381-1102";
    assert_eq!(windows::sid(octets).as_deref(), Some(expected));
    assert_eq!(
        windows::sid(expected.to_lowercase().as_bytes()).as_deref(),
        Some(expected)
    );
    assert_eq!(windows::rid(expected), Some(1102));
    for value in [
        &octets[..27],
        b"S-1-5",
        b"S-2-5-21-1",
        b"S-1-5-21-4294967296",
        b"S-1-x",
        b"",
    ] {
        assert_eq!(windows::sid(value), None, "{value:?}");
    }
    let long = format!("S-1-5{}", "-1".repeat(16));
    assert_eq!(windows::sid(long.as_bytes()), None);
    assert_eq!(windows::rid("S-1-5-32-544"), None);
    assert_eq!(windows::rid("S-1-12-1-1-2-3-500"), None);
}

#[test]
fn an_expiry_is_never_an_instant_or_clamped() {
    let at = |text: &str| Some(Expiry::At(text.parse().unwrap()));
    for (ticks, expected) in [
        (0, Some(Expiry::Never)),
        (i64::MAX, Some(Expiry::Never)),
        (-1, None),
        (134_396_361_000_000_000, at("2026-11-20T08:15:00Z")),
        (134_397_825_356_908_590, at("2026-11-22T00:55:35.690859Z")),
        (i64::MAX - 1, Some(Expiry::At(Timestamp::MAX))),
    ] {
        let read = windows::expiry(ticks);
        if ticks == 134_397_825_356_908_590 {
            let (Some(Expiry::At(read)), Some(Expiry::At(expected))) = (read, expected) else {
                panic!("no instant")
            };
            assert_eq!(read.as_microsecond(), expected.as_microsecond());
        } else {
            assert_eq!(read, expected, "{ticks}");
        }
    }
}

#[test]
fn powershell_writes_times_in_two_ways() {
    let expected: Timestamp = "2026-11-20T08:15:00Z".parse().unwrap();
    for text in [
        "/Date(1795162500000)/",
        "/Date(1795162500000+0100)/",
        "2026-11-20T08:15:00Z",
        "2026-11-20T09:15:00.0000000+01:00",
        "2026-11-20T08:15:00",
    ] {
        assert_eq!(windows::json_time(text), Some(expected), "{text}");
    }
    assert!(windows::json_time("/Date(-62135596800000)/").is_some());
    for text in [
        "",
        "/Date()/",
        "/Date(x)/",
        "/Date(99999999999999999)/",
        "tomorrow",
    ] {
        assert_eq!(windows::json_time(text), None, "{text}");
    }
}

#[test]
fn names_compare_by_their_parts() {
    let key = DnKey::of("CN=Svensson\\, Anna,OU=Göteborg,DC=a");
    for same in [
        "cn=svensson\\, anna,ou=GÖTEBORG,dc=A",
        "CN=Svensson\\2C Anna, OU = G\\C3\\B6teborg , DC=a",
        "<GUID=93334e47-49a2-46f0-bc1e-b72c8b447f00>;<SID=S-1-5-32-544>;CN=Svensson\\, Anna,OU=Göteborg,DC=a",
    ] {
        assert!(DnKey::of(same) == key, "{same}");
    }
    for other in [
        "CN=Svensson,CN=Anna,OU=Göteborg,DC=a",
        "CN=Svensson\\, Anna,OU=Göteborg\\,DC=a",
        "OU=Göteborg,DC=a",
        "",
    ] {
        assert!(DnKey::of(other) != key, "{other}");
    }
    assert!(DnKey::of("CN=a+OU=b,DC=c") == DnKey::of("ou=B+cn=A,dc=c"));
    assert!(DnKey::of("CN=a\\ ,DC=c") != DnKey::of("CN=a ,DC=c"));
    assert_eq!(
        dn::first_value("CN=A\\0ADEL:x,CN=Deleted Objects").as_deref(),
        Some("A\nDEL:x")
    );
    assert_eq!(
        dn::container("CN=A,CN=Builtin,DC=a").as_deref(),
        Some("Builtin")
    );
    assert_eq!(dn::first_value(""), None);
}

#[test]
fn objects_are_found_wherever_braces_stand() {
    let all = |text: &str, limit| {
        let mut objects = Objects::new(text.as_bytes(), limit);
        let (mut found, mut octets) = (Vec::new(), Vec::new());
        loop {
            match objects.next(&mut octets).unwrap() {
                Found::Object => found.push(String::from_utf8(octets.clone()).unwrap()),
                Found::TooLong => found.push("too long".to_owned()),
                Found::End => return Ok(found),
                Found::Broken(what) => return Err(what),
            }
        }
    };
    for (text, expected) in [
        ("", vec![]),
        ("[]", vec![]),
        (
            " [ {\"a\":\"}\\\"]\"} , {\"b\":[{}]} ] ",
            vec!["{\"a\":\"}\\\"]\"}", "{\"b\":[{}]}"],
        ),
        ("{\"a\":1}", vec!["{\"a\":1}"]),
        ("{\"a\":1}\n{\"b\":2}", vec!["{\"a\":1}", "{\"b\":2}"]),
        (
            "{\"_c\":{\"machines\":[1]},\"machines\" : [ {\"a\":1} ],\"z\":[{}]}",
            vec!["{\"a\":1}"],
        ),
        (
            "[{\"machines\":[{\"a\":1}]}]",
            vec!["{\"machines\":[{\"a\":1}]}"],
        ),
        (
            "[{\"a\":\"0123456789012345678901234567890123456789\"},{}]",
            vec!["too long", "{}"],
        ),
        ("[null]", vec![]),
    ] {
        assert_eq!(
            all(text, 36),
            Ok(expected.into_iter().map(str::to_owned).collect()),
            "{text}"
        );
    }
    for text in [
        "[",
        "[{}",
        "{",
        "{\"a",
        "{\"machines\":[{}]",
        "[1]",
        "x",
        "]",
    ] {
        assert!(all(text, 36).is_err(), "{text}");
    }
}

#[test]
fn lines_end_as_tools_end_them() {
    let mut lines = Lines::new(&b"a\r\n\nabcdef\nabc\r\nabcd"[..]);
    let mut line = Vec::new();
    for (expected, is) in [
        (&b"a"[..], Line::Whole),
        (b"", Line::Whole),
        (b"abc", Line::TooLong),
        (b"abc", Line::Whole),
        (b"abc", Line::TooLong),
        (b"", Line::None),
    ] {
        assert_eq!(lines.read(&mut line, 3).unwrap(), is);
        assert_eq!(line, expected);
    }
    assert_eq!(lines.number, 5);
}

//! What nobody honest would hand in.

use domain::identity::Source;
use domain::limits::{
    UPLOAD_BYTES_MAX, UPLOAD_PART_BYTES_MAX, UPLOAD_PART_UNPACKED_BYTES_MAX, UPLOAD_PARTS_MAX,
    UPLOAD_RECORD_BYTES_MAX,
};

use super::support::{file, fixture_text, gzip, open_ad, open_local, read_all, readings};
use crate::directory::upload::{At, Declared, UploadError, UploadedFile, open, pack};

const USER: &str = "dn: CN=A,DC=a\nobjectClass: user\nsAMAccountName: a\n\
    objectGUID: 93334e47-49a2-46f0-bc1e-b72c8b447f00\n";

fn open_parts(parts: Vec<Vec<u8>>) -> Option<UploadError> {
    let parts = parts.into_iter().map(Into::into).collect();
    let name = "../../x\u{1b}[2J".to_owned();
    let files = vec![UploadedFile { name, parts }];
    open(Source::ActiveDirectory, files, Declared::Auto, None).err()
}

#[test]
fn parts_are_measured_packed_and_unpacked() {
    let bomb = gzip(&vec![b'a'; UPLOAD_PART_UNPACKED_BYTES_MAX + 1]);
    assert!(bomb.len() < UPLOAD_PART_BYTES_MAX);
    let nested = [
        gzip(&vec![b' '; UPLOAD_PART_UNPACKED_BYTES_MAX]),
        gzip(b" "),
    ]
    .concat();
    let fits = gzip(&vec![b'\n'; UPLOAD_PART_UNPACKED_BYTES_MAX]);
    assert_eq!(open_parts(vec![fits]), None);
    let (file, part) = (1, 1);
    for (parts, expected) in [
        (vec![bomb], UploadError::PartUnpacksTooLarge { file, part }),
        (
            vec![nested],
            UploadError::PartUnpacksTooLarge { file, part },
        ),
        (
            vec![vec![0; UPLOAD_PART_BYTES_MAX + 1]],
            UploadError::PartTooLong { file, part },
        ),
        (
            vec![b"dn: CN=a".to_vec()],
            UploadError::NotGzip { file, part },
        ),
        (vec![Vec::new()], UploadError::NotGzip { file, part }),
        (
            vec![gzip(b"dn: CN=a\n"), gzip(b"sn: b\n")[..12].to_vec()],
            UploadError::NotGzip { file, part: 2 },
        ),
    ] {
        assert_eq!(open_parts(parts), Some(expected));
    }
    let many = vec![gzip(b"\n"); usize::try_from(UPLOAD_PARTS_MAX).unwrap() + 1];
    assert_eq!(open_parts(many), Some(UploadError::TooManyParts));
}

#[test]
fn the_parts_of_an_upload_are_measured_together_before_any_is_unpacked() {
    // None of these is gzip: they are not even looked into.
    let part = bytes::Bytes::from(vec![0; UPLOAD_PART_BYTES_MAX]);
    let of = |bytes: usize| {
        let mut parts = vec![part.clone(); bytes / UPLOAD_PART_BYTES_MAX];
        parts.push(part.slice(..bytes % UPLOAD_PART_BYTES_MAX));
        let name = "users.ldif".to_owned();
        let files = vec![UploadedFile { name, parts }];
        open(Source::ActiveDirectory, files, Declared::Auto, None).err()
    };
    let (file, part) = (1, 1);
    assert_eq!(
        of(UPLOAD_BYTES_MAX),
        Some(UploadError::NotGzip { file, part })
    );
    assert_eq!(of(UPLOAD_BYTES_MAX + 1), Some(UploadError::TooManyBytes));
}

#[test]
fn a_huge_attribute_costs_its_entry_and_not_the_memory() {
    let huge = "A".repeat(UPLOAD_RECORD_BYTES_MAX);
    for (line, good) in [
        (format!("info: {huge}"), 1),
        (format!("info: a\n {huge}"), 1),
    ] {
        let content = format!("{USER}{line}\n\n{}", USER.replace("7f00", "7f01"));
        let (readings, errors) = read_all(&open_ad(&[content.as_bytes()]).unwrap());
        assert_eq!((readings.len(), errors.len()), (good, 1));
        assert_eq!(errors[0].what, "the entry is too long");
    }
    let user = r#""ObjectGUID":"93334e47-49a2-46f0-bc1e-b72c8b447f00","ObjectClass":"user""#;
    let content = format!(r#"[{{"info":"{huge}",{user}}},{{{user}}}]"#);
    let (readings, errors) = read_all(&open_ad(&[content.as_bytes()]).unwrap());
    assert_eq!((readings.len(), errors.len()), (1, 1));
    assert_eq!(errors[0].at, At::Record(1));
}

#[test]
fn a_text_that_breaks_off_is_refused_as_a_whole() {
    let json = fixture_text("northwind-get-aduser.json");
    for length in [1_000, 50_000, json.len() - 3] {
        let error = open_ad(&[&json.as_bytes()[..length]]).err().unwrap();
        assert!(
            matches!(error, UploadError::Unreadable { file: 1, .. }),
            "{error}"
        );
    }
    let deep = "[".repeat(100_000);
    assert!(open_ad(&[deep.as_bytes()]).is_err());
    let deep = format!(
        "[{{\"ObjectGUID\":{}}}]",
        "[".repeat(100_000) + &"]".repeat(100_000)
    );
    assert!(open_ad(&[deep.as_bytes()]).is_err());
}

#[test]
fn what_is_no_export_of_the_source_is_refused() {
    for content in [
        "hello",
        "<html></html>",
        "[1,2]",
        r#"[{"a":1}]"#,
        "GIF89a",
        "a: b\n",
    ] {
        assert!(open_ad(&[content.as_bytes()]).is_err(), "{content}");
    }
    let (file, expected) = (1, Source::LocalWindows);
    let wrong = Some(UploadError::WrongSource { file, expected });
    assert_eq!(open_local(USER.as_bytes()).err(), wrong);
    let json = fixture_text("northwind-get-aduser.json");
    assert_eq!(open_local(json.as_bytes()).err(), wrong);
    let machines = fixture_text("local-windows.json");
    assert!(matches!(
        open_ad(&[machines.as_bytes()]).err(),
        Some(UploadError::WrongSource { .. })
    ));
}

#[test]
fn errors_name_places_and_never_values() {
    let content = format!("{USER}displayName:: Anna Svensson\n");
    let (_, errors) = read_all(&open_ad(&[content.as_bytes()]).unwrap());
    let text = format!("{} {:?}", errors[0], errors[0]);
    assert!(!text.contains("Anna") && !text.contains("export"), "{text}");
}

#[test]
fn a_record_is_not_cut_where_it_ends_the_file() {
    let upload = open_ad(&[USER.trim_end().as_bytes()]).unwrap();
    assert_eq!(readings(&upload).len(), 1);
}

#[test]
fn packing_keeps_to_the_limits() {
    // Octets that do not shrink.
    let mut state = 7_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(3 * 1024 * 1024)
    .collect();
    let parts = pack(noise.as_slice()).unwrap();
    assert!(parts.iter().all(|part| part.len() <= UPLOAD_PART_BYTES_MAX));
    assert_eq!(pack(&b""[..]).unwrap().len(), 0);
    assert_eq!(file(b"abc").parts.len(), 1);
}

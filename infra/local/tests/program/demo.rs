//! The demo with each PSA: it is played to its end, and says what that PSA cannot do.

use std::process::{Command, Stdio};

use connectors::psa::PsaKind;
use connectors::psa::capabilities::CAPABILITIES;

const CHAPTERS: [&str; 6] = [
    "The first import",
    "Nothing changed",
    "Changes at the source",
    "A technician edits a contact",
    "An improbable loss",
    "Why an account is what it is",
];

/// What the demo says with these words: its beginning, then each chapter.
fn played(words: &[&str]) -> Vec<String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_muster"));
    let output = program.args(words).stdin(Stdio::null()).output().unwrap();
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), complaints.as_str()), (Some(0), ""));
    let text = String::from_utf8(output.stdout).unwrap();
    let parts: Vec<String> = text.split("\n── ").map(str::to_owned).collect();
    let heads: Vec<&str> = parts
        .iter()
        .skip(1)
        .filter_map(|p| p.lines().next())
        .collect();
    let expected = (1..).zip(CHAPTERS);
    let expected: Vec<String> = expected
        .map(|(number, title)| format!("{number}. {title} ──"))
        .collect();
    assert_eq!(heads, expected);
    parts
}

/// Plays it with a PSA, and checks what holds with each.
fn plays(kind: PsaKind, words: &[&str]) {
    let parts = played(words);
    let [beginning, first, second, third, fourth, ..] = parts.as_slice() else {
        panic!("{parts:?}");
    };
    assert!(
        beginning.contains(&format!("The MSP's PSA is {}.", kind.name())),
        "{beginning}"
    );
    for row in CAPABILITIES {
        let said = beginning.lines().any(|line| {
            line.contains(row.what) && row.lack(kind).is_some_and(|lack| line.contains(lack))
        });
        assert_eq!(said, row.lack(kind).is_some(), "{}: {beginning}", row.what);
    }
    let failed = first.lines().any(|line| line.contains("┆ failed"));
    assert!(first.contains("┆ succeeded") && !failed, "{first}");
    // B132: a look at which nothing is new.
    assert!(second.trim_end().ends_with(", 0 write units"), "{second}");
    assert!(third.contains("made by us"), "{third}");
    // B24, B25: the account follows its contact, whether its PSA tells of it or not.
    for followed in [
        "→ front.desk@harbour.example",
        "→ +44 7700 900321",
        "SupportPIN: there",
        "IsOffice365: True",
    ] {
        assert!(fourth.contains(followed), "{followed}: {fourth}");
    }
    let delivers = !kind.gaps().no_deliveries;
    assert_eq!(fourth.contains("answered [200]"), delivers, "{fourth}");
    assert_eq!(fourth.contains("sends nothing"), !delivers, "{fourth}");
    let stays = kind.gaps().no_active_status;
    assert_eq!(third.contains("made by us, stays in use"), stays, "{third}");
}

#[test]
fn without_words_it_is_played_with_halo() {
    plays(PsaKind::Halo, &[]);
}

#[test]
fn it_is_played_with_autotask() {
    plays(PsaKind::Autotask, &["demo", "--psa", "autotask"]);
}

#[test]
fn it_is_played_with_connectwise() {
    plays(PsaKind::ConnectWise, &["demo", "--psa", "connectwise"]);
}

#[test]
fn it_is_played_with_kaseya_bms() {
    plays(PsaKind::KaseyaBms, &["demo", "--psa", "kaseya-bms"]);
}

#[test]
fn b150_b180_it_is_played_with_syncro_which_has_no_active_status() {
    plays(PsaKind::Syncro, &["demo", "--psa", "syncro"]);
}

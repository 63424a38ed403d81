//! The demo with each PSA, and with each documentation system beside some of them: it is played to its
//! end, and says what they cannot do.

use std::process::{Command, Stdio};

use connectors::docs::{self, DocsKind, NO_PASSWORD};
use connectors::psa::PsaKind;
use connectors::psa::capabilities::CAPABILITIES;

/// What the demo says with these words: its beginning, then each chapter.
fn played(docs: DocsKind, words: &[&str]) -> Vec<String> {
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
    let entries = format!("The entries of {}", docs.name());
    let chapters = [
        "The first import",
        "Nothing changed",
        "Changes at the source",
        "A technician edits a contact",
        &entries,
        "An improbable loss",
        "Why an account is what it is",
    ];
    let expected = (1..).zip(chapters);
    let expected: Vec<String> = expected
        .map(|(number, title)| format!("{number}. {title} ──"))
        .collect();
    assert_eq!(heads, expected);
    assert!(!text.to_lowercase().contains("canary"), "a secret is told");
    parts
}

/// Plays it with these two, and checks what holds with each.
fn plays(kind: PsaKind, docs: DocsKind, words: &[&str]) {
    let parts = played(docs, words);
    let [beginning, first, second, third, fourth, fifth, _, last] = parts.as_slice() else {
        panic!("{parts:?}");
    };
    of_documentation(docs, beginning, fifth);
    assert!(last.contains("documentation: matched with entry"), "{last}");
    assert!(
        beginning.contains(&format!("The MSP's PSA is {}.", kind.name())),
        "{beginning}"
    );
    for row in CAPABILITIES {
        let said = beginning.lines().any(|line| {
            line.contains(row.what)
                && (row.lack)(&kind.gaps()).is_some_and(|lack| line.contains(lack))
        });
        assert_eq!(
            said,
            (row.lack)(&kind.gaps()).is_some(),
            "{}: {beginning}",
            row.what
        );
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

/// What is told of the documentation system.
fn of_documentation(kind: DocsKind, beginning: &str, chapter: &str) {
    let said = format!("The MSP's documentation system is {}.", kind.name());
    assert!(beginning.contains(&said), "{beginning}");
    for row in docs::capabilities::CAPABILITIES {
        let said = beginning.lines().any(|line| {
            line.contains(row.what)
                && (row.lack)(&kind.gaps()).is_some_and(|lack| line.contains(lack))
        });
        assert_eq!(
            said,
            (row.lack)(&kind.gaps()).is_some(),
            "{}: {beginning}",
            row.what
        );
    }
    let row = |words: &[&str]| {
        let is_it = |line: &str| words.iter().all(|word| line.contains(word));
        assert!(chapter.lines().any(is_it), "{words:?}: {chapter}");
    };
    // B87, B92, B96: by name and category. B97, B98, B127: what is in doubt, or another's.
    row(&["category Active Directory, on a device", ", matched"]);
    row(&["category Office 365", ", matched"]);
    row(&["category Local Account", ", matched"]);
    row(&["without category", "possible-match: entry", "confirm it"]);
    row(&["two of the same user name", "more-than-one-match: entry"]);
    row(&["category Azure AD", "category-differs: entry"]);
    row(&["none", "made by us"]);
    // B99, B128: what a person says.
    row(&["it is this one", "matched", "– → Microsoft 365"]);
    row(&["the first of the two", "matched"]);
    // B137: the PSA's side goes on.
    row(&["revoked", "failed", kind.name(), "made by us", "┆ off"]);
    row(&["good again", "succeeded", "made by us"]);
    row(&[" documentation system; ", ", 0 write units"]);
    assert!(chapter.contains(NO_PASSWORD), "{chapter}");
}

#[test]
fn without_words_it_is_played_with_halo_and_it_glue() {
    plays(PsaKind::Halo, DocsKind::ItGlue, &[]);
}

#[test]
fn it_is_played_with_autotask_and_hudu() {
    plays(
        PsaKind::Autotask,
        DocsKind::Hudu,
        &["demo", "--psa", "autotask", "--docs", "hudu"],
    );
}

#[test]
fn it_is_played_with_connectwise() {
    plays(
        PsaKind::ConnectWise,
        DocsKind::ItGlue,
        &["demo", "--psa", "connectwise"],
    );
}

#[test]
fn it_is_played_with_kaseya_bms_and_hudu() {
    plays(
        PsaKind::KaseyaBms,
        DocsKind::Hudu,
        &["demo", "--psa", "kaseya-bms", "--docs", "hudu"],
    );
}

#[test]
fn b150_b180_it_is_played_with_syncro_which_has_no_active_status() {
    plays(
        PsaKind::Syncro,
        DocsKind::ItGlue,
        &["demo", "--psa", "syncro"],
    );
}

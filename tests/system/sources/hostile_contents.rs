//! Contents that cannot be used, as a whole or in one record: said on the run, leave every account
//! as it was, and the next good upload works.

use domain::account::AccountState::Active;
use domain::run::RunStatus;

use super::agents::{Agents, gzip, ldif};
use super::{count, runs};

/// UTF-16 with its mark, and half a character at the end.
fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xFF, 0xFE]
        .into_iter()
        .chain(units)
        .chain([0xD8])
        .collect()
}

#[tokio::test]
async fn w5_an_upload_that_cannot_be_used_changes_nothing_and_the_run_says_why() {
    let whole = gzip(&ldif(30));
    let mut agents = Agents::new().await;
    assert_eq!(agents.good(4).await, 4);
    for (number, (what, body, status, words)) in [
        (
            "a bomb",
            gzip(&vec![b'a'; 9 << 20]),
            RunStatus::Failed,
            "unpacks to over",
        ),
        ("no gzip", ldif(30), RunStatus::Failed, "not gzip"),
        (
            "a gzip that is cut",
            whole[..whole.len() / 2].to_vec(),
            RunStatus::Failed,
            "not gzip, or damaged",
        ),
        (
            "UTF-16 with garbage",
            gzip(&utf16("dn: CN=A\n\u{FFFF}\0\u{1}")),
            RunStatus::Succeeded,
            "could not be read",
        ),
        (
            "a page",
            gzip(b"<html><body>Sign in</body></html>"),
            RunStatus::Failed,
            "neither LDIF nor",
        ),
        (
            "JSON without an end",
            gzip(br#"[{"ObjectGUID":"93334e47-"#),
            RunStatus::Failed,
            "file 1",
        ),
        (
            "machines",
            gzip(br#"{"machines":[{"computer":{"Name":"A"},"localUsers":[]}]}"#),
            RunStatus::Failed,
            "another source",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let before = agents.world.accounts("northwind").await;
        agents.hand_in(body).await;
        let run = runs(&agents.world, "northwind").await.remove(0);
        assert_eq!(run.status, status, "{what}: {:?}", run.error);
        let error = run.error.unwrap_or_else(|| panic!("{what} is not said"));
        assert!(error.contains(words), "{what}: {error}");
        assert!(
            !error.contains("users.ldif"),
            "{what}: a name is somebody's own: {error}"
        );
        assert!(agents.world.accounts("northwind").await == before, "{what}");
        // It is not tried again and again.
        agents.world.run().await;
        assert!(agents.world.accounts("northwind").await == before, "{what}");
        let latest = runs(&agents.world, "northwind").await.remove(0);
        assert_eq!(latest.id, run.id, "{what}");
        assert_eq!(
            agents.good(5 + number).await,
            5 + number,
            "{what}: the next good one works"
        );
    }
}

#[tokio::test]
async fn one_record_that_cannot_be_read_is_counted_and_nobody_is_missed() {
    let mut agents = Agents::new().await;
    assert_eq!(agents.good(6).await, 6);
    let text = String::from_utf8(ldif(3)).unwrap();
    let bad = text.replace("93334e47-0000-4000-8000-000000000001", "no guid at all");
    let huge = format!("info: {}\n", "A".repeat(4 << 20));
    let with_huge = text.replacen("displayName: P 1\n", &huge, 1);
    for content in [bad, with_huge] {
        agents.hand_in(gzip(content.as_bytes())).await;
        let run = runs(&agents.world, "northwind").await.remove(0);
        assert_eq!(
            (run.status, run.counts.unreadable),
            (RunStatus::Succeeded, 1)
        );
        assert!(
            run.error
                .unwrap()
                .contains("1 records of the upload could not be read")
        );
        assert_eq!(count(&agents.world, "northwind", Active).await, 6);
    }
    assert_eq!(
        agents.good(5).await,
        5,
        "a whole one: who is not in it left"
    );
}

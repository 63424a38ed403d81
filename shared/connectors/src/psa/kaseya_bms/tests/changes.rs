//! Which contacts changed: what is asked, and answers that no simulator gives.

use super::*;
use crate::error::Garble;

/// An answer that tells when it was sent.
fn dated(answer: &str) -> String {
    answer.replacen("\r\n", "\r\nDate: Sat, 01 Aug 2026 06:30:00 GMT\r\n", 1)
}

fn row(id: i64, modified_on: &str) -> Value {
    value!({"Id": id, "AccountId": 3301, "ModifiedOn": modified_on})
}

#[tokio::test]
async fn it_is_asked_by_the_vendors_clock_first_and_then_from_before_the_last_change() {
    let first = page(&value!([row(1, "2026-08-01T06:20:10")]), 1);
    // Without a zone, and with another one; one that was never changed; one that does not say whose.
    let news = value!([row(1, "2026-08-01T06:20:10Z"), row(2, "2026-08-01T08:25:00+02:00"),
        {"Id": 3, "AccountId": 3302, "ModifiedOn": null, "CreatedOn": "2026-08-01T06:26:00"},
        {"Id": 4, "ModifiedOn": "2026-08-01T06:27:00"}]);
    let now = page(&value!([]), 0);
    let bench = Bench::start(vec![dated(&now), dated(&first), page(&news, 4)]).await;
    let begun = bench.psa.contacts_changed(None).await.unwrap();
    assert_eq!((begun.contacts.len(), begun.is_more), (0, false));
    let told = bench.psa.contacts_changed(Some(&begun.next)).await.unwrap();
    let found: Vec<_> = told
        .contacts
        .iter()
        .map(|of| (of.contact.as_str(), of.company.as_str()))
        .collect();
    assert_eq!(found, [("2", "3301"), ("3", "3302")]);
    let asked = |since: &str| {
        format!(
            "GET /v2/crm/contacts/summary?Filter.ModifiedOnFrom={since}&PageSize=100&PageNumber=1"
        )
    };
    let calls = bench.calls();
    assert_eq!(calls[1], asked("2026-07-31T06%3A30%3A00Z"), "a day before");
    assert_eq!(calls[2], asked("2026-08-01T04%3A20%3A10Z"), "two hours");
}

#[tokio::test]
async fn answers_without_times_are_errors_and_not_silence() {
    let now = || dated(&page(&value!([]), 0));
    for (answers, words) in [
        (vec![page(&value!([]), 0)], "without the time (Date)"),
        (
            vec![now(), page(&value!([{"Id": 1, "ModifiedOn": "hush"}]), 1)],
            "contacts without the time of their change",
        ),
        (
            vec![now(), page(&value!([{"ModifiedOn": "x"}]), 1)],
            "a row",
        ),
    ] {
        let bench = Bench::start(answers).await;
        let error = bench.psa.contacts_changed(None).await.unwrap_err();
        let ConnectorError::Unreadable { garble, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*garble, Garble::Shape);
        let told = error.to_string();
        assert!(told.contains(words) && !told.contains("hush"), "{told}");
    }
}

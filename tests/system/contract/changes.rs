//! The contract of a PSA: which contacts changed, of vendors that are asked for it. Others say so in their
//! `Gaps`: they deliver, or cannot tell.

use connectors::error::ConnectorError;
use connectors::psa::{ChangedContact, PageToken};

use super::bench::{Bench, IDA};
use super::vendor::{Entry, Simulated};

/// The most pages of a look that a test waits for.
const PAGES_MAX: usize = 30;

impl<S: Simulated> Bench<S> {
    /// What changed since a position, to the end, and the position then.
    pub(super) async fn changes(
        &self,
        since: Option<PageToken>,
    ) -> (Vec<ChangedContact>, PageToken) {
        let (mut told, mut position) = (Vec::new(), since);
        for _ in 0..PAGES_MAX {
            let page = self
                .psa()
                .contacts_changed(position.as_ref())
                .await
                .unwrap();
            told.extend(page.contacts);
            position = Some(page.next);
            if !page.is_more {
                break;
            }
        }
        (told, position.unwrap())
    }

    /// All of this vendor's contacts that are asked for are of Northwind Dental.
    pub(super) fn changed(&self, contact: &domain::id::ContactId) -> ChangedContact {
        ChangedContact {
            contact: contact.clone(),
            company: self.company.clone(),
        }
    }
}

pub(super) async fn what_changed_is_told_once_or_nobody_is_asked_b25<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let ida = bench.add(&Entry::person("Ida Berg", IDA));
    bench.add(&Entry::person("Joe Lee", "joe@northwind.example"));
    if bench.gaps().no_changes_since {
        let calls = bench.side.journal().exchanges().len();
        let error = bench.psa().contacts_changed(None).await.unwrap_err();
        assert!(matches!(error, ConnectorError::Refused { .. }), "{error}");
        assert_eq!(bench.side.journal().exchanges().len(), calls, "no call");
        return;
    }
    let (first, position) = bench.changes(None).await;
    assert_eq!(first, [], "what was there before is read by runs");
    bench.side.retitle(&ida, "Dentist");
    let (told, position) = bench.changes(Some(position)).await;
    assert_eq!(told, [bench.changed(&ida)]);
    // Nothing changed: one call, and the position is where it was.
    let calls = bench.side.journal().exchanges().len();
    let quiet = bench.changes(Some(position.clone())).await;
    assert_eq!(quiet, (Vec::new(), position.clone()), "B132");
    assert_eq!(bench.side.journal().exchanges().len(), calls + 1);
    // Of another company, and somebody new.
    let other = bench.side.add_company("Fabrikam", true);
    let eva = Entry::person("Eva Alm", "eva@fabrikam.example");
    let eva = bench.side.add_contact(&other, &eva);
    bench.side.retitle(&ida, "Head of care");
    let (mut told, position) = bench.changes(Some(position)).await;
    told.sort();
    let eva = ChangedContact {
        contact: eva,
        company: other,
    };
    let mut expected = vec![bench.changed(&ida), eva];
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(bench.changes(Some(position)).await.0, []);
}

pub(super) async fn a_position_is_kept_as_text_and_anothers_begins_anew<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    if bench.gaps().no_changes_since {
        return;
    }
    let ida = bench.add(&Entry::person("Ida Berg", IDA));
    let (_, position) = bench.changes(None).await;
    assert!(!position.as_str().contains('@'), "no personal data");
    bench.side.retitle(&ida, "Dentist");
    // Kept by one process, read by another.
    let kept = PageToken::new(position.as_str());
    assert_eq!(bench.changes(Some(kept)).await.0, [bench.changed(&ida)]);
    let of_another = position.as_str().replacen("127.0.0.1", "127.0.0.2", 1);
    assert_ne!(of_another, position.as_str());
    for text in [of_another.as_str(), "", "{}", "hush"] {
        let (told, position) = bench.changes(Some(PageToken::new(text))).await;
        assert_eq!(told, [], "it begins anew");
        bench.side.retitle(&ida, text);
        assert_eq!(bench.changes(Some(position)).await.0, [bench.changed(&ida)]);
    }
}

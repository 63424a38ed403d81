//! The contract of a PSA, continued: lists of several pages.

use connectors::error::{ConnectorError, Garble};
use domain::push::contact::{Contact, ContactKind};

use super::bench::Bench;
use super::vendor::{Call, Entry, Simulated, Ways};

impl<S: Simulated> Bench<S> {
    /// So many persons, every fifth of them out of use where the vendor can have that.
    fn add_people(&self, count: usize) {
        for number in 0..count {
            let person = Entry::person(&format!("Person {number}"), "");
            let is_out_of_use = number % 5 == 0;
            self.add(&if is_out_of_use {
                person.out_of_use()
            } else {
                person
            });
        }
    }

    async fn contacts(&self) -> Vec<Contact> {
        self.psa().contacts(&self.company).await.unwrap()
    }
}

pub(super) async fn contacts_come_over_three_pages_with_those_out_of_use_and_those_that_are_no_persons<
    S: Simulated,
>() {
    let bench = Bench::<S>::new().await;
    let facts = bench.side.facts();
    let people = 2 * facts.page_rows + facts.page_rows / 2;
    bench.add_people(people);
    let kinds = [
        ContactKind::Placeholder,
        ContactKind::Technician,
        ContactKind::Service,
    ];
    let mut records = facts.own_records;
    for kind in kinds {
        if bench.side.add_record(&bench.company, kind) {
            records += 1;
        }
    }
    let other = bench.side.add_company("Fabrikam", true);
    let elsewhere = Entry::person("Else Where", "else@fabrikam.example");
    bench.side.add_contact(&other, &elsewhere);
    let contacts = bench.contacts().await;
    assert_eq!(bench.count(Call::List), 3);
    assert_eq!(contacts.len(), people + records);
    let count = |kind: ContactKind| {
        contacts
            .iter()
            .filter(|contact| contact.kind == kind)
            .count()
    };
    assert_eq!(count(ContactKind::Person), people);
    assert_eq!(kinds.map(count).iter().sum::<usize>(), records);
    let inactive = contacts.iter().filter(|contact| !contact.active).count();
    if bench.gaps().no_active_status {
        assert_eq!(inactive, 0);
    } else {
        assert_eq!(inactive, people.div_ceil(5));
    }
    assert!(contacts.iter().all(|c| c.company == bench.company));
}

pub(super) async fn a_smaller_page_than_asked_for_leaves_nobody_out<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.add_people(95);
    bench.set(Ways {
        page_rows_max: Some(40),
        ..Ways::default()
    });
    let contacts = bench.contacts().await;
    assert_eq!(contacts.len(), 95 + bench.side.facts().own_records);
    assert!(bench.count(Call::List) >= 3);
    bench.set(Ways::default());
    assert_eq!(bench.contacts().await, contacts);
}

pub(super) async fn a_page_that_repeats_is_an_error<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.add_people(95);
    bench.set(Ways {
        page_rows_max: Some(40),
        repeats_page: true,
        ..Ways::default()
    });
    let error = bench.psa().contacts(&bench.company).await.unwrap_err();
    let ConnectorError::Unreadable { garble, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*garble, Garble::Shape, "{error}");
    assert!(bench.count(Call::List) <= 4, "it is noticed soon");
}

//! The entries that the MSP keeps already: those of half of its people, and one of each kind of doubt,
//! with how the account stands that it may belong to.

use domain::docs::{DocsStatus, categories_of};
use domain::identity::Source;
use simulators::population::{Person, Population};

use super::directory;
use super::docs::{Docs, Kept};
use super::msp::{HYBRID, MACHINES, SHOWN};

/// People of Microsoft 365 of whom the one or the other has something to be decided, from the end.
const CASES_IN_CLOUD: usize = 3;
/// Somebody with an account on a Windows machine and a name that nobody else has.
const LOCAL_USER: &str = "olivia";

/// An account, and what the MSP keeps of it.
pub(super) struct Case {
    /// In words, what is there.
    pub(super) what: &'static str,
    pub(super) customer: &'static str,
    /// The user name that the account and its entries have.
    pub(super) username: String,
    /// The entries with this user name.
    pub(super) entries: Vec<u64>,
    /// How the account stands after the first import.
    pub(super) expected: DocsStatus,
}

/// A documentation system that is being filled, and an organization in it.
#[derive(Clone, Copy)]
pub(super) struct Shelf<'a> {
    pub(super) docs: &'a dyn Docs,
    pub(super) organization: u64,
}

impl Shelf<'_> {
    fn keep(&self, name: &str, username: &str, category: &'static str) -> u64 {
        self.put(name, username, category, false)
    }

    fn put(&self, name: &str, username: &str, category: &'static str, is_embedded: bool) -> u64 {
        let entry = Kept {
            name: name.to_owned(),
            username: username.to_owned(),
            category,
            is_embedded,
        };
        self.docs.keep(self.organization, &entry)
    }

    /// Of every other one of these people, by each name that Microsoft's cloud ever had.
    fn keep_half(&self, people: &[&Person]) {
        let names = categories_of(Source::Microsoft365).iter().cycle();
        for (person, category) in people.iter().step_by(2).zip(names) {
            self.keep(&person.display, &person.upn, category);
        }
    }
}

/// What is kept of a tenant's people.
pub(super) fn of_people(
    shelf: Shelf<'_>,
    customer: &'static str,
    people: &Population,
) -> Vec<Case> {
    let active = people.people.iter();
    let active: Vec<&Person> = active
        .filter(|person| person.is_active_employee() && !person.admin)
        .collect();
    let cases = if customer == SHOWN { CASES_IN_CLOUD } else { 0 };
    let (usual, special) = active.split_at(active.len().saturating_sub(cases));
    shelf.keep_half(usual);
    let [confirmed, chosen, new] = special else {
        return Vec::new();
    };
    let case = |what, person: &Person, entries, expected| Case {
        what,
        customer,
        username: person.upn.clone(),
        entries,
        expected,
    };
    let keep = |person: &Person, category| shelf.keep(&person.display, &person.upn, category);
    vec![
        case(
            "one of the same user name, without category",
            confirmed,
            vec![keep(confirmed, "")],
            DocsStatus::PossibleMatch,
        ),
        case(
            "two of the same user name, of the same source",
            chosen,
            vec![keep(chosen, "Microsoft 365"), keep(chosen, "Azure AD")],
            DocsStatus::MoreThanOneMatch,
        ),
        case("none", new, Vec::new(), DocsStatus::Created),
    ]
}

/// What is kept of people in an Active Directory. Those who are in the cloud as well have an entry of
/// the cloud, where the MSP looked them up first.
pub(super) fn of_directory(shelf: Shelf<'_>, people: &[directory::Person]) -> Vec<Case> {
    let in_both = people.iter().filter(|person| person.is_in_cloud);
    let kept: Vec<(&str, u64)> = in_both
        .map(|person| {
            let username = person.username();
            (username, shelf.keep(person.name(), username, "Office 365"))
        })
        .collect();
    let mut only_here = people.iter().filter(|person| !person.is_in_cloud);
    let (Some(matched), Some(differs), Some((of_both, its))) =
        (only_here.next(), only_here.next(), kept.first())
    else {
        return Vec::new();
    };
    let case = |what, username: &str, entry, expected| Case {
        what,
        customer: HYBRID,
        username: username.to_owned(),
        entries: vec![entry],
        expected,
    };
    let on_device = shelf.put(
        matched.name(),
        matched.logon_name(),
        "Active Directory",
        true,
    );
    let of_another = shelf.keep(differs.name(), differs.logon_name(), "Azure AD");
    vec![
        case(
            "of an account in both, category Office 365",
            of_both,
            *its,
            DocsStatus::Matched,
        ),
        case(
            "category Active Directory, on a device",
            matched.logon_name(),
            on_device,
            DocsStatus::Matched,
        ),
        case(
            "of an account in Active Directory, category Azure AD",
            differs.logon_name(),
            of_another,
            DocsStatus::CategoryDiffers,
        ),
    ]
}

/// What is kept of Windows machines.
pub(super) fn of_machines(shelf: Shelf<'_>) -> Vec<Case> {
    let entry = shelf.keep("Olivia, front desk", LOCAL_USER, "Local Account");
    vec![Case {
        what: "category Local Account",
        customer: MACHINES,
        username: LOCAL_USER.to_owned(),
        entries: vec![entry],
        expected: DocsStatus::Matched,
    }]
}

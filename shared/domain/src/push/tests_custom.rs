//! Custom fields, types of contacts, and what a PSA cannot hold.

use super::contact::{Contact, ContactChange, ContactUpdate};
use super::custom::CustomField;
use super::tests::{able, applied, plan_at, unlinked_that_wants_one};
use super::{Push, Question, looked_at, needs_look, take_over, with_pushed};
use crate::account::{Account, AccountState, MatchRule};
use crate::fields::Attribute;
use crate::gaps::Gaps;
use crate::id::CompanyId;
use crate::matching::fixture::{Build, account, company, contact};
use crate::policy::{Authority, Policy};

fn policy() -> Policy {
    Policy {
        create_psa_contact: true,
        support_pin: true,
        office_365_presence: true,
        ..Policy::default()
    }
}

fn linked() -> Account {
    account("a")
        .named("Anna", "Berg")
        .linked("1", MatchRule::Email)
}

fn holding(pin: Option<&str>, presence: Option<&str>) -> Contact {
    let mut contact = contact("1").named("Anna", "Berg");
    let text = |value: Option<&str>| value.map(str::to_owned);
    contact.custom.insert(CustomField::SupportPin, text(pin));
    contact
        .custom
        .insert(CustomField::IsOffice365, text(presence));
    contact
}

fn planned(account: &Account, contact: &Contact, gaps: &Gaps) -> Option<ContactUpdate> {
    match plan_at(account, Some(contact), &policy(), gaps, None) {
        Push::Update(update) => Some(update),
        Push::Nothing => None,
        other @ (Push::RefusedBefore | Push::LeaveAlone(_) | Push::Create(_)) => {
            panic!("{other:?}")
        }
    }
}

fn texts(update: &ContactUpdate) -> Vec<(CustomField, &str)> {
    let custom = update.custom.iter();
    custom
        .map(|(field, text)| (*field, text.as_str()))
        .collect()
}

#[test]
fn b151_b154_empty_fields_are_filled_once_and_a_pin_is_never_replaced() {
    let update = planned(&linked(), &holding(None, None), &able()).unwrap();
    let (pin, presence) = (CustomField::SupportPin, CustomField::IsOffice365);
    assert_eq!(texts(&update), [(pin, "482913"), (presence, "True")]);
    let after = applied(&holding(None, None), &update);
    assert_eq!(planned(&linked(), &after, &able()), None);
    assert_eq!(
        planned(&linked(), &holding(Some("1"), Some("yes")), &able()),
        None
    );
}

#[test]
fn b151_who_leaves_microsoft_365_is_said_to_have_left_it() {
    let mut account = linked();
    account.state = AccountState::Removed;
    let update = planned(&account, &holding(None, Some("1")), &able()).unwrap();
    assert_eq!(texts(&update), [(CustomField::IsOffice365, "False")]);
    // A no is not written to a field that says nothing, and a leaver gets no PIN.
    assert_eq!(planned(&account, &holding(None, None), &able()), None);
}

#[test]
fn b153_a_field_that_the_psa_does_not_have_is_left_alone_and_the_rest_is_written() {
    let mut there = holding(None, None);
    there.custom.remove(&CustomField::IsOffice365);
    let update = planned(&linked(), &there, &able()).unwrap();
    assert_eq!(texts(&update), [(CustomField::SupportPin, "482913")]);
    let none = Gaps {
        no_custom_fields: true,
        ..able()
    };
    assert_eq!(planned(&linked(), &there, &none), None);
}

#[test]
fn a_new_contact_gets_its_pin_and_its_presence() {
    let account = unlinked_that_wants_one();
    let Push::Create(new) = plan_at(&account, None, &policy(), &able(), None) else {
        panic!("nothing is made");
    };
    assert_eq!(new.custom.len(), 2);
    let change = ContactChange::Create(new);
    assert!(!format!("{change:?}").contains("482913"));
    // Six digits are soon tried out: no digest of them is kept.
    let kept = with_pushed(&account.psa, &change).pushed;
    assert!(!kept.contains_key("SupportPIN"), "{kept:?}");
}

#[test]
fn a_row_that_does_not_tell_is_read_in_full_once() {
    let thin = Gaps {
        thin_lists: true,
        ..able()
    };
    let (mut account, row) = (linked(), contact("1").named("Anna", "Berg"));
    let company: CompanyId = company();
    let needs = |account: &Account, gaps: &Gaps| {
        needs_look(
            &Question {
                account,
                contact: Some(&row),
                policy: &policy(),
                gaps,
                company: &company,
                site: None,
                fresh_pin: "",
            },
            &row,
        )
    };
    assert!(needs(&account, &thin) && !needs(&account, &able()));
    account.psa = looked_at(&account.psa, &account, &policy());
    assert!(!needs(&account, &thin));
    // Whether there is an account in Microsoft 365 has changed since.
    account.state = AccountState::Removed;
    assert!(needs(&account, &thin));
}

#[test]
fn b141_a_contact_of_a_type_that_is_left_is_neither_written_nor_taken_over() {
    let mut policy = Policy {
        update_psa_contact: true,
        left_contact_types: vec!["Contractor".to_owned()],
        ..policy()
    };
    policy.authority.email = Authority::Psa;
    let mut there = holding(None, None).email("other@x.example");
    there
        .fields
        .set(Attribute::DisplayName, Some("Another".to_owned()));
    for (name, is_left) in [("Contractor", true), ("contractor", false)] {
        there.types = Some(vec!["Boss".to_owned(), name.to_owned()]);
        let push = plan_at(&linked(), Some(&there), &policy, &able(), None);
        assert_eq!(matches!(push, Push::LeaveAlone(_)), is_left, "{name}");
        assert_eq!(
            take_over(&linked(), &there, &policy).is_none(),
            is_left,
            "{name}"
        );
    } // A row that does not tell may be of such a type: who writes reads it in full.
    there.types = None;
    assert_eq!(take_over(&linked(), &there, &policy), None);
    let push = plan_at(&linked(), Some(&there), &policy, &able(), None);
    assert!(matches!(push, Push::Update(_)));
    policy.left_contact_types.clear();
    assert!(take_over(&linked(), &there, &policy).is_some());
}

#[test]
fn d6_what_the_psa_cannot_hold_is_not_planned() {
    let gaps = Gaps {
        attributes: vec![Attribute::Department],
        alternate_emails_max: 0,
        no_external_id: true,
        no_active_status: true,
        ..able()
    };
    let everything = Policy {
        update_psa_contact: true,
        deactivate_psa_contact: true,
        ..policy()
    };
    let mut leaver = linked();
    leaver.state = AccountState::Removed;
    let there = holding(Some("1"), Some("False"));
    let push = plan_at(&leaver, Some(&there), &everything, &gaps, None);
    assert_eq!(push, Push::Nothing, "B150");
    let new = unlinked_that_wants_one().with(Attribute::Department, "Care");
    let Push::Create(new) = plan_at(&new, None, &everything, &gaps, None) else {
        panic!("nothing is made");
    };
    assert_eq!(new.fields.department, None);
    assert_eq!((new.alternate_emails, new.external_id), (Vec::new(), None));
}

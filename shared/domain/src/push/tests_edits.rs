//! What becomes of an edit: with each PSA as it is shipped (B21 to B30, D11, D12), and where a policy
//! says otherwise.

use super::tests::{able, all_on, in_agreement, linked, plan_at, plan_for, update};
use super::{Push, decides, edit, take_over};
use crate::account::{Account, AccountType, Origin, PsaStanding};
use crate::fields::Attribute;
use crate::gaps::Gaps;
use crate::matching::fixture::Build;
use crate::policy::{Authority, ContactEdits, Policy};

const OLD: &str = "+46 70 555 01 00";
const NEW: &str = "+46 70 555 01 99";

fn shipped(edits: ContactEdits) -> Policy {
    Policy::shipped(AccountType::EndUser, edits)
}

fn edited(account: &Account, mobile: Option<&str>, policy: &Policy) -> Account {
    let change = (Attribute::Mobile, mobile.map(str::to_owned));
    edit(account, &[change], policy).unwrap()
}

fn with_mobile() -> Account {
    linked().with(Attribute::Mobile, OLD)
}

#[test]
fn b21_b23_b24_an_edit_goes_where_the_psa_is_shipped_with() {
    let there = in_agreement().with(Attribute::Mobile, OLD);
    for (edits, pushed) in [
        (ContactEdits::HerePushed, true),
        (ContactEdits::HereKept, false),
    ] {
        for update_psa_contact in [false, true] {
            let policy = Policy {
                update_psa_contact,
                ..shipped(edits)
            };
            let after = edited(&with_mobile(), Some(NEW), &policy);
            let push = plan_for(&after, Some(&there), &policy);
            if pushed {
                assert_eq!(
                    update(push).set,
                    [(Attribute::Mobile, Some(NEW.to_owned()))]
                );
            } else {
                assert_eq!(push, Push::Nothing, "B23");
            }
            assert_eq!(take_over(&after, &there, &policy), None, "the edit stays");
        }
    }
    let change = (Attribute::Mobile, Some(NEW.to_owned()));
    assert!(edit(&with_mobile(), &[change], &shipped(ContactEdits::InPsa)).is_err());
}

#[test]
fn b22_b28_an_edit_without_a_contact_is_pushed_nowhere() {
    for edits in [
        ContactEdits::InPsa,
        ContactEdits::HerePushed,
        ContactEdits::HereKept,
    ] {
        let unlinked = Account {
            psa: PsaStanding::default(),
            ..with_mobile()
        };
        let after = edited(&unlinked, Some(NEW), &shipped(edits));
        let there = in_agreement();
        assert_eq!(
            plan_for(&after, Some(&there), &shipped(edits)),
            Push::Nothing
        );
    }
}

#[test]
fn b57_w18_what_nobody_edited_here_is_as_its_contact_says() {
    for edits in [ContactEdits::HerePushed, ContactEdits::HereKept] {
        let policy = Policy {
            update_psa_contact: true,
            ..shipped(edits)
        };
        let there = in_agreement().with(Attribute::Mobile, NEW);
        // Neither what the import brought nor what it left empty is pushed over it.
        for before in [linked(), with_mobile()] {
            assert_eq!(plan_for(&before, Some(&there), &policy), Push::Nothing);
            let after = take_over(&before, &there, &policy).unwrap();
            assert_eq!(after.fields.mobile.as_deref(), Some(NEW));
            assert_eq!(after.origin(Attribute::Mobile), Some(Origin::Psa));
            // From an edit on, the account decides.
            let after = edited(&after, Some(OLD), &policy);
            assert_eq!(take_over(&after, &there, &policy), None);
            let mobile = Attribute::Mobile;
            assert_eq!(decides(&after, mobile, &policy), Authority::Account);
        }
    }
}

#[test]
fn d12_what_a_person_cleared_is_cleared_where_the_psa_takes_contacts_without() {
    let policy = shipped(ContactEdits::HerePushed);
    let there = in_agreement().with(Attribute::Mobile, OLD);
    let after = edited(&with_mobile(), None, &policy);
    assert_eq!(
        take_over(&after, &there, &policy),
        None,
        "it is not filled again"
    );
    let planned = update(plan_for(&after, Some(&there), &policy));
    assert_eq!(planned.set, [(Attribute::Mobile, None)]);
    let needs = Gaps {
        needed_attributes: vec![Attribute::Mobile],
        ..able()
    };
    let push = plan_at(&after, Some(&there), &policy, &needs, None);
    assert_eq!(push, Push::Nothing);
}

#[test]
fn w11_b23_edits_are_pushed_or_kept_as_the_policy_says() {
    let there = in_agreement().with(Attribute::Mobile, OLD);
    for push_edits in [false, true] {
        let mut policy = Policy {
            push_edits,
            ..all_on()
        };
        policy.authority.mobile = Authority::Account;
        let after = edited(&with_mobile(), Some(NEW), &policy);
        let push = plan_for(&after, Some(&there), &policy);
        assert_eq!(matches!(push, Push::Update(_)), push_edits);
    }
}

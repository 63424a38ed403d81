//! What must hold for any account and contact.

use proptest::prelude::*;

use super::contact::{Contact, ContactChange, ContactKind, ExternalId};
use super::tests::{all_on, applied, made, plan_for, unlinked_that_wants_one};
use super::{Push, created, decides, is_own_echo, take_over, with_pushed};
use crate::account::{Account, AccountState, MatchRule, Origin};
use crate::fields::{Attribute, Fields};
use crate::matching::fixture::{account, contact, contact_id};
use crate::policy::{Authority, Policy};

const VALUES: [&str; 10] = [
    "",
    " Anna ",
    "anna",
    "anna@x.example",
    "ANNA@x.example",
    "berg@x.example",
    "+46 70 555 01 00",
    "0046705550100",
    "+46 70 555 01 99",
    "a\tb",
];

prop_compose! {
    fn some_fields()(
        values in proptest::collection::vec(
            proptest::option::of(proptest::sample::select(&VALUES[..])),
            Attribute::ALL.len(),
        ),
    ) -> Fields {
        let mut fields = Fields::default();
        for (attribute, value) in Attribute::ALL.into_iter().zip(values) {
            fields.set(attribute, value.map(str::to_owned));
        }
        fields
    }
}

fn a_state() -> impl Strategy<Value = AccountState> {
    proptest::sample::select(vec![
        AccountState::Active,
        AccountState::Disabled,
        AccountState::Removed,
    ])
}

prop_compose! {
    fn linked_account()(
        fields in some_fields(),
        state in a_state(),
        origins in proptest::collection::btree_map(
            proptest::sample::select(&Attribute::ALL[..]),
            proptest::sample::select(vec![Origin::Person, Origin::Psa]),
            0..=9,
        ),
    ) -> Account {
        let account = account("a").in_state(state).linked("1", MatchRule::Email);
        Account { fields, origins, ..account }
    }
}

prop_compose! {
    fn a_contact()(
        fields in some_fields(),
        known in proptest::sample::subsequence(&Attribute::ALL[..], 0..=9),
        active in any::<bool>(),
        external_id in proptest::sample::select(vec![
            None,
            Some(ExternalId::Empty),
            Some(ExternalId::Id("oid-z".into())),
        ]),
        technician in proptest::bool::weighted(0.1),
    ) -> Contact {
        let kind = if technician { ContactKind::Technician } else { ContactKind::Person };
        Contact { fields, known, active, external_id, ..contact("1").of_kind(kind) }
    }
}

prop_compose! {
    fn a_policy()(
        authorities in proptest::collection::vec(
            proptest::sample::select(vec![Authority::Source, Authority::Psa, Authority::Account]),
            9,
        ),
        update in any::<bool>(),
        edits in any::<bool>(),
        deactivate in any::<bool>(),
    ) -> Policy {
        let mut policy = Policy {
            update_psa_contact: update,
            push_edits: edits,
            deactivate_psa_contact: deactivate,
            ..all_on()
        };
        let all = &mut policy.authority;
        for (slot, authority) in [
            &mut all.display_name,
            &mut all.username,
            &mut all.given_name,
            &mut all.surname,
            &mut all.email,
            &mut all.mobile,
            &mut all.phone,
            &mut all.job_title,
            &mut all.department,
        ].into_iter().zip(authorities) {
            *slot = authority;
        }
        policy
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_update_leaves_nothing_to_write_and_writes_only_what_we_own(
        account in linked_account(),
        contact in a_contact(),
        policy in a_policy(),
    ) {
        let push = plan_for(&account, Some(&contact), &policy);
        prop_assert!(!matches!(push, Push::Create(_)));
        let Push::Update(update) = push else { return Ok(()) };
        prop_assert!(!update.is_empty());
        prop_assert_eq!(contact.kind, ContactKind::Person);
        for (attribute, value) in &update.set {
            let authority = policy.authority.of(*attribute);
            let is_edited = account.origin(*attribute) == Some(Origin::Person);
            prop_assert!(contact.known.contains(attribute));
            match authority {
                Authority::Source => prop_assert!(policy.update_psa_contact, "B148"),
                Authority::Account => prop_assert!(policy.push_edits && is_edited, "B21, B23"),
                Authority::Psa => prop_assert!(false, "D11"),
            }
            prop_assert!(value.is_some() || is_edited, "D12");
            prop_assert_ne!(*attribute, Attribute::Username);
        }
        prop_assert!(update.external_id.is_none() || contact.external_id == Some(ExternalId::Empty));
        let after = applied(&contact, &update);
        prop_assert_eq!(plan_for(&account, Some(&after), &policy), Push::Nothing);
        // What we wrote is not taken back.
        let taken = take_over(&account, &after, &policy);
        for (attribute, _) in &update.set {
            let ours = account.fields.get(*attribute);
            prop_assert!(taken.as_ref().is_none_or(|t| t.fields.get(*attribute) == ours));
        }
    }

    #[test]
    fn taking_over_twice_is_taking_over_once(
        account in linked_account(),
        contact in a_contact(),
        policy in a_policy(),
    ) {
        let Some(after) = take_over(&account, &contact, &policy) else { return Ok(()) };
        prop_assert_eq!(after.revision, account.revision + 1);
        prop_assert_eq!(take_over(&after, &contact, &policy), None);
        for attribute in Attribute::ALL {
            if decides(&account, attribute, &policy) != Authority::Psa {
                prop_assert_eq!(after.fields.get(attribute), account.fields.get(attribute));
            }
        }
    }

    #[test]
    fn b25_taking_over_and_pushing_come_to_rest(
        account in linked_account(),
        contact in a_contact(),
        policy in a_policy(),
    ) {
        let mut account = take_over(&account, &contact, &policy).unwrap_or(account);
        let mut contact = contact;
        if let Push::Update(update) = plan_for(&account, Some(&contact), &policy) {
            contact = applied(&contact, &update);
            account.psa = with_pushed(&account.psa, &ContactChange::Update(update));
        }
        prop_assert_eq!(take_over(&account, &contact, &policy), None);
        prop_assert_eq!(plan_for(&account, Some(&contact), &policy), Push::Nothing);
        // What is called an echo leaves nothing to do.
        let mut other = contact.clone();
        other.fields.email = Some("berg@x.example".into());
        if is_own_echo(&account, &other) {
            prop_assert_eq!(take_over(&account, &other, &policy), None);
        }
    }

    #[test]
    fn a_created_contact_agrees_with_its_account(fields in some_fields(), policy in a_policy()) {
        let mut account = Account { fields, ..unlinked_that_wants_one() };
        let Push::Create(new) = plan_for(&account, None, &policy) else { return Ok(()) };
        prop_assert!(new.fields.display_name.is_some());
        account.psa = created(&account.psa, &new, contact_id("1"));
        let there = made(&new, "1");
        prop_assert_eq!(plan_for(&account, Some(&there), &policy), Push::Nothing);
    }
}

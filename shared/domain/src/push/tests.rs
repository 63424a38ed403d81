//! What is planned for an account and its contact, and what stays of it in the standing.

use super::contact::{Contact, ContactChange, ContactKind, ContactUpdate, ExternalId, NewContact};
use super::{Push, Question, created, edited_in_psa, is_own_echo, name_of, plan, with_pushed};
use crate::account::{Account, AccountState, MatchRule, Origin, PsaStatus};
use crate::fields::Attribute;
use crate::gaps::Gaps;
use crate::id::SiteId;
use crate::limits::ALTERNATE_EMAILS_MAX;
use crate::matching::Reason;
use crate::matching::fixture::{Build, account, company, contact, contact_id};
use crate::policy::{Authority, Policy};

/// Everything is allowed.
pub(super) fn all_on() -> Policy {
    Policy {
        create_psa_contact: true,
        update_psa_contact: true,
        deactivate_psa_contact: true,
        ..Policy::default()
    }
}

/// A PSA that can do everything.
pub(super) fn able() -> Gaps {
    Gaps {
        alternate_emails_max: ALTERNATE_EMAILS_MAX,
        ..Gaps::default()
    }
}

pub(super) fn plan_for(account: &Account, contact: Option<&Contact>, policy: &Policy) -> Push {
    plan_at(account, contact, policy, &able(), None)
}

pub(super) fn plan_at(
    account: &Account,
    contact: Option<&Contact>,
    policy: &Policy,
    gaps: &Gaps,
    site: Option<&SiteId>,
) -> Push {
    plan(&Question {
        account,
        contact,
        policy,
        gaps,
        company: &company(),
        site,
        fresh_pin: "482913",
    })
}

/// A contact after an update, as a PSA would hold it.
pub(super) fn applied(contact: &Contact, update: &ContactUpdate) -> Contact {
    let mut contact = contact.clone();
    for (attribute, value) in &update.set {
        contact.fields.set(*attribute, value.clone());
    }
    if let Some(id) = &update.external_id {
        contact.external_id = Some(ExternalId::Id(id.clone()));
    }
    contact.active = update.active.unwrap_or(contact.active);
    for (field, value) in &update.custom {
        contact.custom.insert(*field, Some(value.clone()));
    }
    contact
}

/// A contact that was made, as a PSA would hold it.
pub(super) fn made(new: &NewContact, id: &str) -> Contact {
    Contact {
        fields: new.fields.clone(),
        alternate_emails: new.alternate_emails.clone(),
        external_id: new.external_id.clone().map(ExternalId::Id),
        ..contact(id)
    }
}

pub(super) fn unlinked_that_wants_one() -> Account {
    let mut account = account("a").named("Anna", "Berg").email("anna@x.example");
    account.psa.status = PsaStatus::NoMatch;
    account.psa.reason = Some(Reason::ToBeMade.to_string());
    account
}

pub(super) fn linked() -> Account {
    account("a")
        .named("Anna", "Berg")
        .email("anna@x.example")
        .with(Attribute::JobTitle, "Hygienist")
        .linked("1", MatchRule::Email)
}

pub(super) fn in_agreement() -> Contact {
    contact("1")
        .named("Anna", "Berg")
        .email("anna@x.example")
        .with(Attribute::JobTitle, "Hygienist")
        .carrying("oid-a")
}

pub(super) fn update(push: Push) -> ContactUpdate {
    match push {
        Push::Update(update) => update,
        Push::Nothing | Push::RefusedBefore | Push::LeaveAlone(_) | Push::Create(_) => {
            panic!("{push:?}")
        }
    }
}

pub(super) fn create(push: Push) -> NewContact {
    match push {
        Push::Create(new) => new,
        Push::Nothing | Push::RefusedBefore | Push::LeaveAlone(_) | Push::Update(_) => {
            panic!("{push:?}")
        }
    }
}

#[test]
fn b32_b55_a_contact_is_made_where_one_is_wanted() {
    let account = unlinked_that_wants_one()
        .also_at("berg@x.example")
        .also_at("Anna@X.example")
        .also_at("no address")
        .with(Attribute::Username, "anna@x.example")
        .with(Attribute::Mobile, "see reception");
    let site = SiteId::parse("95").unwrap();
    let new = create(plan_at(&account, None, &all_on(), &able(), Some(&site)));
    assert_eq!((&new.account, &new.company), (&account.id, &company()));
    assert_eq!(new.site, Some(site));
    assert_eq!(new.external_id.as_deref(), Some("oid-a"));
    assert_eq!(new.alternate_emails, ["berg@x.example"]);
    assert_eq!(new.fields.display_name.as_deref(), Some("Anna Berg"));
    assert_eq!(new.fields.email.as_deref(), Some("anna@x.example"));
    assert_eq!(new.fields.username, None, "a contact has none");
    assert_eq!(new.fields.mobile, None, "no phone number");
}

#[test]
fn b33_b58_d2_no_contact_is_made_without_every_reason_for_it() {
    let with = |change: fn(&mut Account)| {
        let mut account = unlinked_that_wants_one();
        change(&mut account);
        account
    };
    let nameless = with(|a| a.fields = crate::fields::Fields::default());
    for (name, account, policy) in [
        (
            "policy",
            with(|_| ()),
            Policy {
                create_psa_contact: false,
                ..all_on()
            },
        ),
        (
            "no matching",
            with(|_| ()),
            Policy {
                match_psa: false,
                ..all_on()
            },
        ),
        (
            "disabled",
            with(|a| a.state = AccountState::Disabled),
            all_on(),
        ),
        ("left", with(|a| a.state = AccountState::Removed), all_on()),
        ("nothing to call it by", nameless, all_on()),
        (
            "shared company",
            with(|a| a.psa.status = PsaStatus::Blocked),
            all_on(),
        ),
        (
            "a person chooses",
            with(|a| a.psa.status = PsaStatus::MoreThanOneMatch),
            all_on(),
        ),
        (
            "nobody looked",
            with(|a| a.psa.status = PsaStatus::Off),
            all_on(),
        ),
        (
            "matching saw a policy that makes none",
            with(|a| a.psa.reason = Some(Reason::NoneMadeByPolicy.to_string())),
            all_on(),
        ),
        (
            "what a person chose is gone",
            with(|a| a.psa.reason = Some(Reason::ChosenIsGone.to_string())),
            all_on(),
        ),
    ] {
        assert_eq!(plan_for(&account, None, &policy), Push::Nothing, "{name}");
    }
}

#[test]
fn what_a_contact_is_called() {
    let named = |given: &str, surname: &str| {
        let mut account = account("a").named(given, surname);
        account.fields.display_name = None;
        account
    };
    for (account, name) in [
        (
            account("a")
                .named("Anna", "Berg")
                .with(Attribute::DisplayName, " Annie "),
            Some("Annie"),
        ),
        (named("Anna", "Berg"), Some("Anna Berg")),
        (named(" ", "Berg"), Some("Berg")),
        (account("a").email("a@x.example"), Some("a@x.example")),
        (account("a").email("nobody"), None),
    ] {
        assert_eq!(name_of(&account).as_deref(), name);
    }
}

#[test]
fn b148_d11_only_what_we_own_and_only_what_differs_is_written() {
    let there = in_agreement()
        .with(Attribute::JobTitle, "Trainee")
        .email("other@x.example")
        .with(Attribute::Mobile, "+46 70 555 01 00");
    let planned = update(plan_for(&linked(), Some(&there), &all_on()));
    assert_eq!(
        planned.set,
        [(Attribute::JobTitle, Some("Hygienist".into()))],
        "e-mail and mobile are the PSA's"
    );
    assert_eq!((planned.external_id, planned.active), (None, None));

    let off = Policy {
        update_psa_contact: false,
        ..all_on()
    };
    assert_eq!(plan_for(&linked(), Some(&there), &off), Push::Nothing);
}

#[test]
fn b162_names_can_be_left_to_the_psa() {
    let mut policy = all_on();
    policy.authority.display_name = Authority::Psa;
    policy.authority.given_name = Authority::Psa;
    let there = in_agreement().named("Annie", "Berg");
    assert_eq!(plan_for(&linked(), Some(&there), &policy), Push::Nothing);
}

#[test]
fn b21_an_edit_is_pushed_where_the_account_has_the_say() {
    let mut policy = all_on();
    policy.authority.mobile = Authority::Account;
    policy.authority.email = Authority::Account;
    let mut ours = linked().with(Attribute::Mobile, "+46 70 555 01 00");
    ours.origins.insert(Attribute::Mobile, Origin::Person);
    for (mobile, planned) in [
        ("+46 70 555 01 99", true),
        ("", true),
        ("0046-70-555 01 00", false),
    ] {
        let there = in_agreement()
            .email("ANNA@x.example")
            .with(Attribute::Mobile, mobile);
        let push = plan_for(&ours, Some(&there), &policy);
        assert_eq!(push != Push::Nothing, planned, "{mobile}");
    }
}

#[test]
fn d12_b242_an_absent_or_invalid_value_never_erases_one() {
    let mut policy = all_on();
    policy.authority.email = Authority::Account;
    policy.authority.mobile = Authority::Account;
    let mut ours = linked()
        .with(Attribute::Mobile, "n/a")
        .with(Attribute::JobTitle, "  ");
    ours.fields.email = None;
    let there = in_agreement().with(Attribute::Mobile, "+46 70 555 01 99");
    assert_eq!(plan_for(&ours, Some(&there), &policy), Push::Nothing);
}

#[test]
fn what_a_thin_answer_does_not_tell_is_not_written() {
    let mut there = contact("1");
    there.known = vec![Attribute::DisplayName];
    there.external_id = None;
    let planned = update(plan_for(&linked(), Some(&there), &all_on()));
    assert_eq!(
        planned.set,
        [(Attribute::DisplayName, Some("Anna Berg".into()))]
    );
    assert_eq!(planned.external_id, None);
}

#[test]
fn b157_b158_the_entra_object_id_is_written_once_and_never_over_another() {
    let mut there = in_agreement();
    there.external_id = Some(ExternalId::Empty);
    let planned = update(plan_for(&linked(), Some(&there), &all_on()));
    assert_eq!(planned.external_id.as_deref(), Some("oid-a"));
    for id in ["oid-z", "OID-A"] {
        let there = in_agreement().carrying(id);
        assert_eq!(plan_for(&linked(), Some(&there), &all_on()), Push::Nothing);
    }
}

#[test]
fn b149_b240_the_contact_of_a_leaver_goes_out_of_use_and_comes_back() {
    for (state, active, planned) in [
        (AccountState::Active, true, None),
        (AccountState::Active, false, Some(true)),
        (AccountState::Disabled, true, Some(false)),
        (AccountState::Removed, true, Some(false)),
        (AccountState::Removed, false, None),
    ] {
        let there = Contact {
            active,
            ..in_agreement()
        };
        let account = linked().in_state(state);
        let push = plan_for(&account, Some(&there), &all_on());
        let change = push.into_change().map(|change| match change {
            ContactChange::Update(update) => update.active,
            ContactChange::Create(_) => None,
        });
        assert_eq!(change.flatten(), planned, "{state:?} {active}");
        let off = Policy {
            deactivate_psa_contact: false,
            ..all_on()
        };
        assert_eq!(plan_for(&account, Some(&there), &off), Push::Nothing);
    }
}

#[test]
fn of_an_account_that_left_only_that_is_written() {
    let account = linked().in_state(AccountState::Removed);
    let there = contact("1").named("Anna", "Berg-Ek");
    let planned = update(plan_for(&account, Some(&there), &all_on()));
    assert_eq!((planned.set, planned.external_id), (vec![], None));
    assert_eq!(planned.active, Some(false));
}

#[test]
fn what_is_no_persons_record_or_not_the_linked_one_is_left_alone() {
    let differs = || contact("1").out_of_use();
    for kind in [
        ContactKind::Placeholder,
        ContactKind::Technician,
        ContactKind::Service,
    ] {
        let there = differs().of_kind(kind);
        assert_eq!(plan_for(&linked(), Some(&there), &all_on()), Push::Nothing);
    }
    assert_eq!(plan_for(&linked(), None, &all_on()), Push::Nothing);
    assert_eq!(
        plan_for(&linked(), Some(&contact("2")), &all_on()),
        Push::Nothing
    );
}

#[test]
fn a_create_leaves_a_link_and_what_was_written() {
    let mut account = unlinked_that_wants_one();
    account.psa.creating_since = Some(jiff::Timestamp::UNIX_EPOCH);
    let new = create(plan_for(&account, None, &all_on()));
    account.psa = created(&account.psa, &new, contact_id("1"));
    assert_eq!(account.psa.status, PsaStatus::Created);
    assert_eq!(
        (&account.psa.reason, account.psa.creating_since),
        (&None, None)
    );
    let there = made(&new, "1");
    assert_eq!(plan_for(&account, Some(&there), &all_on()), Push::Nothing);
    assert!(is_own_echo(&account, &there));
}

#[test]
fn our_own_change_is_known_when_it_comes_back() {
    let mut account = linked();
    let before = in_agreement().with(Attribute::JobTitle, "Trainee");
    assert!(
        !is_own_echo(&account, &in_agreement()),
        "nothing was written yet"
    );
    let planned = update(plan_for(&account, Some(&before), &all_on()));
    account.psa = with_pushed(&account.psa, &ContactChange::Update(planned.clone()));
    let after = applied(&before, &planned);
    assert!(is_own_echo(&account, &after));
    assert_eq!(edited_in_psa(&account, &after), []);
    assert!(!is_own_echo(&account, &before), "somebody put it back");
    assert_eq!(edited_in_psa(&account, &before), [Attribute::JobTitle]);
    for other in [
        after.clone().out_of_use(),
        after.clone().email("new@x.example"),
        after.clone().carrying("oid-z"),
        contact("2"),
    ] {
        assert!(!is_own_echo(&account, &other));
    }
}

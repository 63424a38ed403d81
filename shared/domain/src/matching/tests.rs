//! Linking: one table of small worlds, then what needs more than one step.

use super::fixture::{Build, World, account, contact, contact_id, short};
use super::{Reason, agreeing};
use crate::account::{Account, AccountState, Candidate, MatchRule, PsaStanding};
use crate::fields::Attribute;
use crate::identity::{Identity, IdentityKey, Source};
use crate::limits::CANDIDATES_MAX;
use crate::push::contact::{Contact, ContactKind};

/// A name of a case, its accounts and contacts, and the standings in short.
pub(super) type Case<'a> = (&'a str, Vec<Account>, Vec<Contact>, &'a [&'a str]);

pub(super) fn check(cases: Vec<Case<'_>>) {
    for (name, accounts, contacts, expected) in cases {
        let mut world = World::of(accounts, contacts);
        let standings: Vec<String> = world.settle().iter().map(short).collect();
        assert_eq!(standings, expected, "{name}");
        assert_eq!(world.decide(), [], "again: {name}");
    }
}

#[test]
fn b54_b113_b189_the_first_decisive_rule_links() {
    let anna = || account("a").named("Anna", "Berg").email("anna@x.example");
    check(vec![
        (
            "the Entra object id in whatever case, before any address",
            vec![anna()],
            vec![
                contact("1").email("anna@x.example"),
                contact("2").carrying("OID-A"),
            ],
            &["matched 2 by external-id"],
        ),
        (
            "the main addresses, before any other",
            vec![anna().also_at("berg@x.example")],
            vec![
                contact("1").email("berg@x.example"),
                contact("2").email(" Anna@X.example "),
            ],
            &["matched 2 by email"],
        ),
        (
            "b164 an alternate address of the account",
            vec![anna().also_at("anna@x.onmicrosoft.example")],
            vec![contact("1").email("anna@x.onmicrosoft.example")],
            &["matched 1 by alternate-email"],
        ),
        (
            "b165 b167 an alternate address of the contact",
            vec![anna()],
            vec![
                contact("1")
                    .email("old@y.example")
                    .also_at("anna@x.example"),
            ],
            &["matched 1 by alternate-email"],
        ),
        (
            "first and last name, however written",
            vec![account("a").named("José", "Müller")],
            vec![contact("1").named("JOSE", "muller")],
            &["matched 1 by name"],
        ),
        (
            "the display name of a contact that has no other",
            vec![anna()],
            vec![contact("1").with(Attribute::DisplayName, "anna berg")],
            &["matched 1 by name"],
        ),
        (
            "one name alone is not enough",
            vec![anna()],
            vec![contact("1").with(Attribute::Surname, "Berg")],
            &["no-match"],
        ),
        (
            "an address that is none",
            vec![account("a").email("n/a")],
            vec![contact("1").email("n/a")],
            &["no-match"],
        ),
        (
            "disabled accounts match too",
            vec![anna().in_state(AccountState::Disabled)],
            vec![contact("1").email("anna@x.example")],
            &["matched 1 by email"],
        ),
    ]);
}

#[test]
fn b127_d3_several_that_fit_are_left_to_a_person() {
    let anna = || account("a").named("Anna", "Berg").email("anna@x.example");
    check(vec![
        (
            "two in use; weaker rules are not tried",
            vec![anna().also_at("berg@x.example")],
            vec![
                contact("1").email("anna@x.example"),
                contact("2").email("anna@x.example"),
                contact("3").email("berg@x.example"),
            ],
            &["more-than-one-match ?1 ?2 by email"],
        ),
        (
            "two out of use",
            vec![anna()],
            vec![
                contact("1").email("anna@x.example").out_of_use(),
                contact("2").email("anna@x.example").out_of_use(),
            ],
            &["more-than-one-match ?1 ?2 by email"],
        ),
        (
            "one in use beside one out of use is preferred",
            vec![anna()],
            vec![
                contact("1").email("anna@x.example").out_of_use(),
                contact("2").email("anna@x.example"),
            ],
            &["matched 2 by email"],
        ),
        (
            "b240 one out of use alone",
            vec![anna()],
            vec![contact("1").email("anna@x.example").out_of_use()],
            &["matched 1 by email"],
        ),
        (
            "by name, one out of use counts as well",
            vec![anna()],
            vec![
                contact("1").named("Anna", "Berg").out_of_use(),
                contact("2").named("Anna", "Berg"),
            ],
            &["more-than-one-match ?2 ?1 by name"],
        ),
        (
            "two contacts with one Entra object id",
            vec![anna()],
            vec![
                contact("1").carrying("oid-a"),
                contact("2").carrying("oid-a"),
            ],
            &["more-than-one-match ?1 ?2 by external-id"],
        ),
    ]);
}

#[test]
fn b191_one_contact_goes_to_one_account() {
    check(vec![
        (
            "two accounts by one rule: neither",
            vec![
                account("a").email("office@x.example"),
                account("b").email("office@x.example"),
            ],
            vec![contact("1").email("office@x.example")],
            &[
                "more-than-one-match ?1 by email",
                "more-than-one-match ?1 by email",
            ],
        ),
        (
            "the surer rule wins, whoever comes first",
            vec![
                account("a").email("office@x.example"),
                account("b").email("b@x.example"),
            ],
            vec![contact("1").email("office@x.example").carrying("oid-b")],
            &["no-match", "matched 1 by external-id"],
        ),
        (
            "what is linked is not offered",
            vec![
                account("a")
                    .email("new@x.example")
                    .linked("1", MatchRule::Email),
                account("b").email("old@x.example"),
            ],
            vec![contact("1").email("old@x.example")],
            &["matched 1 by email", "no-match"],
        ),
        (
            "a weaker rule does not give away what a surer one left undecided",
            vec![
                account("a").email("office@x.example"),
                account("b").email("office@x.example"),
                account("c").email("c@x.example").also_at("desk@x.example"),
            ],
            vec![
                contact("1")
                    .email("office@x.example")
                    .also_at("desk@x.example"),
            ],
            &[
                "more-than-one-match ?1 by email",
                "more-than-one-match ?1 by email",
                "more-than-one-match ?1 by alternate-email",
            ],
        ),
    ]);
}

#[test]
fn w19_a_name_links_only_where_it_is_unique_on_both_sides() {
    check(vec![
        (
            "w19 homonyms on the accounts' side",
            vec![
                account("a").named("John", "Smith"),
                account("b").named("John", "Smith"),
            ],
            vec![contact("1").named("John", "Smith")],
            &[
                "more-than-one-match ?1 by name",
                "more-than-one-match ?1 by name",
            ],
        ),
        (
            "w19 the homonym that is linked is no rival",
            vec![
                account("a").named("John", "Smith").email("john@x.example"),
                account("b").named("John", "Smith"),
            ],
            vec![
                contact("1").named("John", "Smith").email("john@x.example"),
                contact("2").named("John", "Smith"),
            ],
            &["matched 1 by email", "matched 2 by name"],
        ),
    ]);
}

#[test]
fn b191_contacts_of_other_customers_accounts_are_not_offered() {
    let mut world = World::of(
        vec![
            account("a").email("a@x.example"),
            account("b").linked("2", MatchRule::Email),
        ],
        vec![contact("1").email("a@x.example"), contact("2")],
    );
    world.taken = [contact_id("1"), contact_id("2")].into();
    let standings: Vec<String> = world.settle().iter().map(short).collect();
    assert_eq!(standings, ["no-match", "no-match"]);
    assert_eq!(world.decide(), []);
}

#[test]
fn w19_a_name_alone_links_only_where_nothing_speaks_against_it() {
    let john = || account("a").named("John", "Smith").email("john@x.example");
    let same = || contact("1").named("John", "Smith");
    check(vec![
        (
            "no address",
            vec![john()],
            vec![same()],
            &["matched 1 by name"],
        ),
        (
            "b169 another domain",
            vec![john()],
            vec![same().email("js@y.example")],
            &["matched 1 by name"],
        ),
        (
            "another Entra object id: another person",
            vec![john()],
            vec![same().carrying("oid-z")],
            &["no-match ?1"],
        ),
        (
            "an address of another account: another person",
            vec![
                john(),
                account("b")
                    .email("b@x.example")
                    .in_state(AccountState::Removed),
            ],
            vec![same().email("b@x.example")],
            &["no-match ?1", "off"],
        ),
        (
            "another address in the same domain: doubtful",
            vec![john()],
            vec![same().email("john.smith2@x.example")],
            &["more-than-one-match ?1 by name"],
        ),
        (
            "b182 phones speak neither for nor against",
            vec![john().with(Attribute::Mobile, "+46 70 555 01 00")],
            vec![same().with(Attribute::Mobile, "+46 70 555 01 99")],
            &["matched 1 by name"],
        ),
    ]);
}

#[test]
fn w19_a_contact_with_another_accounts_entra_object_id_is_not_taken_by_name() {
    let mut on_premises = account("a").named("John", "Smith");
    on_premises.identities[0].key = IdentityKey::new(Source::ActiveDirectory, "guid-a");
    let left = account("b").in_state(AccountState::Removed);
    check(vec![(
        "",
        vec![on_premises, left],
        vec![contact("1").named("John", "Smith").carrying("oid-b")],
        &["no-match ?1", "off"],
    )]);
}

#[test]
fn only_persons_are_matched() {
    for kind in [
        ContactKind::Placeholder,
        ContactKind::Technician,
        ContactKind::Service,
    ] {
        let contact = contact("1")
            .carrying("oid-a")
            .email("a@x.example")
            .of_kind(kind);
        check(vec![(
            "",
            vec![account("a").email("a@x.example")],
            vec![contact],
            &["no-match"],
        )]);
    }
}

#[test]
fn b129_once_the_duplicate_is_deleted_the_other_matches() {
    let twice = vec![
        contact("1").email("a@x.example"),
        contact("2").email("a@x.example"),
    ];
    let mut world = World::of(vec![account("a").email("a@x.example")], twice);
    let several = world.settle().remove(0);
    assert_eq!(several.reason.as_deref(), Some(Reason::Several.as_str()));
    assert!(
        several
            .candidates
            .iter()
            .all(|c| c.why_not == Reason::Several.as_str())
    );
    world.contacts.remove(0);
    assert_eq!(short(&world.settle()[0]), "matched 2 by email");
}

#[test]
fn candidates_are_bounded_and_those_in_use_come_first() {
    let many = (0..40).map(|n| contact(&format!("{n:02}")).named("Jo", "Li"));
    let contacts = many.map(|c| {
        if c.id.as_str() < "35" {
            c.out_of_use()
        } else {
            c
        }
    });
    let mut world = World::of(vec![account("a").named("Jo", "Li")], contacts.collect());
    let candidates = world.settle().remove(0).candidates;
    assert_eq!(candidates.len(), CANDIDATES_MAX);
    assert_eq!(candidates[0].contact, contact_id("35"));
    assert_eq!(candidates[5].contact, contact_id("00"));
}

#[test]
fn a_contact_that_is_listed_twice_counts_once() {
    let row = || contact("1").email("a@x.example");
    check(vec![(
        "",
        vec![account("a").email("a@x.example")],
        vec![row(), row()],
        &["matched 1 by email"],
    )]);
}

#[test]
fn any_of_several_cloud_identities_counts() {
    let mut joined = account("a");
    let second = IdentityKey::new(Source::Microsoft365, "oid-second");
    joined.identities.push(Identity::new(second));
    check(vec![(
        "",
        vec![joined],
        vec![contact("1").carrying("oid-second")],
        &["matched 1 by external-id"],
    )]);
}

#[test]
fn w13_agreeing_names_every_rule_that_two_agree_by() {
    let account = account("a")
        .named("Anna", "Berg")
        .email("anna@x.example")
        .also_at("b@x.example");
    for (contact, rules) in [
        (contact("1"), vec![]),
        (
            contact("1").email("b@x.example"),
            vec![MatchRule::AlternateEmail],
        ),
        (
            contact("1")
                .carrying("oid-a")
                .named("anna", "berg")
                .email("anna@x.example"),
            vec![MatchRule::ExternalId, MatchRule::Email, MatchRule::Name],
        ),
    ] {
        assert_eq!(agreeing(&account, &contact), rules);
    }
}

#[test]
fn evidence_holds_no_values() {
    let mut world = World::of(
        vec![account("a").named("Anna", "Berg").email("anna@x.example")],
        vec![
            contact("1").named("Anna", "Berg").email("berg@x.example"),
            contact("2").named("Anna", "Berg").carrying("oid-z"),
        ],
    );
    let PsaStanding {
        candidates, reason, ..
    } = world.settle().remove(0);
    let texts: Vec<String> = (candidates
        .into_iter()
        .map(|Candidate { why_not, .. }| why_not))
    .chain(reason)
    .collect();
    assert_eq!(texts.len(), 3);
    for text in texts {
        assert!(
            Reason::ALL.iter().any(|reason| reason.as_str() == text),
            "{text}"
        );
    }
}

#[test]
fn w2_w3_many_that_share_a_name_and_an_address_are_all_left_to_a_person() {
    let accounts = (0..120).map(|n| account(&format!("a{n}")).named("Jo", "Li"));
    let contacts = (0..120).map(|n| contact(&format!("{n}")).named("Jo", "Li"));
    let mut contacts: Vec<Contact> = contacts.collect();
    contacts.push(
        contact("own")
            .email("jo@x.example")
            .also_at("desk@x.example"),
    );
    let mut accounts: Vec<Account> = accounts.collect();
    accounts.push(account("z").email("jo@x.example"));
    let mut world = World::of(accounts, contacts);
    let standings = world.settle();
    let (last, rest) = standings.split_last().unwrap();
    assert_eq!(short(last), "matched own by email");
    assert!(rest.iter().all(|s| s.candidates.len() == CANDIDATES_MAX));
    assert_eq!(world.decide(), []);
}

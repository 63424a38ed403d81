//! An account is read as it was written, and an ordinary one is smaller than a write unit.

use std::collections::BTreeMap;

use domain::account::{
    Account, AccountState, AccountType, Candidate, MatchRule, Origin, PsaStanding, PsaStatus,
};
use domain::fields::{Attribute, Fields};
use domain::id::ContactId;
use domain::identity::{Anchor, Departure, Gone, Identity, IdentityKey, IdentityKind, Source};
use jiff::Timestamp;
use proptest::prelude::*;

use super::account;
use crate::store::attr::size_of;
use crate::store::item::{account_of, item_of_account};

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-ZåäöÅÄÖ ]{1,20}",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
        "[a-z]{1,8}@[a-z]{1,8}\\.example",
        "S-1-5-21-[0-9]{1,9}-[0-9]{1,9}-[0-9]{3,4}",
    ]
}

fn any_fields() -> impl Strategy<Value = Fields> {
    prop::collection::vec(prop::option::of(any_text()), 9).prop_map(|values| {
        let mut fields = Fields::default();
        for (attribute, value) in Attribute::ALL.into_iter().zip(values) {
            fields.set(attribute, value);
        }
        fields
    })
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (1_700_000_000..1_900_000_000_i64, 0..1_000_000_000_i32)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn any_identity() -> impl Strategy<Value = Identity> {
    let source = prop::sample::select(Source::ALL.to_vec());
    let kind = prop::sample::select(vec![
        IdentityKind::User,
        IdentityKind::Guest,
        IdentityKind::SharedMailbox,
        IdentityKind::Resource,
        IdentityKind::System,
    ]);
    let gone = prop::option::of((
        any_time(),
        prop::sample::select(vec![
            Departure::Deleted,
            Departure::DeletedForGood,
            Departure::NotInCompleteReading,
            Departure::OutOfScope,
        ]),
    ));
    let texts = || prop::collection::vec(any_text(), 0..3);
    let option = || prop::option::of(any_text());
    (
        (source, any_text(), kind, any_fields(), option(), option()),
        (texts(), texts(), texts(), option(), option(), any::<bool>()),
        (prop::option::of(any_time()), gone),
    )
        .prop_map(|(who, what, when)| {
            let (source, id, kind, fields, sam_account_name, distinguished_name) = who;
            let (alternate_emails, licences, privileges, guid, sid, enabled) = what;
            let (expires_at, gone) = when;
            Identity {
                key: IdentityKey::new(source, id),
                kind,
                fields,
                sam_account_name,
                distinguished_name,
                alternate_emails,
                licences,
                privileges,
                anchor: Anchor { guid, sid },
                enabled,
                expires_at,
                gone: gone.map(|(at, how)| Gone { at, how }),
            }
        })
}

fn any_standing() -> impl Strategy<Value = PsaStanding> {
    let status = prop::sample::select(vec![
        PsaStatus::Off,
        PsaStatus::Matched,
        PsaStatus::Created,
        PsaStatus::MoreThanOneMatch,
        PsaStatus::NoMatch,
        PsaStatus::Blocked,
        PsaStatus::Failed,
    ]);
    let rule = || {
        prop::sample::select(vec![
            MatchRule::Manual,
            MatchRule::ExternalId,
            MatchRule::Email,
            MatchRule::AlternateEmail,
            MatchRule::Name,
        ])
    };
    let contact = || "[0-9]{1,6}".prop_map(|id| ContactId::parse(id).unwrap());
    let candidate =
        (contact(), rule(), any_text()).prop_map(|(contact, rule, why_not)| Candidate {
            contact,
            rule,
            why_not,
        });
    let digest = prop_oneof!["[0-9a-f]{16}", any_text()];
    let pushed = prop::collection::btree_map("(email|mobile|display_name|active)", digest, 0..3);
    (
        status,
        prop::option::of(contact()),
        prop::option::of(rule()),
        prop::collection::vec(candidate, 0..3),
        prop::option::of(any_text()),
        prop::option::of(any_time()),
        pushed,
    )
        .prop_map(
            |(status, contact, rule, candidates, reason, creating_since, pushed)| PsaStanding {
                status,
                contact,
                rule,
                candidates,
                reason,
                creating_since,
                pushed,
            },
        )
}

fn any_account() -> impl Strategy<Value = Account> {
    let origins = prop::collection::btree_map(
        prop::sample::select(Attribute::ALL.to_vec()),
        prop::sample::select(vec![
            Origin::Psa,
            Origin::Person,
            Origin::Source(Source::ActiveDirectory),
        ]),
        0..4,
    );
    (
        prop::collection::vec(any_identity(), 1..4),
        any_fields(),
        origins,
        any_standing(),
        (any::<u32>(), any::<bool>(), any::<bool>(), any_text()),
        (
            any_time(),
            any_time(),
            prop::sample::select(AccountType::ALL.to_vec()),
        ),
    )
        .prop_map(|(identities, fields, origins, psa, words, when)| {
            let (revision, type_moved_by_person, same_fields, type_reason) = words;
            let (state_since, imported_at, account_type) = when;
            let fields = if same_fields {
                identities[0].fields.clone()
            } else {
                fields
            };
            Account {
                revision: u64::from(revision) + 1,
                account_type,
                type_reason,
                type_moved_by_person,
                fields,
                origins,
                state: AccountState::Disabled,
                state_since,
                imported_at,
                identities,
                psa,
                ..account("northwind", 1)
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_account_is_read_as_it_was_written(account in any_account()) {
        prop_assert_eq!(account_of(&item_of_account(&account)).unwrap(), account);
    }
}

#[test]
fn an_ordinary_account_costs_one_write_unit() {
    let mut account = account("northwind-dental", 1);
    let identity = &mut account.identities[0];
    identity.fields = Fields {
        display_name: Some("Maria-Theodora Featherstonehaugh".to_owned()),
        username: Some("maria-theodora.featherstonehaugh@northwinddental.example".to_owned()),
        given_name: Some("Maria-Theodora".to_owned()),
        surname: Some("Featherstonehaugh".to_owned()),
        email: Some("maria-theodora.featherstonehaugh@northwinddental.example".to_owned()),
        mobile: Some("+44 7700 900900".to_owned()),
        phone: Some("+44 113 496 0100".to_owned()),
        job_title: Some("Practice Manager".to_owned()),
        department: Some("Administration".to_owned()),
    };
    identity.alternate_emails = vec![
        "m.featherstonehaugh@northwinddental.example".to_owned(),
        "maria-theodora.featherstonehaugh@northwinddental.onmicrosoft.example".to_owned(),
    ];
    identity.licences = vec!["05e9a617-0261-4cee-bb44-138d3ef5d965".to_owned()];
    identity.anchor = Anchor {
        guid: Some("93334e47-49a2-46f0-bc1e-b72c8b447f00".to_owned()),
        sid: Some("S-1-5-21-3344557533-1725383855-2078732381-1102".to_owned()),
    };
    account.fields = account.identities[0].fields.clone();
    account.psa = PsaStanding {
        status: PsaStatus::Created,
        contact: Some(ContactId::parse("1187").unwrap()),
        pushed: BTreeMap::from([("email".to_owned(), "0011223344556677".to_owned())]),
        ..PsaStanding::default()
    };
    let size = size_of(&item_of_account(&account));
    assert!(size < 1_024, "{size} bytes");
}

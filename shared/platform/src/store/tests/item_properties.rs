//! Any account comes back from its item as it was.

use domain::account::{
    Account, AccountState, AccountType, Candidate, MatchRule, Origin, PsaStanding, PsaStatus,
};
use domain::docs::{DocsStanding, DocsStatus, EntryCandidate, EntryRule, Reason, Told};
use domain::fields::{Attribute, Fields};
use domain::id::{AccountId, ContactId, CustomerId, EntryId};
use domain::identity::{Anchor, Departure, Gone, Identity, IdentityKey, IdentityKind, Source};
use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::store::item::{account_of, index_entry_of, item_of_account};

fn time() -> impl Strategy<Value = Timestamp> {
    (
        -9_000_000_000_i64..200_000_000_000,
        prop_oneof![Just(0), 0..1_000_000_000_i32],
    )
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "\\PC{1,20}", Just("same".to_owned())]
}

/// Texts that the form shortens, and some that look like them.
fn id() -> impl Strategy<Value = String> {
    let uuid = any::<[u8; 16]>().prop_map(uuid::Uuid::from_bytes);
    prop_oneof![
        uuid.prop_map(|uuid| uuid.hyphenated().to_string()),
        Just(uuid::Uuid::nil().to_string()),
        "[0-9a-fA-F]{32}",
        "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}",
        "\\PC{0,30}",
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    vec(option::of(text()), 9).prop_map(|values| {
        let mut fields = Fields::default();
        for (attribute, value) in Attribute::ALL.into_iter().zip(values) {
            fields.set(attribute, value);
        }
        fields
    })
}

fn gone() -> impl Strategy<Value = Gone> {
    let how = select(vec![
        Departure::Deleted,
        Departure::DeletedForGood,
        Departure::NotInCompleteReading,
        Departure::OutOfScope,
    ]);
    (time(), how).prop_map(|(at, how)| Gone { at, how })
}

fn identity() -> impl Strategy<Value = Identity> {
    let kinds = select(vec![
        IdentityKind::User,
        IdentityKind::Guest,
        IdentityKind::SharedMailbox,
        IdentityKind::Resource,
        IdentityKind::System,
    ]);
    let key = (select(Source::ALL.to_vec()), id(), kinds, fields());
    let texts = (
        option::of(text()),
        option::of(text()),
        option::of(id()),
        option::of(id()),
    );
    let lists = (vec(id(), 0..3), vec(id(), 0..3), vec(id(), 0..3));
    let rest = (any::<bool>(), option::of(time()), option::of(gone()));
    (key, texts, lists, rest).prop_map(|(key, texts, lists, rest)| Identity {
        key: IdentityKey {
            source: key.0,
            id: key.1,
        },
        kind: key.2,
        fields: key.3,
        sam_account_name: texts.0,
        distinguished_name: texts.1,
        alternate_emails: lists.0,
        licences: lists.1,
        privileges: lists.2,
        anchor: Anchor {
            guid: texts.2,
            sid: texts.3,
        },
        enabled: rest.0,
        expires_at: rest.1,
        gone: rest.2,
    })
}

fn rule() -> impl Strategy<Value = MatchRule> {
    select(vec![
        MatchRule::Manual,
        MatchRule::ExternalId,
        MatchRule::Email,
        MatchRule::AlternateEmail,
        MatchRule::Name,
    ])
}

fn contact() -> impl Strategy<Value = ContactId> {
    "[a-zA-Z0-9._:-]{1,12}".prop_map(|id| ContactId::parse(id).unwrap())
}

fn standing() -> impl Strategy<Value = PsaStanding> {
    let status = select(vec![
        PsaStatus::Off,
        PsaStatus::Matched,
        PsaStatus::Created,
        PsaStatus::MoreThanOneMatch,
        PsaStatus::NoMatch,
        PsaStatus::Blocked,
        PsaStatus::Failed,
    ]);
    let candidate = (contact(), rule(), text()).prop_map(|(contact, rule, why_not)| Candidate {
        contact,
        rule,
        why_not,
    });
    let attribute = select(Attribute::ALL.to_vec()).prop_map(|one| one.as_str().to_owned());
    let name = prop_oneof![attribute, "[a-z~]{0,3}", Just("external_id".to_owned())];
    let digest = prop_oneof!["[0-9a-f]{0,17}", "[0-9A-F]{4}", text()];
    let links = (
        status,
        option::of(contact()),
        option::of(rule()),
        vec(candidate, 0..3),
    );
    let rest = (
        option::of(text()),
        option::of(time()),
        btree_map(name, digest, 0..4),
    );
    (links, rest).prop_map(|(links, rest)| PsaStanding {
        status: links.0,
        contact: links.1,
        rule: links.2,
        candidates: links.3,
        reason: rest.0,
        creating_since: rest.1,
        pushed: rest.2,
    })
}

fn docs() -> impl Strategy<Value = DocsStanding> {
    let entry = || "[a-zA-Z0-9._:-]{1,12}".prop_map(|id| EntryId::parse(id).unwrap());
    // Reasons of ours, and texts that look like what is stored of them.
    let reason = || {
        prop_oneof![
            select(Reason::ALL.to_vec()).prop_map(|reason| reason.to_string()),
            select(Reason::ALL.to_vec()).prop_map(|reason| reason.code().to_owned()),
            select(Reason::ALL.to_vec()).prop_map(|reason| format!("~{}", reason.code())),
            "~{0,3}\\PC{0,10}",
        ]
    };
    let candidate =
        (entry(), reason()).prop_map(|(entry, why_not)| EntryCandidate { entry, why_not });
    let links = (
        select(DocsStatus::ALL.to_vec()),
        option::of(entry()),
        option::of(select(EntryRule::ALL.to_vec())),
        vec(candidate, 0..3),
    );
    let rest = (
        option::of(reason()),
        option::of(entry()),
        any::<bool>(),
        option::of(time()),
        option::of(text()),
    );
    let digest = prop_oneof!["[0-9a-f]{16}", text()];
    let told = btree_map(select(Told::ALL.to_vec()), digest, 0..4);
    (links, rest, told).prop_map(|(links, rest, told)| DocsStanding {
        status: links.0,
        entry: links.1,
        rule: links.2,
        candidates: links.3,
        reason: rest.0,
        lost: rest.1,
        fills_category: rest.2,
        creating_since: rest.3,
        refused: rest.4,
        told,
    })
}

fn account() -> impl Strategy<Value = Account> {
    let sources = Source::ALL.map(Origin::Source);
    let origin = select([&sources[..], &[Origin::Psa, Origin::Person]].concat());
    let ids = (
        "[a-zA-Z0-9._:-]{1,12}",
        "[a-zA-Z0-9._:-]{1,12}",
        any::<u64>(),
    );
    let sort = (select(AccountType::ALL.to_vec()), text(), any::<bool>());
    let states = [
        AccountState::Active,
        AccountState::Disabled,
        AccountState::Removed,
    ];
    let state = (select(states.to_vec()), time(), option::of(time()));
    let origins = btree_map(select(Attribute::ALL.to_vec()), origin, 0..4);
    let identities = vec(identity(), 0..4);
    let values = (
        option::of(fields()),
        origins,
        identities,
        standing(),
        docs(),
    );
    (ids, sort, state, values).prop_map(|(ids, sort, state, values)| {
        let (fields, origins, identities, psa, docs) = values;
        let mut account = Account {
            id: AccountId::parse(ids.0).unwrap(),
            customer: CustomerId::parse(ids.1).unwrap(),
            revision: ids.2,
            account_type: sort.0,
            type_reason: sort.1,
            type_moved_by_person: sort.2,
            fields: Fields::default(),
            origins,
            state: state.0,
            state_since: state.2.unwrap_or(state.1),
            imported_at: state.1,
            identities,
            psa,
            docs,
        };
        let leading = account.leading().map(|leading| leading.fields.clone());
        // Mostly the values are the leading identity's, as in life.
        account.fields = fields.or(leading).unwrap_or_default();
        account
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_account_comes_back_as_it_was(account in account()) {
        let item = item_of_account(&account);
        let read = account_of(&item).unwrap();
        prop_assert!(read == account, "stored as {item:?}");

        let entry = index_entry_of(&item).unwrap();
        prop_assert_eq!(entry.account, account.id);
        prop_assert_eq!(entry.state, account.state);
        for (short, identity) in entry.identities.iter().zip(&account.identities) {
            prop_assert_eq!((&short.key, short.gone), (&identity.key, identity.gone.is_some()));
        }
        prop_assert_eq!(entry.identities.len(), account.identities.len());
    }
}

//! One human in Entra ID and in Active Directory is one account.

use super::{World, reading};
use crate::account::AccountState;
use crate::fields::Attribute::{DisplayName, Email};
use crate::identity::Source;

const CLOUD: &str =
    "cloud:c1 name=Anna Svensson; mail=anna@x.example; guid=g1; sid=S-1-5-21-1-2-3-1102";
const ON_PREMISES: &str = "ad:g1 name=Anna Svensson; sid=S-1-5-21-1-2-3-1102";

#[test]
fn the_immutable_id_joins_in_either_order() {
    for pages in [[CLOUD, ON_PREMISES], [ON_PREMISES, CLOUD]] {
        let mut world = World::new();
        for page in pages {
            world.import(vec![reading(page)]);
        }
        assert_eq!(world.only().identities.len(), 2);
        assert_eq!(world.only().fields.get(Email), Some("anna@x.example"));
        for page in pages {
            assert!(world.import(vec![reading(page)]).changes.is_empty(), "b132");
        }
    }
}

#[test]
fn the_security_identifier_joins_where_the_anchor_is_another() {
    let cloud = "cloud:c1 name=Carlos; sid=S-1-5-21-1-2-3-7";
    let on_premises = "ad:g1 name=Carlos; sid=S-1-5-21-1-2-3-7";
    for pages in [[cloud, on_premises], [on_premises, cloud]] {
        let mut world = World::new();
        for page in pages.into_iter().chain(pages) {
            world.import(vec![reading(page)]);
        }
        assert_eq!(world.only().identities.len(), 2);
    }
}

#[test]
fn a_consistency_guid_joins_as_the_object_guid_does() {
    let cloud = "cloud:c1 name=Carlos; guid=consistency";
    let on_premises = "ad:g1 name=Carlos; guid=consistency";
    for pages in [[cloud, on_premises], [on_premises, cloud]] {
        let mut world = World::new();
        for page in pages.into_iter().chain(pages) {
            world.import(vec![reading(page)]);
        }
        assert_eq!(world.only().identities.len(), 2);
    }
}

#[test]
fn w19_names_and_addresses_never_join_two_records() {
    let mut world = World::new();
    world.import(vec![
        reading("cloud:c1 name=John Smith; given=John; sur=Smith; mail=john@x.example"),
        reading("ad:g1 name=John Smith; given=John; sur=Smith; mail=john@x.example"),
        reading("ad:g2 name=John Smith; given=John; sur=Smith; mail=john@x.example"),
    ]);
    assert_eq!(world.inventory.accounts.len(), 3);
}

#[test]
fn two_records_of_one_source_with_one_anchor_are_two_accounts() {
    let mut world = World::new();
    world.import(vec![
        reading("cloud:c1 guid=g1"),
        reading("cloud:c2 guid=g1"),
    ]);
    assert_eq!(world.inventory.accounts.len(), 2);
    world.import(vec![reading("ad:g1")]);
    assert_eq!(world.inventory.accounts.len(), 2);
    assert!(
        world
            .import(vec![reading("cloud:c2 guid=g1")])
            .changes
            .is_empty()
    );
}

#[test]
fn an_account_is_in_use_while_one_of_its_records_is() {
    let mut world = World::new();
    world.import(vec![reading(CLOUD)]);
    world.import(vec![reading(ON_PREMISES)]);
    let plan = world.import(vec![reading("ad:g1 left")]);
    assert!(plan.leavers.is_empty(), "nobody leaves");
    assert_eq!(world.only().state, AccountState::Active);
    world.import(vec![reading("cloud:c1 left")]);
    assert_eq!(world.only().state, AccountState::Removed);
}

#[test]
fn the_cloud_leads_and_the_other_record_fills_what_it_lacks() {
    let mut world = World::new();
    world.import(vec![reading("ad:g1 name=A. Svensson; title=Dentist")]);
    world.import(vec![reading("cloud:c1 name=Anna Svensson; guid=g1")]);
    let account = world.only();
    assert_eq!(account.fields.get(DisplayName), Some("Anna Svensson"));
    assert_eq!(account.leading().unwrap().key.source, Source::Microsoft365);
    assert_eq!(account.fields.job_title.as_deref(), Some("Dentist"));
}

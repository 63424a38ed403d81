//! The contract of a PSA, continued: making and changing contacts.

use connectors::error::ConnectorError;
use domain::fields::Attribute;
use domain::id::ContactId;
use domain::push::contact::{ContactChange, ContactKind, ExternalId};
use serde_json::json;
use simulators::psa::halo::{Behaviour, WriteShape};

use super::{Bench, change};

#[tokio::test]
async fn what_is_made_reads_back_equal_in_every_shape_of_answer() {
    for write_shape in [WriteShape::Object, WriteShape::Array, WriteShape::Users] {
        for write_status in [200, 201] {
            let bench = Bench::new().await;
            let behaviour = Behaviour {
                write_shape,
                write_status,
                ..Behaviour::default()
            };
            bench.halo.set_behaviour(behaviour);
            let id = bench.create().await.unwrap();
            let read = bench.psa().contact(&id).await.unwrap().unwrap();
            let new = bench.ida();
            assert_eq!((&read.id, &read.company), (&id, &new.company));
            assert_eq!(read.fields, new.fields, "{write_shape:?} {write_status}");
            assert_eq!(read.alternate_emails, new.alternate_emails);
            assert_eq!(read.external_id, new.external_id.map(ExternalId::Id));
            assert_eq!((read.active, read.kind), (true, ContactKind::Person));
            assert_eq!(read.site.unwrap().as_str(), bench.site.to_string());
            let update = change(&id, Attribute::JobTitle, "Surgeon");
            assert_eq!(
                bench
                    .psa()
                    .apply(&ContactChange::Update(update))
                    .await
                    .unwrap(),
                id
            );
        }
    }
}

#[tokio::test]
async fn a_change_sends_what_changes_and_its_id() {
    let bench = Bench::new().await;
    let id = bench.create().await.unwrap();
    let number: i64 = id.as_str().parse().unwrap();
    let before = bench.halo.user(number).unwrap();
    let mut update = change(&id, Attribute::Mobile, "+46 70 555 01 09");
    update.set.push((Attribute::JobTitle, None));
    bench
        .psa()
        .apply(&ContactChange::Update(update))
        .await
        .unwrap();
    let sent = json!([{ "id": number, "mobilenumber": "+46 70 555 01 09", "title": "" }]);
    assert_eq!(bench.bodies().last(), Some(&sent));
    let after = bench.halo.user(number).unwrap();
    for name in [
        "name",
        "emailaddress",
        "azureoid",
        "email2",
        "site_id_int",
        "department",
    ] {
        assert_eq!(after[name], before[name], "{name}");
    }
    // Nothing to say, nothing said.
    let mut nothing = change(&id, Attribute::Mobile, "");
    nothing.set.clear();
    bench
        .psa()
        .apply(&ContactChange::Update(nothing))
        .await
        .unwrap();
    assert_eq!(bench.bodies().len(), 2);
}

#[tokio::test]
async fn a_contact_goes_out_of_use_and_comes_back() {
    let bench = Bench::new().await;
    let id = bench.create().await.unwrap();
    for active in [false, true] {
        let mut update = change(&id, Attribute::Mobile, "");
        update.set.clear();
        update.active = Some(active);
        bench
            .psa()
            .apply(&ContactChange::Update(update))
            .await
            .unwrap();
        let number: i64 = id.as_str().parse().unwrap();
        assert_eq!(
            bench.bodies().last(),
            Some(&json!([{ "id": number, "inactive": !active }]))
        );
        assert_eq!(
            bench.psa().contact(&id).await.unwrap().unwrap().active,
            active
        );
    }
}

#[tokio::test]
async fn what_a_field_cannot_hold_is_refused_with_the_fields_name() {
    let bench = Bench::new().await;
    let id = bench.create().await.unwrap();
    for (attribute, length) in [(Attribute::DisplayName, 256), (Attribute::Surname, 201)] {
        let update = change(&id, attribute, &"n".repeat(length));
        let error = bench
            .psa()
            .apply(&ContactChange::Update(update))
            .await
            .unwrap_err();
        let ConnectorError::Refused { field, reason, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(field.as_deref(), Some(attribute.as_str()));
        assert!(reason.contains(&length.to_string()), "{reason}");
    }
    assert_eq!(bench.bodies().len(), 1, "nothing was sent");
    // What only the vendor knows it says itself.
    let mut new = bench.ida();
    new.site = Some(domain::id::SiteId::parse("9999").unwrap());
    let error = bench
        .psa()
        .apply(&ContactChange::Create(new))
        .await
        .unwrap_err();
    let ConnectorError::Refused { field, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(field.as_deref(), Some("site"), "{error}");
    // A contact that is not there is not made by changing it.
    let nobody = ContactId::parse("999999").unwrap();
    let update = ContactChange::Update(change(&nobody, Attribute::JobTitle, "x"));
    let error = bench.psa().apply(&update).await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    assert_eq!(bench.psa().contact(&nobody).await.unwrap(), None);
}

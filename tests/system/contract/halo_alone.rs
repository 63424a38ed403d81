//! What is true of HaloPSA alone: shapes of its answers, sign-in with scopes, deliveries in batches.

use connectors::error::ConnectorError;
use connectors::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery, verify};
use domain::fields::Attribute;
use domain::id::{CompanyId, SiteId};
use domain::push::contact::{ContactChange, ContactKind, ExternalId};
use http::HeaderMap;
use serde_json::{Value, json};
use simulators::psa::halo::{Behaviour, WriteShape};

use super::bench::{Bench, activity, change, ida, nothing, refused_field};
use super::halo::Halo;
use super::vendor::{Call, Simulated};
use crate::world::PATH_TOKEN;

impl Bench<Halo> {
    fn behave(&self, behaviour: Behaviour) {
        self.side.simulator.set_behaviour(behaviour);
    }

    async fn verify_halo(&self, body: &[u8]) -> Result<Delivery, DeliveryError> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.side.proofs(b"") {
            headers.insert(name, value.parse().unwrap());
        }
        let unverified = UnverifiedDelivery {
            system: "halo",
            path_token: PATH_TOKEN,
            headers: &headers,
            body,
        };
        verify(&self.vendors, &self.settings(), unverified).await
    }
}

#[tokio::test]
async fn an_application_without_a_scope_is_told_at_the_sign_in() {
    let bench = Bench::<Halo>::new().await;
    bench.side.simulator.set_scopes(&["read:customers"]);
    let denied = bench.psa().check().await.unwrap_err();
    assert!(matches!(denied, ConnectorError::Forbidden { .. }));
    let scopes = "read:customers edit:customers";
    assert!(denied.to_string().contains(scopes), "{denied}");
}

#[tokio::test]
async fn who_sees_nothing_is_denied_and_not_told_that_all_is_empty() {
    let bench = Bench::<Halo>::new().await;
    let bare = bench
        .side
        .simulator
        .add_client("Without a site")
        .to_string();
    let bare = CompanyId::parse(bare).unwrap();
    assert!(bench.psa().contacts(&bare).await.unwrap().is_empty());
    bench.behave(Behaviour {
        hide_everything: true,
        ..Behaviour::default()
    });
    for company in [&bare, &bench.company] {
        let blind = bench.psa().contacts(company).await.unwrap_err();
        assert!(matches!(blind, ConnectorError::Forbidden { .. }), "{blind}");
    }
    bench.behave(Behaviour {
        deny_reads: true,
        ..Behaviour::default()
    });
    let denied = bench.psa().check().await.unwrap_err();
    assert!(matches!(denied, ConnectorError::Forbidden { .. }));
}

#[tokio::test]
async fn each_kind_of_record_is_told_from_persons() {
    let bench = Bench::<Halo>::new().await;
    bench.add(&ida());
    for kind in [ContactKind::Technician, ContactKind::Service] {
        assert!(bench.side.add_record(&bench.company, kind));
    }
    let contacts = bench.psa().contacts(&bench.company).await.unwrap();
    let mut kinds: Vec<ContactKind> = contacts.iter().map(|contact| contact.kind).collect();
    kinds.sort_unstable();
    let expected = [
        ContactKind::Person,
        ContactKind::Placeholder,
        ContactKind::Technician,
        ContactKind::Service,
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn thin_rows_lack_the_department_and_older_ones_the_external_id() {
    let bench = Bench::<Halo>::new().await;
    bench.create().await.unwrap();
    let new = bench.ida();
    for thin_rows in [true, false] {
        bench.behave(Behaviour {
            thin_rows,
            ..Behaviour::default()
        });
        let contacts = bench.psa().contacts(&bench.company).await.unwrap();
        let ida = contacts
            .iter()
            .find(|c| c.fields.email == new.fields.email)
            .unwrap();
        assert!(ida.known.contains(&Attribute::Mobile) && ida.known.contains(&Attribute::Email));
        if thin_rows {
            assert!(ida.external_id.is_none() && ida.alternate_emails.is_empty());
        } else {
            assert_eq!(ida.external_id, new.external_id.clone().map(ExternalId::Id));
            assert_eq!(ida.alternate_emails, new.alternate_emails);
        }
        assert!(!ida.known.contains(&Attribute::Department), "no row has it");
    }
}

#[tokio::test]
async fn what_is_made_reads_back_equal_in_every_shape_of_answer() {
    for write_shape in [WriteShape::Object, WriteShape::Array, WriteShape::Users] {
        for write_status in [200, 201] {
            let bench = Bench::<Halo>::new().await;
            bench.behave(Behaviour {
                write_shape,
                write_status,
                ..Behaviour::default()
            });
            let id = bench.create().await.unwrap();
            let read = bench.psa().contact(&id).await.unwrap().unwrap();
            let new = bench.ida();
            assert_eq!((&read.id, &read.company), (&id, &new.company));
            assert_eq!(read.fields, new.fields, "{write_shape:?} {write_status}");
            assert_eq!(read.alternate_emails, new.alternate_emails);
            assert_eq!(read.external_id, new.external_id.map(ExternalId::Id));
            assert_eq!((read.active, read.kind), (true, ContactKind::Person));
            let main = bench.psa().default_site(&bench.company).await.unwrap();
            assert_eq!((read.site.is_some(), read.site), (true, main));
            let update = change(&id, Attribute::JobTitle, "Surgeon");
            assert_eq!(bench.update(update).await.unwrap(), id);
        }
    }
}

#[tokio::test]
async fn a_body_holds_what_changes_and_the_id() {
    let bench = Bench::<Halo>::new().await;
    let id = bench.create().await.unwrap();
    let number: i64 = id.as_str().parse().unwrap();
    let mut update = change(&id, Attribute::Mobile, "+46 70 555 01 09");
    update.set.push((Attribute::JobTitle, None));
    bench.update(update).await.unwrap();
    let sent = json!([{ "id": number, "mobilenumber": "+46 70 555 01 09", "title": "" }]);
    assert_eq!(bench.bodies().last(), Some(&sent));
    for active in [false, true] {
        bench.update(activity(&id, active)).await.unwrap();
        let sent = json!([{ "id": number, "inactive": !active }]);
        assert_eq!(bench.bodies().last(), Some(&sent));
    }
    bench.update(nothing(&id)).await.unwrap();
    assert_eq!(bench.bodies().len(), 4);
}

#[tokio::test]
async fn a_site_that_is_not_there_is_refused_by_its_field() {
    let bench = Bench::<Halo>::new().await;
    let mut new = bench.ida();
    new.site = Some(SiteId::parse("9999").unwrap());
    let create = ContactChange::Create(new);
    let error = bench.psa().apply(&create).await.unwrap_err();
    assert_eq!(refused_field(&error), Some("site"), "{error}");
}

#[tokio::test]
async fn a_denied_write_is_forbidden_and_names_the_scope() {
    let bench = Bench::<Halo>::new().await;
    bench.behave(Behaviour {
        deny_writes: true,
        ..Behaviour::default()
    });
    let error = bench.create().await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    assert_eq!(bench.count(Call::Create), 1);
}

#[tokio::test]
async fn a_batch_of_deliveries_names_each_contact_once() {
    let bench = Bench::<Halo>::new().await;
    let id = bench.add(&ida());
    let body = bench.side.delivery(&id).unwrap();
    let one: Value = serde_json::from_slice(&body).unwrap();
    let delivery = bench.verify_halo(&body).await.unwrap();
    assert_eq!(delivery.id, one["id"].as_str().unwrap());
    let number: i64 = id.as_str().parse().unwrap();
    let batch = json!([one, { "object_id": 7 }, { "object_id": number }]);
    let batched = bench.verify_halo(batch.to_string().as_bytes()).await;
    let batched = batched.unwrap();
    assert_eq!(batched.contacts.len(), 2, "each once");
    // Credentials come first: what is wrong is read, and found to be no delivery.
    for wrong in ["[1]", "not json", "7", ""] {
        let refused = bench.verify_halo(wrong.as_bytes()).await;
        assert_eq!(refused, Err(DeliveryError::Unreadable), "{wrong}");
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_not_told() {
    let canary = "canary-7f3b-secret";
    let bench = Bench::<Halo>::new().await;
    let nowhere = format!("http://127.0.0.1:9/{canary}/api");
    let psa = bench.psa_with("api_url", &nowhere);
    let error = psa.check().await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(
        !text.contains(canary) && !text.contains("127.0.0.1"),
        "{text}"
    );
}

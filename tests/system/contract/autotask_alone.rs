//! What is true of Autotask alone: zones, a threshold that is shared, numbers for yes and no, fields
//! of the tenant's, signatures.

use connectors::error::ConnectorError;
use connectors::psa::webhook::{Delivery, DeliveryError, UnverifiedDelivery, verify};
use domain::failure::Disposition;
use domain::fields::Attribute;
use domain::id::{CompanyId, SiteId};
use domain::push::contact::{ContactChange, ContactUpdate, ExternalId};
use domain::push::custom::CustomField;
use http::HeaderMap;
use serde_json::{Value, json};
use simulators::Options;
use simulators::psa::autotask::{Behaviour, Field, signature};

use super::autotask::{Autotask, WEBHOOK_SECRET, held_in, number};
use super::bench::{
    Bench, ENTRA_ID, IDA, activity, change, disposition, ida, nothing, refused_field,
};
use super::vendor::{Call, Entry, Simulated};
use crate::world::PATH_TOKEN;

impl Bench<Autotask> {
    fn behave(&self, behaviour: Behaviour) {
        self.side.simulator.set_behaviour(behaviour);
    }

    async fn verify_signed(
        &self,
        sign: Option<&str>,
        body: &[u8],
    ) -> Result<Delivery, DeliveryError> {
        let mut headers = HeaderMap::new();
        if let Some(sign) = sign {
            headers.insert("x-hook-signature", sign.parse().unwrap());
        }
        let unverified = UnverifiedDelivery {
            system: "autotask",
            path_token: PATH_TOKEN,
            headers: &headers,
            body,
        };
        verify(&self.vendors, &self.settings(), unverified).await
    }
}

#[tokio::test]
async fn the_zone_is_asked_once_in_a_process_and_without_credentials() {
    let bench = Bench::<Autotask>::new().await;
    for _ in 0..3 {
        bench.psa().check().await.unwrap();
    }
    assert_eq!(bench.side.simulator.zone_calls(), 1);
    let error = bench
        .psa_with("username", "nobody@acme.example")
        .check()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("check username"), "{error}");
    assert_eq!(bench.side.simulator.refused_credentials(), 0);
}

#[tokio::test]
async fn a_tenant_that_moved_is_found_and_wrong_credentials_are_not_tried_again() {
    let bench = Bench::<Autotask>::new().await;
    bench.psa().check().await.unwrap();
    let elsewhere = Autotask::start(Options::unrecorded()).await;
    let here = &bench.side.simulator;
    here.set_secret("it is another one here");
    let error = bench.psa().check().await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { .. }),
        "{error}"
    );
    assert_eq!((here.refused_credentials(), here.zone_calls()), (1, 2));
    here.set_zone(Some(elsewhere.simulator.base()));
    assert!(bench.psa().check().await.unwrap().is_complete());
    assert_eq!((here.refused_credentials(), here.zone_calls()), (1, 2 + 1));
    assert_eq!(elsewhere.simulator.refused_credentials(), 0);
    // From then on, that is where it lives; a write too is made there.
    let mut new = bench.ida();
    new.company = elsewhere.company();
    let create = ContactChange::Create(new);
    bench.psa().apply(&create).await.unwrap();
    assert_eq!(elsewhere.persons(&elsewhere.company()).len(), 1);
    assert_eq!(bench.bodies().len(), 0);
}

#[tokio::test]
async fn the_last_quarter_of_the_hour_is_left_to_others() {
    let bench = Bench::<Autotask>::new().await;
    bench.side.simulator.set_threshold(1_000, 100);
    bench.psa().check().await.unwrap();
    assert!(bench.pause.pauses().is_empty());
    let bench = Bench::<Autotask>::new().await;
    bench.side.simulator.set_threshold(1_000, 760);
    let error = bench.psa().check().await.unwrap_err();
    let Disposition::Retry { after: Some(after) } = disposition(&error) else {
        panic!("{error}")
    };
    assert!(after.as_secs() > 240, "{after:?}");
    let asked = bench.side.simulator.journal().exchanges().len();
    assert!(bench.psa().companies().await.is_err());
    assert_eq!(
        bench.side.simulator.journal().exchanges().len(),
        asked,
        "nothing is sent"
    );
}

#[tokio::test]
async fn a_body_holds_what_changes_and_a_contact_is_in_use_by_number() {
    let bench = Bench::<Autotask>::new().await;
    let id = bench.add(&ida());
    let mut update = change(&id, Attribute::Mobile, "206-555-0199");
    update.set.push((Attribute::JobTitle, None));
    bench.update(update).await.unwrap();
    let id_number = number(&id);
    let sent = json!({ "id": id_number, "mobilePhone": "206-555-0199", "title": null });
    assert_eq!(bench.bodies().last(), Some(&sent));
    for active in [false, true] {
        bench.update(activity(&id, active)).await.unwrap();
        let sent = json!({ "id": id_number, "isActive": i32::from(active) });
        assert_eq!(bench.bodies().last(), Some(&sent));
    }
    // A contact that was read in this invocation is not read again.
    let psa = bench.psa();
    psa.contact(&id).await.unwrap().unwrap();
    let before = bench.vendors.calls().psa;
    let update = ContactChange::Update(activity(&id, false));
    psa.apply(&update).await.unwrap();
    assert_eq!(bench.vendors.calls().psa, before + 1);
}

#[tokio::test]
async fn answers_of_every_shape_are_understood() {
    for (item_id_as_text, silent_writes, missing_is_404) in [
        (true, false, false),
        (false, true, true),
        (false, false, true),
    ] {
        let bench = Bench::<Autotask>::new().await;
        bench.behave(Behaviour {
            item_id_as_text,
            silent_writes,
            missing_is_404,
            ..Behaviour::default()
        });
        let id = bench.create().await.unwrap();
        assert_eq!(
            bench.side.persons(&bench.company).as_slice(),
            std::slice::from_ref(&id)
        );
        bench.assert_holds(&id, &bench.ida_made()).await;
        let update = change(&id, Attribute::JobTitle, "Surgeon");
        assert_eq!(bench.update(update).await.unwrap(), id);
        assert!(bench.side.simulator.delete_contact(number(&id)));
        assert_eq!(bench.psa().contact(&id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_msp_itself_is_a_company_and_has_the_number_0() {
    let bench = Bench::<Autotask>::with(Options::default()).await;
    let simulator = simulators::Autotask::start(Options::unrecorded())
        .await
        .unwrap();
    simulator.add_contact(0, &json!({ "firstName": "Tess", "lastName": "Ek" }));
    let psa = bench.psa_with("discovery_url", simulator.base());
    let companies = psa.companies().await.unwrap();
    assert_eq!(companies[0].id.as_str(), "0");
    let itself = CompanyId::parse("0").unwrap();
    let contacts = psa.contacts(&itself).await.unwrap();
    assert_eq!((contacts.len(), &contacts[0].company), (1, &itself));
    // One company alone is told with its names too.
    let northwind = bench.psa().company(&bench.company).await.unwrap().unwrap();
    assert_eq!(northwind.territory.as_deref(), Some("North"));
    assert_eq!(northwind.account_manager.as_deref(), Some("Tess Ek"));
    assert!(
        bench
            .psa()
            .contacts(&bench.company)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn b144_account_managers_need_a_right_of_their_own() {
    let bench = Bench::<Autotask>::new().await;
    bench.behave(Behaviour {
        deny_resources: true,
        ..Behaviour::default()
    });
    let company = &bench.psa().companies().await.unwrap()[0];
    assert_eq!(company.territory.as_deref(), Some("North"));
    assert_eq!(company.account_manager, None);
}

#[tokio::test]
async fn a_location_that_is_not_there_is_refused_by_its_field() {
    let bench = Bench::<Autotask>::new().await;
    let here = bench.side.simulator.add_location(bench.side.company);
    let mut new = bench.ida();
    new.site = SiteId::parse("9999").ok();
    let create = ContactChange::Create(new.clone());
    let error = bench.psa().apply(&create).await.unwrap_err();
    assert_eq!(refused_field(&error), Some("site"), "{error}");
    new.site = SiteId::parse(here.to_string()).ok();
    let create = ContactChange::Create(new.clone());
    let id = bench.psa().apply(&create).await.unwrap();
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.site, new.site);
    assert_eq!(
        bench.psa().default_site(&bench.company).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn another_systems_key_stays_where_there_is_no_field_for_the_id() {
    let bench = Bench::<Autotask>::new().await;
    let simulator = &bench.side.simulator;
    simulator.forget_fields();
    let id = bench.add(&Entry::person("Ann Lee", IDA));
    assert!(simulator.edit_contact(number(&id), &json!({ "externalID": "HR-0042" })));
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.external_id, None, "it is not free, and no id");
    let update = ContactUpdate {
        external_id: Some(ENTRA_ID.to_owned()),
        ..nothing(&id)
    };
    let error = bench.update(update.clone()).await.unwrap_err();
    assert_eq!(refused_field(&error), Some("external_id"), "{error}");
    assert_eq!(bench.bodies().len(), 0);
    assert!(simulator.edit_contact(number(&id), &json!({ "externalID": null })));
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert_eq!(read.external_id, Some(ExternalId::Empty));
    bench.update(update).await.unwrap();
    let held = simulator.contact(number(&id)).unwrap();
    assert_eq!(held["externalID"], ENTRA_ID);
}

#[tokio::test]
async fn b152_presence_is_written_to_a_list_by_its_item() {
    let bench = Bench::<Autotask>::new().await;
    let simulator = &bench.side.simulator;
    simulator.forget_fields();
    let items = [("11", "No"), ("12", "Yes")].map(|(v, l)| (v.to_owned(), l.to_owned()));
    simulator.define_contact_field(Field {
        items: items.to_vec(),
        ..Field::text("IsOffice365")
    });
    let id = bench.add(&Entry::person("Ann Lee", IDA));
    let update = ContactUpdate {
        custom: vec![(CustomField::IsOffice365, "True".to_owned())],
        ..nothing(&id)
    };
    bench.update(update).await.unwrap();
    let held = simulator.contact(number(&id)).unwrap();
    assert_eq!(held_in(&held, "IsOffice365").as_deref(), Some("12"));
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    let read: Vec<_> = read.custom.into_iter().collect();
    assert_eq!(read, [(CustomField::IsOffice365, Some("True".to_owned()))]);
}

#[tokio::test]
async fn who_may_not_write_is_told_by_a_check_and_by_the_write() {
    let bench = Bench::<Autotask>::new().await;
    bench.behave(Behaviour {
        deny_writes: true,
        ..Behaviour::default()
    });
    let missing = bench.psa().check().await.unwrap().missing;
    assert_eq!(missing.len(), 2, "{missing:?}");
    let error = bench.create().await.unwrap_err();
    assert!(matches!(error, ConnectorError::Forbidden { .. }), "{error}");
    assert!(
        error.to_string().contains("may not create contacts"),
        "{error}"
    );
    assert_eq!(bench.count(Call::Create), 1);
}

#[tokio::test]
async fn a_signature_over_the_escaped_body_is_genuine_and_none_is_not() {
    let bench = Bench::<Autotask>::new().await;
    let id = bench.add(&Entry::person("Søren Ek", IDA));
    let body = bench.side.delivery(&id).unwrap();
    let text = String::from_utf8(body.clone()).unwrap();
    assert!(text.contains("Søren"), "{text}");
    let escaped = text.replace('ø', "\\u00F8");
    let sign = signature(WEBHOOK_SECRET, escaped.as_bytes());
    let delivery = bench.verify_signed(Some(&sign), &body).await.unwrap();
    assert_eq!(delivery.contacts, [id]);
    let other = signature("another-webhook-secret", escaped.as_bytes());
    let refused = bench.verify_signed(Some(&other), &body).await;
    assert_eq!(refused, Err(DeliveryError::Unauthorized));
    // A webhook that was switched off says so without a signature, and is not believed.
    let off = json!({ "Action": "Deactivated", "Guid": "x", "Id": 17 });
    let off = Value::to_string(&off);
    let refused = bench.verify_signed(None, off.as_bytes()).await;
    assert_eq!(refused, Err(DeliveryError::Unauthorized));
    let sign = signature(WEBHOOK_SECRET, off.as_bytes());
    let signed = bench.verify_signed(Some(&sign), off.as_bytes()).await;
    assert!(
        signed.unwrap().contacts.is_empty(),
        "it speaks of no contact"
    );
}

//! The contract of a PSA, continued: fields that an MSP makes in its PSA, and that may not be there.

use connectors::psa::TenantIdWrite;
use domain::fields::Attribute;
use domain::push::contact::ContactUpdate;
use domain::push::custom::CustomField;

use super::bench::{Bench, ENTRA_ID, change, ida, nothing};
use super::vendor::{Entry, Simulated, Ways};

const TENANT_ID: &str = "0785ef7c-0000-4000-8000-000000000001";

pub(super) async fn custom_fields_are_written_and_read_or_there_are_none<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let fields = bench.custom_fields();
    let id = bench.create().await.unwrap();
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    let read_fields: Vec<CustomField> = read.custom.keys().copied().collect();
    assert_eq!(read_fields, fields, "each of them, and no others");
    bench.assert_holds(&id, &bench.ida_made()).await;
    // One that is there and empty is known to be empty.
    let bare = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let read = bench.psa().contact(&bare).await.unwrap().unwrap();
    assert!(read.custom.values().all(Option::is_none));
    assert_eq!(read.custom.len(), fields.len());
    // Each is written alone, and the others stay.
    let id = bench.add(&ida());
    bench.side.annotate(&id);
    let mut expected = ida();
    bench.assert_holds(&id, &expected).await;
    for (field, value) in [
        (CustomField::SupportPin, "771204"),
        (CustomField::IsOffice365, "False"),
    ] {
        if !fields.contains(&field) {
            continue;
        }
        let update = ContactUpdate {
            custom: vec![(field, value.to_owned())],
            ..nothing(&id)
        };
        bench.update(update).await.unwrap();
        expected.custom.insert(field, value.to_owned());
        bench.assert_holds(&id, &expected).await;
    }
}

pub(super) async fn a_custom_field_that_the_msp_did_not_make_is_left_out<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let facts = bench.side.facts();
    bench.set(Ways {
        lacks_custom_fields: true,
        ..Ways::default()
    });
    let id = bench.create().await.unwrap();
    let mut expected = bench.ida_there();
    expected.custom.clear();
    if facts.external_id_is_custom {
        expected.external_id = None;
    }
    bench.assert_holds(&id, &expected).await;
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert!(read.custom.is_empty());
    // Unknown, and not empty: what is not there is not written.
    assert!(!facts.external_id_is_custom || read.external_id.is_none());
    // The rest of a change is made all the same (B153).
    let mut update = change(&id, Attribute::JobTitle, "Surgeon");
    if facts.external_id_is_custom {
        update.external_id = Some(ENTRA_ID.to_owned());
    }
    update.custom = (bench.custom_fields().into_iter())
        .map(|field| (field, "True".to_owned()))
        .collect();
    bench.update(update).await.unwrap();
    let expected = expected.with(Attribute::JobTitle, "Surgeon");
    bench.assert_holds(&id, &expected).await;
}

pub(super) async fn a_custom_field_of_another_type_is_left_alone<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let facts = bench.side.facts();
    bench.set(Ways {
        odd_custom_fields: true,
        ..Ways::default()
    });
    let odd = bench.custom_fields();
    let id = bench.create().await.unwrap();
    // What takes no PIN takes no change of a PIN either, and the rest of the change is made.
    let mut update = change(&id, Attribute::JobTitle, "Surgeon");
    update.custom = odd
        .iter()
        .map(|field| (*field, "True".to_owned()))
        .collect();
    bench.update(update).await.unwrap();
    let mut expected = bench.ida_there().with(Attribute::JobTitle, "Surgeon");
    expected.custom.clear();
    if facts.tells_no_field_types {
        // The vendor makes of a PIN what it can, and shows that: nobody writes it again.
        expected.custom = bench.entry(&id).custom;
    }
    bench.assert_holds(&id, &expected).await;
    // Unknown, and not empty: it is not tried again with every look.
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    assert!(facts.tells_no_field_types || read.custom.is_empty());
}

pub(super) async fn types_of_contacts_are_read_or_there_are_none<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let mut typed = ida();
    typed.types = vec!["Standard User".to_owned()];
    let id = bench.add(&typed);
    let bare = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let read = bench.psa().contact(&id).await.unwrap().unwrap();
    let is_read = !bench.gaps().no_types;
    assert_eq!(read.types, is_read.then_some(typed.types));
    let read = bench.psa().contact(&bare).await.unwrap().unwrap();
    // None is not the same as not being told.
    assert_eq!(read.types, is_read.then(Vec::new));
}

pub(super) async fn the_id_of_the_tenant_is_written_once_or_there_is_no_field<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    if bench.gaps().no_company_fields {
        assert_eq!(
            bench.write_tenant_id(TENANT_ID).await,
            TenantIdWrite::NoField
        );
        assert_eq!(bench.vendors.calls().psa, 0, "no call is made (D6)");
        return;
    }
    assert_eq!(
        bench.write_tenant_id(TENANT_ID).await,
        TenantIdWrite::Written
    );
    let held = bench.side.tenant_id(&bench.company);
    assert_eq!(held.as_deref(), Some(TENANT_ID));
    let writes = bench.bodies().len();
    let same = bench.write_tenant_id(&TENANT_ID.to_uppercase()).await;
    assert_eq!(same, TenantIdWrite::AlreadyThere);
    assert_eq!(bench.bodies().len(), writes);
    let without = Bench::<S>::new().await;
    without.set(Ways {
        lacks_custom_fields: true,
        ..Ways::default()
    });
    assert_eq!(
        without.write_tenant_id(TENANT_ID).await,
        TenantIdWrite::NoField
    );
    assert_eq!(without.bodies().len(), 0);
}

impl<S: Simulated> Bench<S> {
    async fn write_tenant_id(&self, tenant_id: &str) -> TenantIdWrite {
        let written = self.psa().write_tenant_id(&self.company, tenant_id).await;
        written.unwrap()
    }
}

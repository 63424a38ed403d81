//! Custom fields of contacts and companies, and contacts that are left alone for their type.

use muster::explain::explain;
use serde_json::{Value, json};
use simulators::Fault;
use simulators::psa::halo::CustomField;

use super::Scene;
use crate::world::{TENANT, TENANT_2, customer, id};

/// All that custom fields are for.
const CUSTOM: &str = "create_psa_contact = true\nupdate_psa_contact = true\n\
                      support_pin = true\noffice_365_presence = true\npsa_tenant_id = true";

fn define(scene: &Scene, names: &[&str]) {
    for (at, name) in names.iter().enumerate() {
        let field = CustomField {
            name: format!("CF{name}"),
            label: (*name).to_owned(),
            kind: 0,
        };
        let id = 212 + i64::try_from(at).unwrap();
        if *name == "Tenant365Id" {
            scene.world.halo.define_client_field(id, field);
        } else {
            scene.world.halo.define_field(id, field);
        }
    }
}

/// What the custom field of that name of a user or client holds.
fn held(full: &Value, name: &str) -> Value {
    let fields = full["customfields"].as_array().unwrap();
    let field = fields
        .iter()
        .find(|field| field["name"] == format!("CF{name}"));
    field.unwrap_or_else(|| panic!("no field {name}"))["value"].clone()
}

#[tokio::test]
async fn b151_b152_b154_b155_b159_b160_custom_fields_are_filled_and_then_it_is_quiet() {
    let mut scene = Scene::new(CUSTOM).await;
    define(
        &scene,
        &["SupportPIN", "IsOffice365", "ShoeSize", "Tenant365Id"],
    );
    let oid = scene.user("bo", "Bo", "Ek", json!({}));
    scene.user("ida", "Ida", "Berg", json!({}));
    let size = json!([{ "id": 214, "value": "43" }]);
    let contact = scene.contact(
        "Bo Ek",
        "bo@northwind.example",
        json!({ "azureoid": oid, "customfields": size }),
    );
    // Which custom fields there are, only a contact in full tells: Ida's is read once it is made.
    scene.world.run().await;
    let ida = scene.standing("ida").await.1.unwrap();
    let user = |id| scene.world.halo.user(id).unwrap();
    for id in [contact, ida] {
        let pin = held(&user(id), "SupportPIN");
        let digits = pin.as_str().unwrap();
        assert!(
            digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()),
            "B155"
        );
        assert_eq!(held(&user(id), "IsOffice365"), "True", "B152");
    }
    assert_ne!(
        held(&user(contact), "SupportPIN"),
        held(&user(ida), "SupportPIN")
    );
    assert_eq!(
        held(&user(contact), "ShoeSize"),
        "43",
        "what is not ours stays"
    );
    let client = scene.world.halo.client(scene.company).unwrap();
    assert_eq!(held(&client, "Tenant365Id"), TENANT, "B160");
    scene.is_quiet().await;
    // A PIN that a technician set stays.
    let own = json!({ "customfields": [{ "id": 212, "value": "000001" }] });
    scene.world.halo.edit_user(contact, &own);
    scene.world.run().await;
    assert_eq!(
        held(&scene.world.halo.user(contact).unwrap(), "SupportPIN"),
        "000001"
    );
    // Who leaves Microsoft 365 is said to have left it.
    scene.world.graph.soft_delete(TENANT, &oid);
    scene.world.run().await;
    assert_eq!(
        held(&scene.world.halo.user(contact).unwrap(), "IsOffice365"),
        "False"
    );
    scene.is_quiet().await;
}

#[tokio::test]
async fn a_company_of_two_tenants_is_told_neither_id() {
    let lines = "psa_tenant_id = true";
    let mut scene = Scene::new(lines).await;
    define(&scene, &["Tenant365Id"]);
    let more = customer("fabrikam", TENANT_2, scene.company);
    scene.govern(lines, &format!("\n{more}")).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.world.run().await;
    scene.world.run().await;
    let client = scene.world.halo.client(scene.company).unwrap();
    assert_eq!(held(&client, "Tenant365Id"), Value::Null);
    assert!(scene.writes().is_empty());
}

#[tokio::test]
async fn a_company_that_cannot_be_read_costs_no_match() {
    let mut scene = Scene::unrecorded("psa_tenant_id = true").await;
    define(&scene, &["Tenant365Id"]);
    scene.user("bo", "Bo", "Ek", json!({}));
    let contact = scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    let faults = scene.world.halo.faults();
    faults.next("GET", "/Client/", 100, Fault::Html);
    scene.world.run().await;
    assert_eq!(scene.standing("bo").await.1, Some(contact));
    // What was not told is told with the next run.
    scene.world.halo.faults().clear();
    scene.world.run().await;
    let client = scene.world.halo.client(scene.company).unwrap();
    assert_eq!(held(&client, "Tenant365Id"), TENANT);
}

#[tokio::test]
async fn b153_d8_fields_that_do_not_exist_fail_nothing_else() {
    let mut scene = Scene::new(CUSTOM).await;
    define(&scene, &["SupportPIN"]);
    let more = json!({ "jobTitle": "Nurse" });
    scene.user("bo", "Bo", "Ek", more);
    let contact = scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    scene.world.run().await;
    let user = scene.world.halo.user(contact).unwrap();
    assert_eq!(user["title"], "Nurse");
    assert!(held(&user, "SupportPIN").is_string());
    let bo = scene.account("bo").await;
    assert_eq!(bo.psa.status.as_str(), "matched");
    scene.is_quiet().await;
    // It is told of the account, with vendor, field and remedy.
    let told = explain(scene.world.local(), &id("northwind"), bo.id.as_str()).await;
    let told = told.unwrap();
    let words = "HaloPSA shows no custom field IsOffice365 that can hold it";
    assert!(told.contains(words), "{told}");
    assert!(!told.contains("field SupportPIN"), "{told}");
}

#[tokio::test]
async fn b141_b143_a_contact_of_a_left_type_is_linked_and_not_touched() {
    let lines = "update_psa_contact = true\ndeactivate_psa_contact = true\nsupport_pin = true\n\
                 left_contact_types = [\"Contractor\"]";
    let mut scene = Scene::new(lines).await;
    define(&scene, &["TypeMapping", "SupportPIN"]);
    let oid = scene.user("bo", "Bo", "Ek", json!({ "jobTitle": "Nurse" }));
    let other = scene.user("ida", "Ida", "Berg", json!({ "jobTitle": "Nurse" }));
    for name in ["eva", "mia", "ola", "per", "siv", "tor"] {
        // Enough of them stay that two leavers need nobody's yes.
        scene.user(name, name, "Alm", json!({}));
    }
    let typed = |name: &str| json!({ "customfields": [{ "id": 212, "value": name }] });
    let left = scene.contact("Bo Ek", "bo@northwind.example", typed("Contractor"));
    let kept = scene.contact("Ida Berg", "ida@northwind.example", typed("Staff"));
    scene.world.run().await;
    scene.world.graph.soft_delete(TENANT, &oid);
    scene.world.graph.soft_delete(TENANT, &other);
    scene.world.run().await;
    let user = |id| scene.world.halo.user(id).unwrap();
    assert_eq!(
        (&user(left)["inactive"], &user(left)["title"]),
        (&json!(false), &json!(""))
    );
    assert_eq!(
        (&user(kept)["inactive"], &user(kept)["title"]),
        (&json!(true), &json!("Nurse"))
    );
    scene.is_quiet().await;
}

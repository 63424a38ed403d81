//! ConnectWise PSA through the whole system: accounts of Microsoft 365 and its contacts, both ways.

use domain::fields::Attribute::{Email, Mobile};
use serde_json::{Value, json};
use simulators::psa::connectwise::{self, CustomField};
use simulators::{ConnectWise, Fault, Options};

use super::user;
use crate::world::{PATH_TOKEN, TENANT, World, customer, policy};

const OLD: &str = "+46 70 555 01 50";
const NEW: &str = "+46 70 555 01 51";

/// A customer whose company is in ConnectWise PSA.
struct Scene {
    world: World,
    connectwise: ConnectWise,
    company: i64,
}

impl Scene {
    async fn new(options: Options) -> Self {
        let connectwise = ConnectWise::start(options).await.unwrap();
        let company = connectwise.add_company("Northwind Dental");
        connectwise.set_territory(company, "North", "Tess Ark");
        for (id, caption) in [(31, "SupportPIN"), (33, "Office365Id")] {
            connectwise.define_field(id, CustomField::text(caption));
        }
        connectwise.define_field(32, CustomField::check_box("IsOffice365"));
        connectwise.define_company_field(51, CustomField::text("Tenant365Id"));
        let table = format!(
            "[psa]\nsystem = \"connectwise\"\nsite_url = \"{}\"\ncompany_id = \"{}\"\n\
             public_key = \"{}\"\nprivate_key = \"{}\"\nclient_id = \"{}\"\n\
             webhook_path_token = \"{PATH_TOKEN}\"",
            connectwise.base(),
            connectwise::COMPANY_ID,
            connectwise::PUBLIC_KEY,
            connectwise::PRIVATE_KEY,
            connectwise::CLIENT_ID,
        );
        let lines = "create_psa_contact = true\nupdate_psa_contact = true\n\
                     deactivate_psa_contact = true\nsupport_pin = true\n\
                     office_365_presence = true\npsa_tenant_id = true\npsa_territory = true";
        let customers = policy(lines) + &customer("northwind", TENANT, company);
        let mut world = World::new("").await;
        world.move_to(&table, &customers).await;
        Self {
            world,
            connectwise,
            company,
        }
    }

    fn user(&self, name: &str, given: &str, surname: &str) -> String {
        let more = json!({ "mobilePhone": OLD, "jobTitle": "Dentist", "department": "Care" });
        self.world
            .graph
            .put_user(TENANT, user(name, given, surname, more))
    }

    fn contact(&self, first: &str, last: &str, address: &str) -> i64 {
        self.connectwise.add_contact(&json!({
            "firstName": first, "lastName": last, "company": { "id": self.company },
            "communicationItems": [
                { "type": { "id": 1 }, "value": address, "defaultFlag": true },
                { "type": { "id": 4 }, "value": OLD, "defaultFlag": true }
            ]
        }))
    }

    /// The contact of that first name.
    fn named(&self, first: &str) -> Value {
        let contacts = self.connectwise.contacts_of(self.company).into_iter();
        let mut named = contacts.filter(|contact| contact["firstName"] == first);
        let found = named.next().unwrap();
        assert!(named.next().is_none(), "no twin");
        found
    }

    fn writes(&self) -> usize {
        self.connectwise.journal().writes().len()
    }
}

fn held(record: &Value, caption: &str) -> Value {
    let fields = record["customFields"].as_array().unwrap().iter();
    let mut named = fields.filter(|field| field["caption"] == caption);
    named.next().unwrap()["value"].clone()
}

#[tokio::test]
async fn b111_b149_b189_people_are_matched_made_changed_and_put_out_of_use() {
    let mut scene = Scene::new(Options::default()).await;
    let by_address = scene.contact("Bosse", "Eklund", "bo@northwind.example");
    let by_name = scene.contact("Ann", "Lee", "ann.lee@elsewhere.example");
    let bo = scene.user("bo", "Bo", "Ek");
    scene.user("ann", "Ann", "Lee");
    let ida = scene.user("ida", "Ida", "Berg");
    scene.world.run().await;
    let standing = async |name: &str| {
        let name = format!("{name}@northwind.example");
        scene.world.account("northwind", &name).await.psa
    };
    for (name, contact, rule) in [("bo", by_address, "email"), ("ann", by_name, "name")] {
        let standing = standing(name).await;
        assert_eq!(standing.contact.unwrap().as_str(), contact.to_string());
        assert_eq!(
            standing.rule.unwrap().as_str(),
            rule,
            "address first (B189)"
        );
    }
    let made = scene.named("Ida");
    assert_eq!(made["lastName"], "Berg");
    assert_eq!(made["department"]["name"], "Care", "made in its table");
    assert_eq!(held(&made, "Office365Id"), json!(ida), "B158");
    assert_eq!(held(&made, "IsOffice365"), json!(true), "B152");
    assert_eq!(held(&made, "SupportPIN").as_str().unwrap().len(), 6, "B155");
    // Names are the source's, and the old contact is told whose it is.
    let changed = scene.connectwise.contact(by_address).unwrap();
    assert_eq!(changed["firstName"], "Bo");
    assert_eq!(held(&changed, "Office365Id"), json!(bo));
    let company = scene.connectwise.company(scene.company).unwrap();
    assert_eq!(held(&company, "Tenant365Id"), TENANT, "B160");
    // Nothing is left to say.
    let writes = scene.writes();
    scene.world.run().await;
    scene.world.run().await;
    assert_eq!(scene.writes(), writes, "B132");
    // Who leaves goes out of use, and comes back as the same contact.
    for enabled in [false, true] {
        let change = json!({ "accountEnabled": enabled });
        assert!(scene.world.graph.patch_user(TENANT, &bo, change));
        scene.world.run().await;
        let contact = scene.connectwise.contact(by_address).unwrap();
        assert_eq!(contact["inactiveFlag"], json!(!enabled));
    }
    assert_eq!(scene.connectwise.contacts_of(scene.company).len(), 3);
}

#[tokio::test]
async fn a_signed_delivery_is_taken_over_and_comes_again_while_its_key_cannot_be_had() {
    let mut scene = Scene::new(Options::unrecorded()).await;
    let contact = scene.contact("Bo", "Ek", "bo@northwind.example");
    scene.user("bo", "Bo", "Ek");
    scene.world.run().await;
    let base = scene.world.serve().await;
    let url = format!("{base}/webhooks/connectwise/{PATH_TOKEN}?recordId=");
    scene.connectwise.add_callback(&url);
    let full = scene.connectwise.contact(contact).unwrap();
    let items = full["communicationItems"].as_array().unwrap().iter();
    let at = items
        .clone()
        .position(|item| item["type"]["name"] == "Mobile");
    let path = format!("communicationItems/{}/value", at.unwrap());
    let edit = |value: &str| json!([{ "op": "replace", "path": path, "value": value }]);
    scene.connectwise.edit_contact(contact, &edit(NEW));
    let fault = Fault::ServerError(503);
    scene
        .connectwise
        .faults()
        .next("GET", "/callbackkey/", 3, fault);
    assert_eq!(scene.connectwise.deliver().await, [429, 200]);
    scene.world.settle().await;
    let bo = scene
        .world
        .account("northwind", "bo@northwind.example")
        .await;
    assert_eq!(bo.fields.get(Mobile), Some(NEW));
    assert_eq!(bo.fields.get(Email), Some("bo@northwind.example"));
    // A path that nobody was given, and a body that nobody signed.
    let stranger = format!("{base}/webhooks/connectwise/another-path?recordId=");
    scene.connectwise.add_callback(&stranger);
    scene.connectwise.edit_contact(contact, &edit(OLD));
    assert_eq!(scene.connectwise.deliver().await, [200, 404, 404, 404]);
    scene.connectwise.set_signing_key("another key");
    scene.connectwise.edit_contact(contact, &edit(NEW));
    assert_eq!(scene.connectwise.deliver().await[0], 401);
}

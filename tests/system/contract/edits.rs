//! Where edits go with each PSA as it is shipped (B21 to B30, D11), through the whole system.

use connectors::psa::Psa;
use domain::account::Account;
use domain::fields::Attribute;
use domain::policy::ContactEdits;
use serde_json::{Value, json};

use super::bench::{Bench, table};
use super::vendor::Simulated;
use crate::psa::{operate, path_of, user};
use crate::world::{TENANT, World, customer, policy};

const AT_IMPORT: &str = "+46 70 555 01 00";
const EDITED: &str = "+46 70 555 01 99";

/// One person, whose contact was made, and no word on who decides what.
struct Scene<S> {
    world: World,
    side: S,
    psa: Box<dyn Psa>,
}

impl<S: Simulated> Scene<S> {
    async fn new() -> Self {
        let bench = Bench::<S>::new().await;
        let psa = bench.psa();
        let mut world = World::unrecorded("").await;
        let more = json!({ "jobTitle": "Nurse", "mobilePhone": AT_IMPORT });
        world
            .graph
            .put_user(TENANT, user("ann", "Ann", "Alm", more));
        let company = bench.company.as_str().parse().unwrap();
        let customers =
            policy("create_psa_contact = true\n") + &customer("northwind", TENANT, company);
        world
            .move_to(&table(&bench.side.document()), &customers)
            .await;
        world.run().await;
        Self {
            world,
            side: bench.side,
            psa,
        }
    }

    async fn account(&self) -> Account {
        self.world.accounts("northwind").await.remove(0)
    }

    /// What the contact says of the mobile phone.
    async fn there(&self) -> Option<String> {
        let account = self.account().await;
        let contact = account.contact().expect("it was made");
        let read = self.psa.contact(contact).await.unwrap().unwrap();
        read.fields.get(Attribute::Mobile).map(str::to_owned)
    }

    async fn edit(&self, mobile: Value) -> u16 {
        let path = path_of(&self.account().await);
        let edit = json!({ "mobile": mobile });
        operate(&self.world, "PATCH", &path, edit).await.status
    }

    fn writes(&self) -> usize {
        self.side.journal().writes().len()
    }
}

pub(super) async fn an_edit_goes_where_the_psa_is_shipped_with_b21_b23_b24<S: Simulated>() {
    let mut scene = Scene::<S>::new().await;
    assert_eq!(scene.there().await.as_deref(), Some(AT_IMPORT));
    let before = scene.writes();
    let status = scene.edit(json!(EDITED)).await;
    scene.world.run().await;
    let here = scene.account().await.fields.mobile;
    let there = scene.there().await;
    match S::KIND.edits() {
        ContactEdits::InPsa => {
            assert_eq!(status, 409, "B24");
            assert_eq!(here.as_deref(), Some(AT_IMPORT));
            assert_eq!((there, scene.writes()), (here, before));
            return;
        }
        ContactEdits::HerePushed => {
            assert_eq!(status, 200, "B21");
            assert_eq!(here.as_deref(), Some(EDITED));
            assert_eq!(there, here, "B21");
        }
        ContactEdits::HereKept => {
            assert_eq!(status, 200, "B23");
            assert_eq!(here.as_deref(), Some(EDITED));
            assert_eq!(there.as_deref(), Some(AT_IMPORT), "B23");
            assert_eq!(scene.writes(), before, "B23");
            return;
        }
    }
    // What is cleared here is cleared there (D12), and that is all.
    assert_eq!(scene.edit(Value::Null).await, 200);
    scene.world.run().await;
    assert_eq!(scene.there().await, None, "D12");
    let before = scene.writes();
    scene.world.run().await;
    assert_eq!(
        scene.account().await.fields.mobile,
        None,
        "not filled again"
    );
    assert_eq!(scene.writes(), before, "B132");
}

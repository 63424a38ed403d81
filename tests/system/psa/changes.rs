//! A PSA that sends nothing is asked what changed: Kaseya BMS, through the whole system.

use domain::fields::Attribute::{JobTitle, Mobile};
use domain::quota::Allowance;
use platform::{App, Bus};
use psa_changes::Outcome;
use serde_json::json;
use simulators::psa::kaseya_bms::{
    self as bms, ACCOUNTS_MODULE, CONTACTS_MODULE, Entry, MOBILE_PHONE, WORK_EMAIL,
};
use simulators::{Fault, KaseyaBms, Options};
use tokio::sync::mpsc::unbounded_channel;

use super::user;
use crate::world::{TENANT, TENANT_2, World, customer, policy};

const OLD: &str = "+46 70 555 01 50";
const NEW: &str = "+46 70 555 01 51";
const LIST: &str = "/v2/crm/contacts/summary?Filter.ModifiedOnFrom=";

/// A customer whose company is in BMS, with Bo, who is linked to his contact.
struct Scene {
    world: World,
    bms: KaseyaBms,
    company: i64,
    bo: i64,
}

impl Scene {
    async fn new(options: Options, more: &str) -> Self {
        let bms = KaseyaBms::start(options).await.unwrap();
        let company = bms.add_account("Northwind Dental");
        let site = bms.add_location(company, "Main");
        let bo = add(&bms, site, "Bo", "Ek", "bo@northwind.example");
        let table = format!(
            "[psa]\nsystem = \"kaseya-bms\"\napi_url = \"{}\"\ntenant = \"{}\"\n\
             username = \"{}\"\npassword = \"{}\"\ncontacts_module = {CONTACTS_MODULE}\n\
             accounts_module = {ACCOUNTS_MODULE}",
            bms.api_url(),
            bms::TENANT,
            bms::USERNAME,
            bms::PASSWORD,
        );
        let lines = "update_psa_contact = true\n[policies.authority]\nmobile = \"psa\"";
        let customers = policy(lines) + &customer("northwind", TENANT, company) + more;
        let mut world = World::unrecorded("").await;
        world.move_to(&table, &customers).await;
        let more = json!({ "mobilePhone": OLD, "jobTitle": "Dentist" });
        world.graph.put_user(TENANT, user("bo", "Bo", "Ek", more));
        let mut scene = Self {
            world,
            bms,
            company,
            bo,
        };
        scene.world.run().await;
        scene
    }

    /// One look, and all that follows.
    async fn look(&mut self) -> Outcome {
        let app = self.world.app().clone();
        self.look_as(&app).await.unwrap()
    }

    async fn look_as(&mut self, app: &App) -> Result<Outcome, domain::failure::Failure> {
        let outcome = psa_changes::handle(app, &self.world.vendors()).await;
        self.world.settle().await;
        outcome
    }

    /// What a look and all that follows writes: units of the table, and calls that write to BMS.
    async fn writes_of_a_look(&mut self) -> (f64, usize) {
        let (units, calls) = self.spent();
        self.look().await;
        let (units_now, calls_now) = self.spent();
        (units_now - units, calls_now - calls)
    }

    fn spent(&self) -> (f64, usize) {
        let units = self.world.app().meter.spent().write_units;
        (units, self.bms.journal().writes().len())
    }

    /// A technician changes Bo's mobile phone.
    fn edit(&self, value: &str) {
        let phone = entry(value, MOBILE_PHONE);
        assert!(self.bms.set_phone(self.bo, &phone));
    }

    async fn mobile(&self) -> Option<String> {
        let bo = "bo@northwind.example";
        let bo = self.world.account("northwind", bo).await;
        bo.fields.get(Mobile).map(str::to_owned)
    }

    async fn position(&self) -> Option<String> {
        self.world.app().store.changes_position().await.unwrap()
    }
}

fn entry(value: &str, type_id: i64) -> Entry {
    Entry {
        value: value.to_owned(),
        type_id,
        default: true,
    }
}

fn add(bms: &KaseyaBms, site: i64, first: &str, last: &str, address: &str) -> i64 {
    let names = json!({ "FirstName": first, "LastName": last });
    bms.add_contact(
        site,
        &names,
        &[entry(address, WORK_EMAIL)],
        &[entry(OLD, MOBILE_PHONE)],
    )
}

fn told(changed: usize, linked: usize) -> Outcome {
    Outcome {
        changed,
        linked,
        error: None,
    }
}

#[tokio::test]
async fn b25_an_edit_in_a_psa_that_sends_nothing_reaches_the_account_without_a_run() {
    let mut scene = Scene::new(Options::default(), "").await;
    assert_eq!(scene.look().await, told(0, 0), "the first look begins");
    scene.edit(NEW);
    assert_eq!(scene.look().await, told(1, 1));
    assert_eq!(scene.mobile().await.as_deref(), Some(NEW));
    // Nothing changed: one call, and nothing is written anywhere (B132).
    let position = scene.position().await;
    let calls = scene.bms.journal().exchanges().len();
    assert_eq!(scene.writes_of_a_look().await, (0.0, 0), "B132");
    assert_eq!(scene.bms.journal().exchanges().len(), calls + 1);
    assert_eq!(scene.position().await, position);
    // The system starts again, and goes on where it was.
    scene.edit(OLD);
    scene.world.restart(None).await;
    assert_eq!(scene.look().await, told(1, 1));
    assert_eq!(scene.mobile().await.as_deref(), Some(OLD));
}

#[tokio::test]
async fn b21_b25_what_was_pushed_comes_back_as_a_change_and_comes_to_rest() {
    let mut scene = Scene::new(Options::unrecorded(), "").await;
    scene.look().await;
    let bo = scene
        .world
        .account("northwind", "bo@northwind.example")
        .await;
    let user = bo.identities[0].key.id.clone();
    let change = json!({ "jobTitle": "Head of care" });
    assert!(scene.world.graph.patch_user(TENANT, &user, change));
    let writes = scene.spent().1;
    scene.world.run().await;
    assert!(scene.spent().1 > writes, "it is pushed");
    // Our own change is told, read and found to be known.
    let writes = scene.spent().1;
    let before = scene.world.accounts("northwind").await;
    assert_eq!(scene.look().await, told(1, 1));
    assert_eq!(scene.world.accounts("northwind").await, before);
    assert_eq!(before[0].fields.get(JobTitle), Some("Head of care"));
    assert_eq!(scene.spent().1, writes, "and nothing is written to BMS");
    assert_eq!(scene.writes_of_a_look().await, (0.0, 0), "B132");
}

#[tokio::test]
async fn a_look_that_cannot_publish_is_made_good_by_the_next() {
    let mut scene = Scene::new(Options::unrecorded(), "").await;
    scene.look().await;
    scene.edit(NEW);
    let position = scene.position().await;
    let (sender, inbox) = unbounded_channel();
    drop(inbox);
    let deaf = App {
        bus: Bus::Local(sender),
        ..scene.world.app().clone()
    };
    let failure = scene.look_as(&deaf).await.unwrap_err();
    assert_eq!(failure.disposition().as_str(), "retry");
    assert_eq!(scene.position().await, position, "it is not passed over");
    assert_eq!(scene.look().await, told(1, 1));
    assert_eq!(scene.mobile().await.as_deref(), Some(NEW));
}

#[tokio::test]
async fn a_psa_that_throttles_fails_or_refuses_makes_it_later_and_stops_no_tick() {
    let mut scene = Scene::new(Options::unrecorded(), "").await;
    scene.look().await;
    scene.edit(NEW);
    let position = scene.position().await;
    for (fault, words) in [
        (Fault::throttled(Some(90)), "asks for a pause of 90 s"),
        (Fault::ServerError(503), "failed with status 503"),
        (Fault::Unauthorized, "refused the credentials"),
    ] {
        scene.bms.faults().next("GET", LIST, 10, fault);
        let outcome = scene.look().await;
        let error = outcome.error.unwrap();
        assert!(error.contains(words), "{words}: {error}");
        assert_eq!(
            (outcome.changed, scene.position().await),
            (0, position.clone())
        );
        assert!(schedule::handle(scene.world.app()).await.is_ok());
        scene.bms.faults().clear();
        let wait = jiff::SignedDuration::from_mins(10);
        scene.world.clock.advance(wait);
        scene.world.restart(None).await;
    }
    assert_eq!(scene.look().await, told(1, 1));
    assert_eq!(scene.mobile().await.as_deref(), Some(NEW));
}

#[tokio::test]
async fn a_refusal_of_bms_tells_all_who_share_the_calls_of_that_endpoint() {
    let mut scene = Scene::new(Options::unrecorded(), "").await;
    scene.look().await;
    let store = scene.world.app().store.clone();
    assert_eq!(store.quotas().await.unwrap(), [], "nobody was told");
    for fault in [
        Fault::throttled(None),
        // As far as anybody knows a refusal may come with status 200.
        Fault::Refused {
            status: 200,
            body: bms::failure_body("API rate limit reached"),
        },
    ] {
        scene.bms.faults().next("GET", LIST, 1, fault);
        let error = scene.look().await.error.unwrap();
        assert!(error.contains("asks for a pause of 300 s"), "{error}");
        let quotas = store.quotas().await.unwrap();
        let allowed: Vec<_> = quotas.iter().map(|quota| quota.allowance).collect();
        let hour = std::time::Duration::from_secs(3600);
        assert_eq!(allowed, [Allowance::new(1500, hour)]);
    }
}

#[tokio::test]
async fn who_is_paused_or_linked_to_nobody_is_left_alone() {
    let mut scene = Scene::new(Options::unrecorded(), "").await;
    scene.look().await;
    let site = scene.bms.main_location(scene.company).unwrap();
    let stranger = add(&scene.bms, site, "Eva", "Alm", "eva@elsewhere.example");
    assert_eq!(scene.look().await, told(1, 0), "linked to nobody");
    let fabrikam = scene.bms.add_account("Fabrikam");
    let site = scene.bms.add_location(fabrikam, "Main");
    add(&scene.bms, site, "Joe", "Lee", "joe@fabrikam.example");
    assert_eq!(scene.look().await, told(1, 0), "nobody's company");
    assert!(scene.bms.delete_contact(stranger));
    assert_eq!(scene.look().await, told(0, 0));
    let paused = policy("")
        + &customer("northwind", TENANT, scene.company)
        + "paused = true\n"
        + &customer("fabrikam", TENANT_2, fabrikam);
    scene.world.restart(Some(&paused)).await;
    scene.edit(NEW);
    assert_eq!(scene.look().await, told(1, 0), "paused");
    assert_eq!(scene.mobile().await.as_deref(), Some(OLD));
}

#[tokio::test]
async fn a_psa_that_delivers_and_none_at_all_are_not_asked() {
    let scene = super::Scene::new("").await;
    let (app, vendors) = (scene.world.app().clone(), scene.world.vendors());
    let calls = scene.world.halo.journal().exchanges().len();
    let outcome = psa_changes::handle(&app, &vendors).await.unwrap();
    assert_eq!(outcome, Outcome::default());
    assert_eq!(scene.world.halo.journal().exchanges().len(), calls);
    let without = App {
        secrets: platform::Secrets::memory([].into()),
        ..app
    };
    let outcome = psa_changes::handle(&without, &vendors).await.unwrap();
    assert_eq!(outcome, Outcome::default());
}

#[tokio::test]
async fn an_answer_that_cannot_be_understood_is_ours_to_look_at() {
    let mut scene = Scene::new(Options::unrecorded(), "").await;
    let nonsense = Fault::Refused {
        status: 200,
        body: json!({ "success": true, "result": [3] }).to_string(),
    };
    scene.bms.faults().next("GET", LIST, 1, nonsense);
    let app = scene.world.app().clone();
    let failure = scene.look_as(&app).await.unwrap_err();
    assert_eq!(failure.disposition().as_str(), "defect");
    assert!(!failure.chain().contains("result"), "{}", failure.chain());
}

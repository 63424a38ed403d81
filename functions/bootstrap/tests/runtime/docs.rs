//! Entries in a deployment: the documentation system's secret, its calls, what operators see of both.

use domain::customer::Customer;
use domain::event::Event;
use domain::id::OrganizationId;
use domain::identity::Source;
use domain::run::RunReason;
use serde_json::{Value, json};
use simulators::docs::hudu;
use simulators::{Fault, Hudu, Options};

use crate::world::{World, deliver, id, lines};

/// How much of a metric the lines count, in all.
fn sum(lines: &[Value], metric: &str) -> f64 {
    lines.iter().filter_map(|line| line[metric].as_f64()).sum()
}

#[tokio::test]
async fn calls_to_the_documentation_system_and_how_accounts_stand_are_counted() {
    let world = World::new().await;
    let hudu = Hudu::start(Options::unrecorded()).await.unwrap();
    let organization = OrganizationId::parse(hudu.add_company("Northwind Dental").to_string());
    let secret = json!({ "system": "hudu", "api_url": hudu.base(), "api_key": hudu::API_KEY });
    (world.aws).put_secret("muster/test/docs", &secret.to_string());
    world.add("northwind", Source::Microsoft365, None).await;
    let store = &world.app.store;
    let record = store.customer(&id("northwind")).await.unwrap().unwrap();
    let customer = Customer {
        docs_organization_id: Some(organization.unwrap()),
        ..record.customer
    };
    let now = world.app.clock.now();
    store.put_customer(&customer, now).await.unwrap();
    world.user("anna");

    let import = world.start("import").await;
    let reason = RunReason::Schedule;
    let asked = [world.message("northwind", Event::ImportRequested { reason })];
    assert!(deliver(&import, &asked).await.is_empty());
    world.stop(import).await;
    let docs_matching = world.start("docs-matching").await;
    let finished = [world.message("northwind", Event::ImportFinished {})];
    assert!(deliver(&docs_matching, &finished).await.is_empty());
    // And once more, while Hudu is not well.
    hudu.faults().next("GET", "", 50, Fault::ServerError(503));
    assert_eq!(deliver(&docs_matching, &finished).await, ["message-0"]);
    let lines = lines(&world.stop(docs_matching).await);
    let calls = u32::try_from(hudu.journal().count("GET", "")).unwrap();
    assert!((sum(&lines, "DocsCalls") - f64::from(calls)).abs() < 0.5);
    assert!(sum(&lines, "DocsErrors") >= 1.0 && sum(&lines, "DocsErrors") < f64::from(calls));
    assert!(sum(&lines, "PsaCalls") < 0.5);
    assert!((sum(&lines, "EntriesNoMatch") - 1.0).abs() < 0.5);
    let told = lines.iter().find(|line| !line["EntriesNoMatch"].is_null());
    assert_eq!(told.unwrap()["customer.id"], "northwind");
}

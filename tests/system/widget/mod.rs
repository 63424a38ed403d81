//! What waits for a person, inside a CloudWatch dashboard, and who may decide it: the widget's HTML,
//! its buttons, a browser that clicks them, and operators by their JWT. People are invented.

mod browser;
mod decisions;
mod lists;
mod rendering;
mod roles;

use platform::App;
use serde_json::{Value, json};
use simulators::graph::DeltaExpiry;

use crate::entries::system::System;
use crate::sources::{entra, people, person};
use crate::world::{TENANT, TENANT_2, World, customer, policy};

/// The ARN of the widget's function.
pub(crate) const WIDGET: &str =
    "arn:aws:lambda:eu-west-2:123456789012:function:muster-test-review-widget";
/// The ARN of the function that decides.
pub(crate) const DECIDE: &str =
    "arn:aws:lambda:eu-west-2:123456789012:function:muster-test-review-decide";
/// What somebody calls themselves who would rather be a script.
pub(crate) const HOSTILE: &str =
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

/// A system in which something of each kind waits.
pub(crate) struct Waiting {
    pub(crate) world: World,
    /// The two contacts that fit the account `bo`.
    pub(crate) contacts: [i64; 2],
    /// The entry of `bo`, which has no category.
    pub(crate) entry: String,
    /// The documentation system: it runs as long as this.
    _system: System,
}

impl Waiting {
    /// Of `northwind` six of seventeen people vanished, and two contacts each fit `ida` and `bo`,
    /// whose name is hostile; two entries fit `ida`, and that of `bo` has no category; `fabrikam`
    /// cannot be read.
    pub(crate) async fn new() -> Self {
        let mut world = World::new("").await;
        let company = world.halo.add_client("Northwind Dental");
        let site = world.halo.add_site(company, "Main");
        let system = System::hudu().await;
        let customers = system.table()
            + &policy("")
            + &customer("northwind", TENANT, company)
            + &format!("docs_organization_id = \"{}\"\n", system.organization())
            + &entra("fabrikam", TENANT_2, "");
        world.restart(Some(&customers)).await;
        let ids = people(&world, TENANT, 15);
        let mut bo = person("bo", "Bo", "Ek");
        bo["displayName"] = HOSTILE.into();
        world.graph.put_user(TENANT, bo);
        world.graph.put_user(TENANT, person("ida", "Ida", "Berg"));
        let contact = |given: &str, surname: &str| {
            let contact = json!({
                "name": format!("{given} {surname}"), "firstname": given, "surname": surname,
                "site_id": site,
                "emailaddress": format!("{}@northwind.example", given.to_lowercase()),
            });
            world.halo.add_user(&contact)
        };
        for _ in 0..2 {
            contact("Ida", "Berg");
        }
        let contacts = [contact("Bo", "Ek"), contact("Bo", "Ek")];
        let entry = system.add("bo@northwind.example", "");
        for _ in 0..2 {
            system.add("ida@northwind.example", "Microsoft 365");
        }
        world.run().await;
        for id in &ids[..6] {
            world.graph.hard_delete(TENANT, id);
        }
        world.graph.expire_delta_tokens(TENANT, DeltaExpiry::Gone);
        world.graph.set_refusal(TENANT_2, Some(7_000_222));
        world.graph.expire_tokens();
        world.run().await;
        Self {
            world,
            contacts,
            entry,
            _system: system,
        }
    }

    /// As the functions have it in a deployment.
    pub(crate) fn app(&self) -> App {
        App {
            decide_function: Some(DECIDE.to_owned()),
            ..self.world.app().clone()
        }
    }

    pub(crate) async fn show(&self, event: Value) -> String {
        show(&self.app(), event).await
    }

    pub(crate) async fn decide(&self, event: Value) -> String {
        decide(&self.app(), event).await
    }

    /// The run that is held.
    pub(crate) async fn held(&self) -> String {
        let northwind = crate::world::id("northwind");
        let state = self.world.app().store.import_state(&northwind).await;
        state.unwrap().held.unwrap().run.to_string()
    }

    /// The id of the account that two contacts fit.
    pub(crate) async fn disputed(&self) -> String {
        let bo = self.world.account("northwind", "bo@northwind.example");
        bo.await.id.to_string()
    }
}

/// The widget's answer.
pub(crate) async fn show(app: &App, event: Value) -> String {
    let answered = admin_api::widget::show(app, &event, WIDGET).await.unwrap();
    answered.as_str().unwrap().to_owned()
}

/// A button's answer.
pub(crate) async fn decide(app: &App, event: Value) -> String {
    let answered = admin_api::widget::decide(app, &event).await.unwrap();
    answered.as_str().unwrap().to_owned()
}

/// What the buttons of a page call: function and JSON.
pub(crate) fn buttons(html: &str) -> Vec<(String, Value)> {
    let actions = html.split("<cwdb-action ").skip(1);
    let one = |action: &str| {
        let (head, rest) = action.split_once('>').unwrap();
        let function = head.split("endpoint=\"").nth(1).unwrap();
        let function = function.split('"').next().unwrap().to_owned();
        let body = rest.split("</cwdb-action>").next().unwrap();
        let asked = serde_json::from_str(&body.replace("&quot;", "\"")).unwrap();
        (function, asked)
    };
    actions.map(one).collect()
}

//! Each PSA with one company of many contacts, and how it is reached.

use std::any::Any;

use serde_json::{Value, json};
use simulators::psa::{autotask, connectwise, halo, kaseya_bms, syncro};
use simulators::{Autotask, ConnectWise, Halo, Journal, KaseyaBms, Options, Syncro};

const PATH_TOKEN: &str = "bench-0123456789abcdefghij";
const SECRET: &str = "bench-webhook-secret";

/// A PSA that runs.
pub(crate) struct Filled {
    pub(crate) document: Value,
    pub(crate) company: i64,
    /// How many calls it got so far.
    pub(crate) calls: Box<dyn Fn() -> usize>,
    pub(crate) _running: Box<dyn Any>,
}

/// All of them.
pub(crate) async fn all(contacts: usize) -> Vec<Filled> {
    vec![
        of_halo(contacts).await,
        of_autotask(contacts).await,
        of_connectwise(contacts).await,
        of_kaseya_bms(contacts).await,
        of_syncro(contacts).await,
    ]
}

/// Calls to the API and to its sign-in.
fn counting(journal: &Journal) -> Box<dyn Fn() -> usize> {
    let journal = journal.clone();
    Box::new(move || journal.matching(|_| true).len())
}

fn people(contacts: usize) -> impl Iterator<Item = (String, String, String)> {
    (0..contacts).map(|number| {
        let (first, last) = (format!("Person{number}"), "Berg".to_owned());
        let address = format!("person{number}@bench.example");
        (first, last, address)
    })
}

async fn of_halo(contacts: usize) -> Filled {
    let halo = Halo::start(Options::unrecorded()).await.expect("a port");
    let company = halo.add_client("Bench");
    let site = halo.add_site(company, "Main");
    for (first, last, address) in people(contacts) {
        let name = format!("{first} {last}");
        halo.add_user(&json!({ "name": name, "emailaddress": address, "site_id": site }));
    }
    Filled {
        document: json!({
            "system": "halo", "api_url": halo.api_url(), "auth_url": halo.auth_url(),
            "client_id": halo::CLIENT_ID, "client_secret": halo::CLIENT_SECRET,
            "tenant": halo::TENANT, "webhook_path_token": PATH_TOKEN,
            "webhook_username": "halo", "webhook_password": SECRET,
        }),
        company,
        calls: counting(halo.journal()),
        _running: Box::new(halo),
    }
}

async fn of_autotask(contacts: usize) -> Filled {
    let simulator = Autotask::start(Options::unrecorded())
        .await
        .expect("a port");
    let company = simulator.add_company("Bench");
    for (first, last, address) in people(contacts) {
        let contact = json!({
            "firstName": first, "lastName": last, "emailAddress": address, "isActive": 1,
        });
        simulator.add_contact(company, &contact);
    }
    Filled {
        document: json!({
            "system": "autotask", "discovery_url": simulator.base(),
            "username": autotask::USERNAME, "secret": autotask::SECRET,
            "integration_code": autotask::INTEGRATION_CODE, "webhook_path_token": PATH_TOKEN,
            "webhook_secret": SECRET,
        }),
        company,
        calls: counting(simulator.journal()),
        _running: Box::new(simulator),
    }
}

async fn of_connectwise(contacts: usize) -> Filled {
    let simulator = ConnectWise::start(Options::unrecorded())
        .await
        .expect("a port");
    let company = simulator.add_company("Bench");
    for (first, last, address) in people(contacts) {
        simulator.add_contact(&json!({
            "firstName": first, "lastName": last, "company": { "id": company },
            "communicationItems": [{ "type": { "id": 1 }, "value": address, "defaultFlag": true }],
        }));
    }
    Filled {
        document: json!({
            "system": "connectwise", "site_url": simulator.base(),
            "company_id": connectwise::COMPANY_ID, "public_key": connectwise::PUBLIC_KEY,
            "private_key": connectwise::PRIVATE_KEY, "client_id": connectwise::CLIENT_ID,
            "webhook_path_token": PATH_TOKEN,
        }),
        company,
        calls: counting(simulator.journal()),
        _running: Box::new(simulator),
    }
}

async fn of_kaseya_bms(contacts: usize) -> Filled {
    let simulator = KaseyaBms::start(Options::unrecorded())
        .await
        .expect("a port");
    let company = simulator.add_account("Bench");
    let location = simulator.add_location(company, "Main");
    for (first, last, address) in people(contacts) {
        let members = json!({ "FirstName": first, "LastName": last });
        let email = kaseya_bms::Entry {
            value: address,
            type_id: kaseya_bms::WORK_EMAIL,
            default: true,
        };
        simulator.add_contact(location, &members, &[email], &[]);
    }
    Filled {
        document: json!({
            "system": "kaseya-bms", "api_url": simulator.api_url(),
            "tenant": kaseya_bms::TENANT, "username": kaseya_bms::USERNAME,
            "password": kaseya_bms::PASSWORD,
        }),
        company,
        calls: counting(simulator.journal()),
        _running: Box::new(simulator),
    }
}

async fn of_syncro(contacts: usize) -> Filled {
    let simulator = Syncro::start(Options::unrecorded()).await.expect("a port");
    let company = simulator.add_customer("Bench");
    for (first, last, address) in people(contacts) {
        let name = format!("{first} {last}");
        simulator.add_contact(&json!({ "customer_id": company, "name": name, "email": address }));
    }
    Filled {
        document: json!({
            "system": "syncro", "api_url": simulator.api_url(), "api_token": syncro::API_TOKEN,
        }),
        company,
        calls: counting(simulator.journal()),
        _running: Box::new(simulator),
    }
}

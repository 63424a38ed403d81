//! BMS over HTTP, against a server that answers what it is told; what is sent, in `units`.

mod changes;
mod reads;
mod units;
mod writes;

use domain::id::AccountId;
use domain::push::contact::{ContactUpdate, NewContact};
use serde_json::{Value, json as value};

use super::*;
use crate::http::Pause;
use crate::http::scripted::{Scripted, json};
use crate::psa::kaseya_bms::settings::tests::document;

struct Bench {
    server: Scripted,
    psa: Box<dyn Psa>,
    pause: Pause,
}

impl Bench {
    /// Answers a sign-in, then these.
    async fn start(answers: Vec<String>) -> Self {
        Self::start_with([vec![signed_in("one")], answers].concat()).await
    }

    async fn start_with(answers: Vec<String>) -> Self {
        Self::start_as(answers, document()).await
    }

    async fn start_as(answers: Vec<String>, mut document: Value) -> Self {
        let server = Scripted::start(answers).await;
        document["api_url"] = value!(server.url);
        let settings: crate::psa::Settings = serde_json::from_value(document).unwrap();
        let pause = Pause::recorded();
        let vendors = Vendors::new().unwrap().with_pause(pause.clone());
        let psa = crate::psa::connect(&vendors, &settings).unwrap();
        Self { server, psa, pause }
    }

    /// First lines of the requests after the sign-in.
    fn calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        let lines = requests
            .iter()
            .map(|r| r.lines().next().unwrap().replace(" HTTP/1.1", ""));
        lines
            .filter(|line| !line.contains("/authenticate"))
            .collect()
    }

    /// The body of a request, counted from the last.
    fn body(&self, from_last: usize) -> Value {
        let requests = self.server.requests();
        let request = requests.iter().rev().nth(from_last).unwrap();
        serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

fn company() -> CompanyId {
    CompanyId::parse("3301").unwrap()
}

/// The answer of a sign-in, as live ones are.
fn signed_in(token: &str) -> String {
    let result = value!({ "accessToken": token, "refreshToken": "hush",
        "accessTokenExpireOn": "2999-01-01T00:00:00Z" });
    json(
        200,
        &value!({ "success": true, "error": null, "result": result }).to_string(),
    )
}

/// A success.
fn ok(result: &Value) -> String {
    json(
        200,
        &value!({ "Success": true, "Error": null, "Result": result }).to_string(),
    )
}

/// A page of a list.
fn page(rows: &Value, total: usize) -> String {
    let page = value!({ "Success": true, "Error": null, "Result": rows, "TotalRecords": total });
    json(200, &page.to_string())
}

/// A failure with status 200.
fn failed(code: i64, message: &str) -> String {
    let error = value!({ "Code": code, "Message": message });
    json(
        200,
        &value!({ "Success": false, "Error": error, "Result": null }).to_string(),
    )
}

fn mara() -> Value {
    value!({
        "Id": 55120, "AccountId": 3301, "LocationId": 4107, "FirstName": "Mara",
        "LastName": "Lindqvist", "JobTitle": "Practice Manager", "IsActive": true,
        "Emails": [{"EmailAddress": "mara@northwinddental.example", "EmailTypeId": 1,
            "EmailType": "Work", "IsDefault": true}],
        "Phones": [{"Phone": "+46 70 555 0101", "PhoneTypeId": 2, "PhoneType": "Mobile",
            "IsDefault": true},
            {"Phone": "+46 8 555 0100", "PhoneTypeId": 1, "PhoneType": "Work", "IsDefault": false}]
    })
}

fn iver() -> NewContact {
    NewContact {
        account: AccountId::parse("acc_1").unwrap(),
        company: company(),
        site: SiteId::parse("4107").ok(),
        fields: domain::fields::Fields {
            display_name: Some("Iver Dahl".into()),
            given_name: Some("Iver".into()),
            surname: Some("Dahl".into()),
            email: Some("iver@northwinddental.example".into()),
            ..domain::fields::Fields::default()
        },
        alternate_emails: vec!["i@northwinddental.example".to_owned()],
        external_id: None,
        custom: Vec::new(),
    }
}

fn update() -> ContactUpdate {
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("55120").unwrap(),
        set: Vec::new(),
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

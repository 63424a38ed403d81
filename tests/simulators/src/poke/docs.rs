//! Documentation systems for poking by hand.

use std::io;

use serde_json::json;
use simulators::docs::{hudu, it_glue};
use simulators::{Hudu, ItGlue};

use super::{COMPANY, DOMAIN, Ports};

/// Both of them, running, with what is to be said of them.
pub(crate) struct Docs {
    pub(crate) described: String,
    _running: (ItGlue, Hudu),
}

/// Starts both and puts the same entries into them.
pub(crate) async fn start(ports: &mut Ports) -> io::Result<Docs> {
    let it_glue = ItGlue::start(ports.next()).await?;
    let hudu = Hudu::start(ports.next()).await?;
    let organization = it_glue.add_organization(COMPANY, "Active");
    let company = hudu.add_company(COMPANY);
    let mara = format!("mara.lindqvist@{DOMAIN}");
    for (category, username) in [
        ("Active Directory", "mlindqvist"),
        ("Microsoft 365", mara.as_str()),
        ("Local Account", "administrator"),
    ] {
        let name = format!("{category} - {username}");
        it_glue.add_password(&json!({
            "organization-id": organization, "name": name, "username": username,
            "password-category-id": it_glue.add_category(category),
        }));
        hudu.add_password(&json!({
            "company_id": company, "name": name, "username": username, "password_type": category,
        }));
    }
    let described = format!(
        "IT Glue  {}  organization {organization}\n  API key {}\n\
         Hudu  {}  company {company}\n  API key {}",
        it_glue.base(),
        it_glue::API_KEY,
        hudu.base(),
        hudu::API_KEY,
    );
    Ok(Docs {
        described,
        _running: (it_glue, hudu),
    })
}

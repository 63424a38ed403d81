//! Text in, problems out. The tests of each section of the file are beside this.

mod customers;
mod entries;
mod operators;
mod policies;
mod vendors;
mod whole;

use secrecy::ExposeSecret;
use serde_json::Value;

use super::Config;

const WHOLE: &str = r#"
[graph]
login_url = "https://login.microsoftonline.com/"
api_url = "https://graph.microsoft.com"
client_id = "11111111-0000-4000-8000-000000000001"
client_secret_env = "GRAPH_SECRET"

[psa]
system = "halo"
api_url = "http://127.0.0.1:4002/api"
auth_url = "http://127.0.0.1:4002/auth"
client_id = "halo-client"
client_secret = "halo-hush"
tenant = "msp"
webhook_path_token = "path-hush-0123456789-0123456789"
webhook_username = "hook"
webhook_password_env = "HOOK_PASSWORD"

[[operators]]
token = "operator-hush"
role = "super"

[[policies]]
name = "Standard"
account_type = "end-user"
default = true
match_psa = true
create_psa_contact = true
authority = { email = "source" }
removal = { hold_percent = 30 }

[policies.scope]
guests = true
without_names = "ignore-both-missing"
excluded_skus = ["FLOW_FREE"]

[docs]
system = "hudu"
api_url = "https://docs.msp.example"
api_key = "docs-hush"

[[policies]]
name = "Admins"
account_type = "administrator"
match_docs = false
create_docs_entry = true

[[customers]]
id = "northwind"
name = "Northwind Dental"
microsoft_tenant_id = "0785ef7c-0000-4000-8000-000000000001"
psa_company_id = "12"
psa_site_id = "34"
docs_organization_id = "5821"
sources = ["active-directory", "microsoft-365"]
interval = "1h30m"
policies = ["Admins"]

[[customers]]
id = "fabrikam"
sources = ["local-windows"]
paused = true
licensed_only = false
"#;

fn environment(name: &str) -> Option<String> {
    match name {
        "GRAPH_SECRET" => Some("graph-hush".to_owned()),
        "HOOK_PASSWORD" => Some("hook-hush-hush".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn read(text: &str) -> Result<Config, Vec<String>> {
    Config::read("muster.toml", text, &environment)
        .map_err(|problems| problems.to_string().lines().map(str::to_owned).collect())
}

fn document(secret: &secrecy::SecretString) -> Value {
    serde_json::from_str(secret.expose_secret()).unwrap()
}

const CUSTOMER: &str = "[[customers]]\nid = \"a\"\nsources = [\"local-windows\"]\n";
const GRAPH: &str = "[graph]\nclient_id = \"a\"\nclient_secret = \"b\"\n";

fn assert_problems(cases: &[(String, &[&str])]) {
    for (text, expected) in cases {
        let problems = read(text).expect_err(text);
        assert_eq!(problems.len(), expected.len(), "{text}\n{problems:#?}");
        for (problem, start) in problems.iter().zip(*expected) {
            let wanted = format!("muster.toml:{start}");
            assert!(
                problem.starts_with(&wanted),
                "{text}\n{problem}\nwanted {wanted}"
            );
        }
    }
}

#[test]
fn all_problems_are_told_together_in_the_order_of_the_file() {
    let text = "colour = \"red\"\n[graph]\nclient_id = 5\n[[customers]]\nid = \"a\"\n\
                sources = [\"ad\"]\n";
    assert_problems(&[(
        text.to_owned(),
        &[
            "1: colour: unknown key; expected one of customers, docs, graph, licences, operators, policies",
            "2: graph.client_secret: is missing",
            "3: graph.client_id: expected a text (write it in quotes), found an integer",
            "6: customers[1].sources: expected a list out of",
        ],
    )]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let problems = Config::load(std::path::Path::new("absent/muster.toml")).unwrap_err();
    assert!(
        problems
            .to_string()
            .starts_with("absent/muster.toml: the configuration file cannot")
    );
}

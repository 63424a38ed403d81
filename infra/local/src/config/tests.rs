//! Text in, problems out.

use domain::account::AccountType;
use domain::identity::Source;
use domain::policy::Authority;
use domain::policy::scope::WithoutNames;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

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

#[test]
fn a_whole_file_gives_customers_policies_and_secret_documents() {
    let config = read(WHOLE).unwrap();
    let graph = document(config.graph.as_ref().unwrap());
    assert_eq!(graph["login_url"], "https://login.microsoftonline.com");
    assert_eq!(graph["client_secret"], "graph-hush");
    let psa = document(config.psa.as_ref().unwrap());
    assert_eq!(
        psa,
        json!({
            "system": "halo",
            "api_url": "http://127.0.0.1:4002/api",
            "auth_url": "http://127.0.0.1:4002/auth",
            "client_id": "halo-client",
            "client_secret": "halo-hush",
            "tenant": "msp",
            "webhook_path_token": "path-hush-0123456789-0123456789",
            "webhook_username": "hook",
            "webhook_password": "hook-hush-hush",
        })
    );
    let docs = document(config.docs.as_ref().unwrap());
    assert_eq!(
        (&docs["system"], &docs["api_key"]),
        (&json!("hudu"), &json!("docs-hush"))
    );
    assert_eq!(
        document(&config.operators),
        json!([{"token": "operator-hush", "role": "super"}])
    );

    let policy = &config.policies[0];
    assert!(policy.default && policy.create_psa_contact && policy.scope.guests);
    assert!(!policy.update_psa_contact && !policy.scope.shared_mailboxes);
    assert_eq!(policy.authority.email, Authority::Source);
    assert_eq!(policy.authority.mobile, Authority::Psa);
    assert_eq!(policy.scope.without_names, WithoutNames::IgnoreBothMissing);
    assert_eq!(
        (policy.removal.hold_percent, policy.removal.hold_min),
        (30, 5)
    );
    assert_eq!(config.policies[1].account_type, AccountType::Administrator);
    assert!(
        !config.policies[1].match_psa,
        "administrators are matched only on request (B72)"
    );

    let northwind = &config.customers[0];
    assert_eq!(
        northwind.sources,
        [Source::Microsoft365, Source::ActiveDirectory]
    );
    assert_eq!(northwind.interval_minutes, Some(90));
    assert_eq!(northwind.policies, ["Admins"]);
    let fabrikam = &config.customers[1];
    assert_eq!(fabrikam.name, "fabrikam");
    assert!(fabrikam.paused);
    assert_eq!(fabrikam.licensed_only, Some(false));
}

#[test]
fn nothing_at_all_is_a_configuration_without_customers() {
    let config = read("").unwrap();
    assert!(config.customers.is_empty() && config.graph.is_none() && config.psa.is_none());
}

#[test]
fn addresses_of_microsoft_and_the_webhook_may_be_left_out() {
    let config = read(
        "[graph]\nclient_id = \"a\"\nclient_secret = \"b\"\n[psa]\nsystem = \"halo\"\n\
         api_url = \"https://p.example/api\"\nauth_url = \"https://p.example/auth\"\n\
         client_id = \"c\"\nclient_secret = \"d\"\n",
    )
    .unwrap();
    let graph = document(config.graph.as_ref().unwrap());
    assert_eq!(graph["api_url"], "https://graph.microsoft.com");
    let psa = document(config.psa.as_ref().unwrap());
    // Nobody can know these, so nothing can be delivered.
    assert!(psa["webhook_path_token"].as_str().unwrap().len() >= 32);
    assert!(psa["webhook_password"].as_str().unwrap().len() >= 32);
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
fn customers_are_told_line_key_and_what_was_expected() {
    let with = |more: &str| format!("{CUSTOMER}{more}\n");
    assert_problems(&[
        (with("psa_company_id = 12"), &[
            "4: customers[1].psa_company_id: expected the company's id in the PSA, a text as \
             \"12\" (write it in quotes), found an integer",
        ]),
        (with("psa_company_id = \"12\""), &["4: customers[1].psa_company_id: needs the table [psa]"]),
        (with("psa_site_id = \"3\""), &["4: customers[1].psa_site_id: needs psa_company_id"]),
        (with("docs_organization_id = \"7\""), &[
            "4: customers[1].docs_organization_id: needs the table [docs]",
        ]),
        (with("docs_organization_id = \"a b\""), &[
            "4: customers[1].docs_organization_id: expected the organization's id in the documentation",
        ]),
        (with("interval = \"5m\""), &["4: customers[1].interval: expected an interval from 15 min"]),
        (with("interval = 3"), &["4: customers[1].interval: expected an interval"]),
        (with("intervall = \"3h\""), &[
            "4: customers[1].intervall: unknown key; expected one of docs_configuration_id, docs_organization_id, id, interval, licensed_only",
        ]),
        (with("paused = \"yes\""), &[
            "4: customers[1].paused: expected true or false, found a text",
        ]),
        (with("policies = [\"Gold\"]"), &[
            "4: customers[1].policies: no policy is named \"Gold\"; expected names out of: there",
        ]),
        (with("microsoft_tenant_id = \"a/b\""), &[
            "4: customers[1].microsoft_tenant_id: expected the tenant's id",
        ]),
        (with(CUSTOMER), &["5: customers[2].id: the customer in line 1 has this id"]),
        ("[[customers]]\nname = \"A\"\n".to_owned(), &[
            "1: customers[1].id: is missing",
            "1: customers[1].sources: is missing",
        ]),
        ("[[customers]]\nid = \"a b\"\nsources = []\n".to_owned(), &[
            "2: customers[1].id: expected an id of 1 to 128 characters",
            "3: customers[1].sources: is empty",
        ]),
        ("[[customers]]\nid = \"a\"\nsources = [\"ad\",\n \"local-windows\", \"local-windows\"]\n".to_owned(), &[
            "3: customers[1].sources: expected a list out of",
            "4: customers[1].sources: \"local-windows\" is listed twice",
        ]),
        ("[[customers]]\nid = \"a\"\nsources = [\"microsoft-365\"]\n".to_owned(), &[
            "1: customers[1].microsoft_tenant_id: is missing",
            "3: customers[1].sources: \"microsoft-365\" needs the table [graph]",
        ]),
        ("[customers]\nid = \"a\"\n".to_owned(), &["1: customers: expected tables, each under [["]),
    ]);
}

#[test]
fn a_tenant_belongs_to_one_customer() {
    let customer = |id: &str, tenant: &str| {
        format!(
            "[[customers]]\nid = \"{id}\"\nsources = [\"microsoft-365\"]\n\
             microsoft_tenant_id = \"{tenant}\"\n"
        )
    };
    let text = format!(
        "{GRAPH}{}{}",
        customer("a", "One.example"),
        customer("b", "one.EXAMPLE")
    );
    assert_problems(&[(
        text,
        &["11: customers[2].microsoft_tenant_id: the customer in line 4"],
    )]);
}

#[test]
fn b41_b45_policies_are_told_line_key_and_what_was_expected() {
    let policy = |name: &str, more: &str| format!("[[policies]]\nname = \"{name}\"\n{more}\n");
    let two = format!(
        "{}{}",
        policy("A", "default = true"),
        policy("B", "default = true")
    );
    let chosen = format!(
        "{}{}{CUSTOMER}policies = [\"A\", \"B\"]\n",
        policy("A", ""),
        policy("B", "")
    );
    assert_problems(&[
        (
            two,
            &["6: policies[2].default: the policy in line 1 is the default of end-user accounts"],
        ),
        (
            chosen,
            &["10: customers[1].policies: \"A\" and \"B\" are both for end-user accounts"],
        ),
        (
            format!("{}{}", policy("A", ""), policy("A", "")),
            &["5: policies[2].name: the policy in line 1 has this name"],
        ),
        (
            policy("A", "account_type = \"guest\""),
            &["3: policies[1].account_type: expected one of \"end-user\""],
        ),
        (
            policy("A", "authority = { email = \"halo\", e_mail = \"psa\" }"),
            &[
                "3: policies[1].authority.e_mail: unknown key; expected one of department",
                "3: policies[1].authority.email: expected one of \"source\", \"psa\", \"account\", found",
            ],
        ),
        (
            policy(
                "A",
                "scope = { guests = 1, excluded_skus = \"X\", without_names = \"no\" }",
            ),
            &[
                "3: policies[1].scope.excluded_skus: expected a list",
                "3: policies[1].scope.guests: expected true or false, found an integer",
                "3: policies[1].scope.without_names: expected one of \"import\"",
            ],
        ),
        (
            policy("A", "removal = { hold_percent = 101, hold_min = -1 }"),
            &[
                "3: policies[1].removal.hold_min: expected an integer from 1",
                "3: policies[1].removal.hold_percent: expected an integer from 0 to 100",
            ],
        ),
        (
            "[[policies]]\ndefault = true\n".to_owned(),
            &["1: policies[1].name: is missing"],
        ),
    ]);
}

#[test]
fn vendors_are_told_line_key_and_what_was_expected() {
    let psa = |more: &str| {
        format!("[psa]\nsystem = \"halo\"\nclient_id = \"a\"\nclient_secret = \"b\"\n{more}\n")
    };
    let urls = "api_url = \"https://p.example/api\"\nauth_url = \"https://p.example/auth\"";
    assert_problems(&[
        (
            "[graph]\nclient_id = \"a\"\n".to_owned(),
            &[
                "1: graph.client_secret: is missing; expected a text, or client_secret_env = \"NAME\"",
            ],
        ),
        (
            format!("{GRAPH}api_url = \"https://graph.microsoft.com/v1.0\"\n"),
            &["4: graph.api_url: expected no version segment"],
        ),
        (
            format!("{GRAPH}api_url = \"http://graph.example\"\nlogin_url = \"graph\"\n"),
            &[
                "4: graph.api_url: expected an https address; plain http is for this machine",
                "5: graph.login_url: expected an address",
            ],
        ),
        (
            psa("api_url = \"https://p.example\"\nauth_url = \"https://p.example/api\""),
            &[
                "5: psa.api_url: expected an https address that ends in /api",
                "6: psa.auth_url: expected an https address that ends in /auth",
            ],
        ),
        (
            psa(&format!("{urls}\nwebhook_path_token = \"hush\"")),
            &[
                "1: psa.webhook_password: is missing",
                "1: psa.webhook_username: is missing",
                "7: psa.webhook_path_token: expected at least 8 random characters",
            ],
        ),
        (
            psa(&format!(
                "{urls}\nwebhook_path_token = \"hush\"\nwebhook_username = \"hush:hush\"\nwebhook_password = \"hush\""
            )),
            &[
                "7: psa.webhook_path_token: expected at least 8 random characters",
                "8: psa.webhook_username: expected a text without a colon",
                "9: psa.webhook_password: expected at least 6 characters",
            ],
        ),
    ]);
}

#[test]
fn a_psa_that_is_not_known_and_files_that_are_not_there_are_told() {
    assert_problems(&[
        (
            // Which keys are missing depends on the system.
            "[psa]\nsystem = \"hal\"\n".to_owned(),
            &[
                "2: psa.system: expected one of \"halo\", \"autotask\", \"connectwise\", \"kaseya-bms\", \"syncro\", found \"hal\"",
            ],
        ),
        (
            "[psa]\nsystem = \"halo\"\n".to_owned(),
            &[
                "1: psa.api_url: is missing",
                "1: psa.auth_url: is missing",
                "1: psa.client_id: is missing",
                "1: psa.client_secret: is missing",
            ],
        ),
        (
            "licences = { product_name = \"x\" }\n".to_owned(),
            &[
                "1: licences.product_name: unknown key; expected one of product_names",
                "1: licences.product_names: is missing",
            ],
        ),
        (
            "[licences]\nproduct_names = \"absent.csv\"\n".to_owned(),
            &["2: licences.product_names: expected the path of a CSV file, and absent.csv is none"],
        ),
    ]);
}

#[test]
fn secrets_come_from_the_environment_and_are_never_told() {
    let operator = |more: &str| format!("[[operators]]\nrole = \"super\"\n{more}\n");
    assert_problems(&[
        (
            operator("token_env = \"ABSENT\""),
            &["3: operators[1].token_env: the environment variable ABSENT is not set"],
        ),
        (
            operator("token_env = \"EMPTY\""),
            &["3: operators[1].token_env: the environment variable"],
        ),
        (
            operator("token_env = \"hush-hush\""),
            &["3: operators[1].token_env: the environment variable of that name is not set"],
        ),
        (
            operator("token = \"hush\"\ntoken_env = \"GRAPH_SECRET\""),
            &["4: operators[1].token_env: token is given too; keep one of the two"],
        ),
        (
            operator("token = \"hush\"") + &operator("token = \"hush\""),
            &["6: operators[2].token: the operator in line 1 has this token"],
        ),
        (
            "[[operators]]\ntoken = \"hush\"\nrole = \"boss\"\n".to_owned(),
            &["3: operators[1].role: expected one of \"super\""],
        ),
        (
            "[[operators]]\ntoken = 12345\nrole = \"super\"\n".to_owned(),
            &["2: operators[1].token: expected a text (write it in quotes), found an integer"],
        ),
        // The parser's own words would quote the line.
        (
            "[graph]\nclient_secret = \"hush\" hush\n".to_owned(),
            &["2: is no valid TOML: "],
        ),
        (
            "client_secret = \"hush\n".to_owned(),
            &["1: is no valid TOML: "],
        ),
    ]);
    for text in [
        "[graph]\nclient_secret = \"hush\" hush\n",
        "[graph]\nclient_secret = hush\n",
        "[graph]\nclient_secret = \"hush\nclient_id = \"x\"\n",
        "[[operators]]\ntoken = \"hush\"\nrole = \"x\"\n[[operators]]\ntoken = \"hush\"\n",
    ] {
        let problems = read(text).unwrap_err();
        assert!(!format!("{problems:?}").contains("hush"), "{problems:#?}");
    }
    let debug = format!("{:?}", read(WHOLE).unwrap());
    assert!(!debug.contains("hush"), "{debug}");
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

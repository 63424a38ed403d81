//! What comes of a file without problems.

use domain::account::AccountType;
use domain::identity::Source;
use domain::policy::scope::WithoutNames;
use domain::policy::{Authority, Policy};
use serde_json::json;

use super::{WHOLE, document, read};

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

    let docs = |policy: &Policy| (policy.match_docs, policy.create_docs_entry);
    assert_eq!(docs(&config.policies[0]), (true, false), "B50, B51, D2");
    assert_eq!(docs(&config.policies[1]), (false, true));

    let northwind = &config.customers[0];
    let organization = northwind.docs_organization_id.as_ref();
    assert_eq!(organization.map(|id| id.as_str()), Some("5821"));
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

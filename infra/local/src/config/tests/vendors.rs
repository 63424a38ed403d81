//! What is wrong with the tables of vendors.

use super::{GRAPH, assert_problems};

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

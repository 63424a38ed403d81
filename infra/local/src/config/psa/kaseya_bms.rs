//! `[psa]` with `system = "kaseya-bms"`.

use connectors::psa::PsaKind;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::config::reader::Reader;
use crate::config::vendors::address;

/// The numbers that BMS's ids may have.
const MODULES: std::ops::RangeInclusive<u32> = 1..=2_147_483_647;

/// What custom fields need.
pub(super) const FIELDS_REMEDY: &str = "give [psa] contacts_module, and for companies accounts_module, the numbers of the \
     modules, or ";

pub(super) fn read(mut reader: Reader<'_>) -> Option<SecretString> {
    let api_url = address(&mut reader, "api_url", None, None);
    // The host and nothing else: people tend to copy the version along.
    if let Some(api_url) = &api_url
        && api_url
            .split_once("://")
            .is_some_and(|(_, rest)| rest.contains('/'))
    {
        let message = "expected the API's host with nothing after it: https://api.bms.kaseya.com";
        reader.wrong("api_url", message);
    }
    let tenant = reader.required_text("tenant", "the company's name as My Settings shows it");
    let username = reader.secret("username");
    let password = reader.secret("password");
    let contacts_module = reader.integer("contacts_module", MODULES);
    let accounts_module = reader.integer("accounts_module", MODULES);
    if contacts_module.is_some() && contacts_module == accounts_module {
        reader.wrong(
            "accounts_module",
            "expected another number than that of contacts_module",
        );
    }
    reader.finish();
    Some(SecretString::from(
        json!({
            "system": PsaKind::KaseyaBms.as_str(),
            "api_url": api_url?,
            "tenant": tenant?.value,
            "username": username?.value.expose_secret(),
            "password": password?.value.expose_secret(),
            "contacts_module": contacts_module,
            "accounts_module": accounts_module,
        })
        .to_string(),
    ))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::{Value, json};

    use crate::config::Config;

    const USER: &str = "[psa]\nsystem = \"kaseya-bms\"\ntenant = \"Acme IT Ltd\"\n\
                        username = \"api.sync\"\npassword_env = \"PASSWORD\"\n";
    const HOST: &str = "api_url = \"https://api.bms.kaseya.com/\"\n";

    fn read(more: &str) -> Result<Value, Vec<String>> {
        let environment = |name: &str| (name == "PASSWORD").then(|| "bms-hush".to_owned());
        let text = format!("{USER}{more}");
        match Config::read("muster.toml", &text, &environment) {
            Ok(config) => {
                let document = config.psa.unwrap();
                Ok(serde_json::from_str(document.expose_secret()).unwrap())
            }
            Err(problems) => Err(problems.to_string().lines().map(str::to_owned).collect()),
        }
    }

    #[test]
    fn the_secret_document_has_what_a_connection_needs() {
        assert_eq!(
            read(&format!("{HOST}contacts_module = 4\n")).unwrap(),
            json!({
                "system": "kaseya-bms", "api_url": "https://api.bms.kaseya.com",
                "tenant": "Acme IT Ltd", "username": "api.sync", "password": "bms-hush",
                "contacts_module": 4, "accounts_module": null,
            })
        );
    }

    #[test]
    fn what_cannot_work_is_told_by_key_and_never_by_value() {
        let with_host = |more: &str| format!("{HOST}{more}\n");
        for (more, wanted) in [
            (String::new(), "psa.api_url: is missing"),
            (
                "api_url = \"https://api.bms.kaseya.com/v2\"\n".to_owned(),
                "psa.api_url: expected the API's host with nothing after it",
            ),
            (
                with_host("contacts_module = 0"),
                "psa.contacts_module: expected an integer from 1 to 2147483647",
            ),
            (
                with_host("contacts_module = 4\naccounts_module = 4"),
                "psa.accounts_module: expected another number than that of contacts_module",
            ),
            (
                with_host("webhook_path_token = \"hush-0123456789\""),
                "psa.webhook_path_token: unknown key",
            ),
            (with_host("password = \"hush\""), "password is given too"),
        ] {
            let problems = read(&more).unwrap_err();
            assert!(
                problems.iter().any(|p| p.contains(wanted)),
                "{wanted}: {problems:?}"
            );
            assert!(!problems.iter().any(|p| p.contains("hush")), "{problems:?}");
        }
    }

    #[test]
    fn b180_without_the_modules_custom_fields_are_refused_with_the_remedy() {
        let policy = |lines: &str| {
            format!(
                "[[policies]]\nname = \"People\"\naccount_type = \"end-user\"\n\
                 match_psa = true\n{lines}\n"
            )
        };
        let of_contacts = ["support_pin = true", "office_365_presence = true"];
        let of_companies = "psa_tenant_id = true";
        let types = "left_contact_types = [\"Vendor\"]";
        for (modules, lines, refused) in [
            ("", of_contacts[0], true),
            ("", of_contacts[1], true),
            ("", of_companies, true),
            ("", types, true),
            ("", "update_psa_contact = true", false),
            ("contacts_module = 4\n", of_contacts[0], false),
            ("contacts_module = 4\n", of_contacts[1], false),
            ("contacts_module = 4\n", types, false),
            ("contacts_module = 4\n", of_companies, true),
            ("accounts_module = 3\n", of_companies, false),
            ("accounts_module = 3\n", of_contacts[0], true),
        ] {
            let found = read(&format!("{HOST}{modules}{}", policy(lines)));
            let option = lines.split(' ').next().unwrap();
            match found {
                Ok(_) => assert!(!refused, "{modules}{lines}"),
                Err(problems) => {
                    assert!(refused, "{problems:?}");
                    let told = problems.join("; ");
                    for words in [option, "as it is reached; give [psa] contacts_module"] {
                        assert!(told.contains(words), "{told}");
                    }
                }
            }
        }
        // What BMS never does has no such remedy.
        let told = read(&format!("{HOST}{}", policy("psa_territory = true"))).unwrap_err();
        let told = told.join("; ");
        assert!(
            told.contains("has no territories to take over (B145); leave it out"),
            "{told}"
        );
    }
}

//! What a file says of entries: which are matched, made and renamed, and where they are made.

use domain::policy::Policy;

use crate::config::Config;

const FILE: &str = r#"
[docs]
system = "it-glue"
api_url = "https://api.eu.itglue.com"
api_key = "hush"

[[policies]]
name = "People"
account_type = "end-user"

[[policies]]
name = "Admins"
account_type = "administrator"
match_docs = false
create_docs_entry = true
update_docs_entry = true

[[customers]]
id = "fabrikam"
sources = ["local-windows"]

[[customers]]
id = "northwind"
sources = ["local-windows"]
docs_organization_id = "5821"
docs_configuration_id = "28631"
"#;

fn read(text: &str) -> Result<Config, String> {
    Config::read("muster.toml", text, &|_| None).map_err(|problems| problems.to_string())
}

/// The choices of a policy about entries.
fn choices(policy: &Policy) -> [bool; 3] {
    [
        policy.match_docs,
        policy.create_docs_entry,
        policy.update_docs_entry,
    ]
}

#[test]
fn b50_b51_b135_b197_d2_a_file_says_which_entries_are_matched_made_and_renamed_and_where() {
    let config = read(FILE).unwrap();
    assert_eq!(choices(&config.policies[0]), [true, false, false], "D2");
    assert_eq!(choices(&config.policies[1]), [false, true, true]);
    let home = |at: usize| {
        let customer = &config.customers[at];
        let organization = customer.docs_organization_id.as_ref();
        let configuration = customer.docs_configuration_id.as_ref();
        (
            organization.map(|id| id.as_str().to_owned()),
            configuration.map(|id| id.as_str().to_owned()),
        )
    };
    assert_eq!(home(0), (None, None));
    let said = |id: &str| Some(id.to_owned());
    assert_eq!(home(1), (said("5821"), said("28631")));
}

#[test]
fn b197_what_entries_are_embedded_in_needs_its_organization_and_is_a_text() {
    let alone = FILE.replace("docs_organization_id = \"5821\"\n", "");
    let told = read(&alone).unwrap_err();
    assert!(
        told.contains("customers[2].docs_configuration_id: needs docs_organization_id"),
        "{told}"
    );
    for wrong in ["28631", "\"a b\"", "\"\""] {
        let text = FILE.replace("\"28631\"", wrong);
        let told = read(&text).unwrap_err();
        let expected = "docs_configuration_id: expected the id of a configuration (IT Glue) or an";
        assert!(told.contains(expected), "{wrong}: {told}");
    }
}

//! What is wrong with customers.

use super::{CUSTOMER, GRAPH, assert_problems};

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

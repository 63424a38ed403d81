//! The contract of a PSA, line by line: reading and writing. What goes wrong is in `psa_faults`.

use connectors::error::ConnectorError;
use domain::fields::Attribute;
use domain::id::CompanyId;
use domain::push::contact::{ContactKind, ExternalId};
use serde_json::json;
use simulators::psa::halo::Behaviour;

use super::Bench;

#[tokio::test]
async fn a_check_says_yes_or_what_is_missing_with_the_remedy() {
    let bench = Bench::new().await;
    assert!(bench.psa().check().await.unwrap().is_complete());
    bench.halo.set_behaviour(Behaviour {
        hide_everything: true,
        ..Behaviour::default()
    });
    let access = bench.psa().check().await.unwrap();
    assert!(access.missing[0].contains("let the agent"), "{access:?}");
    bench.halo.set_behaviour(Behaviour {
        deny_reads: true,
        ..Behaviour::default()
    });
    let denied = bench.psa().check().await.unwrap_err();
    assert!(matches!(denied, ConnectorError::Forbidden { .. }));
    assert!(
        denied.to_string().contains("the scope read:customers"),
        "{denied}"
    );
    // An application without a scope is told at the sign-in.
    let bench = Bench::new().await;
    bench.halo.set_scopes(&["read:customers"]);
    let denied = bench.psa().check().await.unwrap_err();
    assert!(matches!(denied, ConnectorError::Forbidden { .. }));
    assert!(
        denied.to_string().contains("read:customers edit:customers"),
        "{denied}"
    );
}

#[tokio::test]
async fn companies_come_with_their_state() {
    let bench = Bench::new().await;
    let old = bench.halo.add_client("Old Customer");
    bench.halo.set_client_inactive(old, true);
    let companies = bench.psa().companies().await.unwrap();
    let found: Vec<(&str, &str, bool)> = companies
        .iter()
        .map(|c| (c.id.as_str(), c.name.as_str(), c.active))
        .collect();
    let (id, old) = (bench.company.to_string(), old.to_string());
    assert_eq!(
        found,
        [
            (id.as_str(), "Northwind Dental", true),
            (old.as_str(), "Old Customer", false),
        ]
    );
}

#[tokio::test]
async fn contacts_come_over_three_pages_with_those_out_of_use_and_those_that_are_no_persons() {
    let bench = Bench::new().await;
    for number in 0..250 {
        bench.user(
            &format!("Person {number}"),
            "",
            json!({ "inactive": number % 5 == 0 }),
        );
    }
    bench.user(
        "Tec Nician",
        "tec@msp.example",
        json!({ "linked_agent_id": 3 }),
    );
    bench.user(
        "Ser Vice",
        "svc@northwind.example",
        json!({ "isserviceaccount": true }),
    );
    let other = bench.halo.add_client("Fabrikam");
    bench.halo.add_site(other, "Main");
    let contacts = bench.psa().contacts(&bench.company()).await.unwrap();
    assert_eq!(bench.halo.journal().count("GET", "/Users"), 3);
    assert_eq!(contacts.len(), 253);
    let count = |kind| {
        contacts
            .iter()
            .filter(|contact| contact.kind == kind)
            .count()
    };
    let kinds = [
        ContactKind::Person,
        ContactKind::Placeholder,
        ContactKind::Technician,
        ContactKind::Service,
    ];
    assert_eq!(kinds.map(count), [250, 1, 1, 1]);
    assert_eq!(
        contacts.iter().filter(|contact| !contact.active).count(),
        50
    );
    assert!(
        contacts
            .iter()
            .all(|contact| contact.company == bench.company())
    );
    // A vendor that gives smaller pages than asked for leaves nobody out.
    bench.halo.set_behaviour(Behaviour {
        page_cap: 40,
        ..Behaviour::default()
    });
    assert_eq!(
        bench.psa().contacts(&bench.company()).await.unwrap(),
        contacts
    );
}

#[tokio::test]
async fn an_empty_company_is_empty_but_not_for_want_of_rights() {
    let bench = Bench::new().await;
    let placeholder = bench.psa().contacts(&bench.company()).await.unwrap();
    assert_eq!(placeholder.len(), 1);
    assert_eq!(placeholder[0].kind, ContactKind::Placeholder);
    let bare = bench.halo.add_client("Without a site").to_string();
    assert!(
        bench
            .psa()
            .contacts(&CompanyId::parse(bare).unwrap())
            .await
            .unwrap()
            .is_empty()
    );
    bench.halo.set_behaviour(Behaviour {
        hide_everything: true,
        ..Behaviour::default()
    });
    let blind = bench.psa().contacts(&bench.company()).await.unwrap_err();
    assert!(matches!(blind, ConnectorError::Forbidden { .. }), "{blind}");
}

#[tokio::test]
async fn thin_rows_leave_unknown_what_full_rows_tell() {
    let bench = Bench::new().await;
    bench.create().await.unwrap();
    let new = bench.ida();
    for thin_rows in [true, false] {
        bench.halo.set_behaviour(Behaviour {
            thin_rows,
            ..Behaviour::default()
        });
        let contacts = bench.psa().contacts(&bench.company()).await.unwrap();
        let ida = contacts
            .iter()
            .find(|c| c.fields.email == new.fields.email)
            .unwrap();
        assert!(ida.known.contains(&Attribute::Mobile) && ida.known.contains(&Attribute::Email));
        if thin_rows {
            assert!(ida.external_id.is_none() && ida.alternate_emails.is_empty());
        } else {
            assert_eq!(ida.external_id, new.external_id.clone().map(ExternalId::Id));
            assert_eq!(ida.alternate_emails, new.alternate_emails);
        }
        assert!(!ida.known.contains(&Attribute::Department), "no row has it");
    }
}

#[tokio::test]
async fn a_search_finds_whole_addresses_of_one_company_in_use_or_not() {
    let bench = Bench::new().await;
    let ann = bench.user("Ann", "Ann@northwind.example", json!({ "inactive": true }));
    bench.user("Joann", "joann@northwind.example", json!({}));
    let other = bench.halo.add_client("Fabrikam");
    let site = bench.halo.add_site(other, "Main");
    bench.user("Ann", "ann@northwind.example", json!({ "site_id": site }));
    let found = bench
        .psa()
        .find_by_email(&bench.company(), "ann@northwind.example")
        .await
        .unwrap();
    let ids: Vec<String> = found.iter().map(|contact| contact.id.to_string()).collect();
    assert_eq!(ids, [ann.to_string()]);
}

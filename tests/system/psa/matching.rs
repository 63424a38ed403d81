//! Which contact is this account? Every rule, homonyms, links set by a person, contacts that are
//! no person's, and customers that share a company.

use domain::account::{MatchRule, PsaStatus};
use serde_json::json;
use simulators::graph::GLOBAL_ADMINISTRATOR;

use super::{CREATE, EVERYTHING, MATCH_ONLY, Scene, user};
use crate::world::{TENANT, TENANT_2, World, customer, policy};

#[tokio::test]
async fn b113_b164_b165_b167_each_rule_finds_its_contact_and_is_named() {
    let mut scene = Scene::new(MATCH_ONLY).await;
    scene.full_rows();
    let oid = scene.user("ida", "Ida", "Berg", json!({}));
    scene.user("bo", "Bo", "Ek", json!({}));
    let aliases = json!({ "proxyAddresses": ["SMTP:cai@northwind.example", "smtp:c.lind@northwind.example"] });
    scene.user("cai", "Cai", "Lind", aliases);
    scene.user("dag", "Dag", "Moe", json!({}));
    scene.user("eva", "Éva", "Nagy", json!({ "mail": null }));
    let by_id = scene.contact(
        "Ida Gammal",
        "ida@elsewhere.example",
        json!({ "azureoid": oid }),
    );
    let by_email = scene.contact("B. Ek", "BO@northwind.example", json!({}));
    let by_alternate = scene.contact("C. L.", "c.lind@northwind.example", json!({}));
    let other = json!({ "email2": "dag@northwind.example" });
    let by_other_side = scene.contact("D. M.", "dag@elsewhere.example", other);
    let by_name = scene.contact("eva NAGY", "", json!({}));
    let summary = scene.world.run().await;
    assert_eq!(summary.matches.matched, 5, "{:?}", summary.matches);
    for (name, contact, rule) in [
        ("ida", by_id, "external-id"),
        ("bo", by_email, "email"),
        ("cai", by_alternate, "alternate-email"),
        ("dag", by_other_side, "alternate-email"),
        ("eva", by_name, "name"),
    ] {
        assert_eq!(
            scene.standing(name).await,
            ("matched", Some(contact), Some(rule)),
            "{name}"
        );
    }
    scene.is_quiet().await;
}

#[tokio::test]
async fn b127_d3_w19_a_name_must_be_unique_on_both_sides() {
    let mut scene = Scene::new(CREATE).await;
    // Two contacts of one name.
    scene.user("ann", "Ann", "Holm", json!({ "mail": null }));
    let twins = [
        scene.contact("Ann Holm", "", json!({})),
        scene.contact("Ann Holm", "", json!({})),
    ];
    // Two accounts of one name, one contact.
    scene.user("per1", "Per", "Dahl", json!({ "mail": null }));
    scene.user("per2", "Per", "Dahl", json!({ "mail": null }));
    let only = scene.contact("Per Dahl", "", json!({}));
    let summary = scene.world.run().await;
    assert_eq!(
        summary.matches.more_than_one_match, 3,
        "{:?}",
        summary.matches
    );
    let ann = scene.account("ann").await.psa;
    assert_eq!(
        (ann.status, &ann.contact),
        (PsaStatus::MoreThanOneMatch, &None)
    );
    let candidates: Vec<String> = ann
        .candidates
        .iter()
        .map(|c| c.contact.to_string())
        .collect();
    assert_eq!(candidates, twins.map(|id| id.to_string()));
    for name in ["per1", "per2"] {
        let per = scene.account(name).await.psa;
        assert_eq!(
            (per.status, &per.contact),
            (PsaStatus::MoreThanOneMatch, &None),
            "{name}"
        );
        assert_eq!(per.candidates[0].contact.to_string(), only.to_string());
        assert!(!per.candidates[0].why_not.is_empty());
    }
    assert!(
        scene.writes().is_empty(),
        "nobody is made beside a possible match"
    );
    scene.is_quiet().await;
}

#[tokio::test]
async fn b127_b129_several_contacts_are_no_pick_and_the_last_one_left_matches() {
    let mut scene = Scene::new(EVERYTHING).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    let first = scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    let second = scene.contact("Bo Ek", "bo@northwind.example", json!({}));
    let summary = scene.world.run().await;
    assert_eq!(summary.matches.more_than_one_match, 1);
    let standing = scene.account("bo").await.psa;
    assert_eq!(standing.rule, Some(MatchRule::Email));
    assert_eq!(standing.candidates.len(), 2);
    assert!(scene.writes().is_empty(), "W19");
    scene.world.halo.delete_user(second);
    let summary = scene.world.run().await;
    assert_eq!(summary.matches.matched, 1);
    assert_eq!(
        scene.standing("bo").await,
        ("matched", Some(first), Some("email"))
    );
}

#[tokio::test]
async fn b72_administrators_and_services_are_not_matched_unless_a_policy_says_so() {
    let mut scene = Scene::new(EVERYTHING).await;
    let oid = scene.user("root", "Rut", "Alm", json!({}));
    scene
        .world
        .graph
        .set_role(TENANT, &oid, GLOBAL_ADMINISTRATOR, true);
    scene.user("svc-backup", "Backup", "Job", json!({}));
    scene.contact("Rut Alm", "root@northwind.example", json!({}));
    scene.contact("Backup Job", "svc-backup@northwind.example", json!({}));
    scene.world.run().await;
    for (name, account_type) in [("root", "administrator"), ("svc-backup", "service")] {
        assert_eq!(
            scene.account(name).await.account_type.as_str(),
            account_type
        );
        assert_eq!(scene.standing(name).await, ("off", None, None), "{name}");
    }
    assert!(scene.writes().is_empty());
}

#[tokio::test]
async fn contacts_that_are_no_persons_are_never_matched() {
    let mut scene = Scene::new(CREATE).await;
    scene.user("tec", "Tec", "Nician", json!({}));
    scene.user("ser", "Ser", "Vice", json!({}));
    scene.user("general", "General", "User", json!({ "mail": null }));
    let technician = json!({ "linked_agent_id": 7 });
    scene.contact("Tec Nician", "tec@northwind.example", technician);
    let service = json!({ "isserviceaccount": true });
    scene.contact("Ser Vice", "ser@northwind.example", service);
    let before = scene.world.halo.count_users(scene.company, true);
    scene.world.run().await;
    for name in ["tec", "ser"] {
        let standing = scene.account(name).await.psa;
        assert_eq!(
            (standing.status, standing.contact),
            (PsaStatus::Blocked, None),
            "{name}"
        );
        assert!(
            standing
                .reason
                .unwrap()
                .contains("already has one of the account's"),
            "{name}"
        );
    }
    // Whoever is called as the placeholder gets a contact of their own.
    assert_eq!(scene.standing("general").await.0, "created");
    assert_eq!(
        scene.world.halo.count_users(scene.company, true),
        before + 1
    );
    scene.is_quiet().await;
}

#[tokio::test]
async fn b240_an_inactive_contact_is_matched_last_and_put_back_in_use_where_policy_says_so() {
    let mut scene = Scene::new(CREATE).await;
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.user("ida", "Ida", "Berg", json!({}));
    let old = scene.contact("Bo Ek", "bo@northwind.example", json!({ "inactive": true }));
    scene.contact(
        "Ida Berg",
        "ida@northwind.example",
        json!({ "inactive": true }),
    );
    let new = scene.contact("Ida Berg", "ida@northwind.example", json!({}));
    scene.world.run().await;
    assert_eq!(
        scene.standing("bo").await,
        ("matched", Some(old), Some("email"))
    );
    assert_eq!(
        scene.standing("ida").await,
        ("matched", Some(new), Some("email"))
    );
    assert!(scene.writes().is_empty(), "this policy changes no contact");
    scene.govern(EVERYTHING, "").await;
    scene.world.run().await;
    assert_eq!(
        scene.world.halo.user(old).unwrap()["inactive"],
        false,
        "B240"
    );
    let bodies: Vec<_> = scene
        .writes()
        .into_iter()
        .map(|write| write.request_body)
        .collect();
    assert!(
        bodies.contains(&json!([{ "id": old, "inactive": false,
        "azureoid": scene.account("bo").await.entra_object_id() }])),
        "{bodies:?}"
    );
}

#[tokio::test]
async fn b58_b59_b60_customers_that_share_a_company_are_matched_and_get_no_contacts() {
    let mut world = World::new("").await;
    let company = world.halo.add_client("Northwind and Fabrikam");
    let site = world.halo.add_site(company, "Main");
    let both = customer("northwind", TENANT, company) + &customer("fabrikam", TENANT_2, company);
    world.restart(Some(&(policy(EVERYTHING) + &both))).await;
    let contact = world.halo.add_user(&json!({
        "name": "Bo Ek", "site_id": site, "emailaddress": "bo@northwind.example",
    }));
    // Both tenants know Bo, who works for both; each has one more that Halo does not know.
    for tenant in [TENANT, TENANT_2] {
        world
            .graph
            .put_user(tenant, user("bo", "Bo", "Ek", json!({})));
        world
            .graph
            .put_user(tenant, user("new", "Nina", "Ny", json!({})));
    }
    for _ in 0..3 {
        world.run().await;
        let mut linked = 0;
        for name in ["northwind", "fabrikam"] {
            for account in world.accounts(name).await {
                match account.contact() {
                    Some(held) => {
                        linked += 1;
                        assert_eq!(held.as_str(), contact.to_string(), "B59");
                    }
                    None => {
                        assert_eq!(account.psa.status, PsaStatus::Blocked, "B58");
                        assert!(
                            account.psa.reason.unwrap().contains("share this company"),
                            "B60"
                        );
                    }
                }
            }
        }
        assert_eq!(
            linked, 1,
            "one contact belongs to one account, whoever was first"
        );
    }
    assert_eq!(
        world.halo.count_users(company, true),
        1,
        "B58: nobody is made"
    );
}

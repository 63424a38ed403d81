//! Contacts that are not made, and what has to change before they are.

use domain::account::PsaStatus;
use domain::fields::Attribute::Email;
use serde_json::json;
use simulators::psa::halo::Behaviour;

use super::{CREATE, Scene, operate, path_of};

#[tokio::test]
async fn nobody_is_made_who_is_out_of_use_or_shares_an_address() {
    let mut scene = Scene::new(CREATE).await;
    scene.user("off", "Olga", "Falk", json!({ "accountEnabled": false }));
    let same = json!({ "mail": "front.desk@northwind.example" });
    scene.user("one", "Una", "One", same.clone());
    scene.user("two", "Tor", "Two", same);
    scene.world.run().await;
    assert_eq!(scene.standing("off").await.0, "no-match");
    for name in ["one", "two"] {
        let standing = scene.account(name).await.psa;
        assert_eq!(standing.status, PsaStatus::Blocked, "{name}");
        assert!(
            standing
                .reason
                .unwrap()
                .contains("another account without a contact"),
            "{name}"
        );
    }
    assert!(scene.writes().is_empty());
    scene.is_quiet().await;
}

#[tokio::test]
async fn a_site_that_is_refused_is_told_and_a_site_that_is_set_is_used() {
    let mut scene = Scene::new(CREATE).await;
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.govern(CREATE, "psa_site_id = \"9999\"").await;
    scene.world.run().await;
    let standing = scene.account("ida").await.psa;
    assert_eq!(standing.status, PsaStatus::Failed);
    let reason = standing.reason.unwrap();
    assert!(
        reason.contains("refused site") && reason.contains("400"),
        "{reason}"
    );
    let asked = scene.writes().len();
    scene.world.run().await;
    assert_eq!(scene.writes().len(), asked, "the same is not asked again");
    let branch = scene.world.halo.add_site(scene.company, "Branch");
    scene
        .govern(CREATE, &format!("psa_site_id = \"{branch}\""))
        .await;
    scene.world.run().await;
    let (status, contact, _) = scene.standing("ida").await;
    assert_eq!(status, "created");
    assert_eq!(
        scene.world.halo.user(contact.unwrap()).unwrap()["site_id_int"],
        json!(branch)
    );
}

#[tokio::test]
async fn a_company_without_a_site_is_told_in_words_with_the_remedy() {
    let mut scene = Scene::new(CREATE).await;
    scene.company = scene.world.halo.add_client("Homeless");
    scene.govern(CREATE, "").await;
    scene.user("ida", "Ida", "Berg", json!({}));
    let summary = scene.world.run().await;
    assert_eq!(summary.matches.failed, 1, "{summary:?}");
    let reason = scene.account("ida").await.psa.reason.unwrap();
    assert!(
        reason.contains("site") && reason.contains("set its main site"),
        "{reason}"
    );
    // The remedy works.
    scene.world.halo.add_site(scene.company, "Main");
    scene.world.run().await;
    assert_eq!(scene.standing("ida").await.0, "created");
}

#[tokio::test]
async fn an_address_that_only_a_search_finds_is_not_used_twice() {
    let mut scene = Scene::new(CREATE).await;
    let alternates = Behaviour {
        search_alternates: true,
        ..Behaviour::default()
    };
    scene.world.halo.set_behaviour(alternates);
    // Rows of lists lack alternate addresses. Bo's contact has Ida's, and Bo is linked with it.
    scene.user("bo", "Bo", "Ek", json!({}));
    scene.user("ida", "Ida", "Berg", json!({}));
    scene.user("cai", "Cai", "Lind", json!({}));
    let more = json!({ "email2": "ida@northwind.example" });
    scene.contact("Bo Ek", "bo@northwind.example", more);
    let more = json!({ "email2": "cai@northwind.example" });
    let cai = scene.contact("C. L.", "cai@elsewhere.example", more);
    let summary = scene.world.run().await;
    assert_eq!(
        (summary.matches.matched, summary.matches.blocked),
        (2, 1),
        "{:?}",
        summary.matches
    );
    assert!(scene.writes().is_empty());
    let ida = scene.account("ida").await.psa;
    assert_eq!((ida.status, ida.contact), (PsaStatus::Blocked, None));
    assert!(
        ida.reason
            .unwrap()
            .contains("has this e-mail address already")
    );
    assert_eq!(
        scene.standing("cai").await,
        ("matched", Some(cai), Some("alternate-email"))
    );
    // The next run takes over what Cai's contact says, and then all is said.
    scene.world.run().await;
    let cai = scene.account("cai").await;
    assert_eq!(cai.fields.get(Email), Some("cai@elsewhere.example"));
    scene.is_quiet().await;
    // Another address is another contact.
    let path = path_of(&scene.account("ida").await);
    let edit = json!({ "email": "ida.berg@northwind.example" });
    assert_eq!(
        operate(&scene.world, "PATCH", &path, edit).await.status,
        200
    );
    scene.world.run().await;
    assert_eq!(scene.standing("ida").await.0, "created");
}

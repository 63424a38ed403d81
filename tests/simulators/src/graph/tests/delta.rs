//! Rounds, pages and cursors.

use serde_json::{Value, json};

use super::*;
use crate::graph::{Behaviour, DeltaExpiry};

#[tokio::test]
async fn rounds_are_paged_and_later_rounds_show_changes_of_selected_properties_only() {
    let graph = graph_with(5, Options::default()).await;
    graph.set_behaviour(
        TENANT,
        Behaviour {
            page_size: 2,
            ..Behaviour::default()
        },
    );
    let caller = Caller::new(&graph, TENANT).await;
    let (items, pages, link) = caller.round(&first(&graph), &[]).await;
    assert_eq!((items.len(), pages), (5, 3));
    let (items, pages, link) = caller.round(&link, &[]).await;
    assert_eq!((items.len(), pages), (0, 1));
    graph.patch_user(TENANT, "user-1", json!({"jobTitle": "not selected"}));
    graph.patch_user(TENANT, "user-2", json!({"mail": "new@acme.example"}));
    graph.put_user(TENANT, user(9));
    graph.soft_delete(TENANT, "user-3");
    graph.hard_delete(TENANT, "user-4");
    let (items, _, link) = caller.round(&link, &[]).await;
    assert_eq!(ids(&items), ["user-2", "user-9", "user-3", "user-4"]);
    assert_eq!(items[0]["displayName"], "Person 2");
    assert_eq!(items[2]["@removed"]["reason"], "changed");
    assert_eq!(items[3]["@removed"]["reason"], "deleted");
    graph.restore(TENANT, "user-3");
    let (items, _, _) = caller.round(&link, &[]).await;
    assert_eq!(ids(&items), ["user-3"]);
    assert_eq!(items[0]["mail"], "p3@acme.example");
}

#[tokio::test]
async fn cleared_is_null_or_empty_and_never_set_is_absent_in_both_modes() {
    let graph = graph_with(1, Options::default()).await;
    let caller = Caller::new(&graph, TENANT).await;
    let (items, _, link) = caller.round(&first(&graph), &[]).await;
    assert!(items[0].get("mobilePhone").is_none() && items[0].get("businessPhones").is_none());
    graph.patch_user(TENANT, "user-0", json!({"mobilePhone": "+44 7700 900123"}));
    graph.patch_user(
        TENANT,
        "user-0",
        json!({"businessPhones": ["+44 20 7946 0123"]}),
    );
    graph.patch_user(
        TENANT,
        "user-0",
        json!({"mobilePhone": null, "businessPhones": null}),
    );
    let full = caller.round(&link, &[]).await.0;
    assert_eq!(full[0]["mobilePhone"], Value::Null);
    assert_eq!(full[0]["businessPhones"], json!([]));
    assert_eq!(full[0]["displayName"], "Person 0");
    assert!(full[0].as_object().unwrap().contains_key("mobilePhone"));
    assert!(full[0].get("assignedLicenses").is_none());
    let minimal = caller.round(&link, &[("prefer", "return=minimal")]).await.0;
    assert_eq!(
        minimal[0],
        json!({"id": "user-0", "mobilePhone": null, "businessPhones": []})
    );
}

#[tokio::test]
async fn oddities_repeat_shuffle_and_empty_pages_but_the_last_word_stays_right() {
    let graph = graph_with(6, Options::default()).await;
    graph.patch_user(TENANT, "user-2", json!({"displayName": "Changed"}));
    graph.set_behaviour(
        TENANT,
        Behaviour {
            page_size: 2,
            empty_pages: true,
            duplicates: true,
            stale_duplicates: true,
            out_of_order: true,
            removed_in_first_round: true,
            replay_removals: true,
            annotations: true,
            encoded_links: true,
            token_padding: 3000,
            foreign_next_link: None,
        },
    );
    let caller = Caller::new(&graph, TENANT).await;
    let (items, pages, link) = caller.round(&first(&graph), &[]).await;
    assert_eq!(pages, 8);
    assert!(items[0].get("@removed").is_some());
    assert!(link.contains("%24deltatoken=") && link.len() > 3000);
    let named = |item: &&Value| item["id"] == "user-2";
    let mut seen = items.iter().filter(named);
    assert_eq!(seen.next().unwrap()["displayName"], "Person 2");
    assert_eq!(seen.next_back().unwrap()["displayName"], "Changed");
    assert!(items[1].get("@odata.id").is_some());
    graph.soft_delete(TENANT, "user-5");
    graph.restore(TENANT, "user-5");
    graph.set_behaviour(
        TENANT,
        Behaviour {
            replay_removals: true,
            ..Behaviour::default()
        },
    );
    let (items, _, _) = caller.round(&link, &[]).await;
    assert_eq!(ids(&items), ["user-5", "user-5"]);
    assert!(items[0].get("@removed").is_some() && items[1].get("@removed").is_none());
}

#[tokio::test]
async fn expired_cursors_answer_in_every_form_and_a_new_round_works() {
    let graph = graph_with(3, Options::default()).await;
    graph.set_behaviour(
        TENANT,
        Behaviour {
            page_size: 2,
            ..Behaviour::default()
        },
    );
    let caller = Caller::new(&graph, TENANT).await;
    for (form, status, code) in [
        (DeltaExpiry::Gone, 410, "syncStateNotFound"),
        (DeltaExpiry::ResyncRequired, 410, "resyncRequired"),
        (DeltaExpiry::SyncStateNotFound, 400, "syncStateNotFound"),
        (
            DeltaExpiry::SyncStateNotFoundUpperCase,
            400,
            "SyncStateNotFound",
        ),
    ] {
        let link = caller.round(&first(&graph), &[]).await.2;
        graph.expire_delta_tokens(TENANT, form);
        let reply = caller.get(&link).await;
        assert_eq!((reply.status, code_of(&reply).as_str()), (status, code));
        assert_eq!(
            reply.head.contains("location: http"),
            status == 410,
            "{}",
            reply.head
        );
    }
    let page = json_of(&caller.get(&first(&graph)).await);
    graph.expire_page_tokens(TENANT);
    let reply = caller.get(page["@odata.nextLink"].as_str().unwrap()).await;
    assert_eq!(
        (reply.status, code_of(&reply).as_str()),
        (400, "Directory_ExpiredPageToken")
    );
    let restart = format!("{}/v1.0/users/delta?$deltatoken=", graph.base());
    assert_eq!(caller.round(&restart, &[]).await.0.len(), 3);
    let latest = format!(
        "{}/v1.0/users/delta?$deltatoken=latest&{SELECT}",
        graph.base()
    );
    let (items, _, link) = caller.round(&latest, &[]).await;
    assert!(items.is_empty());
    graph.patch_user(TENANT, "user-1", json!({"mail": "n@acme.example"}));
    assert_eq!(ids(&caller.round(&link, &[]).await.0), ["user-1"]);
}

#[tokio::test]
async fn wrong_delta_queries_are_refused_as_the_directory_does() {
    let graph = graph_with(2, Options::unrecorded()).await;
    let caller = Caller::new(&graph, TENANT).await;
    let url = |query: &str| format!("{}/v1.0/users/delta?{query}", graph.base());
    for (query, code) in [
        ("$top=5", "Request_UnsupportedQuery"),
        ("$orderby=mail", "Request_UnsupportedQuery"),
        ("$select=id,signInActivity", "Request_BadRequest"),
        ("$select=id,nonsense", "Request_BadRequest"),
        ("$filter=mail%20eq%20'a'", "Request_UnsupportedQuery"),
        ("$deltatoken=garbage", "Request_BadRequest"),
        ("$skiptoken=garbage", "Request_BadRequest"),
    ] {
        let reply = caller.get(&url(query)).await;
        assert_eq!(
            (reply.status, code_of(&reply).as_str()),
            (400, code),
            "{query}"
        );
    }
    let one = caller
        .round(&url("$filter=id%20eq%20'user-1'"), &[])
        .await
        .0;
    assert_eq!(ids(&one), ["user-1"]);
    graph.set_organization(TENANT, json!({"tenantType": "AAD B2C"}));
    assert_eq!(caller.get(&first(&graph)).await.status, 400);
    let nobody = Caller {
        token: "none".to_owned(),
    };
    assert_eq!(nobody.get(&first(&graph)).await.status, 401);
}

#[tokio::test]
async fn preloaded_pages_serve_the_same_round_until_the_tenant_changes() {
    let graph = graph_with(5, Options::default()).await;
    graph.set_behaviour(
        TENANT,
        Behaviour {
            page_size: 2,
            ..Behaviour::default()
        },
    );
    let caller = Caller::new(&graph, TENANT).await;
    let plain = caller.round(&first(&graph), &[]).await;
    graph.preload_pages(TENANT, SELECT.trim_start_matches("$select="));
    let loaded = caller.round(&first(&graph), &[]).await;
    assert_eq!((plain.0, plain.1), (loaded.0, loaded.1));
    graph.put_user(TENANT, user(7));
    assert_eq!(ids(&caller.round(&loaded.2, &[]).await.0), ["user-7"]);
    assert_eq!(caller.round(&first(&graph), &[]).await.0.len(), 6);
}

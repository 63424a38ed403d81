//! One tenant, against a server that answers what it is told.

use secrecy::SecretString;

use super::*;
use crate::http::scripted::{Scripted, json, reply, token};
use crate::http::{CallCounts, Pause};

const TENANT: &str = "northwind.example";
const A: &str = "3f0c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f";

async fn tenant(answers: Vec<String>) -> (Scripted, Graph, Vendors) {
    let mut all = vec![token("one", 3600)];
    all.extend(answers);
    let server = Scripted::start(all).await;
    let vendors = Vendors::new().unwrap().with_pause(Pause::recorded());
    let graph = vendors.graph(&settings(&server.url), TENANT).unwrap();
    (server, graph, vendors)
}

fn settings(url: &str) -> Settings {
    Settings {
        login_url: url.to_owned(),
        api_url: url.to_owned(),
        client_id: "9a3d526c".to_owned(),
        client_secret: SecretString::from("hush"),
    }
}

fn error(status: u16, code: &str) -> String {
    json(
        status,
        &format!("{{\"error\":{{\"code\":\"{code}\",\"message\":\"hush\"}}}}"),
    )
}

fn page(link: &str) -> String {
    json(200, &format!("{{\"value\":[{{\"id\":\"{A}\"}}],{link}}}"))
}

#[tokio::test]
async fn a_round_is_read_page_by_page() {
    let (server, graph, vendors) = tenant(vec![
        page("\"@odata.nextLink\":\"{base}/v1.0/users/delta?%24skiptoken=a%2Fb\""),
        page("\"@odata.deltaLink\":\"{base}/v1.0/users/delta?$deltatoken=c\""),
    ])
    .await;
    let first = graph.users_page(&Position::Start).await.unwrap();
    let Next::Page(link) = first.next else {
        panic!("it goes on")
    };
    let last = graph.users_page(&Position::Link(link)).await.unwrap();
    assert!(matches!(last.next, Next::Done(_)));
    let requests = server.requests();
    assert!(requests[0].starts_with("POST /northwind.example/oauth2/v2.0/token HTTP"));
    assert!(requests[0].contains("%2F.default"));
    let select = "GET /v1.0/users/delta?$select=id,userPrincipalName,displayName,";
    assert!(requests[1].starts_with(select), "{}", requests[1]);
    // Links go out as they came in.
    assert!(requests[2].starts_with("GET /v1.0/users/delta?%24skiptoken=a%2Fb HTTP"));
    for request in &requests[1..] {
        assert!(request.contains("authorization: Bearer one\r\n"));
        assert!(request.contains("client-request-id: "));
        assert!(request.contains("x-ms-throttle-priority: low\r\n"));
        assert!(!request.to_ascii_lowercase().contains("prefer:"));
    }
    assert_eq!(
        vendors.calls(),
        CallCounts {
            graph: 2,
            ..CallCounts::default()
        }
    );
    let shown = format!("{graph:?} {last:?} {:?}", Position::Link("hush".to_owned()));
    assert!(
        !shown.contains("hush") && !shown.contains("deltatoken"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_cannot_go_on_starts_over() {
    for answer in [
        error(410, "syncStateNotFound"),
        reply(410, "", ""),
        error(400, "SyncStateNotFound"),
        error(400, "Directory_ExpiredPageToken"),
    ] {
        let (server, graph, _vendors) = tenant(vec![answer]).await;
        let link = Position::Link(format!("{}/v1.0/users/delta?$deltatoken=x", server.url));
        let error = graph.users_page(&link).await.unwrap_err();
        assert_eq!(error, ConnectorError::PositionExpired);
    }
    // Positions of another cloud, and of nobody, are never sent a token.
    let (server, graph, _vendors) = tenant(Vec::new()).await;
    let long = format!("{}/{}", server.url, "x".repeat(GRAPH_LINK_BYTES_MAX));
    for link in ["https://evil.example/v1.0/users/delta", "nonsense", &long] {
        let error = graph
            .users_page(&Position::Link(link.to_owned()))
            .await
            .unwrap_err();
        assert_eq!(error, ConnectorError::PositionExpired);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let refusal = || error(401, "InvalidAuthenticationToken");
    let done = page("\"@odata.deltaLink\":\"{base}/x\"");
    let (server, graph, _vendors) = tenant(vec![
        refusal(),
        token("two", 3600),
        done,
        refusal(),
        token("three", 3600),
        refusal(),
    ])
    .await;
    assert!(graph.users_page(&Position::Start).await.is_ok());
    assert!(server.requests()[3].contains("Bearer two"));
    let error = graph.users_page(&Position::Start).await.unwrap_err();
    assert!(
        matches!(error, ConnectorError::Unauthorized { vendor: NAME, .. }),
        "{error}"
    );
    assert_eq!(server.requests().len(), 7);
}

#[tokio::test]
async fn what_is_denied_names_its_permission() {
    let denied = || error(403, "Authorization_RequestDenied");
    let (_server, graph, _vendors) =
        tenant(vec![denied(), denied(), denied(), denied(), denied()]).await;
    for (error, permission) in [
        (
            graph.users_page(&Position::Start).await.unwrap_err(),
            "User.Read.All",
        ),
        (
            graph.administrators().await.unwrap_err(),
            "RoleManagement.Read.Directory",
        ),
        (
            graph.role_groups().await.unwrap_err(),
            "RoleManagement.Read.Directory",
        ),
        (
            graph.members_of_group(A).await.unwrap_err(),
            "GroupMember.Read.All",
        ),
        (
            graph.skus().await.unwrap_err(),
            "LicenseAssignment.Read.All",
        ),
    ] {
        assert!(matches!(error, ConnectorError::Forbidden { .. }));
        assert!(error.to_string().contains(permission), "{error}");
    }
}

#[tokio::test]
async fn d16_administrators_are_read_to_the_last_page() {
    let row = |role: &str| {
        format!(
            "{{\"principalId\":\"{A}\",\"roleDefinitionId\":\"r\",\
            \"roleDefinition\":{{\"displayName\":\"{role}\"}}}}"
        )
    };
    let (one, two) = (row("User Administrator"), row("Billing Administrator"));
    let (server, graph, _vendors) = tenant(vec![
        json(
            200,
            &format!("{{\"value\":[{one}],\"@odata.nextLink\":\"{{base}}/next\"}}"),
        ),
        json(200, &format!("{{\"value\":[{two}]}}")),
        json(
            200,
            "{\"value\":[],\"@odata.nextLink\":\"https://evil.example/\"}",
        ),
    ])
    .await;
    let administrators = graph.administrators().await.unwrap();
    assert_eq!(
        administrators[A],
        ["Billing Administrator", "User Administrator"]
    );
    let first = "GET /v1.0/roleManagement/directory/roleAssignments?$expand=roleDefinition HTTP";
    assert!(server.requests()[1].starts_with(first));
    assert!(graph.administrators().await.is_err());
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn members_of_a_group_are_read_to_the_last_page_and_not_without_end() {
    let page =
        |id: &str, next: &str| json(200, &format!("{{\"value\":[{{\"id\":\"{id}\"}}]{next}}}"));
    let more = ",\"@odata.nextLink\":\"{base}/v1.0/groups/next\"";
    let mut answers = vec![page("AAAA", more), page("bbbb", "")];
    answers.extend((0..ROLE_GROUP_PAGES_MAX).map(|_| page("cccc", more)));
    let (server, graph, _vendors) = tenant(answers).await;
    assert_eq!(graph.members_of_group(A).await.unwrap(), ["aaaa", "bbbb"]);
    let path = format!("GET /v1.0/groups/{A}/transitiveMembers/microsoft.graph.user");
    let first = format!("{path}?$select=id&$top=999 HTTP");
    assert!(server.requests()[1].starts_with(&first));
    let endless = graph.members_of_group(A).await.unwrap_err();
    assert!(
        matches!(endless, ConnectorError::Unreadable { .. }),
        "{endless}"
    );
    assert_eq!(server.requests().len(), 3 + ROLE_GROUP_PAGES_MAX);
}

#[tokio::test]
async fn licences_are_read() {
    let body = "{\"value\":[{\"skuId\":\"05E9\",\"skuPartNumber\":\"SPE_E3\"},{\"skuId\":\"a\"}]}";
    let (_server, graph, _vendors) = tenant(vec![json(200, body)]).await;
    let sku = |id: &str, part: &str| Sku {
        sku_id: id.to_owned(),
        part_number: part.to_owned(),
    };
    assert_eq!(
        graph.skus().await.unwrap(),
        [sku("05e9", "SPE_E3"), sku("a", "")]
    );
}

#[tokio::test]
async fn a_sign_in_that_refuses_says_why() {
    let body = "{\"error\":\"invalid_client\",\"error_codes\":[7000222]}";
    let server = Scripted::start(vec![json(401, body)]).await;
    let graph = Vendors::new()
        .unwrap()
        .graph(&settings(&server.url), TENANT)
        .unwrap();
    let error = graph
        .users_page(&Position::Start)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("Microsoft sign-in refused the credentials: AADSTS7000222"));
}

#[tokio::test]
async fn settings_and_tenants_that_cannot_work_are_refused_before_any_call() {
    let vendors = Vendors::new().unwrap();
    let good = settings("https://graph.contoso.example");
    assert!(vendors.graph(&good, TENANT).is_ok());
    let plain = settings("http://graph.contoso.example");
    for error in [
        vendors.graph(&plain, TENANT).unwrap_err(),
        vendors.graph(&good, "common").unwrap_err(),
        vendors.graph(&good, "").unwrap_err(),
    ] {
        assert!(
            matches!(error, ConnectorError::Unauthorized { .. }),
            "{error}"
        );
    }
}

/// Two tenants at once: the broken one does not hold up the other.
#[tokio::test]
async fn tenants_have_tokens_of_their_own() {
    let server = Scripted::start(vec![
        token("one", 3600),
        page("\"@odata.deltaLink\":\"{base}/x\""),
        token("two", 3600),
        page("\"@odata.deltaLink\":\"{base}/x\""),
    ])
    .await;
    let vendors = Vendors::new().unwrap();
    for (tenant, bearer, at) in [
        (TENANT, "Bearer one", 1),
        ("fabrikam.example", "Bearer two", 3),
    ] {
        let graph = vendors.graph(&settings(&server.url), tenant).unwrap();
        graph.users_page(&Position::Start).await.unwrap();
        assert!(server.requests()[at].contains(bearer));
    }
}

//! Paths below `/v1.0`, and the sign-in paths beside it.

use serde_json::{Map, Value, json};

use super::errors::{bad_request, bad_token, denied, error, not_found};
use super::properties::{DEFAULT, ROLES, name_of};
use super::state::{Feature, Life, State, Tenant, fresh_id};
use super::{delta, login};
use crate::exchange::{Answer, Request};

/// Requests in one `$batch`, as documented.
const BATCH_ITEMS_MAX: usize = 20;
/// Members on a page where nobody says how many.
const MEMBERS_PER_PAGE: usize = 100;

pub(crate) fn answer(state: &mut State, base: &str, request: &Request) -> Answer {
    let segments: Vec<&str> = request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => login::token(state, tenant, request),
        ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
            login::discovery(state, base, tenant)
        }
        (method, ["v1.0", rest @ ..]) => {
            let Some(token) = request.bearer() else {
                return bad_token("Access token is empty.");
            };
            let tenant = state.tokens.get(token).cloned();
            let Some(tenant) = tenant.and_then(|id| state.tenants.get_mut(&id)) else {
                return bad_token("Lifetime validation failed, the token is expired.");
            };
            route(tenant, base, method, rest, request)
        }
        _ => error(404, "ResourceNotFound", "Resource not found."),
    }
}

fn route(
    tenant: &mut Tenant,
    base: &str,
    method: &str,
    rest: &[&str],
    request: &Request,
) -> Answer {
    let feature = match rest {
        ["users", _, "mailboxSettings", ..] => Feature::MailboxSettings,
        ["users", ..] => Feature::Users,
        ["subscribedSkus"] => Feature::Licences,
        ["organization"] => Feature::Organization,
        ["directoryRoles", ..] | ["roleManagement", ..] => Feature::Roles,
        ["groups", ..] => Feature::GroupMembers,
        ["$batch"] if method == "POST" => return batch(tenant, base, request),
        _ => return bad_request("Resource not found for the segment."),
    };
    if method != "GET" {
        return error(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed.",
        );
    }
    if tenant.denied.contains(&feature) {
        return denied();
    }
    match rest {
        ["users", "delta" | "microsoft.graph.delta()"] => delta::answer(tenant, base, request),
        ["users", id] => one_user(tenant, id, request),
        ["users", id, "mailboxSettings", "userPurpose"] => purpose(tenant, id),
        ["users", _, "photo" | "photos", ..] => error(
            404,
            "ImageNotFound",
            "Exception of type 'ImageNotFound' was thrown.",
        ),
        ["subscribedSkus"] => list(skus(tenant), request),
        ["organization"] => list(vec![Value::Object(tenant.organization.clone())], request),
        ["directoryRoles"] => list(directory_roles(tenant, request), request),
        ["directoryRoles", id, "members"] => role_members(tenant, id, request),
        ["roleManagement", "directory", "roleAssignments"] => assignments(tenant, request),
        ["groups", id, "transitiveMembers", "microsoft.graph.user"] => {
            group_members(tenant, base, id, request)
        }
        _ => bad_request("Resource not found for the segment."),
    }
}

fn selected(row: &Value, request: &Request) -> Value {
    let (Some(members), Some(select)) = (row.as_object(), request.query("$select")) else {
        return row.clone();
    };
    let names: Vec<&str> = select.split(',').map(str::trim).collect();
    let kept = members.iter().filter(|(name, _)| {
        *name == "id" || name.starts_with('@') || names.contains(&name.as_str())
    });
    Value::Object(
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

fn list(rows: Vec<Value>, request: &Request) -> Answer {
    let rows: Vec<Value> = rows.iter().map(|row| selected(row, request)).collect();
    Answer::json(200, &json!({"value": rows}))
}

/// A single user: selected but unset scalars come as null here, unset collections as `[]`.
fn one_user(tenant: &Tenant, id: &str, request: &Request) -> Answer {
    let Some(user) = tenant.user(id).filter(|user| user.life == Life::Live) else {
        return not_found(id);
    };
    let select = request
        .query("$select")
        .map(|text| text.split(',').map(str::trim).collect());
    let names: Vec<&str> = select.unwrap_or_else(|| DEFAULT.to_vec());
    let mut row = Map::new();
    row.insert("id".to_owned(), json!(user.id));
    for name in names {
        let value = match name {
            "mailboxSettings" if tenant.denied.contains(&Feature::MailboxSettings) => {
                return denied();
            }
            "mailboxSettings" => json!({"userPurpose": user.purpose}),
            other => user.values.get(other).cloned().unwrap_or_else(|| {
                if super::properties::COLLECTIONS.contains(&other) {
                    json!([])
                } else {
                    Value::Null
                }
            }),
        };
        row.insert(name.to_owned(), value);
    }
    Answer::json(200, &Value::Object(row))
}

fn purpose(tenant: &Tenant, id: &str) -> Answer {
    match tenant.user(id).filter(|user| user.life == Life::Live) {
        Some(user) if user.purpose.is_empty() => error(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is not enabled for this API.",
        ),
        Some(user) => Answer::json(200, &json!({"value": user.purpose})),
        None => not_found(id),
    }
}

fn skus(tenant: &Tenant) -> Vec<Value> {
    let holds = |user: &super::state::User, sku: &str| {
        let licences = user
            .values
            .get("assignedLicenses")
            .and_then(Value::as_array);
        let has = |licence: &Value| licence.get("skuId").and_then(Value::as_str) == Some(sku);
        user.life == Life::Live && licences.is_some_and(|licences| licences.iter().any(has))
    };
    let row = |(sku, (part, seats)): (&String, &(String, u32))| {
        let used = tenant.users.iter().filter(|user| holds(user, sku)).count();
        json!({
            "id": format!("{}_{sku}", tenant.id), "skuId": sku, "skuPartNumber": part,
            "appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": used,
            "prepaidUnits": {"enabled": seats, "warning": 0, "suspended": 0, "lockedOut": 0},
            "subscriptionIds": [], "accountId": tenant.id, "servicePlans": [],
        })
    };
    tenant.skus.iter().map(row).collect()
}

fn role_id(tenant: &Tenant, template: &str) -> String {
    fresh_id(template, tenant.id.len())
}

fn members(tenant: &Tenant, template: &str) -> Vec<Value> {
    let ids = tenant.roles.get(template).into_iter().flatten();
    let live = ids
        .filter_map(|id| tenant.user(id))
        .filter(|user| user.life == Life::Live);
    live.map(|user| json!({"@odata.type": "#microsoft.graph.user", "id": user.id}))
        .collect()
}

fn directory_roles(tenant: &Tenant, request: &Request) -> Vec<Value> {
    let expand = request
        .query("$expand")
        .is_some_and(|text| text.starts_with("members"));
    let row = |template: &String| {
        let mut row = json!({
            "id": role_id(tenant, template), "roleTemplateId": template,
            "displayName": name_of(&ROLES, template),
        });
        if let (true, Some(row)) = (expand, row.as_object_mut()) {
            row.insert(
                "members".to_owned(),
                Value::Array(members(tenant, template)),
            );
        }
        row
    };
    tenant.roles.keys().map(row).collect()
}

fn role_members(tenant: &Tenant, id: &str, request: &Request) -> Answer {
    match tenant
        .roles
        .keys()
        .find(|template| role_id(tenant, template) == id)
    {
        Some(template) => list(members(tenant, template), request),
        None => not_found(id),
    }
}

/// Who and what holds roles. One relationship is expanded per request; without the permission to
/// read what it is, only the id and the type of a holder come.
fn assignments(tenant: &Tenant, request: &Request) -> Answer {
    let expand = request.query("$expand").unwrap_or_default();
    if expand.contains(',') {
        return bad_request("Only one relationship can be expanded.");
    }
    let mut rows = Vec::new();
    for (template, ids) in &tenant.roles {
        for member in ids {
            let kind = match tenant.user(member) {
                Some(user) if user.life == Life::Live => "#microsoft.graph.user",
                None if tenant.groups.contains_key(member) => "#microsoft.graph.group",
                Some(_) | None => continue,
            };
            let mut row = json!({
                "id": fresh_id(member, template.len()), "principalId": member,
                "roleDefinitionId": template, "directoryScopeId": "/",
            });
            if let (true, Some(row)) = (expand == "principal", row.as_object_mut()) {
                let principal = json!({"@odata.type": kind, "id": member});
                row.insert("principal".to_owned(), principal);
            }
            rows.push(row);
        }
    }
    list(rows, request)
}

/// Users of a group and of the groups in it, page by page.
fn group_members(tenant: &Tenant, base: &str, id: &str, request: &Request) -> Answer {
    let Some(users) = tenant.users_in(id) else {
        return not_found(id);
    };
    let number = |name: &str| request.query(name)?.parse::<usize>().ok();
    let top = number("$top").unwrap_or(MEMBERS_PER_PAGE);
    let top = top.clamp(1, 999).min(tenant.behaviour.page_size);
    let skipped = number("$skiptoken").unwrap_or_default();
    let rows = users.iter().skip(skipped).take(top);
    let rows: Vec<Value> = rows
        .map(|user| Value::Object(user.values.clone()))
        .collect();
    let rows: Vec<Value> = rows.iter().map(|row| selected(row, request)).collect();
    let mut page = json!({"value": rows});
    if let (true, Some(page)) = (users.len() > skipped + top, page.as_object_mut()) {
        let select = request.query("$select").unwrap_or("id");
        let link = format!(
            "{base}/v1.0/groups/{id}/transitiveMembers/microsoft.graph.user?$select={select}\
             &$top={top}&$skiptoken={}",
            skipped + top
        );
        page.insert("@odata.nextLink".to_owned(), json!(link));
    }
    Answer::json(200, &page)
}

fn batch(tenant: &mut Tenant, base: &str, request: &Request) -> Answer {
    let body = request.json();
    let items = body
        .as_ref()
        .and_then(|body| body.get("requests"))
        .and_then(Value::as_array);
    let Some(items) = items.filter(|items| items.len() <= BATCH_ITEMS_MAX) else {
        return error(
            400,
            "BadRequest",
            "Number of batch request steps exceeds max value of 20.",
        );
    };
    let mut responses = Vec::new();
    for item in items {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let target = format!("/v1.0{}", text("url"));
        let single = Request::new(
            text("method"),
            &target,
            request.headers.clone(),
            bytes::Bytes::new(),
        );
        let path = single.path.clone();
        let rest: Vec<&str> = path
            .split('/')
            .skip(2)
            .filter(|part| !part.is_empty())
            .collect();
        let answer = match rest.as_slice() {
            ["$batch"] => bad_request("A batch cannot hold a batch."),
            rest => route(tenant, base, text("method"), rest, &single),
        };
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        responses.push(json!({
            "id": text("id"), "status": answer.status,
            "headers": {"Content-Type": "application/json"}, "body": body,
        }));
    }
    // The order of a batch's answers is not promised.
    responses.reverse();
    Answer::json(200, &json!({"responses": responses}))
}

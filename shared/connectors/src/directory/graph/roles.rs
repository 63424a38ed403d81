//! Directory roles by holder. Pure.

use std::collections::BTreeSet;

use super::Administrators;
use super::wire::RoleAssignment;

/// Names of built-in roles by template id, for answers that leave the definition out.
const NAMES: [(&str, &str); 10] = [
    (
        "62e90394-69f5-4237-9190-012177145e10",
        "Global Administrator",
    ),
    (
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
        "Privileged Role Administrator",
    ),
    (
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        "Privileged Authentication Administrator",
    ),
    (
        "194ae4cb-b126-40b2-bd5b-6091b380977d",
        "Security Administrator",
    ),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
    (
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",
        "Helpdesk Administrator",
    ),
    (
        "29232cdf-9323-42fd-ade2-1d097af3e4de",
        "Exchange Administrator",
    ),
    (
        "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
        "SharePoint Administrator",
    ),
    (
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        "Application Administrator",
    ),
    (
        "b0f54661-2d74-4c50-afa3-1ec803f12efe",
        "Billing Administrator",
    ),
];

/// The holders that are groups, as far as is known: one whose kind is not told may be one.
pub(super) fn groups(rows: &[RoleAssignment]) -> BTreeSet<String> {
    let may_be_group = |row: &&RoleAssignment| {
        let kind = row.principal.as_ref().and_then(|held| held.kind.as_deref());
        kind.is_none_or(|kind| kind.eq_ignore_ascii_case("#microsoft.graph.group"))
    };
    let groups = rows.iter().filter(may_be_group);
    groups
        .map(|row| row.principal_id.to_ascii_lowercase())
        .collect()
}

/// The roles of each holder, sorted and without repetition.
pub(super) fn by_holder(rows: Vec<RoleAssignment>) -> Administrators {
    let mut holders = Administrators::new();
    for row in rows {
        let name = role_name(&row);
        let roles = holders
            .entry(row.principal_id.to_ascii_lowercase())
            .or_default();
        if let Err(place) = roles.binary_search(&name) {
            roles.insert(place, name);
        }
    }
    holders
}

fn role_name(row: &RoleAssignment) -> String {
    let named = row
        .role_definition
        .as_ref()
        .and_then(|role| role.display_name.as_deref());
    let known = || {
        let id = row.role_definition_id.as_str();
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(id))
            .map(|(_, name)| *name)
    };
    match named.filter(|name| !name.trim().is_empty()).or_else(known) {
        Some(name) => name.to_owned(),
        None => format!("directory role {}", row.role_definition_id),
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::List;
    use super::*;

    #[test]
    fn holders_whose_kind_is_not_told_may_be_groups() {
        let body = r##"{"value":[
            {"principalId":"A","roleDefinitionId":"1","principal":{"@odata.type":"#microsoft.graph.user"}},
            {"principalId":"B","roleDefinitionId":"1","principal":{"@odata.type":"#microsoft.graph.group"}},
            {"principalId":"c","roleDefinitionId":"1","principal":{"@odata.type":"#microsoft.graph.servicePrincipal"}},
            {"principalId":"d","roleDefinitionId":"1","principal":{"id":"d"}},
            {"principalId":"e","roleDefinitionId":"1","principal":null},
            {"principalId":"b","roleDefinitionId":"2"}]}"##;
        let list: List<RoleAssignment> = serde_json::from_str(body).unwrap();
        assert!(groups(&list.value).iter().eq(["b", "d", "e"]));
    }

    #[test]
    fn d16_holders_have_their_roles_by_name() {
        let body = r#"{"value":[
            {"id":"1","principalId":"AAAA","directoryScopeId":"/",
             "roleDefinitionId":"729827e3-9c14-49f7-bb1b-9608f156bbb8",
             "roleDefinition":{"id":"x","displayName":"Helpdesk Administrator"}},
            {"principalId":"aaaa","roleDefinitionId":"62E90394-69f5-4237-9190-012177145e10"},
            {"principalId":"aaaa","roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10"},
            {"principalId":"bbbb","roleDefinitionId":"1234","roleDefinition":null}]}"#;
        let list: List<RoleAssignment> = serde_json::from_str(body).unwrap();
        let holders = by_holder(list.value);
        assert_eq!(
            holders["aaaa"],
            ["Global Administrator", "Helpdesk Administrator"]
        );
        assert_eq!(holders["bbbb"], ["directory role 1234"]);
        assert_eq!(holders.len(), 2);
    }
}

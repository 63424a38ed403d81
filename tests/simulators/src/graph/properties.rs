//! Names and ids that Microsoft publishes: user properties, licences, directory roles.

/// Properties of a user that the directory stores and delta can track (v1.0 metadata).
pub(crate) const TRACKED: [&str; 58] = [
    "accountEnabled",
    "ageGroup",
    "assignedLicenses",
    "assignedPlans",
    "businessPhones",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    "createdDateTime",
    "creationType",
    "deletedDateTime",
    "department",
    "displayName",
    "employeeHireDate",
    "employeeId",
    "employeeLeaveDateTime",
    "employeeOrgData",
    "employeeType",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "faxNumber",
    "givenName",
    "id",
    "identities",
    "imAddresses",
    "isManagementRestricted",
    "isResourceAccount",
    "jobTitle",
    "lastPasswordChangeDateTime",
    "legalAgeGroupClassification",
    "licenseAssignmentStates",
    "mail",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesExtensionAttributes",
    "onPremisesImmutableId",
    "onPremisesLastSyncDateTime",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "onPremisesUserPrincipalName",
    "otherMails",
    "passwordPolicies",
    "postalCode",
    "preferredLanguage",
    "provisionedPlans",
    "proxyAddresses",
    "securityIdentifier",
    "showInAddressList",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
    "userPrincipalName",
];

/// `userType` and what a delta may select beside the list above.
pub(crate) const ALSO_SELECTABLE: [&str; 2] = ["userType", "manager"];

/// What comes without `$select`.
pub(crate) const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

/// Collections: cleared to `[]`, never to null.
pub(crate) const COLLECTIONS: [&str; 8] = [
    "assignedLicenses",
    "assignedPlans",
    "businessPhones",
    "identities",
    "imAddresses",
    "otherMails",
    "provisionedPlans",
    "proxyAddresses",
];

/// Licences by sku id and part number, as Microsoft's table of product names has them.
pub const LICENCES: [(&str, &str); 9] = [
    ("05e9a617-0261-4cee-bb44-138d3ef5d965", "SPE_E3"),
    ("06ebc4ee-1bb5-47dd-8120-11324bc54e06", "SPE_E5"),
    ("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "SPB"),
    (
        "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
        "O365_BUSINESS_PREMIUM",
    ),
    (
        "3b555118-da6a-4418-894f-7df1e2096870",
        "O365_BUSINESS_ESSENTIALS",
    ),
    ("66b55226-6b4f-492c-910c-a3b7a3c9d993", "SPE_F1"),
    ("4b9405b0-7788-4568-add1-99614e613b69", "EXCHANGESTANDARD"),
    ("f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE"),
    (
        "4cde982a-ede4-4409-9ae6-b003453c8ea6",
        "Microsoft_Teams_Rooms_Pro",
    ),
];

/// Template id of the role Global Administrator.
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// Template id of the role Helpdesk Administrator.
pub const HELPDESK_ADMINISTRATOR: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";

/// Directory roles by template id and name.
pub(crate) const ROLES: [(&str, &str); 4] = [
    (GLOBAL_ADMINISTRATOR, "Global Administrator"),
    (HELPDESK_ADMINISTRATOR, "Helpdesk Administrator"),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
    (
        "29232cdf-9323-42fd-ade2-1d097af3e4de",
        "Exchange Administrator",
    ),
];

pub(crate) fn name_of(table: &'static [(&'static str, &'static str)], id: &str) -> &'static str {
    table
        .iter()
        .find(|(known, _)| *known == id)
        .map_or("UNKNOWN", |(_, name)| *name)
}

pub(crate) fn is_selectable(name: &str) -> bool {
    TRACKED.contains(&name) || ALSO_SELECTABLE.contains(&name)
}

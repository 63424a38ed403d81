//! Users to readings, on people who do not exist.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;

const ID: &str = "3f0c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f";

fn anna() -> Value {
    json!({
        "id": ID, "displayName": "Anna Svensson", "givenName": "Anna", "surname": "Svensson",
        "userPrincipalName": "anna.svensson@contoso.example", "mail": "Anna@contoso.example",
        "otherMails": ["anna@home.example"],
        "proxyAddresses": ["SMTP:Anna@contoso.example", "smtp:anna.s@contoso.example",
            "X500:/o=x", "SIP:anna@contoso.example", "smtp:ANNA@home.example"],
        "mobilePhone": "+46 70 555 01 00", "businessPhones": ["+46 8 555 01 00"],
        "accountEnabled": true, "userType": "Member",
        "assignedLicenses": [
            {"disabledPlans": [], "skuId": "CBDC14AB-d96c-4c30-b9f4-6ada7cdc1d46"},
            {"disabledPlans": [], "skuId": "05e9a617-0261-4cee-bb44-138d3ef5d965"}],
        "onPremisesImmutableId": "R04zk6JJ8Ea8Hrcsi0R/AA==",
        "onPremisesSecurityIdentifier": "S-1-5-21-1-2-3-1104",
        "onPremisesSamAccountName": "asvensson", "jobTitle": "Nurse", "department": "Ward 4",
        "aMemberOfNextYear": {"deeply": ["nested"]}
    })
}

fn read(user: &Value) -> Result<Reading, &'static str> {
    reading(&serde_json::from_str(&user.to_string()).unwrap())
}

fn present(user: &Value) -> Values {
    match read(user).unwrap().news {
        News::Present(values) => *values,
        News::Left(how) => panic!("left: {how:?}"),
    }
}

fn fields(values: &Values) -> BTreeMap<Attribute, Said<String>> {
    values.fields.iter().cloned().collect()
}

fn said(text: &str) -> Said<String> {
    Said::Value(text.to_owned())
}

#[test]
fn b4_b5_b6_d7_a_user_populates_an_account() {
    let reading = read(&anna()).unwrap();
    assert_eq!(reading.key, IdentityKey::new(Source::Microsoft365, ID));
    let values = present(&anna());
    let fields = fields(&values);
    for (attribute, expected) in [
        (Attribute::DisplayName, "Anna Svensson"),
        (Attribute::Username, "anna.svensson@contoso.example"),
        (Attribute::GivenName, "Anna"),
        (Attribute::Surname, "Svensson"),
        (Attribute::Email, "Anna@contoso.example"),
        (Attribute::Mobile, "+46 70 555 01 00"),
        (Attribute::Phone, "+46 8 555 01 00"),
        (Attribute::JobTitle, "Nurse"),
        (Attribute::Department, "Ward 4"),
    ] {
        assert_eq!(fields[&attribute], said(expected), "{attribute}");
    }
    assert_eq!(values.enabled, Said::Value(true));
    assert_eq!(values.sam_account_name, said("asvensson"));
    assert_eq!(values.anchor_sid, said("S-1-5-21-1-2-3-1104"));
    assert_eq!(values.privileges, Said::Nothing);
    assert_eq!(values.distinguished_name, Said::Nothing);
}

#[test]
fn b171_other_addresses_are_mail_addresses_without_the_main_one() {
    let expected = ["anna.s@contoso.example", "ANNA@home.example"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(present(&anna()).alternate_emails, Said::Value(expected));
    let mut user = anna();
    user["proxyAddresses"] = json!(["SMTP:anna@contoso.example", "smtp:", "smtp:nobody"]);
    user["otherMails"] = json!([]);
    assert_eq!(present(&user).alternate_emails, Said::Cleared);
    let many: Vec<String> = (0..50)
        .map(|n| format!("a{n:02}@contoso.example"))
        .collect();
    user["otherMails"] = json!(many);
    let Said::Value(kept) = present(&user).alternate_emails else {
        panic!("said")
    };
    assert_eq!(kept.len(), ALTERNATE_EMAILS_MAX);
}

#[test]
fn b172_licences_are_sku_ids_in_one_order() {
    let expected = [
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
    ];
    let expected = expected.map(str::to_owned).to_vec();
    assert_eq!(present(&anna()).licences, Said::Value(expected));
    let mut user = anna();
    user["assignedLicenses"] = json!([]);
    assert_eq!(present(&user).licences, Said::Cleared);
}

#[test]
fn d12_what_is_left_out_says_nothing_and_null_clears() {
    let absent = present(&json!({"id": ID}));
    assert!(absent == Values::default(), "nothing at all was said");

    let cleared = json!({
        "id": ID, "displayName": null, "givenName": null, "surname": " ", "mail": null,
        "mobilePhone": null, "businessPhones": [], "jobTitle": null, "department": null,
        "otherMails": [], "proxyAddresses": [], "assignedLicenses": [],
        "onPremisesImmutableId": null, "onPremisesSecurityIdentifier": null,
        "onPremisesSamAccountName": null, "accountEnabled": null, "userType": null
    });
    let values = present(&cleared);
    let fields = fields(&values);
    assert_eq!(fields.len(), 8);
    assert!(fields.values().all(|said| *said == Said::Cleared));
    assert_eq!(values.alternate_emails, Said::Cleared);
    assert_eq!(values.licences, Said::Cleared);
    assert_eq!(values.anchor_guid, Said::Cleared);
    assert_eq!(values.anchor_sid, Said::Cleared);
    assert_eq!(values.sam_account_name, Said::Cleared);
    // There is no third state of being enabled.
    assert_eq!(values.enabled, Said::Nothing);
}

#[test]
fn an_address_too_long_to_be_one_is_not_taken() {
    let mut user = anna();
    user["mail"] = json!(format!("{}@contoso.example", "a".repeat(300)));
    assert!(!fields(&present(&user)).contains_key(&Attribute::Email));
}

#[test]
fn the_anchor_is_the_guid_in_windows_order() {
    for (text, expected) in [
        (
            "R04zk6JJ8Ea8Hrcsi0R/AA==",
            said("93334e47-49a2-46f0-bc1e-b72c8b447f00"),
        ),
        (
            " R04zk6JJ8Ea8Hrcsi0R/AA== ",
            said("93334e47-49a2-46f0-bc1e-b72c8b447f00"),
        ),
        ("anna.svensson", Said::Nothing),
        ("R04zk6JJ8Ea8Hrcsi0R/", Said::Nothing),
        ("åäö", Said::Nothing),
    ] {
        let mut user = anna();
        user["onPremisesImmutableId"] = json!(text);
        assert_eq!(present(&user).anchor_guid, expected, "{text}");
    }
}

#[test]
fn d13_a_removal_says_how_the_user_left() {
    for (removed, expected) in [
        (json!({"reason": "changed"}), Departure::Deleted),
        (json!({"reason": "deleted"}), Departure::DeletedForGood),
        (json!({"reason": "vanished"}), Departure::Deleted),
        (json!({}), Departure::Deleted),
    ] {
        let user = json!({"id": ID, "@removed": removed, "displayName": "Anna"});
        assert!(read(&user).unwrap().news == News::Left(expected), "{user}");
    }
}

#[test]
fn a_user_without_an_object_id_is_no_user() {
    for id in [json!(null), json!(""), json!("anna"), json!("3f0c2f5e")] {
        let mut user = anna();
        user["id"] = id;
        assert_eq!(read(&user), Err(BAD_ID));
    }
    let upper = json!({"id": ID.to_uppercase()});
    assert_eq!(read(&upper).unwrap().key.id, ID);
}

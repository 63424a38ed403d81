//! Which calls a change takes.

use domain::id::{AccountId, ContactId};
use domain::push::custom::CustomField;

use super::*;

const KINDS: Kinds = Kinds {
    email: Some(1),
    home_email: Some(14),
    mobile: Some(4),
    phone: Some(2),
};

fn jane() -> WireContact {
    serde_json::from_value(json!({
        "id": 57919, "firstName": "Jane", "communicationItems": [
            {"id": 7001, "type": {"id": 1}, "value": "jane@contoso.example", "defaultFlag": true,
                "communicationType": "Email"},
            {"id": 7002, "type": {"id": 14}, "value": "jd@home.example", "communicationType": "Email"},
            {"id": 7003, "type": {"id": 2}, "value": "2065550100", "extension": "12",
                "defaultFlag": true, "communicationType": "Phone"}],
        "customFields": [{"id": 31, "caption": "SupportPIN", "value": "493817"},
            {"id": 32, "caption": "IsOffice365", "value": true},
            {"id": 33, "caption": "Office365Id", "value": null}]
    }))
    .unwrap()
}

fn change_of(set: &[(Attribute, Option<&str>)]) -> ContactUpdate {
    let set = set.iter();
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("57919").unwrap(),
        set: set
            .map(|(attribute, value)| (*attribute, value.map(str::to_owned)))
            .collect(),
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

fn steps(set: &[(Attribute, Option<&str>)]) -> Vec<Step> {
    let tables = Tables {
        kinds: KINDS,
        department: Some(4),
        ..Tables::default()
    };
    update(&change_of(set), &jane(), &tables).unwrap()
}

#[test]
fn a_patch_holds_what_changes_and_references_whole() {
    let all = steps(&[
        (Attribute::GivenName, Some("Janet")),
        (Attribute::Surname, None),
        (Attribute::JobTitle, Some("CFO")),
        (Attribute::Department, Some("Finance")),
    ]);
    let [Step::Contact(patch)] = &all[..] else {
        panic!("{all:?}")
    };
    assert_eq!(
        serde_json::to_value(patch).unwrap(),
        json!([
            {"op": "replace", "path": "/firstName", "value": "Janet"},
            {"op": "replace", "path": "/lastName", "value": null},
            {"op": "replace", "path": "/title", "value": "CFO"},
            {"op": "replace", "path": "/department", "value": {"id": 4}}
        ])
    );
    let cleared = steps(&[(Attribute::Department, None)]);
    let null = Replace::new("/department", Value::Null);
    assert_eq!(cleared, [Step::Contact(vec![null])]);
    let mut leaver = change_of(&[]);
    leaver.active = Some(false);
    let out = update(&leaver, &jane(), &Tables::default()).unwrap();
    assert_eq!(
        out,
        [Step::Contact(vec![Replace::new("/inactiveFlag", true)])]
    );
}

#[test]
fn addresses_and_numbers_are_changed_by_their_ids() {
    let value = |text: &str| vec![Replace::new("/value", text)];
    for (attribute, wanted, expected) in [
        (
            Attribute::Email,
            Some("janet@contoso.example"),
            vec![Step::Change(7001, value("janet@contoso.example"))],
        ),
        (
            Attribute::Email,
            Some("JD@home.example"),
            vec![Step::Change(7002, vec![Replace::new("/defaultFlag", true)])],
        ),
        (Attribute::Email, Some("jane@contoso.example"), vec![]),
        (Attribute::Email, None, vec![Step::Remove(7001)]),
        (Attribute::Phone, Some("2065550100 x12"), vec![]),
        (
            Attribute::Phone,
            Some("2065550109"),
            vec![Step::Change(
                7003,
                vec![
                    Replace::new("/value", "2065550109"),
                    Replace::new("/extension", ""),
                ],
            )],
        ),
        (Attribute::Phone, None, vec![Step::Remove(7003)]),
        (Attribute::Mobile, None, vec![]),
        (
            Attribute::Mobile,
            Some("2065550101"),
            vec![Step::Add(json!({"type": {"id": 4}, "value": "2065550101",
                "defaultFlag": false, "communicationType": "Phone"}))],
        ),
    ] {
        assert_eq!(
            steps(&[(attribute, wanted)]),
            expected,
            "{attribute} {wanted:?}"
        );
    }
    let bare = WireContact::default();
    let wanted = [(Attribute::Mobile, Some("2065550101"))];
    let tables = Tables {
        kinds: KINDS,
        ..Tables::default()
    };
    let added = update(&change_of(&wanted), &bare, &tables).unwrap();
    let [Step::Add(item)] = &added[..] else {
        panic!("{added:?}")
    };
    assert_eq!(
        item["defaultFlag"], true,
        "the first number is the main one"
    );
    let without = update(&change_of(&wanted), &bare, &Tables::default());
    assert_eq!(without.unwrap_err().field, "mobile");
}

#[test]
fn b151_b153_b157_the_entra_id_goes_into_its_field_and_all_others_stay() {
    let mut linked = change_of(&[]);
    linked.external_id = Some("8c2f6a1e".into());
    linked.custom = vec![(CustomField::IsOffice365, "False".into())];
    let all = json!([{"id": 31, "value": "493817"}, {"id": 32, "value": false},
        {"id": 33, "value": "8c2f6a1e"}]);
    let expected = Step::Contact(vec![Replace::new("/customFields", all)]);
    let found = update(&linked, &jane(), &Tables::default()).unwrap();
    assert_eq!(found, [expected]);
    // Without the field the rest is written all the same.
    let mut bare = jane();
    bare.custom_fields = Some(Vec::new());
    linked.active = Some(true);
    let rest = update(&linked, &bare, &Tables::default()).unwrap();
    assert_eq!(
        rest,
        [Step::Contact(vec![Replace::new("/inactiveFlag", false)])]
    );
}

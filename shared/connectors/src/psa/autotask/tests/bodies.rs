//! The bodies of writes, and what is refused before a call.

use domain::fields::{Attribute, Fields};
use domain::id::{AccountId, CompanyId, ContactId, SiteId};
use domain::push::contact::{ContactUpdate, NewContact};
use domain::push::custom::CustomField;
use serde_json::{Value, json};

use crate::psa::autotask::fields::UserFields;
use crate::psa::autotask::fields::tests::{nothing, user_fields};
use crate::psa::autotask::write::{create, field_named_in, update};

fn new_contact(fields: &[(Attribute, &str)]) -> NewContact {
    let mut new = NewContact {
        account: AccountId::parse("acc_1").unwrap(),
        company: CompanyId::parse("29683571").unwrap(),
        site: None,
        fields: Fields::default(),
        alternate_emails: Vec::new(),
        external_id: None,
        custom: Vec::new(),
    };
    for (attribute, value) in fields {
        new.fields.set(*attribute, Some((*value).to_owned()));
    }
    new
}

fn change(set: Vec<(Attribute, Option<&str>)>) -> ContactUpdate {
    let own = |(attribute, value): (Attribute, Option<&str>)| (attribute, value.map(str::to_owned));
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("30684412").unwrap(),
        set: set.into_iter().map(own).collect(),
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

fn body(new: &NewContact, user_fields: &UserFields) -> Value {
    create(new, user_fields)
        .unwrap_or_else(|r| panic!("{r:?}"))
        .body
}

#[test]
fn a_create_holds_what_the_account_has_and_contacts_can_hold() {
    let mut new = new_contact(&[
        (Attribute::DisplayName, "Iver D."),
        (Attribute::Username, "iver"),
        (Attribute::GivenName, "Iver"),
        (Attribute::Surname, "Dahl"),
        (Attribute::Email, "iver@contoso.example"),
        (Attribute::Department, "Care"),
        (Attribute::JobTitle, "Dentist"),
    ]);
    new.external_id = Some("0c2e7d1a-5a35-4f2f-b6a1-9a2f8f4f7b10".into());
    new.alternate_emails = [
        "IVER@contoso.example",
        "i@a.example",
        "j@a.example",
        "k@a.example",
    ]
    .map(str::to_owned)
    .to_vec();
    new.site = SiteId::parse("12").ok();
    let mut expected = json!({
        "companyID": 29_683_571, "companyLocationID": 12, "isActive": 1, "firstName": "Iver",
        "lastName": "Dahl", "emailAddress": "iver@contoso.example", "title": "Dentist",
        "emailAddress2": "i@a.example", "emailAddress3": "j@a.example",
        "userDefinedFields":
            [{"name": "Office365Id", "value": "0c2e7d1a-5a35-4f2f-b6a1-9a2f8f4f7b10"}]
    });
    assert_eq!(body(&new, &user_fields()), expected);
    let members = expected.as_object_mut().unwrap();
    members.remove("userDefinedFields");
    members.insert("externalID".into(), json!(new.external_id));
    assert_eq!(body(&new, &nothing()), expected);
}

#[test]
fn a_create_always_has_both_names() {
    let (name, given, surname) = (
        Attribute::DisplayName,
        Attribute::GivenName,
        Attribute::Surname,
    );
    for (values, first, last) in [
        (
            vec![(name, "X Y"), (given, "Iver"), (surname, "Dahl")],
            "Iver",
            "Dahl",
        ),
        (vec![(name, "Iver van Dahl")], "Iver van", "Dahl"),
        (vec![(name, "Iver Dahl"), (given, "Iver")], "Iver", "Dahl"),
        (vec![(name, "Scanner")], "Scanner", "-"),
        (vec![(surname, "Dahl")], "Dahl", "-"),
        (vec![(Attribute::Email, "i@a.example")], "i@a.example", "-"),
    ] {
        let body = body(&new_contact(&values), &user_fields());
        assert_eq!(
            (&body["firstName"], &body["lastName"]),
            (&json!(first), &json!(last))
        );
    }
    let nothing = create(&new_contact(&[(name, " ")]), &user_fields())
        .err()
        .unwrap();
    assert_eq!(nothing.field, "display_name");
}

#[test]
fn an_update_is_partial_and_clears_with_null() {
    let mut update_of = change(vec![
        (Attribute::Mobile, Some("206-555-0199")),
        (Attribute::JobTitle, None),
        (Attribute::Phone, Some(" ")),
    ]);
    update_of.active = Some(false);
    update_of.external_id = Some("7d0f".into());
    let write = update(&update_of, 7, &user_fields()).unwrap_or_else(|r| panic!("{r:?}"));
    assert_eq!(
        write.body,
        json!({ "id": 30_684_412, "mobilePhone": "206-555-0199", "title": null, "phone": null,
            "isActive": 0, "userDefinedFields": [{"name": "Office365Id", "value": "7d0f"}] })
    );
    assert_eq!(
        (write.company, write.texts),
        (7, vec!["206-555-0199".into(), "7d0f".into()])
    );
}

#[test]
fn b153_a_custom_field_that_is_missing_is_left_out() {
    let mut update_of = change(Vec::new());
    update_of.custom = vec![
        (CustomField::SupportPin, "4711".into()),
        (CustomField::IsOffice365, "True".into()),
    ];
    let write = update(&update_of, 7, &user_fields()).unwrap_or_else(|r| panic!("{r:?}"));
    // The list's own value for what it calls "Yes".
    let both = json!([{"name": "SupportPIN", "value": "4711"},
        {"name": "IsOffice365", "value": "12"}]);
    assert_eq!(write.body["userDefinedFields"], both);
    let write = update(&update_of, 7, &nothing()).unwrap_or_else(|r| panic!("{r:?}"));
    assert_eq!(write.body, json!({ "id": 30_684_412 }));
    update_of.custom = vec![(CustomField::SupportPin, "4".repeat(21))];
    let refused = update(&update_of, 7, &user_fields()).err().unwrap();
    assert_eq!(refused.field, "SupportPIN");
    update_of.custom = vec![(CustomField::IsOffice365, "perhaps".into())];
    let refused = update(&update_of, 7, &user_fields()).err().unwrap();
    assert_eq!(refused.field, "IsOffice365");
}

#[test]
fn what_autotask_cannot_hold_is_refused_with_the_name_of_the_field() {
    let long = "n".repeat(51);
    for (attribute, value, reason) in [
        (
            Attribute::GivenName,
            Some(long.as_str()),
            "it has 51 characters, Autotask takes 50",
        ),
        (
            Attribute::Phone,
            Some("+46 8 555 01 02 extension 7"),
            "it has 27 characters, Autotask takes 25",
        ),
        (
            Attribute::Surname,
            None,
            "Autotask needs both a first and a last name",
        ),
        (
            Attribute::DisplayName,
            Some("Iver"),
            "contacts of Autotask have no such field",
        ),
        (
            Attribute::Department,
            None,
            "contacts of Autotask have no such field",
        ),
    ] {
        let refused = update(&change(vec![(attribute, value)]), 7, &user_fields())
            .err()
            .unwrap();
        assert_eq!(
            (refused.field, refused.reason.as_str()),
            (attribute.as_str(), reason)
        );
    }
    for id in ["0", "-1", "abc"] {
        let mut bad = change(vec![(Attribute::Mobile, None)]);
        bad.contact = ContactId::parse(id).unwrap();
        assert_eq!(
            update(&bad, 7, &user_fields()).err().unwrap().field,
            "id",
            "{id}"
        );
    }
    let mut nowhere = new_contact(&[(Attribute::DisplayName, "Iver Dahl")]);
    nowhere.site = SiteId::parse("x").ok();
    assert_eq!(
        create(&nowhere, &user_fields()).err().unwrap().field,
        "site"
    );
    nowhere.company = CompanyId::parse("acme").unwrap();
    assert_eq!(
        create(&nowhere, &user_fields()).err().unwrap().field,
        "company"
    );
}

#[test]
fn a_sentence_is_traced_to_the_field_it_speaks_of() {
    for (text, expected) in [
        (
            "Reference value on field: companyLocationID of type: CompanyLocation does not \
             exist or is invalid.",
            Some("site"),
        ),
        (
            "field firstName must be less than or equal to 50",
            Some("given_name"),
        ),
        ("emailAddress2: invalid", Some("alternate_emails")),
        ("The emailAddress is invalid", Some("email")),
        ("Picklist value [7] does not exist", None),
    ] {
        assert_eq!(field_named_in(text), expected, "{text}");
    }
}

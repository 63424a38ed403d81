//! What is sent, and what never is.

use domain::push::custom::CustomField;

use super::*;
use crate::psa::kaseya_bms::types::{Kind, Types};
use crate::psa::kaseya_bms::write;

fn types() -> Types {
    Types::parse("email=1 mobile=2 desk=3")
}

fn created(new: &NewContact) -> write::Create {
    write::create(new, (3301, 4107), &types(), &Fields::default()).unwrap()
}

#[test]
fn a_create_holds_only_what_the_account_has_and_a_title_follows() {
    let mut new = iver();
    new.fields.phone = Some("+46 8 555 0199".into());
    new.fields.department = Some("Reception".into());
    let create = created(&new);
    assert_eq!(
        create.body,
        value!({
            "FirstName": "Iver", "LastName": "Dahl", "AccountId": 3301, "LocationId": 4107,
            "Emails": [{"EmailAddress": "iver@northwinddental.example", "EmailTypeId": 1,
                "IsDefault": true}],
            "Phones": [{"PhoneNumber": "+46 8 555 0199", "PhoneTypeId": 3, "IsDefault": true}]
        })
    );
    assert!(create.patch.is_empty());
    new.fields.job_title = Some("Dentist".into());
    new.fields.mobile = Some("1".into());
    let create = created(&new);
    assert_eq!(
        create.patch,
        [value!({"op": "replace", "path": "/JobTitle", "value": "Dentist"})]
    );
    assert_eq!(create.body["Phones"][1]["IsDefault"], false);
    assert!(create.texts.contains(&"dentist".to_owned()));
}

#[test]
fn a_create_always_has_both_names_and_an_address() {
    for (given, surname, shown, expected) in [
        (Some("Iver"), Some("Dahl"), None, ("Iver", "Dahl")),
        (None, None, Some("Iver van Dahl"), ("Iver van", "Dahl")),
        (Some("Iver"), None, None, ("Iver", "-")),
        (None, None, Some("Reception"), ("Reception", "-")),
        (None, None, None, ("iver@northwinddental.example", "-")),
    ] {
        let mut new = iver();
        new.fields.given_name = given.map(str::to_owned);
        new.fields.surname = surname.map(str::to_owned);
        new.fields.display_name = shown.map(str::to_owned);
        let body = created(&new).body;
        let names = (body["FirstName"].as_str(), body["LastName"].as_str());
        assert_eq!(names, (Some(expected.0), Some(expected.1)));
    }
    let mut nobody = iver();
    nobody.fields = domain::fields::Fields::default();
    assert_eq!(
        write::check_new(&nobody, true).unwrap_err().field,
        "display_name"
    );
    nobody.fields.given_name = Some("Iver".into());
    assert_eq!(write::check_new(&nobody, true).unwrap_err().field, "email");
}

#[test]
fn a_change_is_a_patch_of_what_changes() {
    let mut change = update();
    change.set = vec![
        (Attribute::JobTitle, None),
        (Attribute::Surname, Some("Berg".into())),
        (Attribute::Email, Some("m@northwinddental.example".into())),
        (Attribute::Mobile, None),
    ];
    change.active = Some(false);
    let write = write::update(&change, &Fields::default(), true).unwrap();
    assert_eq!(
        write.patch,
        [
            value!({"op": "replace", "path": "/JobTitle", "value": null}),
            value!({"op": "replace", "path": "/LastName", "value": "Berg"}),
            value!({"op": "replace", "path": "/IsActive", "value": false}),
        ]
    );
    assert_eq!(write.email.as_deref(), Some("m@northwinddental.example"));
    assert_eq!(write.phones, [(Kind::Mobile, None)]);
    assert_eq!(write.texts, ["berg", "m@northwinddental.example"]);
}

#[test]
fn what_bms_cannot_hold_is_refused_with_the_name_of_the_field() {
    for (attribute, text, reason) in [
        (
            Attribute::GivenName,
            Some("n".repeat(101)),
            "it has 101 characters, 100 are sent",
        ),
        (
            Attribute::Mobile,
            Some("1".repeat(51)),
            "it has 51 characters, 50 are sent",
        ),
        (
            Attribute::Surname,
            None,
            "Kaseya BMS needs a first name, a last name",
        ),
        (Attribute::Email, Some(" ".into()), "Kaseya BMS needs"),
        (
            Attribute::Department,
            Some("A".into()),
            "contacts of Kaseya BMS have no such field",
        ),
    ] {
        let mut change = update();
        change.set = vec![(attribute, text)];
        let refused = write::update(&change, &Fields::default(), true).unwrap_err();
        assert_eq!(refused.field, attribute.as_str());
        assert!(refused.reason.starts_with(reason), "{}", refused.reason);
    }
    for id in ["0", "-1", "abc", "1.5"] {
        let mut change = update();
        change.contact = ContactId::parse(id).unwrap();
        assert_eq!(
            write::contact_number(&change).unwrap_err().field,
            "id",
            "{id}"
        );
    }
}

#[test]
fn custom_fields_are_refused_without_their_module_and_left_out_where_there_are_none() {
    let mut change = update();
    change.custom = vec![(CustomField::SupportPin, "1".to_owned())];
    let refused = write::update(&change, &Fields::default(), false).unwrap_err();
    assert_eq!(refused.field, "SupportPIN");
    assert!(
        write::update(&change, &Fields::default(), true)
            .unwrap()
            .values
            .is_empty()
    );
    change.external_id = Some("7d0f".to_owned());
    let refused = write::update(&change, &Fields::default(), false).unwrap_err();
    assert_eq!(refused.field, "external_id");
}

#[test]
fn a_refusal_is_traced_to_the_field_it_speaks_of() {
    for (text, expected) in [
        ("LocationId must be supplied", Some("site")),
        ("The EmailAddress is not valid.", Some("email")),
        ("Emails[0].EmailAddress", Some("email")),
        ("FirstName: too long", Some("given_name")),
        ("The field SupportPIN is required", Some("SupportPIN")),
        ("Something went wrong", None),
    ] {
        assert_eq!(write::field_named_in(text), expected, "{text}");
    }
}

//! What can be written, and what a new contact is made of.

use domain::id::{AccountId, CompanyId, ContactId, SiteId};
use domain::push::custom::CustomField;

use super::*;

const KINDS: Kinds = Kinds {
    email: Some(1),
    home_email: Some(14),
    mobile: Some(4),
    phone: Some(2),
};

fn new_contact(values: &[(Attribute, &str)]) -> NewContact {
    let mut fields = Fields::default();
    for (attribute, value) in values {
        fields.set(*attribute, Some((*value).to_owned()));
    }
    NewContact {
        account: AccountId::parse("acc_1").unwrap(),
        company: CompanyId::parse("250").unwrap(),
        site: SiteId::parse("901").ok(),
        fields,
        alternate_emails: Vec::new(),
        external_id: None,
        custom: Vec::new(),
    }
}

fn update_of(set: Vec<(Attribute, Option<String>)>) -> ContactUpdate {
    ContactUpdate {
        account: AccountId::parse("acc_1").unwrap(),
        contact: ContactId::parse("57919").unwrap(),
        set,
        external_id: None,
        active: None,
        custom: Vec::new(),
    }
}

#[test]
fn b142_b153_b158_b166_a_create_holds_what_the_account_has_and_nothing_else() {
    let mut new = new_contact(&[
        (Attribute::DisplayName, "Jane Doe"),
        (Attribute::Username, "jane@contoso.example"),
        (Attribute::GivenName, "Jane"),
        (Attribute::Surname, " Doe "),
        (Attribute::Email, "jane@contoso.example"),
        (Attribute::Mobile, "2065550101"),
        (Attribute::Phone, "2065550100 ext. 12"),
        (Attribute::JobTitle, "Controller"),
        (Attribute::Department, "Finance"),
    ]);
    new.alternate_emails = ["JANE@contoso.example", "jd@home.example", "j@x.example"]
        .map(str::to_owned)
        .to_vec();
    new.external_id = Some("8c2f6a1e".into());
    new.custom = vec![
        (CustomField::IsOffice365, "True".into()),
        (CustomField::SupportPin, "493817".into()),
    ];
    check_new(&new).unwrap();
    let tables = Tables {
        kinds: KINDS,
        department: Some(4),
        contact_type: Some(7),
        fields: FieldIds::from_text("Office365Id:33:false IsOffice365:32:true").unwrap(),
    };
    let item = |kind: i64, class: &str, value: &str, default: bool| {
        json!({"type": {"id": kind}, "value": value, "defaultFlag": default,
            "communicationType": class})
    };
    let mut phone = item(2, "Phone", "2065550100", true);
    phone["extension"] = json!("12");
    assert_eq!(
        Value::Object(create(&new, 250, &tables).unwrap()),
        json!({
            "firstName": "Jane", "lastName": "Doe", "company": {"id": 250}, "site": {"id": 901},
            "title": "Controller", "department": {"id": 4}, "typeIds": [7],
            "communicationItems": [
                item(1, "Email", "jane@contoso.example", true),
                item(14, "Email", "jd@home.example", false),
                phone,
                item(4, "Phone", "2065550101", false)],
            "customFields": [{"id": 33, "value": "8c2f6a1e"}, {"id": 32, "value": true}]
        })
    );
    let bare = create(
        &new_contact(&[(Attribute::GivenName, "Jane")]),
        250,
        &Tables::default(),
    );
    assert_eq!(
        Value::Object(bare.unwrap()),
        json!({"firstName": "Jane", "company": {"id": 250}, "site": {"id": 901}})
    );
}

#[test]
fn a_new_contact_always_has_a_first_name() {
    use Attribute::{DisplayName, Email, GivenName, Surname, Username};
    for (values, first, last) in [
        (vec![(GivenName, "Jane"), (Surname, "Doe")], "Jane", "Doe"),
        (
            vec![(GivenName, "Jane"), (DisplayName, "J. Doe")],
            "Jane",
            "",
        ),
        (
            vec![(DisplayName, "Jane van der Doe")],
            "Jane",
            "van der Doe",
        ),
        (
            vec![(DisplayName, "Jane van Doe"), (Surname, "van Doe")],
            "Jane",
            "van Doe",
        ),
        (
            vec![(DisplayName, "Reception"), (Surname, " ")],
            "Reception",
            "",
        ),
        (vec![(DisplayName, "Doe"), (Surname, "Doe")], "Doe", ""),
        (vec![(Surname, "Doe")], "Doe", ""),
        (vec![(Username, "jdoe"), (Email, "j@x.example")], "jdoe", ""),
        (vec![(Email, "j@x.example")], "j@x.example", ""),
    ] {
        let found = names_of(&new_contact(&values).fields).unwrap();
        assert_eq!(found, (first.to_owned(), last.to_owned()), "{values:?}");
    }
    let nobody = check_new(&new_contact(&[])).unwrap_err();
    assert_eq!(nobody.field, "given_name");
}

#[test]
fn what_cannot_be_held_is_refused_with_the_name_of_the_field() {
    for (attribute, length) in [
        (Attribute::GivenName, 30),
        (Attribute::Surname, 30),
        (Attribute::Department, 30),
        (Attribute::JobTitle, 100),
        (Attribute::Email, 250),
        (Attribute::Mobile, 250),
    ] {
        let longest = update_of(vec![(attribute, Some("n".repeat(length)))]);
        assert_eq!(check_update(&longest), Ok(()), "{attribute}");
        let long = "n".repeat(length + 1);
        let refused = check_update(&update_of(vec![(attribute, Some(long.clone()))])).unwrap_err();
        let reason = format!(
            "it has {} characters, ConnectWise PSA takes {length}",
            length + 1
        );
        assert_eq!(
            (refused.field, refused.reason),
            (attribute.as_str(), reason)
        );
        let mut new = new_contact(&[(Attribute::GivenName, "Jane")]);
        new.fields.set(attribute, Some(long));
        assert_eq!(check_new(&new).unwrap_err().field, attribute.as_str());
    }
    for (attribute, value, reason) in [
        (Attribute::GivenName, None, "needs a first name"),
        (Attribute::DisplayName, Some("Jane"), "no such field"),
        (Attribute::Username, Some("jane"), "no such field"),
        (Attribute::JobTitle, Some("a\nb"), "a line break"),
        (Attribute::Phone, Some("555 x1234567890123456"), "takes 15"),
    ] {
        let update = update_of(vec![(attribute, value.map(str::to_owned))]);
        let refused = check_update(&update).unwrap_err();
        assert_eq!(refused.field, attribute.as_str());
        assert!(refused.reason.contains(reason), "{}", refused.reason);
    }
    for id in ["0", "-1", "abc", "99999999999"] {
        let mut bad = update_of(Vec::new());
        bad.contact = ContactId::parse(id).unwrap();
        assert_eq!(check_update(&bad).unwrap_err().field, "id", "{id}");
    }
    let mut nowhere = new_contact(&[(Attribute::GivenName, "Jane")]);
    nowhere.site = SiteId::parse("main").ok();
    assert_eq!(check_new(&nowhere).unwrap_err().field, "site");
}

#[test]
fn numbers_are_parted_from_their_extensions() {
    for (text, number, extension) in [
        ("2065550100", "2065550100", ""),
        ("+46 8 555 01 03", "+46 8 555 01 03", ""),
        ("2065550100 x12", "2065550100", "12"),
        ("2065550100x12", "2065550100", "12"),
        ("2065550100 ext. 12", "2065550100", "12"),
        ("2065550100 Ext 12", "2065550100", "12"),
        ("x12", "x12", ""),
        ("2065550100 x", "2065550100 x", ""),
        ("", "", ""),
    ] {
        assert_eq!(split_number(text), (number, extension), "{text}");
    }
}

#[test]
fn a_kind_that_is_missing_is_told() {
    let none = Kinds::default();
    let missing = missing_kinds(none);
    assert_eq!(missing.len(), 3);
    assert!(
        missing[0].contains("no communication type Email"),
        "{missing:?}"
    );
    assert!(missing_kinds(KINDS).is_empty());
    let new = new_contact(&[
        (Attribute::GivenName, "Jane"),
        (Attribute::Mobile, "2065550101"),
    ]);
    let refused = create(&new, 250, &Tables::default()).unwrap_err();
    assert_eq!(refused.field, "mobile");
}

//! Signing in, checking, reading and searching.

use domain::failure::{Disposition, Failure};
use domain::push::contact::ExternalId;
use domain::push::custom::CustomField;

use super::*;
use crate::error::Garble;
use crate::http::scripted::reply;

#[tokio::test]
async fn a_check_signs_in_with_the_tenant_and_looks_at_contacts_and_accounts() {
    let bench = Bench::start(vec![
        page(&value!([]), 0),
        page(
            &value!([{"Id": 3301, "AccountName": "Northwind Dental"}]),
            1,
        ),
    ])
    .await;
    assert!(bench.psa.check().await.unwrap().is_complete());
    assert_eq!(
        bench.calls(),
        [
            "GET /v2/crm/contacts/summary?PageSize=1&PageNumber=1",
            "GET /v2/crm/accounts/summary?PageSize=1&PageNumber=1",
        ]
    );
    let sign_in = &bench.server.requests()[0];
    assert!(sign_in.starts_with("POST /v2/security/authenticate HTTP/1.1"));
    let form = "GrantType=password&UserName=hush-api.sync&Password=hush-password\
                &Tenant=hush+Acme+IT+Ltd";
    assert!(sign_in.ends_with(form), "{sign_in}");
    assert!(bench.server.requests()[1].contains("authorization: Bearer one"));
}

#[tokio::test]
async fn a_check_says_what_is_missing() {
    let blind = Bench::start(vec![page(&value!([]), 0), page(&value!([]), 0)]).await;
    assert!(blind.psa.check().await.unwrap().missing[0].contains("shows no account"));
    let html = || reply(200, "content-type: text/html\r\n", "<html>BMS</html>");
    for (answers, expected) in [
        (
            vec![failed(5, "Invalid user hush")],
            "Kaseya BMS refused the credentials: code 5 (status 200): check tenant",
        ),
        (
            vec![html()],
            "Kaseya BMS sent what cannot be read: a web page or a redirect (status 200) at its \
             sign-in; api_url must be the API's host",
        ),
        (
            vec![signed_in("one"), html()],
            "Kaseya BMS sent what cannot be read: a web page or a redirect instead of JSON (status \
             200); api_url must be",
        ),
        (
            vec![signed_in("one"), json(403, "{}")],
            "Kaseya BMS denied access: the security role of the API user lacks CRM > Contacts: View",
        ),
        (
            vec![
                signed_in("one"),
                failed(7, "You do not have permission to view this module"),
            ],
            "Kaseya BMS denied access: the security role of the API user lacks CRM > Contacts: View",
        ),
        (
            vec![
                signed_in("one"),
                failed(978_001, "Security Error"),
                signed_in("two"),
                json(401, ""),
            ],
            "Kaseya BMS refused the credentials: it does not take its own token",
        ),
    ] {
        let bench = Bench::start_with(answers).await;
        let error = bench.psa.check().await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_whichever_way_it_is_refused() {
    for refusal in [json(401, ""), failed(978_001, "Security Error")] {
        let bench = Bench::start(vec![
            refusal,
            signed_in("two"),
            page(&value!([]), 0),
            page(&value!([{"Id": 1}]), 1),
        ])
        .await;
        bench.psa.check().await.unwrap();
        assert!(bench.server.requests()[3].contains("authorization: Bearer two"));
    }
}

#[tokio::test]
async fn those_out_of_use_are_asked_for_where_none_came_unasked() {
    let active = page(&value!([{"Id": 1, "IsActive": true}]), 1);
    let inactive = page(&value!([{"Id": 2, "IsActive": false}]), 1);
    let bench = Bench::start(vec![active.clone(), inactive]).await;
    let contacts = bench.psa.contacts(&company()).await.unwrap();
    let found: Vec<_> = contacts.iter().map(|c| (c.id.as_str(), c.active)).collect();
    assert_eq!(found, [("1", true), ("2", false)]);
    assert_eq!(
        bench.calls(),
        [
            "GET /v2/crm/contacts/summary?Filter.AccountId=3301&PageSize=100&PageNumber=1",
            "GET /v2/crm/contacts/summary?Filter.AccountId=3301&Filter.IsActive=false&PageSize=100\
             &PageNumber=1",
        ]
    );
    // Once a list has shown one, it is not asked twice.
    let both = page(&value!([{"Id": 1}, {"Id": 2, "IsActive": false}]), 2);
    let bench = Bench::start(vec![both, active]).await;
    assert_eq!(bench.psa.contacts(&company()).await.unwrap().len(), 2);
    assert_eq!(bench.psa.contacts(&company()).await.unwrap().len(), 1);
    assert_eq!(bench.calls().len(), 2);
}

#[tokio::test]
async fn an_empty_list_is_believed_of_a_company_that_is_there_only() {
    let empty = || page(&value!([]), 0);
    let there = || ok(&value!({"Id": 3301, "AccountName": "Northwind Dental"}));
    let bench = Bench::start(vec![empty(), there(), empty()]).await;
    assert!(bench.psa.contacts(&company()).await.unwrap().is_empty());
    for (gone, sight, expected) in [
        (
            json(404, ""),
            page(&value!([{"Id": 1}]), 1),
            Disposition::Reject,
        ),
        (
            ok(&value!(null)),
            page(&value!([{"Id": 1}]), 1),
            Disposition::Reject,
        ),
        (
            failed(3, "Account not found"),
            empty(),
            Disposition::Suspend,
        ),
    ] {
        let bench = Bench::start(vec![empty(), gone, sight]).await;
        let error = bench.psa.contacts(&company()).await.unwrap_err();
        let text = error.to_string();
        assert_eq!(Failure::from(error).disposition(), expected, "{text}");
    }
}

#[tokio::test]
async fn a_contact_comes_with_its_custom_fields_in_or_out_of_an_envelope() {
    let fields = || {
        ok(
            &value!([{"Id": 77, "Name": "SupportPIN", "IsActive": true, "Settings": null},
            {"Id": 79, "Name": "Office365Id"}]),
        )
    };
    let values =
        || ok(&value!([{"Id": 1, "Name": "SupportPIN", "Data": "493817", "CustomFieldId": 77}]));
    for found in [ok(&mara()), json(200, &mara().to_string())] {
        let bench = Bench::start(vec![found, fields(), values(), ok(&mara()), values()]).await;
        let id = ContactId::parse("55120").unwrap();
        let contact = bench.psa.contact(&id).await.unwrap().unwrap();
        assert_eq!(contact.company, company());
        assert_eq!(contact.fields.phone.as_deref(), Some("+46 8 555 0100"));
        assert_eq!(contact.external_id, Some(ExternalId::Empty));
        assert_eq!(
            contact.custom[&CustomField::SupportPin].as_deref(),
            Some("493817")
        );
        assert!(!contact.custom.contains_key(&CustomField::IsOffice365));
        // Which fields there are is asked once in an invocation.
        bench.psa.contact(&id).await.unwrap();
        assert_eq!(
            bench.calls()[1..],
            [
                "GET /v2/system/customFields/4?withInactive=false",
                "GET /v2/system/customFields/4/55120",
                "GET /v2/crm/contacts/summary/55120",
                "GET /v2/system/customFields/4/55120",
            ]
        );
    }
    let none = ok(&value!([{"Id": 5, "Name": "Shoe size"}]));
    let bench = Bench::start(vec![ok(&mara()), none]).await;
    let id = ContactId::parse("55120").unwrap();
    let contact = bench.psa.contact(&id).await.unwrap().unwrap();
    assert_eq!((contact.external_id, contact.custom.len()), (None, 0));
}

#[tokio::test]
async fn a_contact_that_is_not_there_is_none_and_another_one_an_error() {
    let id = ContactId::parse("55120").unwrap();
    for gone in [
        json(404, ""),
        ok(&value!(null)),
        failed(3, "The contact does not exist"),
    ] {
        let bench = Bench::start(vec![gone]).await;
        assert_eq!(bench.psa.contact(&id).await.unwrap(), None);
    }
    let bench = Bench::start(vec![ok(&value!({"Id": 7, "AccountId": 3301}))]).await;
    let error = bench.psa.contact(&id).await.unwrap_err();
    assert!(error.to_string().contains("another contact"), "{error}");
    // A failure that says nothing of that is one.
    let bench = Bench::start(vec![failed(9, "Something went wrong")]).await;
    let error = bench.psa.contact(&id).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn b168_a_search_compares_whole_main_addresses() {
    let row = |id: i64, main: &str, other: &str| {
        value!({"Id": id, "AccountId": 3301, "IsActive": id != 3, "Emails": [
            {"EmailAddress": main, "IsDefault": true}, {"EmailAddress": other}]})
    };
    let wanted = "Mara+x@northwinddental.example";
    let rows = value!([
        row(1, "tamara+x@northwinddental.example", "a@a.example"),
        row(2, "b@a.example", "mara+x@northwinddental.example"),
        row(3, "MARA+X@northwinddental.example", "c@a.example"),
        value!({"Id": 4, "AccountId": 9, "Emails": [{"EmailAddress": wanted, "IsDefault": true}]}),
    ]);
    let bench = Bench::start(vec![page(&rows, 4)]).await;
    let found = bench.psa.find_by_email(&company(), wanted).await.unwrap();
    let ids: Vec<_> = found.iter().map(|contact| contact.id.as_str()).collect();
    assert_eq!(ids, ["3"]);
    assert_eq!(
        bench.calls(),
        ["GET /v2/crm/contacts/summary?Filter.AccountId=3301\
          &Filter.Email=Mara%2Bx%40northwinddental.example&PageSize=100&PageNumber=1"]
    );
    assert!(
        bench
            .psa
            .find_by_email(&company(), " ")
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn companies_of_both_states_come_without_territory() {
    let rows = value!([
        {"Id": 1, "AccountName": "A", "IsActive": true, "AccountManagerUserName": "Tec"},
        {"Id": 2, "AccountName": "B", "IsActive": false}
    ]);
    let bench = Bench::start(vec![page(&rows, 2)]).await;
    let companies = bench.psa.companies().await.unwrap();
    let found: Vec<_> = companies
        .iter()
        .map(|c| (c.name.as_str(), c.active))
        .collect();
    assert_eq!(found, [("A", true), ("B", false)]);
    assert!(companies.iter().all(|c| c.account_manager.is_none()));
    assert!(bench.psa.gaps().no_territory);
}

#[tokio::test]
async fn the_main_location_is_the_default_site_else_the_only_one() {
    let row = |id: i64, is_main: bool| value!({"Id": id, "AccountId": 3301, "IsMain": is_main});
    for (answer, expected) in [
        (ok(&value!([row(1, false), row(2, true)])), Some("2")),
        (ok(&value!([row(1, false)])), Some("1")),
        (ok(&value!([row(1, false), row(2, false)])), None),
        (ok(&value!([])), None),
        (ok(&value!(null)), None),
    ] {
        let bench = Bench::start(vec![answer]).await;
        let site = bench.psa.default_site(&company()).await.unwrap();
        assert_eq!(site.as_ref().map(SiteId::as_str), expected);
        assert_eq!(
            bench.calls(),
            ["GET /v2/crm/accounts/3301/locations/lookup"]
        );
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_to_its_end_is_an_error() {
    let rows = || page(&value!([{"Id": 1}, {"Id": 2, "IsActive": false}]), 9);
    let bench = Bench::start(vec![rows(), rows()]).await;
    let error = bench.psa.contacts(&company()).await.unwrap_err();
    let ConnectorError::Unreadable { garble, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*garble, Garble::Shape);
    let token = PageToken::new("7");
    let error = bench
        .psa
        .contacts_page(&company(), Some(token))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("did not make"), "{error}");
}

//! The contract of a PSA: what is read. Lists of several pages are in `pages`.

use connectors::error::ConnectorError;
use connectors::psa::Psa;
use domain::failure::Disposition;
use domain::fields::Attribute;
use domain::id::{CompanyId, ContactId};
use domain::push::contact::{Contact, ContactChange, ContactKind, ContactUpdate, ExternalId};
use simulators::Options;

use super::bench::{
    Bench, IDA, IDA_ALSO, activity, change, disposition, ida, nothing, refused_field,
};
use super::vendor::{Costs, Entry, Simulated, Ways};

pub(super) async fn a_check_says_yes_or_what_is_missing_with_the_remedy<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let facts = bench.side.facts();
    assert_eq!(bench.psa().kind(), S::KIND);
    let access = bench.psa().check().await.unwrap();
    assert!(access.is_complete(), "{access:?}");
    bench.set(Ways {
        hides_everything: true,
        ..Ways::default()
    });
    let access = bench.psa().check().await.unwrap();
    let told = access.missing.join("; ");
    assert!(told.contains(facts.sight_remedy), "{told}");
    bench.set(Ways {
        denies_reads: true,
        ..Ways::default()
    });
    assert_told(bench.psa().as_ref(), facts.read_right).await;
    bench.set(Ways {
        denies_writes: true,
        ..Ways::default()
    });
    if facts.checks_write_right {
        assert_told(bench.psa().as_ref(), facts.write_right).await;
    } else {
        assert!(bench.psa().check().await.unwrap().is_complete());
    }
    assert_eq!(bench.bodies().len(), 0, "a check writes nothing");
}

/// The check says these words, as what is missing or as the error that waits for a person.
async fn assert_told(psa: &dyn Psa, words: &str) {
    let told = match psa.check().await {
        Ok(access) => access.missing.join("; "),
        Err(error) => {
            assert_eq!(disposition(&error), Disposition::Suspend, "{error}");
            error.to_string()
        }
    };
    assert!(told.contains(words), "{words} in: {told}");
}

pub(super) async fn companies_come_with_their_state<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let old = bench.side.add_company("Old Customer", false);
    let companies = bench.psa().companies().await.unwrap();
    let mut found: Vec<(&str, &str, bool)> = companies
        .iter()
        .map(|c| (c.id.as_str(), c.name.as_str(), c.active))
        .collect();
    found.sort_by_key(|(_, name, _)| *name);
    let expected = [
        (bench.company.as_str(), "Northwind Dental", true),
        (old.as_str(), "Old Customer", false),
    ];
    assert_eq!(found, expected);
    let (facts, gaps) = (bench.side.facts(), bench.gaps());
    let northwind = companies.iter().find(|c| c.id == bench.company).unwrap();
    assert_eq!(northwind.territory.as_deref(), facts.territory);
    assert_eq!(northwind.account_manager.as_deref(), facts.account_manager);
    let alone = bench.psa().company(&bench.company).await.unwrap();
    assert_eq!(alone.as_ref(), Some(northwind), "one company alone");
    let nobody = CompanyId::parse("999999").unwrap();
    assert_eq!(bench.psa().company(&nobody).await.unwrap(), None);
    let has_any = facts.territory.or(facts.account_manager).is_some();
    assert!(!(gaps.no_territory && has_any));
}

pub(super) async fn a_company_that_is_gone_is_no_empty_company<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let gone = CompanyId::parse("999999").unwrap();
    let error = bench.psa().contacts(&gone).await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    let mut new = bench.ida();
    new.company = gone;
    let error = bench.psa().apply(&ContactChange::Create(new)).await;
    let error = error.unwrap_err();
    assert_eq!(disposition(&error), Disposition::Reject, "{error}");
    assert!(bench.side.persons(&bench.company).is_empty());
}

pub(super) async fn an_empty_company_is_empty_but_not_for_want_of_rights<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let contacts = bench.psa().contacts(&bench.company).await.unwrap();
    assert_eq!(contacts.len(), bench.side.facts().own_records);
    assert!(contacts.iter().all(|c| c.kind != ContactKind::Person));
    assert!(bench.find("nobody@northwind.example").await.is_empty());
    bench.set(Ways {
        hides_everything: true,
        ..Ways::default()
    });
    let blind = bench.psa().contacts(&bench.company).await.unwrap_err();
    assert_eq!(disposition(&blind), Disposition::Suspend, "{blind}");
}

pub(super) async fn thin_rows_leave_unknown_what_full_rows_tell<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let (id, gaps) = (bench.add(&ida()), bench.gaps());
    let there = bench.ida_there();
    for thin_rows in [true, false] {
        bench.set(Ways {
            thin_rows,
            ..Ways::default()
        });
        let contacts = bench.psa().contacts(&bench.company).await.unwrap();
        let row = contacts.into_iter().find(|c| c.id == id).unwrap();
        assert!(row.known.contains(&Attribute::Email));
        let may_be_thin = thin_rows || gaps.thin_lists;
        assert_tells(&row, &bench.fit(Entry::of(&row)), &there, may_be_thin);
        let full = bench.psa().contact(&id).await.unwrap().unwrap();
        for attribute in there.values.keys() {
            assert!(full.known.contains(attribute), "{attribute}");
        }
        bench.assert_holds(&id, &there).await;
        let told = Some(ExternalId::Empty);
        assert!(gaps.no_external_id || full.external_id.is_some() && full.external_id != told);
    }
    // An empty value that is known is not the same as one that is not.
    let bare = bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let full = bench.psa().contact(&bare).await.unwrap().unwrap();
    for attribute in there.values.keys() {
        assert!(full.known.contains(attribute), "{attribute}");
    }
    let nobody = ContactId::parse("999999").unwrap();
    assert_eq!(bench.psa().contact(&nobody).await.unwrap(), None);
}

/// A row says the truth, or that it does not know.
fn assert_tells(row: &Contact, read: &Entry, there: &Entry, may_be_thin: bool) {
    for (attribute, value) in &read.values {
        assert!(row.known.contains(attribute), "{attribute}");
        assert_eq!(value, there.value(*attribute), "{attribute}");
    }
    for attribute in there.values.keys() {
        let is_told = read.values.contains_key(attribute);
        assert_eq!(is_told, row.known.contains(attribute), "{attribute}");
    }
    let others = (&read.alternate_emails, &read.external_id);
    let expected = (&there.alternate_emails, &there.external_id);
    let is_silent = others.0.is_empty() && row.external_id.is_none();
    assert!(others == expected || may_be_thin && is_silent, "{row:?}");
}

pub(super) async fn a_search_finds_whole_addresses_of_one_company_in_use_or_not<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let address = "ann@northwind.example";
    let ann = bench.add(&Entry::person("Ann Lee", "Ann@northwind.example").out_of_use());
    bench.add(&Entry::person("Joann Lee", "joann@northwind.example"));
    bench.add(&Entry::person("Ann Leigh", "ann@northwind.example.org"));
    let other = bench.side.add_company("Fabrikam", true);
    let elsewhere = Entry::person("Ann Lee", address);
    bench.side.add_contact(&other, &elsewhere);
    let found = bench.find(address).await;
    let ids: Vec<&str> = found.iter().map(|contact| contact.id.as_str()).collect();
    assert_eq!(ids, [ann.as_str()]);
    assert_eq!(found[0].company, bench.company);
    assert_eq!(found[0].active, bench.gaps().no_active_status);
    // An address with a sign that means something in a query.
    let plus = bench.add(&Entry::person("Pia Plus", "pia+o'x@northwind.example"));
    let found = bench.find("PIA+o'x@northwind.example").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, plus);
    // By an address that is not the main one, if there can be one.
    let ida = bench.add(&ida());
    let found = bench.find(&IDA_ALSO.to_uppercase()).await;
    let ids: Vec<&ContactId> = found.iter().map(|contact| &contact.id).collect();
    if bench.gaps().alternate_emails_max > 0 {
        assert_eq!(ids, [&ida]);
    } else {
        assert!(ids.is_empty());
    }
    for nothing in ["", " "] {
        assert!(bench.find(nothing).await.is_empty());
    }
}

pub(super) async fn what_nobody_documented_is_survived<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.set(Ways {
        is_strange: true,
        ..Ways::default()
    });
    assert!(bench.psa().check().await.unwrap().is_complete());
    assert_eq!(bench.psa().companies().await.unwrap().len(), 1);
    let id = bench.create().await.unwrap();
    bench.assert_holds(&id, &bench.ida_made()).await;
    let update = change(&id, Attribute::JobTitle, "Surgeon");
    bench.update(update).await.unwrap();
    let contacts = bench.psa().contacts(&bench.company).await.unwrap();
    let persons = contacts.iter().filter(|c| c.kind == ContactKind::Person);
    assert_eq!(persons.count(), 1);
    assert_eq!(bench.find(IDA).await.len(), 1);
    let changed = bench.ida_made().with(Attribute::JobTitle, "Surgeon");
    bench.assert_holds(&id, &changed).await;
}

pub(super) async fn operations_cost_what_the_vendor_says<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let page_rows = bench.side.facts().page_rows;
    bench.side.add_company("Old Customer", false);
    // What is found out once is not counted.
    bench.psa().check().await.unwrap();
    let count = || bench.vendors.calls().psa;
    let mut marks = vec![count()];
    bench.psa().check().await.unwrap();
    marks.push(count());
    bench.psa().companies().await.unwrap();
    marks.push(count());
    let id = bench.create().await.unwrap();
    marks.push(count());
    bench.psa().contact(&id).await.unwrap();
    marks.push(count());
    assert_eq!(bench.find(IDA).await.len(), 1);
    marks.push(count());
    let mut update = change(&id, Attribute::JobTitle, "Surgeon");
    let mobile = Some("+46 70 555 01 09".to_owned());
    update.set.push((Attribute::Mobile, mobile));
    bench.update(update).await.unwrap();
    marks.push(count());
    match bench.update(activity(&id, false)).await {
        Ok(_) => {}
        Err(error) => assert_eq!(refused_field(&error), Some("active")),
    }
    marks.push(count());
    let people = 2 * page_rows + page_rows / 2 - 1 - bench.side.facts().own_records;
    for number in 0..people {
        bench.add(&Entry::person(&format!("Person {number}"), ""));
    }
    bench.psa().contacts(&bench.company).await.unwrap();
    marks.push(count());
    let mut costs = marks
        .windows(2)
        .map(|pair| usize::try_from(pair[1] - pair[0]).unwrap());
    let mut next = || costs.next().unwrap();
    let found = Costs {
        check: next(),
        companies: next(),
        create: next(),
        contact: next(),
        find: next(),
        update: next(),
        deactivate: next(),
        three_pages: next(),
    };
    assert_eq!(found, bench.side.facts().costs);
}

/// The one case whose exchanges are recorded, to be held against the vendor's own description: all
/// that a connector says while all is well.
pub(super) async fn what_is_said_follows_the_description_of_the_vendor<S: Simulated>() {
    let bench = Bench::<S>::with(Options::default()).await;
    bench.side.add_company("Old Customer", false);
    bench.add(&Entry::person("Ann Lee", "ann@northwind.example"));
    let psa = bench.psa();
    assert!(psa.check().await.unwrap().is_complete());
    assert_eq!(psa.companies().await.unwrap().len(), 2);
    assert!(psa.company(&bench.company).await.unwrap().is_some());
    psa.default_site(&bench.company).await.unwrap();
    let id = bench.look_and_create().await.unwrap();
    assert_eq!(bench.look_and_create().await.unwrap(), id);
    let mut update = change(&id, Attribute::JobTitle, "");
    for (attribute, value) in [
        (Attribute::Mobile, "+46 70 555 01 09"),
        (Attribute::Email, "ida.berg@northwind.example"),
        (Attribute::Surname, "Berg-Lund"),
        (Attribute::DisplayName, "Ida Berg-Lund"),
    ] {
        update.set.push((attribute, Some(value.to_owned())));
    }
    let gaps = bench.gaps();
    update.set.retain(|(a, _)| !gaps.attributes.contains(a));
    if !gaps.no_external_id {
        update.external_id = Some("0785ef7c-0000-4000-8000-0000000000bb".to_owned());
    }
    bench.update(update).await.unwrap();
    let custom = bench.custom_fields().into_iter();
    let update = ContactUpdate {
        custom: custom.map(|field| (field, "True".to_owned())).collect(),
        ..nothing(&id)
    };
    bench.update(update).await.unwrap();
    let tenant_id = "0785ef7c-0000-4000-8000-000000000001";
    let written = psa.write_tenant_id(&bench.company, tenant_id).await;
    written.unwrap();
    if !gaps.no_active_status {
        bench.update(activity(&id, false)).await.unwrap();
        bench.update(activity(&id, true)).await.unwrap();
    }
    let contacts = psa.contacts(&bench.company).await.unwrap();
    let persons = contacts.iter().filter(|c| c.kind == ContactKind::Person);
    assert_eq!(persons.count(), 2);
    let ida = psa.contact(&id).await.unwrap().unwrap();
    let email = ida.fields.email.as_deref();
    assert_eq!(email, Some("ida.berg@northwind.example"));
}

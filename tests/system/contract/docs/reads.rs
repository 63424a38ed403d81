//! The contract of a documentation system: what is read. Lists of several pages are in `pages`.

use connectors::error::ConnectorError;
use domain::docs::entry::EntryUpdate;
use domain::failure::Disposition;
use simulators::Options;

use super::bench::{
    Bench, IDA, category, details, ida_made, no_details, no_entry, no_organization, rename,
};
use super::vendor::{Costs, Held, Simulated, Ways};
use crate::contract::bench::disposition;

pub(super) async fn b198_a_check_says_yes_or_what_is_missing_with_the_remedy<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let facts = bench.side.facts();
    assert_eq!(bench.docs().kind(), S::KIND);
    assert_eq!(bench.docs().gaps(), S::KIND.gaps());
    let access = bench.docs().check().await.unwrap();
    assert!(access.is_complete(), "{access:?}");
    for (ways, remedy) in [
        (
            Ways {
                hides_everything: true,
                ..Ways::default()
            },
            facts.sight_remedy,
        ),
        (
            Ways {
                denies_passwords: true,
                ..Ways::default()
            },
            facts.right,
        ),
    ] {
        bench.set(ways);
        let told = bench.docs().check().await.unwrap().missing;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(remedy), "{remedy} in: {told:?}");
    }
    assert_eq!(bench.bodies().len(), 0, "a check writes nothing");
}

pub(super) async fn organizations_come_with_their_state<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let old = bench.side.add_organization("Old Customer", false);
    let docs = bench.docs();
    let organizations = docs.organizations().await.unwrap();
    let mut found: Vec<(&str, &str, bool)> = organizations
        .iter()
        .map(|o| (o.id.as_str(), o.name.as_str(), o.is_active))
        .collect();
    found.sort_by_key(|(_, name, _)| *name);
    let mut expected = vec![(bench.organization.as_str(), "Northwind Dental", true)];
    if bench.side.facts().lists_inactive {
        expected.push((old.as_str(), "Old Customer", false));
    }
    assert_eq!(found, expected);
    let alone = docs.organization(&bench.organization).await.unwrap();
    assert_eq!(alone.as_ref(), organizations.first());
    let old = docs.organization(&old).await.unwrap().unwrap();
    assert_eq!((old.name.as_str(), old.is_active), ("Old Customer", false));
    assert_eq!(docs.organization(&no_organization()).await.unwrap(), None);
}

pub(super) async fn entries_come_as_they_are_with_archived_and_embedded_ones<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let mut expected = vec![
        Held::new("AD - Ann Lee", "NORTHWIND\\alee", "Active Directory"),
        Held::new("Ann's mail", "Ann.Lee@Northwind.example", "Microsoft 365"),
        Held::new("No user name", "", "Cloud"),
        Held::new("Neither", "", ""),
        // Duplicates are legal.
        Held::new("AD - Ann Lee", "NORTHWIND\\alee", "Active Directory"),
    ];
    expected.push(Held {
        is_archived: true,
        ..Held::new("AD - Gone", "gone", "Active Directory")
    });
    expected.push(Held {
        is_embedded: true,
        ..Held::new("Local", "administrator", "Cloud")
    });
    let ids: Vec<_> = expected.iter().map(|held| bench.add(held)).collect();
    let other = bench.side.add_organization("Fabrikam", true);
    bench.side.add_entry(&other, &expected[0]);
    let entries = bench.entries().await.unwrap();
    assert_eq!(
        entries.len(),
        expected.len(),
        "none of another organization"
    );
    for (id, held) in ids.iter().zip(&expected) {
        let listed = entries.iter().find(|entry| entry.id == *id).unwrap();
        assert_eq!(&Held::of(listed), held);
        assert_eq!(
            (&listed.organization, listed.seal),
            (&bench.organization, None)
        );
        let alone = bench.docs().entry(id).await.unwrap();
        assert_eq!(alone.as_ref(), Some(listed), "alone as in a list");
    }
}

pub(super) async fn an_organization_that_is_gone_is_no_empty_one<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    assert!(bench.entries().await.unwrap().is_empty());
    bench.add(&ida_made());
    bench.side.remove_organization(&bench.organization);
    let error = bench.entries().await.unwrap_err();
    assert!(matches!(error, ConnectorError::NotFound { .. }), "{error}");
    assert_eq!(disposition(&error), Disposition::Reject);
    assert!(error.to_string().contains("the organization"), "{error}");
    let docs = bench.docs();
    assert!(docs.entries(&no_organization()).await.is_err());
    // Who sees nothing is not told that there is nothing.
    let bench = Bench::<S>::new().await;
    bench.add(&ida_made());
    bench.set(Ways {
        hides_everything: true,
        ..Ways::default()
    });
    assert!(bench.entries().await.is_err());
}

pub(super) async fn an_entry_that_is_not_there_is_none<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&ida_made());
    assert!(bench.docs().entry(&id).await.unwrap().is_some());
    assert_eq!(bench.docs().entry(&no_entry()).await.unwrap(), None);
}

pub(super) async fn categories_are_listed_or_free<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    let mut categories = bench.docs().categories().await.unwrap();
    categories.sort();
    if bench.docs().gaps().free_categories {
        assert!(categories.is_empty());
        return;
    }
    assert_eq!(categories, ["Active Directory", "Cloud", "Microsoft 365"]);
}

pub(super) async fn an_entry_without_a_category_has_none_and_one_of_another_case_its_own<
    S: Simulated,
>() {
    let bench = Bench::<S>::new().await;
    let id = bench.add(&Held::new("n", "u", ""));
    let read = bench.docs().entry(&id).await.unwrap().unwrap();
    assert_eq!(read.category, None);
    bench
        .update(category(&id, " microsoft 365 "))
        .await
        .unwrap();
    let read = bench.docs().entry(&id).await.unwrap().unwrap();
    let found = read.category.unwrap();
    assert!(found.eq_ignore_ascii_case("Microsoft 365"), "{found}");
}

pub(super) async fn entries_that_nobody_documented_are_survived<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.set(Ways {
        is_strange: true,
        ..Ways::default()
    });
    assert!(bench.docs().check().await.unwrap().is_complete());
    assert_eq!(bench.docs().organizations().await.unwrap().len(), 1);
    let id = bench.create().await.unwrap();
    bench
        .update(rename(&id, "ida@northwind.example"))
        .await
        .unwrap();
    assert_eq!(bench.entries().await.unwrap().len(), 1);
    let expected = Held::new(
        "Microsoft 365 - Ida Berg",
        "ida@northwind.example",
        "Microsoft 365",
    );
    bench.assert_holds(&id, &expected).await;
}

pub(super) async fn operations_of_documentation_cost_what_the_vendor_says<S: Simulated>() {
    let bench = Bench::<S>::new().await;
    bench.side.add_organization("Fabrikam", true);
    let count = || bench.vendors.calls().documentation;
    let mut marks = vec![count()];
    bench.docs().check().await.unwrap();
    marks.push(count());
    bench.docs().organizations().await.unwrap();
    marks.push(count());
    let id = bench.create().await.unwrap();
    marks.push(count());
    bench.docs().entry(&id).await.unwrap();
    marks.push(count());
    bench
        .update(rename(&id, "ida@northwind.example"))
        .await
        .unwrap();
    marks.push(count());
    let rows = bench.side.facts().page_rows;
    for number in 1..2 * rows + rows / 2 {
        bench.add(&Held::new("Entry", &format!("user{number}"), "Cloud"));
    }
    bench.entries().await.unwrap();
    marks.push(count());
    let costs = marks.windows(2).map(|pair| pair[1] - pair[0]);
    let mut costs = costs.map(|cost| usize::try_from(cost).unwrap());
    let mut next = || costs.next().unwrap();
    let found = Costs {
        check: next(),
        organizations: next(),
        create: next(),
        entry: next(),
        update: next(),
        three_pages: next(),
    };
    assert_eq!(found, bench.side.facts().costs);
    let calls = bench.vendors.calls();
    assert_eq!((calls.psa, calls.graph), (0, 0));
}

/// The one case whose exchanges are recorded, to be held against the vendor's own description: all
/// that a connector says while all is well.
pub(super) async fn what_is_said_of_entries_follows_the_description_of_the_vendor<S: Simulated>() {
    let bench = Bench::<S>::with(Options::default()).await;
    bench.side.add_organization("Old Customer", false);
    bench.add(&Held::new("AD - Ann Lee", "alee", "Active Directory"));
    let docs = bench.docs();
    assert!(docs.check().await.unwrap().is_complete());
    docs.organizations().await.unwrap();
    assert!(
        docs.organization(&bench.organization)
            .await
            .unwrap()
            .is_some()
    );
    docs.categories().await.unwrap();
    let id = bench.create().await.unwrap();
    let update = EntryUpdate {
        category: Some("Cloud".to_owned()),
        username: Some("ida@northwind.example".to_owned()),
        ..EntryUpdate::of(id.clone())
    };
    bench.update(update).await.unwrap();
    (bench.update(details(&id, "ida@northwind.example")))
        .await
        .unwrap();
    bench.update(no_details(&id)).await.unwrap();
    let embedded = bench.create_in(&bench.configuration()).await.unwrap();
    assert!(docs.entry(&embedded).await.unwrap().unwrap().is_embedded);
    assert!(docs.entry(&no_entry()).await.unwrap().is_none());
    let entries = bench.entries().await.unwrap();
    assert_eq!(entries.len(), 3);
    let renamed = entries.iter().filter(|entry| !entry.is_embedded);
    let named: Vec<_> = renamed.map(|entry| entry.username.as_deref()).collect();
    assert_eq!(named.iter().filter(|name| **name == Some(IDA)).count(), 0);
    let other = bench.side.add_organization("Fabrikam", true);
    assert!(docs.entries(&other).await.unwrap().is_empty());
}

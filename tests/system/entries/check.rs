//! `muster check` with each documentation system.

use connectors::Vendors;
use muster::check::{Checked, Finding, check};
use muster::config::Config;

use super::system::System;

async fn checked(system: &System, organization: u64) -> Vec<Checked> {
    let text = format!(
        "{}[[customers]]\nid = \"northwind\"\nsources = [\"local-windows\"]\n\
         docs_organization_id = \"{organization}\"\n",
        system.table(),
    );
    let config = Config::read("muster.toml", &text, &|_| None).unwrap();
    check(&config, &Vendors::new().unwrap()).await
}

fn words(row: &Checked) -> &str {
    match &row.finding {
        Finding::Wrong(words) => words,
        Finding::Well | Finding::Unknown(_) => panic!("{row:?}"),
    }
}

#[tokio::test]
async fn a_check_tells_of_the_organization_and_of_the_key_before_anything_runs() {
    for system in System::both().await {
        let organization = system.organization();
        let well = checked(&system, organization).await;
        assert_eq!(well.len(), 2, "the key, and the organization");
        assert!(
            well.iter().all(|row| row.finding == Finding::Well),
            "{well:?}"
        );

        let found = checked(&system, organization + 1).await;
        assert_eq!(found[0].finding, Finding::Well);
        let told = words(&found[1]);
        assert!(told.contains("docs_organization_id"), "{told}");

        system.revoke_key();
        let found = checked(&system, organization).await;
        let [row] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!(words(row).contains("refused the credentials"));
        assert_eq!(system.writes(), 0);
    }
}

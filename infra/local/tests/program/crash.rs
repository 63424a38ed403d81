//! The program is killed at random points of an import and of creates in Halo. After a rerun it is
//! as if nothing had happened: the same accounts, and no contact twice.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;

use crate::bench::Bench;

const PEOPLE: usize = 40;
const SEEDS: u64 = 4;
const KILLS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_process_killed_anywhere_leaves_no_twin_and_loses_nothing() {
    let clean = Bench::new(PEOPLE).await;
    clean.json("run", &["--json"]).await;
    clean.json("run", &["--json"]).await;
    let expected = clean.accounts().await;
    let contacts = clean.halo.count_users(clean.company, true);
    assert!(
        expected
            .iter()
            .any(|account| account["psa"]["status"] == "created"),
        "creates happen"
    );

    for seed in 0..SEEDS {
        let bench = Bench::new(PEOPLE).await;
        let mut chance = SmallRng::seed_from_u64(seed);
        for _ in 0..KILLS {
            let mut process = bench.command("run", &[]).spawn().unwrap();
            let delay = Duration::from_millis(chance.random_range(20..900));
            tokio::time::timeout(delay, std::future::pending::<()>())
                .await
                .unwrap_err();
            process.kill().unwrap();
            process.wait().unwrap();
        }
        bench.json("run", &["--json"]).await;
        bench.json("run", &["--json"]).await;
        assert_eq!(bench.accounts().await, expected, "seed {seed}");
        assert_eq!(
            bench.halo.count_users(bench.company, true),
            contacts,
            "seed {seed}"
        );
        no_twins(&bench.halo.users_of(bench.company), seed);
        let last = bench.json("run", &["--json"]).await.remove(0);
        assert_eq!(
            last["dynamodb"]["write_units"], 0.0,
            "seed {seed}: B132 {last}"
        );
    }
}

/// No Entra object id is on two contacts.
fn no_twins(contacts: &[Value], seed: u64) {
    let mut seen = BTreeMap::<&str, usize>::new();
    for id in contacts
        .iter()
        .filter_map(|contact| contact["azureoid"].as_str())
    {
        if !id.is_empty() {
            *seen.entry(id).or_default() += 1;
        }
    }
    assert!(
        seen.values().all(|count| *count == 1),
        "seed {seed}: {seen:?}"
    );
}

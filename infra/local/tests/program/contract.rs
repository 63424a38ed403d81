//! Commands and their output, as the contract has them.

use serde_json::Value;

use crate::bench::{Bench, TENANT};

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_says_in_json_what_it_did() {
    let bench = Bench::new(12).await;
    let first = bench.json("run", &["--json"]).await.remove(0);
    assert_eq!(
        keys(&first),
        [
            "accounts",
            "calls",
            "customers",
            "dynamodb",
            "elapsed_ms",
            "matches"
        ],
        "{first}"
    );
    assert_eq!(keys(&first["customers"][0]), ["error", "id", "status"]);
    assert_eq!(
        keys(&first["accounts"]),
        ["created", "disabled", "removed", "unchanged", "updated"]
    );
    assert_eq!(
        keys(&first["matches"]),
        [
            "blocked",
            "created",
            "failed",
            "matched",
            "more_than_one_match",
            "no_match"
        ]
    );
    assert_eq!(keys(&first["calls"]), ["documentation", "graph", "psa"]);
    assert_eq!(
        keys(&first["dynamodb"]),
        ["read_units", "requests", "write_units"]
    );
    assert_eq!(first["customers"][0]["status"], "succeeded");
    assert!(first["accounts"]["created"].as_u64().unwrap() > 5);

    // B132: a second run in which nothing changed, in a process of its own.
    let second = bench.json("run", &["--json"]).await.remove(0);
    assert_eq!(second["dynamodb"]["write_units"], 0.0, "{second}");
    assert_eq!(second["accounts"]["created"], 0);
    assert!(second["calls"]["graph"].as_u64().unwrap() <= 2, "{second}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_and_explanations_are_for_programs_and_people() {
    let bench = Bench::new(12).await;
    bench.json("run", &["--json"]).await;
    let accounts = bench
        .json("accounts", &["--customer", "northwind", "--json"])
        .await;
    let account = &accounts[0];
    assert_eq!(
        keys(account),
        [
            "account_type",
            "customer_id",
            "display_name",
            "email",
            "enabled",
            "given_name",
            "id",
            "mobile",
            "psa",
            "sources",
            "state",
            "surname",
            "username"
        ]
    );
    assert_eq!(
        keys(&account["sources"][0]),
        ["enabled", "id", "system", "username"]
    );
    assert_eq!(
        keys(&account["psa"]),
        ["candidates", "contact_id", "reason", "rule", "status"]
    );

    let table = bench.run("accounts", &["--customer", "northwind"]).await;
    let name = account["username"].as_str().unwrap();
    assert!(String::from_utf8_lossy(&table.stdout).contains(name));

    let explained = bench
        .run("explain", &["--customer", "northwind", name])
        .await;
    let text = String::from_utf8_lossy(&explained.stdout).into_owned();
    for word in [name, "username", "microsoft-365", "PSA"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let nobody = bench
        .run("explain", &["--customer", "northwind", "nobody"])
        .await;
    assert_eq!(nobody.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_failing_customer_fails_neither_the_others_nor_the_program() {
    let bench = Bench::new(6).await;
    let unknown = bench.customer("fabrikam", "0785ef7c-0000-4000-8000-00000000dead");
    let paused = bench.customer("contoso", "0785ef7c-0000-4000-8000-00000000beef");
    let all =
        bench.customer("northwind", crate::bench::TENANT) + &unknown + &paused + "paused = true\n";
    bench.configure(&all);
    let run = bench.json("run", &["--json"]).await.remove(0);
    let status = |id: &str| {
        let customers = run["customers"].as_array().unwrap();
        customers
            .iter()
            .find(|customer| customer["id"] == id)
            .unwrap()["status"]
            .clone()
    };
    assert_eq!(status("northwind"), "succeeded", "{run}");
    assert_eq!(status("fabrikam"), "failed");
    assert_eq!(status("contoso"), "paused", "B81");
    let only = bench
        .json("run", &["--customer", "northwind", "--json"])
        .await
        .remove(0);
    assert_eq!(only["customers"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_configuration_names_file_line_and_key() {
    let bench = Bench::new(1).await;
    bench.configure(
        "[[customers]]\nid = \"a b\"\nname = \"x\"\nsources = [\"ldap\"]\ncolour = \"red\"\n",
    );
    let output = bench.run("run", &[]).await;
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    for word in ["muster.toml", "id", "sources", "colour"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(
        !text.contains("simulated-graph-secret"),
        "no secret is printed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_ends_well_or_says_what_to_put_right() {
    let bench = Bench::new(1).await;
    let output = bench.run("check", &[]).await;
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for word in ["HaloPSA", "credentials and rights", "well"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let lost = bench.customer("northwind", TENANT);
    let lost = lost.replace("psa_company_id = \"", "psa_company_id = \"99");
    bench.configure(&lost);
    let output = bench.run("check", &[]).await;
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("to be put right"), "{told}");
    assert!(!bench.data().exists(), "it needs no data directory");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_handed_in_as_an_agent_would() {
    let bench = Bench::new(1).await;
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/active-directory/local-windows.json"
    );
    let upload = [
        "--customer",
        "northwind",
        "--source",
        "local-windows",
        fixture,
    ];
    let output = bench.run("upload", &upload).await;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let accounts = bench
        .json("accounts", &["--customer", "northwind", "--json"])
        .await;
    let local = accounts
        .iter()
        .filter(|account| account["sources"][0]["system"] == "local-windows");
    assert!(local.clone().count() > 20, "{} accounts", accounts.len());
    for account in local {
        assert_eq!(
            (&account["email"], &account["mobile"]),
            (&Value::Null, &Value::Null),
            "B9"
        );
    }
    let garbage = bench.file("garbage.ldif", &[0x1f, 0x8b, 0, 255, 254, 1, 2, 3]);
    let garbage = garbage.to_str().unwrap().to_owned();
    let upload = [
        "--customer",
        "northwind",
        "--source",
        "local-windows",
        garbage.as_str(),
    ];
    let output = bench.run("upload", &upload).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("failed") || text.contains("refused"),
        "{text}"
    );
    let after = bench
        .json("accounts", &["--customer", "northwind", "--json"])
        .await;
    assert_eq!(after.len(), accounts.len(), "nothing is lost");
}

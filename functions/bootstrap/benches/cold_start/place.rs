//! What the functions find outside, and the smallest event that makes each of them ask for it.

use std::collections::BTreeMap;

use domain::event::{Envelope, Event};
use domain::id::{CustomerId, EventId};
use domain::run::RunReason;
use jiff::Timestamp;
use platform::{App, Bus, Clock, Secrets};
use serde_json::json;
use simulators::lambda::events::{HttpRequest, batch, tick};
use simulators::{Aws, Options};
use tokio::net::TcpListener;

const TABLE: &str = "muster-bench";

/// A table without customers, a bus, two secrets.
pub(crate) struct Place {
    aws: Aws,
    table_url: String,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let database = dynoxide::Database::memory().expect("a database in memory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let never = std::future::pending();
        tokio::spawn(dynoxide::server::serve_with_shutdown(
            listener, database, never,
        ));
        let table_url = format!("http://{address}");
        let (bus, _) = tokio::sync::mpsc::unbounded_channel();
        let secrets = Secrets::memory(BTreeMap::new());
        let app = App::local(&table_url, TABLE, Bus::Local(bus), secrets, Clock::System);
        let created = app.store.create_table_if_missing().await;
        created.expect("the table's server is there");
        let aws = Aws::start(Options::unrecorded()).await.expect("a port");
        aws.put_secret("muster/bench/operators", "[]");
        let psa = json!({
            "system": "halo", "api_url": "http://127.0.0.1:9/api",
            "auth_url": "http://127.0.0.1:9/auth", "client_id": "bench", "client_secret": "bench",
            "webhook_path_token": "bench-path-token-0000", "webhook_username": "bench",
            "webhook_password": "bench-password",
        });
        aws.put_secret("muster/bench/psa", &psa.to_string());
        Self { aws, table_url }
    }

    /// The environment of every function. Where this process was told which root certificates to
    /// read, so are they.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let roots = std::env::var_os("SSL_CERT_FILE").and_then(|path| path.into_string().ok());
        let mut environment = vec![
            ("MUSTER_TABLE", TABLE.to_owned()),
            ("MUSTER_BUS", "muster-bench".to_owned()),
            ("MUSTER_SECRETS_PREFIX", "muster/bench".to_owned()),
            ("MUSTER_STAGE", "bench".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.table_url.clone()),
            ("AWS_ENDPOINT_URL_EVENTBRIDGE", self.aws.events_url()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.aws.secrets_url()),
        ];
        environment.extend(roots.map(|path| ("SSL_CERT_FILE", path)));
        environment
    }
}

/// An event that is soon done, but not before table or secrets were asked.
pub(crate) fn event(function: &str) -> String {
    match function {
        "schedule" | "psa-changes" => tick(),
        "import" => of_nobody(Event::ImportRequested {
            reason: RunReason::Schedule,
        }),
        "matching" | "docs-matching" => of_nobody(Event::ImportFinished {}),
        "psa-push" => of_nobody(Event::MatchingFinished {}),
        "psa-webhook" => HttpRequest::new("POST", "/webhooks/halo/nobody")
            .body("application/json", "{}")
            .event(),
        "agent-upload" => HttpRequest::new("GET", "/v1/uploads/upl_none")
            .bearer(&"0".repeat(64))
            .event(),
        "admin-api" => HttpRequest::new("GET", "/v1/customers/nobody/accounts")
            .bearer("nobody")
            .event(),
        // What waits for a person is in the table; `empty` answers whatever it is asked.
        "review-widget" | "empty" => "{}".to_owned(),
        "review-decide" => {
            json!({ "action": "approve", "customer": "nobody", "run": "run_0" }).to_string()
        }
        other => panic!("{other} is a function without an event"),
    }
}

/// A batch with one event of a customer that is not there.
fn of_nobody(event: Event) -> String {
    let envelope = Envelope {
        id: EventId::parse("evt_0").expect("made of letters and signs that ids have"),
        at: Timestamp::UNIX_EPOCH,
        customer: CustomerId::parse("nobody").expect("made of letters"),
        run: None,
        event,
    };
    let message = json!({ "detail-type": envelope.event.detail_type(), "detail": envelope });
    batch([message.to_string()])
}

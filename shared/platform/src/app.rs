//! What a handler may use, and nothing more.

use std::time::Duration;

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_smithy_types::retry::RetryConfig;
use domain::event::{Envelope, Event};
use domain::failure::{Disposition, Failure};
use domain::id::{CustomerId, RunId, UploadId};
use domain::intent;
use domain::limits::TABLE_REQUEST_SECONDS_MAX;
use jiff::Timestamp;

use crate::aws_http::{self, HttpError};
use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::Ids;
use crate::meter::Meter;
use crate::on_use::OnUse;
use crate::secrets::Secrets;
use crate::store::{Store, client_config};
use crate::telemetry::{Measure, Metrics};

/// What a handler may use.
#[derive(Clone)]
pub struct App {
    /// The table.
    pub store: Store,
    /// The bus.
    pub bus: Bus,
    /// The secrets.
    pub secrets: Secrets,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// What operators count.
    pub metrics: Metrics,
    /// What the table cost so far.
    pub meter: Meter,
    /// The claim of an operator's JWT that holds the role; without it operators have bearer tokens.
    pub role_claim: Option<String>,
    /// The ARN of the function that the review widget's buttons call.
    pub decide_function: Option<String>,
    /// Since when nobody else can have been at work on this table; `None` where others may be at any
    /// time.
    pub alone_since: Option<Timestamp>,
}

/// How the table, the bus and the secrets are called.
const RETRIES: u32 = 4;

impl App {
    /// The app of a Lambda function: real services, found by the environment that Lambda sets.
    /// Endpoints follow the SDK's own variables (`AWS_ENDPOINT_URL_DYNAMODB` and so on).
    ///
    /// # Errors
    /// Where TLS cannot be set up, as with a file of root certificates that has none.
    pub async fn load(config: &Config) -> Result<Self, HttpError> {
        let http = aws_http::client(config.root_certificates.as_deref())?;
        let sdk = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(http)
            // Lambda gives both in the environment. Whoever searches everywhere else first brings
            // along, and makes at every start, clients that nobody uses here.
            .credentials_provider(EnvironmentVariableCredentialsProvider::new())
            .region(EnvironmentVariableRegionProvider::new())
            .retry_config(RetryConfig::standard().with_max_attempts(RETRIES))
            .timeout_config(timeouts())
            .load()
            .await;
        let meter = Meter::new();
        let table = client_config(aws_sdk_dynamodb::config::Builder::from(&sdk)).build();
        let table = aws_sdk_dynamodb::Client::from_conf(table);
        let for_bus = sdk.clone();
        let bus = OnUse::new(move || aws_sdk_eventbridge::Client::new(&for_bus));
        let secrets = OnUse::new(move || aws_sdk_secretsmanager::Client::new(&sdk));
        Ok(Self {
            store: Store::new(table, &config.table, meter.clone()),
            bus: Bus::EventBridge {
                client: bus,
                name: config.bus.clone(),
            },
            secrets: Secrets::aws(secrets, config.secrets_prefix.clone()),
            clock: Clock::System,
            ids: Ids::default(),
            metrics: Metrics::stdout(&config.handler, &config.stage),
            meter,
            role_claim: config.role_claim.clone(),
            decide_function: config.decide_function.clone(),
            alone_since: None,
        })
    }

    /// The app of a laptop or a test: a DynamoDB at that endpoint, everything else in memory.
    pub fn local(endpoint: &str, table: &str, bus: Bus, secrets: Secrets, clock: Clock) -> Self {
        let meter = Meter::new();
        Self {
            store: Store::new(local_table(endpoint), table, meter.clone()),
            bus,
            secrets,
            ids: Ids::under(&clock),
            alone_since: Some(clock.now()),
            clock,
            metrics: Metrics::silent(),
            meter,
            role_claim: None,
            decide_function: None,
        }
    }

    /// An event with what every event has.
    pub fn envelope(&self, customer: CustomerId, run: Option<RunId>, event: Event) -> Envelope {
        let at = self.clock.now();
        Envelope {
            id: self.ids.event(at),
            at,
            customer,
            run,
            event,
        }
    }

    /// May a create, of which the intent was stored then, be on its way still?
    pub fn is_under_way(&self, since: Timestamp) -> bool {
        self.alone_since.is_none_or(|start| since > start)
            && intent::is_under_way(since, self.clock.now())
    }

    /// Counts a failure that ends an event until a person acts; any other is counted elsewhere.
    pub fn count_suspension(&self, customer: &CustomerId, failure: &Failure) {
        if failure.disposition() == Disposition::Suspend {
            let properties = [("customer.id", customer.as_str())];
            let measures = [Measure::CONNECTIONS_SUSPENDED.of(1)];
            self.metrics.emit(self.clock.now(), &measures, &properties);
        }
    }

    /// A new run's id.
    pub fn new_run_id(&self) -> RunId {
        self.ids.run(self.clock.now())
    }

    /// A new upload's id.
    pub fn new_upload_id(&self) -> UploadId {
        self.ids.upload(self.clock.now())
    }
}

/// A client for an emulated table. What it answers is trusted; what it is told is not secret.
pub fn local_table(endpoint: &str) -> aws_sdk_dynamodb::Client {
    let http = aws_http::client(None).expect("the roots that are built in need no file");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .http_client(http);
    aws_sdk_dynamodb::Client::from_conf(client_config(config).build())
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(TABLE_REQUEST_SECONDS_MAX / 3))
        .operation_timeout(Duration::from_secs(TABLE_REQUEST_SECONDS_MAX))
        .build()
}

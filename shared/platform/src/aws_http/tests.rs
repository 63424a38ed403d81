//! Which roots are trusted, and how the SDK is told that no answer came.

use std::path::PathBuf;

use aws_smithy_runtime_api::client::result::SdkError;

use super::*;

/// A root that nothing was ever signed with: its key was thrown away.
const ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIUTvj5EEhl/cffx7VSz6UtnmqQYsAwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQQSByb290IG9mIGEgdGVzdDAgFw0yNjExMjQxOTM1MzNaGA8y
MTI2MTAzMTE5MzUzM1owGzEZMBcGA1UEAwwQQSByb290IG9mIGEgdGVzdDBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABOkVX3HbAFlw1BLnZLqEsxgWGNtxCZmvaShH
+fOAxJ+/98lu6zaKcFiDLoaX1q3Q1cRMLlAnFT9/2nNohF1JB3OjUzBRMB0GA1Ud
DgQWBBSzWrza46SK9vRdtYSOtz/981c12zAfBgNVHSMEGDAWgBSzWrza46SK9vRd
tYSOtz/981c12zAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCD
J5z1e2o7rxtM+iLV0siKUi1P+0g1eDw7j6GPasbdbgIgZLuC5fmTwo6XxIQ9MqCI
CSZ1FSFJmykHUx8Nb/nXJNA=
-----END CERTIFICATE-----
";

/// A file that is gone with the test.
struct File(PathBuf);

impl File {
    fn new(content: &str) -> Self {
        let name = format!("muster-roots-{}.pem", uuid::Uuid::new_v4());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn read(&self) -> Result<RootCertStore, HttpError> {
        read(self.0.to_str().unwrap())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

#[test]
fn the_roots_of_amazon_are_built_in() {
    let names: Vec<String> = built_in()
        .roots
        .iter()
        .map(|root| String::from_utf8_lossy(&root.subject).into_owned())
        .collect();
    for name in ["Amazon Root CA 1", "Amazon Root CA 4", "Starfield Services"] {
        assert!(names.iter().any(|known| known.contains(name)), "{name}");
    }
}

#[test]
fn a_file_of_roots_replaces_those_that_are_built_in() {
    let file = File::new(ROOT);
    assert_eq!(file.read().unwrap().len(), 1);
    assert!(client(file.0.to_str()).is_ok());
}

#[test]
fn a_file_without_a_root_is_refused_and_not_taken_for_no_file() {
    let broken = ROOT.replace("MIIBjTCC", "!!!!!!!!");
    for content in ["", "no certificate", &broken] {
        let error = File::new(content).read().unwrap_err();
        assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
    }
    let gone = std::env::temp_dir().join("muster-roots-that-never-were.pem");
    assert!(client(gone.to_str()).is_err());
}

/// What the SDK makes of a table behind this address.
async fn asked(endpoint: &str) -> String {
    let settings = crate::fake::Settings::new();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .endpoint_url(endpoint)
        .region(settings.region)
        .credentials_provider(settings.credentials)
        .http_client(settings.http)
        .retry_config(settings.retries)
        .build();
    let table = aws_sdk_dynamodb::Client::from_conf(config);
    let error = table.list_tables().send().await.unwrap_err();
    let SdkError::DispatchFailure(failure) = &error else {
        panic!("{error:?}");
    };
    assert!(failure.is_io(), "{error:?}");
    format!("{error:?}")
}

#[tokio::test]
async fn a_connection_that_breaks_or_is_refused_may_be_tried_again_and_names_no_address() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // It takes the connection, and drops it.
    tokio::spawn(async move { listener.accept().await.map(drop) });
    // The first time it breaks; after that nobody listens.
    for _ in 0..2 {
        let error = asked(&format!("http://{address}/secret-path")).await;
        assert!(!error.contains("secret-path"), "{error}");
    }
}

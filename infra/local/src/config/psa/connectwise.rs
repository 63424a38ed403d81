//! `[psa]` with `system = "connectwise"`.

use connectors::psa::{PsaKind, Settings, SettingsError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{path_token, random};
use crate::config::reader::Reader;
use crate::config::vendors::address;

pub(super) fn read(mut reader: Reader<'_>) -> Option<SecretString> {
    let site_url = address(&mut reader, "site_url", None, None);
    let company_id = reader.required_text("company_id", "the company of the sign-in, a text");
    let public_key = reader.secret("public_key");
    let private_key = reader.secret("private_key");
    let client_id = reader.secret("client_id");
    let api_version = reader.text("api_version", "a version of the API, as \"2025.1\"");
    let contact_type = reader.text("contact_type", "the description of a contact type, a text");
    // Without a path nothing can be delivered: nobody knows the one that is drawn then.
    let path_token = if reader.has_secret("webhook_path_token") {
        path_token(&mut reader)
    } else {
        reader.leave("webhook_path_token");
        Some(random())
    };
    let document = (|| {
        Some(json!({
            "system": PsaKind::ConnectWise.as_str(),
            "site_url": site_url?,
            "company_id": company_id?.value.trim(),
            "public_key": public_key?.value.expose_secret(),
            "private_key": private_key?.value.expose_secret(),
            "client_id": client_id?.value.expose_secret(),
            "api_version": api_version.map(|version| version.value.trim()),
            "contact_type": contact_type.map(|kind| kind.value.trim()),
            "webhook_path_token": path_token?.expose_secret(),
        }))
    })();
    let document = document.map(|document| SecretString::from(document.to_string()));
    // The connector knows best what its members may hold; a path token is told above.
    if let Some(document) = &document
        && let Err(SettingsError::Wrong { member, remedy }) = Settings::from_json(document)
        && member != "webhook_path_token"
    {
        reader.wrong(member, remedy);
    }
    reader.finish();
    document
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::Value;

    use crate::config::Config;

    const TABLE: &str = "[psa]\nsystem = \"connectwise\"\nsite_url = \"https://na.myconnectwise.net/\"\n\
                         company_id = \"acmemsp\"\npublic_key = \"Pub\"\nprivate_key = \"hush\"\n\
                         client_id = \"5b0c2d7e\"\n";

    fn read(text: &str) -> Result<Value, String> {
        let config = Config::read("muster.toml", text, &|_| None);
        let config = config.map_err(|problems| problems.to_string())?;
        let document = config.psa.unwrap();
        Ok(serde_json::from_str(document.expose_secret()).unwrap())
    }

    #[test]
    fn a_table_becomes_the_document_of_a_deployment() {
        let more = "api_version = \"2024.1\"\ncontact_type = \"End User\"\n\
                    webhook_path_token = \"path-0123456789-0123456789\"\n";
        let document = read(&format!("{TABLE}{more}")).unwrap();
        assert_eq!(document["system"], "connectwise");
        assert_eq!(document["site_url"], "https://na.myconnectwise.net");
        assert_eq!(document["contact_type"], "End User");
        assert_eq!(document["webhook_path_token"], "path-0123456789-0123456789");
        let bare = read(TABLE).unwrap();
        assert_eq!(bare["api_version"], Value::Null);
        assert!(bare["webhook_path_token"].as_str().unwrap().len() >= 32);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_secrets() {
        for (text, expected) in [
            (
                "[psa]\nsystem = \"connectwise\"\n".to_owned(),
                "1: psa.site_url: is missing",
            ),
            (
                "[psa]\nsystem = \"connectwise\"\n".to_owned(),
                "1: psa.private_key: is missing",
            ),
            (
                TABLE.replace("acmemsp", "acme+msp"),
                "4: psa.company_id: must be the company",
            ),
            (
                TABLE.replace("net/", "net/v4_6_release"),
                "3: psa.site_url: must be the https",
            ),
            (
                format!("{TABLE}api_version = \"newest\"\n"),
                "8: psa.api_version: must be a version",
            ),
            (
                format!("{TABLE}tenant = \"acme\"\n"),
                "8: psa.tenant: unknown key",
            ),
            (
                format!("{TABLE}webhook_path_token = \"hush\"\n"),
                "8: psa.webhook_path_token: expected",
            ),
        ] {
            let told = read(&text).unwrap_err();
            assert!(told.contains(expected), "{expected} in: {told}");
            assert!(!told.contains("hush"), "{told}");
        }
    }
}

//! The support PIN as a note on the contact, beside the custom field (B156): technicians read notes.
//!
//! The PIN is in its field when the note is made, and is never written again. So there is one note, or,
//! where making it fails, none: that is told in the log, and the push is done all the same.

use domain::push::custom::CustomField;
use http::Method;
use serde_json::json;

use super::ConnectWise;
use super::client::Call;
use super::custom;
use super::resource::Resource;
use super::wire::WireField;
use super::write;

impl ConnectWise {
    /// Adds the note, where a PIN was written.
    pub(super) async fn note_pin(
        &self,
        contact: i64,
        fields: &[WireField],
        written: &[(CustomField, String)],
    ) {
        let pin = (written.iter())
            .find(|(field, _)| *field == CustomField::SupportPin)
            // Where contacts have no such field there is no PIN.
            .filter(|(field, _)| custom::find(fields, field.name()).is_some());
        let Some((field, pin)) = pin else {
            return;
        };
        let body = json!({ "text": format!("{field}: {pin}") });
        let call = Call::new(Method::POST, Resource::Notes, &[contact]);
        let sent = match call.body(&body, &write::texts([pin.as_str()])) {
            Ok(call) => self.client.send(call).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "a support PIN is in its field, and not in a note");
        }
    }
}

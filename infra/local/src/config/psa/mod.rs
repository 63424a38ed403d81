//! `[psa]`: the one PSA of the MSP, read into the secret document that a deployment keeps in Secrets
//! Manager. Each system has its own keys, in a file of its own.

mod autotask;
mod connectwise;
mod halo;
mod kaseya_bms;
mod syncro;

use connectors::psa::{Gaps, PsaKind, Settings, WEBHOOK_PATH_TOKEN_LENGTH_MIN};
use secrecy::{ExposeSecret, SecretString};

use super::reader::Reader;

/// Which PSA, and how it is reached.
pub(crate) struct Psa {
    pub(crate) kind: PsaKind,
    /// `None` where something in the table is wrong, which the reader has noted.
    pub(crate) document: Option<SecretString>,
}

impl Psa {
    /// What cannot be done with it as it is reached. Where that is wrong, it is what its vendor lacks.
    pub(crate) fn gaps(&self) -> Gaps {
        let settings = self.document.as_ref().map(Settings::from_json);
        match settings {
            Some(Ok(settings)) => settings.gaps(),
            Some(Err(_)) | None => self.kind.gaps(),
        }
    }

    /// What would let it do more.
    pub(crate) fn remedy(&self) -> &'static str {
        match self.kind {
            PsaKind::KaseyaBms => kaseya_bms::FIELDS_REMEDY,
            PsaKind::Halo | PsaKind::Autotask | PsaKind::ConnectWise | PsaKind::Syncro => "",
        }
    }
}

/// Reads the table; `None` where it does not say which PSA, which the reader has noted.
pub(crate) fn psa(mut reader: Reader<'_>) -> Option<Psa> {
    // Which keys there may be depends on it.
    let kind = system(&mut reader)?;
    let document = match kind {
        PsaKind::Halo => halo::read(reader),
        PsaKind::Autotask => autotask::read(reader),
        PsaKind::KaseyaBms => kaseya_bms::read(reader),
        PsaKind::Syncro => syncro::read(reader),
        PsaKind::ConnectWise => connectwise::read(reader),
    };
    Some(Psa { kind, document })
}

fn system(reader: &mut Reader<'_>) -> Option<PsaKind> {
    let names: Vec<String> = PsaKind::ALL
        .iter()
        .map(|kind| format!("\"{kind}\""))
        .collect();
    let expected = format!("one of {}", names.join(", "));
    reader.required_text("system", &expected)?;
    reader
        .parsed("system", &expected, PsaKind::parse)
        .map(|kind| kind.value)
}

/// The path's token, which must be a segment of an address that nobody guesses.
fn path_token(reader: &mut Reader<'_>) -> Option<SecretString> {
    let path_token = reader.secret("webhook_path_token")?;
    let token = path_token.value.expose_secret();
    let is_segment = token
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'));
    if token.len() < WEBHOOK_PATH_TOKEN_LENGTH_MIN || !is_segment {
        reader.wrong_at(
            path_token.line,
            "webhook_path_token",
            format!(
                "expected at least {WEBHOOK_PATH_TOKEN_LENGTH_MIN} random characters out of A-Z, \
                 a-z, 0-9, '-', '_', '.' and '~'"
            ),
        );
    }
    Some(path_token.value)
}

/// A secret that nobody knows: what would have to be proved with it cannot be.
fn random() -> SecretString {
    let text = format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    );
    SecretString::from(text)
}

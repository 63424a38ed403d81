//! How to reach a PSA: the secret document of its connection.
//!
//! Invariant: `Debug` shows where, never with what.

use domain::failure::{Disposition, Failure};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

use super::{Gaps, PsaKind, autotask, connectwise, halo, kaseya_bms, syncro};
use crate::http::BaseUrl;

/// The fewest characters of a webhook's path token: a floor against placeholders. 128 random bits,
/// as URL-safe text, have 22, and that is what the documents ask for.
pub const WEBHOOK_PATH_TOKEN_LENGTH_MIN: usize = 8;
/// The fewest characters of a webhook's password: a floor, as above.
pub const WEBHOOK_PASSWORD_LENGTH_MIN: usize = 6;

/// The secret document of a PSA connection, as JSON: its member `system` says of which PSA, and so
/// which other members it has.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "system", rename_all = "kebab-case")]
pub enum Settings {
    /// HaloPSA.
    Halo(halo::HaloSettings),
    /// Autotask PSA.
    Autotask(autotask::AutotaskSettings),
    /// Kaseya BMS.
    KaseyaBms(kaseya_bms::KaseyaBmsSettings),
    /// Syncro.
    Syncro(syncro::SyncroSettings),
    /// ConnectWise PSA.
    #[serde(rename = "connectwise")]
    ConnectWise(connectwise::ConnectWiseSettings),
}

/// Why a secret document cannot be used. Names the member, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is no JSON, or a member is missing or of another type.
    #[error("the secret document of the PSA is no JSON object with all its members")]
    Unreadable,
    /// A member has a value that cannot work.
    #[error("{member} of the PSA connection: {remedy}")]
    Wrong {
        /// The member.
        member: &'static str,
        /// What to put there.
        remedy: &'static str,
    },
}

impl From<SettingsError> for Failure {
    /// Nothing passes until a person corrects the document.
    fn from(error: SettingsError) -> Self {
        Self::new(Disposition::Suspend, error)
    }
}

impl Settings {
    /// Reads a secret document. What serde says of it is left out, since it may quote secrets.
    pub fn from_json(document: &SecretString) -> Result<Self, SettingsError> {
        let settings: Self = serde_json::from_str(document.expose_secret())
            .map_err(|_| SettingsError::Unreadable)?;
        settings.check()?;
        Ok(settings)
    }

    /// Which PSA.
    pub fn system(&self) -> PsaKind {
        match self {
            Self::Halo(_) => PsaKind::Halo,
            Self::Autotask(_) => PsaKind::Autotask,
            Self::KaseyaBms(_) => PsaKind::KaseyaBms,
            Self::Syncro(_) => PsaKind::Syncro,
            Self::ConnectWise(_) => PsaKind::ConnectWise,
        }
    }

    /// Can these settings work? [`super::connect`] asks too.
    pub fn check(&self) -> Result<(), SettingsError> {
        let path_token = self.webhook_path_token();
        if path_token.is_some_and(|t| t.expose_secret().len() < WEBHOOK_PATH_TOKEN_LENGTH_MIN) {
            return Err(wrong(
                "webhook_path_token",
                "must have at least 8 characters",
            ));
        }
        match self {
            Self::Halo(settings) => settings.check(),
            Self::Autotask(settings) => settings.check(),
            Self::KaseyaBms(settings) => settings.check(),
            Self::Syncro(settings) => settings.check(),
            Self::ConnectWise(settings) => settings.check(),
        }
    }

    /// What the PSA cannot do for somebody with these settings. For BMS that depends on them.
    pub fn gaps(&self) -> Gaps {
        match self {
            Self::KaseyaBms(settings) => settings.gaps(),
            Self::Halo(_) | Self::Autotask(_) | Self::Syncro(_) | Self::ConnectWise(_) => {
                self.system().gaps()
            }
        }
    }

    /// The last part of the path to which the PSA delivers; `None` where nothing is delivered.
    pub(crate) fn webhook_path_token(&self) -> Option<&SecretString> {
        match self {
            Self::Halo(settings) => Some(&settings.webhook_path_token),
            Self::Autotask(settings) => Some(&settings.webhook_path_token),
            Self::KaseyaBms(_) | Self::Syncro(_) => None,
            Self::ConnectWise(settings) => Some(&settings.webhook_path_token),
        }
    }
}

/// A member that is an address: https, or of this machine.
pub(super) fn base_url(
    member: &'static str,
    text: &str,
    end: &str,
    remedy: &'static str,
) -> Result<BaseUrl, SettingsError> {
    let base = BaseUrl::parse(text).map_err(|_| wrong(member, remedy))?;
    let path = base.join([]).path().to_ascii_lowercase();
    if path.ends_with(end) {
        Ok(base)
    } else {
        Err(wrong(member, remedy))
    }
}

/// Members that must say something.
pub(super) fn filled(members: &[(&'static str, &str)]) -> Result<(), SettingsError> {
    match members.iter().find(|(_, value)| value.trim().is_empty()) {
        Some((member, _)) => Err(wrong(member, "must not be empty")),
        None => Ok(()),
    }
}

/// A member that cannot work.
pub(super) fn wrong(member: &'static str, remedy: &'static str) -> SettingsError {
    SettingsError::Wrong { member, remedy }
}

/// Reads a text that nobody is to see.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    Ok(SecretString::from(String::deserialize(deserializer)?))
}

//! Typed ids. The prefix shows the kind of a thing in any log line; a customer's id is the
//! operator's own word for it. Ids made from ids are deterministic, so that doing a thing twice
//! makes one thing.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::identity::IdentityKey;

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to 128 characters out of a-z, A-Z, 0-9, '.', '_', '-' and ':'")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text as an id; see [`IdError`] for what is one.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(IdError) }
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A customer, in the operator's own words.
    CustomerId,
    /// An account, `acc_` and 32 hexadecimal digits.
    AccountId,
    /// A run, `run_` and a time-ordered text: later runs sort later.
    RunId,
    /// An event, `evt_` and a time-ordered text.
    EventId,
    /// An upload of an agent, `upl_` and a time-ordered text.
    UploadId,
    /// An agent, `agt_` and a text.
    AgentId,
    /// A contact as its PSA names it.
    ContactId,
    /// A company as its PSA names it.
    CompanyId,
    /// A site of a company as its PSA names it.
    SiteId,
    /// A customer as a documentation system names it.
    OrganizationId,
    /// A password entry as its documentation system names it.
    EntryId,
    /// What entries may be embedded in, as its documentation system names it: a configuration of IT Glue,
    /// an asset of Hudu.
    ConfigurationId,
}

fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':'))
}

impl AccountId {
    /// The account that an identity founds. The same customer and identity always give the same
    /// id, so a create that is repeated meets what the first one made.
    pub fn founded_by(customer: &CustomerId, key: &IdentityKey) -> Self {
        let mut hash = Sha256::new();
        for part in [customer.as_str(), key.source.as_str(), &key.id] {
            // The length keeps "ab" + "c" and "a" + "bc" apart.
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let hash: [u8; 32] = hash.finalize().into();
        let half = hash.first_chunk().expect("a hash has more than 16 bytes");
        // Not a UUID, but its 32 digits are the quickest to write.
        Self(format!("acc_{}", Uuid::from_bytes(*half).simple()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Source;

    #[test]
    fn an_identity_founds_the_same_account_every_time() {
        let customer = CustomerId::parse("northwind").unwrap();
        let key = IdentityKey::new(Source::Microsoft365, "3f0c2f5e-8a54-4f3e-9d57-0a1b2c3d4e5f");
        let first = AccountId::founded_by(&customer, &key);
        assert_eq!(first, AccountId::founded_by(&customer, &key));
        assert_eq!(first.as_str(), "acc_4474dd2fca2e49e6c7d02e50acd836b1");
        let elsewhere = CustomerId::parse("fabrikam").unwrap();
        assert_ne!(first, AccountId::founded_by(&elsewhere, &key));
    }

    #[test]
    fn ids_refuse_what_could_break_a_key() {
        for bad in ["", "a#b", "a/b", "a b", "ä", &"x".repeat(129)] {
            assert_eq!(CustomerId::parse(bad), Err(IdError), "{bad}");
        }
    }
}

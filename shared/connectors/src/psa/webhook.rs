//! A PSA's webhook deliveries: genuine ones, and why others are turned away.
//!
//! Invariant: a [`Delivery`] exists only where [`verify`] made it. What arrived is bytes until then,
//! and content is a hint even after: whoever handles it reads the contacts anew.

use std::fmt;

use domain::id::ContactId;
use http::HeaderMap;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Settings, autotask, connectwise, halo};
use crate::Vendors;

/// A delivery that its vendor has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// What a repeated delivery has in common with the first: the vendor's id, else a hash of the
    /// body. 1 to 128 characters out of those of our ids.
    pub id: String,
    /// The contacts it speaks of, each once, in the order in which they were named; at most
    /// `CONTACTS_PER_DELIVERY_MAX`. None, if it speaks of none, as a test by hand does.
    pub contacts: Vec<ContactId>,
    /// How many more it named than are taken; they are found by the next regular run.
    pub left_out: usize,
}

impl Delivery {
    /// Only for the vendors' `verify`.
    pub(crate) fn verified(id: String, contacts: Vec<ContactId>, left_out: usize) -> Self {
        Self {
            id,
            contacts,
            left_out,
        }
    }
}

/// Why a delivery is turned away. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The path is not the one agreed with the vendor. To be answered with 404.
    #[error("no webhook has this path")]
    NotFound,
    /// The path is right, the credentials are not. To be answered with 401.
    #[error("the credentials of the webhook are missing or wrong")]
    Unauthorized,
    /// The body is longer than `DELIVERY_BYTES_MAX`. To be answered with 413.
    #[error("the body of the delivery is too large")]
    TooLarge,
    /// The body is no JSON, or no object and no array of objects. To be answered with 400.
    #[error("the body of the delivery cannot be read")]
    Unreadable,
    /// Whether the vendor sent it cannot be found out now: the key of its signature cannot be had.
    /// To be answered with 429, after which vendors deliver again; ConnectWise PSA does so after no
    /// status of the 5xx.
    #[error("the origin of the delivery cannot be proved at the moment")]
    NotNow,
}

impl DeliveryError {
    /// The HTTP status to answer with.
    pub fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Unauthorized => 401,
            Self::TooLarge => 413,
            Self::Unreadable => 400,
            Self::NotNow => 429,
        }
    }
}

/// What arrived and nobody has checked: printed as its size alone.
#[derive(Clone, Copy)]
pub struct UnverifiedDelivery<'a> {
    /// The PSA that the path names.
    pub system: &'a str,
    /// The last part of the path.
    pub path_token: &'a str,
    /// The headers, in which vendors put credentials and signatures.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

impl UnverifiedDelivery<'_> {
    /// A header, where it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Is what arrived genuinely from the vendor, and which contacts does it speak of? Nothing is parsed
/// before the secrets agree; they are compared in constant time. `vendors` is there for those whose
/// signatures need a key that is fetched.
pub async fn verify(
    vendors: &Vendors,
    settings: &Settings,
    unverified: UnverifiedDelivery<'_>,
) -> Result<Delivery, DeliveryError> {
    check_path(settings, unverified)?;
    match settings {
        Settings::Halo(settings) => halo::webhook::verify(settings, unverified),
        Settings::Autotask(settings) => autotask::webhook::verify(settings, unverified),
        // These have no path at all, since nothing proves what comes from them.
        Settings::KaseyaBms(_) | Settings::Syncro(_) => Err(DeliveryError::NotFound),
        Settings::ConnectWise(settings) => {
            connectwise::webhook::verify(vendors, settings, unverified).await
        }
    }
}

/// Is that the path that the PSA was given?
pub(crate) fn check_path(
    settings: &Settings,
    unverified: UnverifiedDelivery<'_>,
) -> Result<(), DeliveryError> {
    let is_ours = unverified.system == settings.system().as_str()
        && settings.webhook_path_token().is_some_and(|path_token| {
            let path_token = path_token.expose_secret().as_bytes();
            is_same(path_token, unverified.path_token.as_bytes())
        });
    if is_ours {
        Ok(())
    } else {
        Err(DeliveryError::NotFound)
    }
}

/// Are these the same? Compared by digest in constant time, so that neither content nor length
/// leaks; an empty secret of ours is like nothing.
pub(crate) fn is_same(expected: &[u8], given: &[u8]) -> bool {
    let is_equal: bool = Sha256::digest(expected)
        .ct_eq(&Sha256::digest(given))
        .into();
    is_equal && !expected.is_empty()
}

impl fmt::Debug for UnverifiedDelivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedDelivery")
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

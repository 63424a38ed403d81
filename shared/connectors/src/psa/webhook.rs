//! A PSA's webhook deliveries: genuine ones, and why others are turned away.
//!
//! Invariant: a [`Delivery`] exists only where [`verify`] made it. What arrived is bytes until then,
//! and content is a hint even after: whoever handles it reads the contacts anew.

use std::fmt;

use domain::id::ContactId;

use super::{PsaKind, Settings, halo};

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
}

impl DeliveryError {
    /// The HTTP status to answer with.
    pub fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Unauthorized => 401,
            Self::TooLarge => 413,
            Self::Unreadable => 400,
        }
    }
}

/// Is what arrived genuinely from the vendor, and which contacts does it speak of? `path_token` is
/// the last part of the path, `authorization` the header of that name. Nothing is parsed before the
/// secrets agree; they are compared in constant time.
pub fn verify(
    settings: &Settings,
    path_token: &str,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<Delivery, DeliveryError> {
    let unverified = UnverifiedDelivery {
        path_token,
        authorization,
        body,
    };
    match settings.system {
        PsaKind::Halo => halo::webhook::verify(settings, unverified),
    }
}

/// What arrived and nobody has checked: printed as its size alone.
#[derive(Clone, Copy)]
pub(crate) struct UnverifiedDelivery<'a> {
    pub(crate) path_token: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl fmt::Debug for UnverifiedDelivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedDelivery")
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

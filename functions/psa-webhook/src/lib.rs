//! psa-webhook.

//! psa-push.

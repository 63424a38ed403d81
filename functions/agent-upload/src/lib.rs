//! agent-upload.

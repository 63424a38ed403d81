//! Answers that hold secrets are overwritten once they were read.

use bytes::{Bytes, BytesMut};
use secrecy::zeroize::Zeroize;

/// Overwrites what was read.
pub(super) fn wipe(body: Bytes) {
    drop(wiped(body));
}

/// The same memory, overwritten; `None` where somebody else holds it. What the network layer copied on
/// its way is not in our hands; it is freed with its connection.
fn wiped(body: Bytes) -> Option<BytesMut> {
    let mut bytes = body.try_into_mut().ok()?;
    bytes.as_mut().zeroize();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_wiped_where_nobody_else_holds_it() {
        let text = br#"{"asset_passwords":[{"id":1,"password":"canary"}]}"#;
        // As an answer is read: chunk by chunk, then frozen.
        let mut read = BytesMut::new();
        read.extend_from_slice(text);
        let body = read.freeze();
        let (place, held) = (body.as_ptr(), body.clone());
        assert!(wiped(body).is_none());
        let bytes = wiped(held).unwrap();
        assert_eq!((bytes.as_ptr(), bytes.len()), (place, text.len()));
        assert!(bytes.iter().all(|byte| *byte == 0));
    }
}

//! The signature of a delivery: HMAC-SHA1 over its body, as `X-Hook-Signature: sha1=<base64>`. Pure.
//!
//! The sender was seen to sign a body in which letters that are not ASCII, and some signs, are
//! escaped, while the body that arrives has them as they are. So where the body as it came does not
//! fit, it is tried once more as it was signed then.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// The header, in lower case.
pub(super) const HEADER: &str = "x-hook-signature";
/// The longest header looked at, in bytes.
const HEADER_BYTES_MAX: usize = 256;

/// A signature that came with a delivery.
pub(super) struct Signature(Vec<u8>);

impl Signature {
    /// Reads the header; one that is no signature fits nothing.
    pub(super) fn parse(header: Option<&str>) -> Option<Self> {
        let header = header
            .filter(|header| header.len() <= HEADER_BYTES_MAX)?
            .trim();
        let (scheme, digest) = header.split_once('=')?;
        let digest = STANDARD.decode(digest.trim()).ok()?;
        scheme.eq_ignore_ascii_case("sha1").then_some(Self(digest))
    }

    /// Is it that key's signature of these bytes? Compared in constant time; no key signs nothing.
    pub(super) fn fits(&self, key: &[u8], body: &[u8]) -> bool {
        // A weak digest, which the vendor prescribes; as a MAC it is not known to be broken.
        let is_signed = hmac::verify(
            &hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key),
            body,
            &self.0,
        );
        is_signed.is_ok() && !key.is_empty()
    }
}

/// The body with what the sender escapes inside of texts; `None` for what is no text at all.
pub(super) fn escaped(body: &[u8]) -> Option<Vec<u8>> {
    let body = std::str::from_utf8(body).ok()?;
    let mut out = String::with_capacity(body.len() + body.len() / 4);
    let mut is_inside = false;
    let mut letters = body.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                is_inside = !is_inside;
                out.push('"');
            }
            '\\' if is_inside => match letters.next() {
                Some('"') => push_escape(&mut out, '"'),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '&' | '<' | '>' | '\'' | '+' | '`' if is_inside => push_escape(&mut out, letter),
            _ if is_inside && !letter.is_ascii() => push_escape(&mut out, letter),
            _ => out.push(letter),
        }
    }
    Some(out.into_bytes())
}

fn push_escape(out: &mut String, letter: char) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        out.push_str(&format!("\\u{unit:04X}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"whSecretForDocsOnly";

    #[test]
    fn a_signature_is_made_of_key_and_body() {
        let body = br#"{"Action":"Update","Id":30684412}"#;
        let header = "sha1=EDLiFaucNNYbXiEklSw8s6Kd030=";
        let signature = Signature::parse(Some(header)).unwrap();
        assert!(signature.fits(KEY, body));
        assert!(!signature.fits(KEY, b"{}") && !signature.fits(b"another", body));
        for header in [
            None,
            Some(""),
            Some("sha1"),
            Some("sha1=***"),
            Some("sha256=EDLiFaucNNYbXiEklSw8s6Kd030="),
            Some("EDLiFaucNNYbXiEklSw8s6Kd030="),
        ] {
            assert!(Signature::parse(header).is_none(), "{header:?}");
        }
        let cut = Signature::parse(Some("sha1=EDLiFaucNNYbXiEklSw8s6Kd0w==")).unwrap();
        let empty = Signature::parse(Some("sha1=")).unwrap();
        assert!(!cut.fits(KEY, body) && !empty.fits(KEY, body) && !empty.fits(b"", body));
        assert!(Signature::parse(Some(&format!("sha1={}", "A".repeat(300)))).is_none());
    }

    #[test]
    fn texts_are_escaped_as_the_sender_does() {
        for (body, expected) in [
            (
                r#"{"a":"Jürg & Søn"}"#,
                r#"{"a":"J\u00FCrg \u0026 S\u00F8n"}"#,
            ),
            (
                r#"{"a":"say \"hi\" \\ \u00e4\n"}"#,
                r#"{"a":"say \u0022hi\u0022 \\ \u00e4\n"}"#,
            ),
            (
                r#"{"a":"+<>'`😀"}"#,
                r#"{"a":"\u002B\u003C\u003E\u0027\u0060\uD83D\uDE00"}"#,
            ),
            (r#"{"a":-1e+5}"#, r#"{"a":-1e+5}"#),
            (r#"{"a":"open\"#, r#"{"a":"open\"#),
        ] {
            let escaped = escaped(body.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(escaped).unwrap(), expected);
        }
        assert_eq!(escaped(b"\xff"), None);
    }
}

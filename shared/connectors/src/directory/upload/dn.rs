//! Distinguished names (RFC 4514). Two spellings of one name have one key; names themselves are
//! not kept where only equality is asked.

use sha2::{Digest, Sha256};

use super::windows;

/// What two spellings of one distinguished name have in common. 16 bytes stand for a name of any
/// length: a hundred thousand members fit into memory, and no two names of a directory meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DnKey([u8; 16]);

/// How a name begins that is nothing but a SID.
const SID_NAME: &str = "CN=S-1-";

impl DnKey {
    /// The key of a distinguished name: types and values compare without case, escapes are
    /// resolved, space around separators does not count.
    pub(super) fn of(dn: &str) -> Self {
        let mut hash = Sha256::new();
        for rdn in rdns(dn) {
            let mut parts: Vec<String> = rdn
                .iter()
                .map(|(kind, value)| format!("{}={}", kind.to_lowercase(), value.to_lowercase()))
                .collect();
            // The parts of `CN=a+OU=b` have no order.
            parts.sort_unstable();
            for part in parts {
                hash.update(part.len().to_be_bytes());
                hash.update(part.as_bytes());
            }
            // Where one RDN ends: no part has this length.
            hash.update(usize::MAX.to_be_bytes());
        }
        Self::cut(hash)
    }

    /// The key of a security identifier, for members of other domains, which stand in a group as
    /// `CN=S-1-5-...,CN=ForeignSecurityPrincipals,...`.
    pub(super) fn of_sid(sid: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"sid");
        hash.update(sid.as_bytes());
        Self::cut(hash)
    }

    /// The key of a member as a group lists it: by its SID where the name is nothing but one.
    pub(super) fn of_member(dn: &str) -> Self {
        let name = without_extension(dn);
        // Told before anything is parsed: a big domain has a million memberships.
        if !name
            .get(..SID_NAME.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(SID_NAME))
        {
            return Self::of(name);
        }
        first_value(name)
            .and_then(|value| windows::sid(value.as_bytes()))
            .map_or_else(|| Self::of(name), |sid| Self::of_sid(&sid))
    }

    /// The key of an id, for finding records that came twice.
    pub(super) fn of_id(id: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"id");
        hash.update(id.as_bytes());
        Self::cut(hash)
    }

    fn cut(hash: Sha256) -> Self {
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        Self(key)
    }
}

/// The value of the first part: what the record itself is called.
pub(super) fn first_value(dn: &str) -> Option<String> {
    let first = rdns(dn).into_iter().next()?;
    first.into_iter().next().map(|(_, value)| value)
}

/// The value of the second part: the container the record lies in.
pub(super) fn container(dn: &str) -> Option<String> {
    let second = rdns(dn).into_iter().nth(1)?;
    second.into_iter().next().map(|(_, value)| value)
}

type Rdn = Vec<(String, String)>;

/// The parts of a name, outermost last. Lenient: what is no `type=value` is a value without type.
fn rdns(dn: &str) -> Vec<Rdn> {
    let dn = without_extension(dn);
    if dn.trim().is_empty() {
        return Vec::new();
    }
    split(dn, ',')
        .into_iter()
        .map(|rdn| split(rdn, '+').into_iter().map(part).collect())
        .collect()
}

/// The extended form `<GUID=...>;<SID=...>;CN=...` (control 1.2.840.113556.1.4.529) without what
/// it puts in front.
fn without_extension(mut dn: &str) -> &str {
    while dn.starts_with('<') {
        match dn.split_once(">;") {
            Some((_, rest)) => dn = rest,
            None => break,
        }
    }
    dn
}

/// Cuts at a separator that is not escaped.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == separator {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + c.len_utf8();
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn part(text: &str) -> (String, String) {
    let (kind, value) = text.split_once('=').unwrap_or(("", text));
    (kind.trim().to_owned(), unescape(value))
}

/// Resolves `\,` and `\C3`, and drops space around the value that is not escaped.
fn unescape(value: &str) -> String {
    let value = value.trim_start();
    let mut bytes = Vec::with_capacity(value.len());
    // Nothing before this index is space that may be dropped.
    let mut kept = 0;
    let mut rest = value.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            bytes.push(*byte);
            if !byte.is_ascii_whitespace() {
                kept = bytes.len();
            }
            continue;
        }
        if let Some((pair, after)) = rest.split_first_chunk::<2>()
            && let Some(decoded) = hex_pair(*pair)
        {
            bytes.push(decoded);
            rest = after;
        } else if let Some((escaped, after)) = rest.split_first() {
            bytes.push(*escaped);
            rest = after;
        }
        kept = bytes.len();
    }
    bytes.truncate(kept);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_pair([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    Some(digit(high)? << 4 | digit(low)?)
}

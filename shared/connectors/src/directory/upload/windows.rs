//! Windows' own values: GUIDs, SIDs and times, in each form in which an export writes them.
//! Sources: MS-DTYP (GUID 2.3.4, SID 2.4.2, FILETIME 2.3.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::Uuid;

/// 100 ns ticks between 1601, where FILETIME begins, and 1970.
const TICKS_TO_1970: i64 = 116_444_736_000_000_000;
/// A SID has at most this many sub-authorities (MS-DTYP 2.4.2.2).
const SUB_AUTHORITIES_MAX: usize = 15;

/// A GUID as lower-case text with hyphens: from 16 octets, whose first three fields are
/// little-endian, from base64 of these, or from its text, with or without braces.
pub(super) fn guid(value: &[u8]) -> Option<String> {
    guid_of_octets(value).or_else(|| {
        let text = value.trim_ascii();
        let parsed = Uuid::try_parse_ascii(text).ok();
        let parsed = parsed.map(|guid| guid.hyphenated().to_string());
        parsed.or_else(|| guid_of_octets(&STANDARD.decode(text).ok()?))
    })
}

fn guid_of_octets(value: &[u8]) -> Option<String> {
    let octets = <[u8; 16]>::try_from(value).ok()?;
    Some(Uuid::from_bytes_le(octets).hyphenated().to_string())
}

/// A SID as `S-1-...`: from its octets, or from its text.
pub(super) fn sid(value: &[u8]) -> Option<String> {
    match std::str::from_utf8(value) {
        Ok(text) if text.trim().get(..2).is_some_and(is_sid_prefix) => sid_of_text(text.trim()),
        _ => sid_of_octets(value),
    }
}

fn is_sid_prefix(text: &str) -> bool {
    text.eq_ignore_ascii_case("S-")
}

fn sid_of_text(text: &str) -> Option<String> {
    let mut parts = text.split('-').skip(1);
    let revision: u8 = parts.next()?.parse().ok()?;
    let authority: u64 = parts.next()?.parse().ok()?;
    let subs: Vec<u32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    write_sid(revision, authority, &subs)
}

fn sid_of_octets(octets: &[u8]) -> Option<String> {
    let (revision, rest) = octets.split_first()?;
    let (count, rest) = rest.split_first()?;
    let (authority, subs) = rest.split_first_chunk::<6>()?;
    let authority = authority
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    if subs.len() != usize::from(*count) * 4 {
        return None;
    }
    let subs: Vec<u32> = subs
        .as_chunks::<4>()
        .0
        .iter()
        .map(|sub| u32::from_le_bytes(*sub))
        .collect();
    write_sid(*revision, authority, &subs)
}

fn write_sid(revision: u8, authority: u64, subs: &[u32]) -> Option<String> {
    let fits = revision == 1
        && authority <= u64::from(u32::MAX)
        && (1..=SUB_AUTHORITIES_MAX).contains(&subs.len());
    if !fits {
        return None;
    }
    let mut text = format!("S-1-{authority}");
    for sub in subs {
        text.push('-');
        text.push_str(&sub.to_string());
    }
    Some(text)
}

/// A SID cut into its domain (or machine) and the number of the record in it (RID).
pub(super) fn split_sid(sid: &str) -> Option<(&str, u32)> {
    let (domain, rid) = sid.rsplit_once('-')?;
    Some((domain, rid.parse().ok()?))
}

/// The RID of a record of a domain or machine (`S-1-5-21-a-b-c-RID`); `None` for any other SID,
/// whose last number means something else.
pub(super) fn rid(sid: &str) -> Option<u32> {
    let (domain, rid) = split_sid(sid)?;
    (domain.starts_with("S-1-5-21-") && domain.split('-').count() == 7).then_some(rid)
}

/// When an account expires, of `accountExpires`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// 0 and the greatest value both mean this.
    Never,
    /// At that instant; a year beyond what we can write is cut to the last we can.
    At(Timestamp),
}

/// Reads `accountExpires`; `None` for a negative number, which is no time.
pub(super) fn expiry(ticks: i64) -> Option<Expiry> {
    match ticks {
        0 | i64::MAX => Some(Expiry::Never),
        ..0 => None,
        _ => {
            let since_1970 = i128::from(ticks - TICKS_TO_1970) * 100;
            let at = Timestamp::from_nanosecond(since_1970).unwrap_or(Timestamp::MAX);
            Some(Expiry::At(at))
        }
    }
}

/// A time as PowerShell writes it: `/Date(ms)/`, with or without a zone that changes nothing
/// (5.1), or ISO 8601 (7). A time without an offset is taken as UTC.
pub(super) fn json_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("/Date(") {
        let ms = rest.strip_suffix(")/")?;
        let zone = ms
            .char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '+' | '-'));
        let ms = zone.and_then(|(at, _)| ms.get(..at)).unwrap_or(ms);
        return Timestamp::from_millisecond(ms.parse().ok()?).ok();
    }
    text.parse().ok().or_else(|| {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(local).ok()
    })
}

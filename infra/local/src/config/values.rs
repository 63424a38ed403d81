//! Values with a form of their own: intervals, addresses, tenants.

use domain::limits::{INTERVAL_MINUTES_MAX, INTERVAL_MINUTES_MIN};
use url::{Host, Url};

/// What an interval looks like, for messages.
pub(crate) const INTERVAL: &str =
    "an interval from 15 minutes to 24 hours, as \"3h\", \"90m\" or \"1h30m\"";

/// An interval in minutes (D1): hours, minutes, or both.
pub(crate) fn interval_minutes(text: &str) -> Option<i64> {
    let text = text.trim();
    let (hours, rest) = match text.split_once('h') {
        Some((hours, rest)) => (number(hours)?, rest),
        None => (0, text),
    };
    let minutes = match rest {
        "" if text.contains('h') => 0,
        rest => number(rest.strip_suffix('m')?)?,
    };
    let minutes = hours * 60 + minutes;
    (INTERVAL_MINUTES_MIN..=INTERVAL_MINUTES_MAX)
        .contains(&minutes)
        .then_some(minutes)
}

fn number(text: &str) -> Option<i64> {
    let plain = (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A vendor's address: https, or plain http on this machine; nothing but host and path. Without
/// a slash at its end.
pub(crate) fn base_url(text: &str) -> Result<String, &'static str> {
    let Ok(url) = Url::parse(text.trim()) else {
        return Err("an address as https://host/path");
    };
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_bare || url.host().is_none() {
        return Err("an address of host and path only, without user name, query or fragment");
    }
    match url.scheme() {
        "https" => {}
        "http" if is_this_machine(&url) => {}
        _ => return Err("an https address; plain http is for this machine only (127.0.0.1)"),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Is this a tenant of Microsoft Entra ID: an id or a domain? It becomes part of a path.
pub(crate) fn is_tenant(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && !text.starts_with('.')
        && !text.contains("..")
        // What Microsoft's login takes for "any tenant" is nobody's tenant.
        && !["common", "organizations", "consumers"].contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_intervals_have_hours_and_minutes_within_bounds() {
        for (text, minutes) in [
            ("3h", Some(180)),
            ("90m", Some(90)),
            ("1h30m", Some(90)),
            ("15m", Some(15)),
            ("24h", Some(1440)),
            ("0h15m", Some(15)),
            ("14m", None),
            ("24h1m", None),
            ("25h", None),
            ("3", None),
            ("h", None),
            ("", None),
            ("-3h", None),
            ("+3h", None),
            ("3h30", None),
            ("1.5h", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(interval_minutes(text), minutes, "{text}");
        }
    }

    #[test]
    fn addresses_are_safe_or_of_this_machine() {
        for good in [
            "https://a.example",
            "http://127.0.0.1:80/api",
            "http://[::1]:9",
            "http://localhost:1",
        ] {
            assert!(base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "a.example",
            "http://a.example",
            "http://localhost.a.example",
            "ftp://127.0.0.1",
            "https://u:p@a.example",
            "https://a.example?x=1",
            "https://a.example#x",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
        assert_eq!(
            base_url("https://a.example/api/").as_deref(),
            Ok("https://a.example/api")
        );
    }

    #[test]
    fn tenants_are_ids_or_domains() {
        for good in ["0785ef7c-0000-4000-8000-000000000001", "contoso.example"] {
            assert!(is_tenant(good), "{good}");
        }
        for bad in ["", "a/b", "../x", "common", "Organizations", "a b", "a?b"] {
            assert!(!is_tenant(bad), "{bad}");
        }
    }
}

//! Where a vendor is: a base address that pins scheme, host and port for every call.
//!
//! Invariant: no token leaves for another host, whatever a payload says.

use std::fmt;

use url::{Host, Url};

/// The longest base address taken, in bytes.
const LENGTH_MAX: usize = 512;

/// Why a text is no base address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It cannot be read as an address.
    #[error("it is no absolute web address")]
    Unreadable,
    /// It is not https, and not this machine.
    #[error("it must begin with https:// (http:// is for simulators on this machine only)")]
    NotHttps,
    /// It has a user, a query or a fragment.
    #[error("it must have no user name, no query and no fragment")]
    NotBare,
}

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LinkError {
    /// It cannot be read as an address.
    #[error("a link that is no web address")]
    Unreadable,
    /// It leads elsewhere.
    #[error("a link that leads to another host than the connection's")]
    Foreign,
}

/// The base address of a vendor: https, or http on this machine; without a slash at its end.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// Takes a text as a base address; a slash at its end is forgiven.
    pub(crate) fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim().trim_end_matches('/');
        if text.len() > LENGTH_MAX {
            return Err(BaseUrlError::Unreadable);
        }
        let url = Url::parse(text).map_err(|_| BaseUrlError::Unreadable)?;
        if url.host().is_none() {
            return Err(BaseUrlError::Unreadable);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
            return Err(BaseUrlError::NotHttps);
        }
        let is_bare = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if is_bare {
            Ok(Self(url))
        } else {
            Err(BaseUrlError::NotBare)
        }
    }

    /// The address of a path below the base. Each segment is escaped, so that a value in it cannot
    /// become a path, a query or another host.
    pub(crate) fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            for segment in segments {
                // The URL standard drops these two; escaped they would come back to life.
                if segment != "." && segment != ".." {
                    path.push(segment);
                }
            }
        }
        url
    }

    /// Does an address lie at this host, by scheme, name and port?
    pub(crate) fn owns(&self, url: &Url) -> bool {
        let bare = url.username().is_empty() && url.password().is_none();
        bare && url.origin() == self.0.origin()
    }

    /// Reads a link from an answer; one that leads elsewhere is refused. Kept as it was written,
    /// since links are opaque.
    pub(crate) fn link(&self, text: &str) -> Result<Url, LinkError> {
        let url = Url::parse(text).map_err(|_| LinkError::Unreadable)?;
        if self.owns(&url) {
            Ok(url)
        } else {
            Err(LinkError::Foreign)
        }
    }

    /// The base as text, without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_bases() {
        for good in [
            "https://graph.contoso.example",
            "https://acme.example/api/",
            "http://127.0.0.1:4000",
            "http://[::1]:4000/x",
            "http://localhost:1",
        ] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", BaseUrlError::Unreadable),
            ("graph.contoso.example", BaseUrlError::Unreadable),
            ("http://graph.contoso.example", BaseUrlError::NotHttps),
            ("http://10.0.0.1", BaseUrlError::NotHttps),
            ("http://localhost.contoso.example", BaseUrlError::NotHttps),
            ("ftp://contoso.example", BaseUrlError::NotHttps),
            ("https://u:p@contoso.example", BaseUrlError::NotBare),
            ("https://contoso.example/?x=1", BaseUrlError::NotBare),
            ("https://contoso.example/#x", BaseUrlError::NotBare),
        ] {
            assert_eq!(BaseUrl::parse(bad).unwrap_err(), why, "{bad}");
        }
    }

    #[test]
    fn a_value_in_a_path_stays_a_segment() {
        let base = BaseUrl::parse("https://acme.example/api/").unwrap();
        let url = base.join(["users", "../../x?y=1#z", "..", "ä b"]);
        assert_eq!(
            url.as_str(),
            "https://acme.example/api/users/..%2F..%2Fx%3Fy=1%23z/%C3%A4%20b"
        );
        assert!(base.owns(&url));
    }

    #[test]
    fn links_to_other_hosts_are_refused() {
        let base = BaseUrl::parse("https://graph.contoso.example").unwrap();
        assert!(
            base.link("https://graph.contoso.example:443/v1.0/x?%24skiptoken=a")
                .is_ok()
        );
        for foreign in [
            "https://graph.contoso.example.evil.example/v1.0",
            "https://evil.example/graph.contoso.example",
            "http://graph.contoso.example/v1.0",
            "https://graph.contoso.example:8443/v1.0",
            "https://graph.contoso.example@evil.example/",
            "https://user@graph.contoso.example/",
        ] {
            assert_eq!(
                base.link(foreign).unwrap_err(),
                LinkError::Foreign,
                "{foreign}"
            );
        }
        assert_eq!(base.link("/v1.0/users").unwrap_err(), LinkError::Unreadable);
    }
}

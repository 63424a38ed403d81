//! E-mail addresses: kept as written, compared by their key.

use email_address::{EmailAddress, Options};

use crate::limits::EMAIL_LENGTH_MAX;

/// Is this text an address that mail could reach? Stricter than RFC 5322: a dot in the domain is
/// asked for, display names and address literals are refused.
pub fn is_valid(text: &str) -> bool {
    let text = text.trim();
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    text.len() <= EMAIL_LENGTH_MAX
        && !text.chars().any(char::is_whitespace)
        && EmailAddress::parse_with_options(text, options).is_ok()
}

/// What two spellings of one address have in common; `None` for a text that is no address.
/// Local parts are compared without case, as every mail system of our sources does.
pub fn key(text: &str) -> Option<String> {
    is_valid(text).then(|| text.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b26_only_real_addresses_are_valid() {
        for good in [
            "anna@contoso.example",
            "Tomasz.Lecki@northwinddental.example",
            "o'brien@a.example",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "anna",
            "anna@",
            "a@b",
            "@contoso.example",
            "a b@contoso.example",
            "Anna <a@b.example>",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn spellings_share_a_key() {
        assert_eq!(
            key(" Tomasz.Lecki@Northwind.example "),
            key("tomasz.lecki@northwind.example")
        );
        assert_eq!(key("nobody"), None);
    }
}

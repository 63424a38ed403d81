//! E-mail addresses: kept as written, compared by their key.

use std::borrow::Cow;

use email_address::{EmailAddress, Options};

use crate::limits::EMAIL_LENGTH_MAX;

/// The longest part before the @ (RFC 5321), in bytes.
const LOCAL_PART_LENGTH_MAX: usize = 64;
/// The longest part of a domain between dots (RFC 1034), in bytes.
const LABEL_LENGTH_MAX: usize = 63;

/// Is this text an address that mail could reach? Stricter than RFC 5322: a dot in the domain is
/// asked for, display names and address literals are refused.
pub fn is_valid(text: &str) -> bool {
    let text = text.trim();
    text.len() <= EMAIL_LENGTH_MAX && (is_plain(text) || is_parsed(text))
}

fn is_parsed(text: &str) -> bool {
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    !text.chars().any(char::is_whitespace)
        && EmailAddress::parse_with_options(text, options).is_ok()
}

/// Nearly every address has only letters, digits and a few marks, all ASCII: such a one needs no
/// parser, which would copy it. There may be hundreds of thousands.
fn is_plain(text: &str) -> bool {
    let Some((local_part, domain)) = text.split_once('@') else {
        return false;
    };
    let is_atom = |atom: &[u8]| {
        let is_mark = |b: &u8| matches!(b, b'-' | b'_' | b'+' | b'\'');
        !atom.is_empty() && atom.iter().all(|b| b.is_ascii_alphanumeric() || is_mark(b))
    };
    let is_label = |label: &[u8]| {
        let ends = [label.first(), label.last()];
        ends.into_iter()
            .all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
            && label.len() <= LABEL_LENGTH_MAX
            && label
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    let is_dot = |b: &u8| *b == b'.';
    local_part.len() <= LOCAL_PART_LENGTH_MAX
        && local_part.as_bytes().split(is_dot).all(is_atom)
        && domain.as_bytes().iter().any(is_dot)
        && domain.as_bytes().split(is_dot).all(is_label)
}

/// What two spellings of one address have in common; `None` for a text that is no address.
/// Local parts are compared without case, as every mail system of our sources does.
/// Borrowed where the text is its own key.
pub fn key(text: &str) -> Option<Cow<'_, str>> {
    is_valid(text).then(|| lower(text.trim()))
}

/// The text in lower case, copied only where it is not.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
    {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_looks_plain_is_what_the_parser_takes(
            text in "[a-cA-C0-1._@' \"<>ä+-]{0,9}",
            local_part in "[a-c0._'+-]{1,66}",
            domain in "[a-c0.-]{1,66}",
        ) {
            let whole = format!("{local_part}@{domain}");
            for text in [&text, &whole] {
                prop_assert!(!is_plain(text) || is_parsed(text), "{}", text);
            }
        }

        #[test]
        fn a_key_is_in_lower_case(text in "[a-cA-CÄßİ0-1]{0,9}") {
            prop_assert_eq!(lower(&text), text.to_lowercase());
        }
    }

    #[test]
    fn the_usual_address_needs_no_parser() {
        for usual in ["anna@contoso.example", "o'brien-2_x+y@a.b-c.example"] {
            assert!(is_plain(usual), "{usual}");
            assert!(matches!(key(usual), Some(Cow::Borrowed(_))), "{usual}");
        }
    }

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

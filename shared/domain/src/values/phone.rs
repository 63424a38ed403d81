//! Phone numbers: kept as written, compared by their digits, checked before they are taken over.

use crate::limits::PHONE_LENGTH_MAX;

/// Is this text one phone number? 6 to 20 digits (E.164 has at most 15; extensions follow), nothing
/// but digits and the signs people put between them, and an extension at most.
pub fn is_valid(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.len() > PHONE_LENGTH_MAX {
        return false;
    }
    let (number, extension) = split_extension(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let rest_is_punctuation = number.char_indices().all(|(at, c)| match c {
        '+' => at == 0,
        '0'..='9' | ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/' | '\u{2010}' | '\u{2011}' => true,
        _ => false,
    });
    // Two numbers in one field are not one number.
    let one_number = !number.contains(" / ");
    (6..=15).contains(&digits)
        && rest_is_punctuation
        && one_number
        && extension.is_none_or(|e| (1..=5).contains(&e.len()))
}

/// What two spellings of one number have in common, for comparing only: the digits, with a leading
/// `00` and `+` the same and a trunk zero in brackets dropped. `None` where there are no digits.
pub fn key(text: &str) -> Option<String> {
    let (number, extension) = split_extension(text.trim());
    let number = number.replace("(0)", "");
    let international = number.starts_with('+') || number.starts_with("00");
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = if international {
        digits.trim_start_matches('0').to_owned()
    } else {
        digits
    };
    if digits.is_empty() {
        return None;
    }
    let sign = if international { "+" } else { "" };
    Some(match extension {
        Some(extension) => format!("{sign}{digits}x{extension}"),
        None => format!("{sign}{digits}"),
    })
}

fn split_extension(text: &str) -> (&str, Option<String>) {
    let lower = text.to_ascii_lowercase();
    for mark in ["ext.", "ext", "x", "#"] {
        if let Some((number, rest)) = lower.find(mark).and_then(|at| text.split_at_checked(at)) {
            let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
            let clean = rest
                .chars()
                .skip(mark.len())
                .all(|c| c.is_ascii_digit() || c == ' ');
            if clean && !digits.is_empty() {
                return (number.trim_end(), Some(digits));
            }
        }
    }
    (text, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b26_only_one_real_number_is_valid() {
        for good in [
            "+46 70 555 01 00",
            "0555 0102 234 ext 4",
            "+1 (555) 010-2234",
            "555.010.2299",
            "+44 (0) 7700 900168",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "n/a",
            "12345",
            "07700 900555 / 07700 900556",
            "call anna",
            "+46 70 555 01 00 or 01",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn spellings_share_a_key() {
        assert_eq!(key("+46 70 174 06 06"), key("0046-701740606"));
        assert_eq!(key("+44 (0) 7700 900168"), key("+447700900168"));
        assert_ne!(key("07700 900168"), key("07700 900169"));
        assert_eq!(key("  "), None);
    }
}

//! Names: kept as written, compared by their letters. Never used alone where two people could
//! share one.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What two spellings of one name have in common: folded case, no marks, one space between words,
/// typographic apostrophes and hyphens as the plain ones. `None` where no letter is left.
/// Letters of their own, as ø and ł, stay what they are.
pub fn key(text: &str) -> Option<String> {
    let folded: String = text
        .nfkd()
        .default_case_fold()
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .map(plain)
        .collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    let key = words.join(" ");
    key.chars().any(char::is_alphanumeric).then_some(key)
}

/// The key of a given name and a surname together; `None` unless both have letters.
pub fn full_key(given_name: Option<&str>, surname: Option<&str>) -> Option<String> {
    Some(format!("{}\u{1f}{}", key(given_name?)?, key(surname?)?))
}

fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' => '\'',
        '\u{2010}'..='\u{2015}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_share_a_key() {
        for (one, other) in [
            ("JOSÉ Müller", "jose\u{301} mu\u{308}ller"),
            ("STRASSE", "straße"),
            ("Máire O\u{2019}Hara", "maire o'hara"),
            ("山田\u{3000}太郎", "山田 太郎"),
            ("Dawn  Marie Pickles ", "dawn marie pickles"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(key(one), key(other), "{one} / {other}");
        }
    }

    #[test]
    fn other_letters_are_other_names() {
        assert_ne!(key("Ørsted"), key("Orsted"));
        assert_ne!(key("Łukasz"), key("Lukasz"));
        assert_eq!(key(" - "), None);
        assert_eq!(full_key(Some("Wibowo"), None), None);
    }
}

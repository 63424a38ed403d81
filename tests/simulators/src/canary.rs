//! Canaries: every secret that a simulator hands out or asks for holds one word, so that one look
//! through a text, a folder, the whole of what a test run wrote shows whether any of them got there.
//!
//! `canaries.txt`, which `.ci/run` searches for too, has the word as it stands in a text that tells
//! it: plainly, in capitals as in the seed of a one-time password, and in Base64 from each of the
//! three places that it may begin at.

use std::io;
use std::path::Path;

/// The word.
pub const WORD: &str = "quetzalcanary";

/// What is shown of a text around the word, in bytes to either side.
const AROUND: usize = 60;

fn signs() -> impl Iterator<Item = &'static str> {
    include_str!("../canaries.txt").lines()
}

/// The first place of a text that tells a secret, with what is around it.
pub fn told_in(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let at = signs().find_map(|sign| text.find(sign))?;
    let begin = text.floor_char_boundary(at.saturating_sub(AROUND));
    let end = text.ceil_char_boundary((at + WORD.len() + AROUND).min(text.len()));
    Some(text.get(begin..end).unwrap_or_default().to_owned())
}

/// The first file below a folder that tells a secret, and how. SQLite writes a row that is longer
/// than a page in pieces, so that of a word in its midst a rare one is missed.
///
/// # Errors
/// A file cannot be read. One that went away meanwhile counts as none.
pub fn told_below(folder: &Path) -> io::Result<Option<String>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let told = if path.is_dir() {
            told_below(&path)?
        } else {
            match std::fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                read => told_in(&read?).map(|told| format!("{}: {told}", path.display())),
            }
        };
        if told.is_some() {
            return Ok(told);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::{hudu, it_glue};
    use crate::psa::{autotask, connectwise, halo, kaseya_bms, syncro};
    use crate::{graph, lambda};
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn every_secret_holds_the_word() {
        let [secret_key, session_token] = lambda::Function::SECRETS;
        for secret in [
            graph::CLIENT_SECRET,
            halo::CLIENT_SECRET,
            autotask::SECRET,
            autotask::INTEGRATION_CODE,
            connectwise::PRIVATE_KEY,
            connectwise::SIGNING_KEY,
            kaseya_bms::PASSWORD,
            syncro::API_TOKEN,
            syncro::USER_TOKEN,
            hudu::API_KEY,
            hudu::PASSWORD,
            hudu::OTP_SECRET,
            it_glue::API_KEY,
            it_glue::PASSWORD,
            it_glue::OTP_SECRET,
            secret_key,
            session_token,
        ] {
            assert!(told_in(secret.as_bytes()).is_some(), "{secret}");
        }
    }

    #[test]
    fn the_word_is_found_however_it_is_written_and_wherever_it_stands() {
        let seed = WORD.to_uppercase();
        let mut texts = vec![format!("…ö{WORD}ö…"), format!("{{\"seed\":\"{seed}\"}}")];
        for before in ["", "a", "ab", "abc", "halo:", "é"] {
            for behind in ["", "-", "-s", "-se", "-secret"] {
                let secret = format!("{before}{WORD}{behind}");
                texts.push(format!("Basic {}", STANDARD.encode(&secret)));
                texts.push(URL_SAFE_NO_PAD.encode(&secret));
            }
        }
        for text in texts {
            assert!(told_in(text.as_bytes()).is_some(), "{text}");
        }
        assert_eq!(told_in("quetzal, canary: ö".as_bytes()), None);
        assert_eq!(told_in(b"\xff\xfe"), None);
    }

    #[test]
    fn the_file_is_named_in_which_a_secret_is() {
        let folder = std::env::temp_dir().join(format!("canaries-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(folder.join("deeper")).unwrap();
        std::fs::write(folder.join("clean"), "nothing").unwrap();
        assert_eq!(told_below(&folder).unwrap(), None);
        let telling = format!("before {} behind", hudu::PASSWORD);
        std::fs::write(folder.join("deeper/telling"), telling).unwrap();
        let told = told_below(&folder).unwrap().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(
            told.contains("telling") && told.contains("before"),
            "{told}"
        );
    }
}

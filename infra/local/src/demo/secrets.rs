//! Looks for the passwords of the simulated documentation system in the data directory.

use std::path::Path;

use super::chapters::defect;
use super::docs::SECRETS;
use crate::local::LocalError;

/// What was looked through.
pub(super) struct Read {
    pub(super) files: usize,
    pub(super) bytes: usize,
}

/// Looks through every file. `known` is a text that must be in one of them: it shows that what is kept
/// can be found at all.
///
/// # Errors
/// One of them holds a secret, none holds what is known, or one cannot be read.
pub(super) fn search(folder: &Path, known: &str) -> Result<Read, LocalError> {
    let unreadable = |error| LocalError::Machine("the data directory cannot be read", error);
    let mut read = Read { files: 0, bytes: 0 };
    let mut is_found = false;
    for file in std::fs::read_dir(folder).map_err(unreadable)? {
        let bytes = std::fs::read(file.map_err(unreadable)?.path()).map_err(unreadable)?;
        if SECRETS.iter().any(|secret| holds(&bytes, secret)) {
            return Err(defect(
                "a password of the documentation system is in the data directory",
            ));
        }
        is_found |= holds(&bytes, known);
        read.files += 1;
        read.bytes += bytes.len();
    }
    if is_found {
        return Ok(read);
    }
    Err(defect(
        "what the data directory holds cannot be found in it",
    ))
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_any_file_is_found_and_nothing_to_find_is_no_proof() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        assert!(search(folder.path(), "harbour").is_err());
        write("table", "\u{1}\u{2}harbour\u{0}");
        let read = search(folder.path(), "harbour").unwrap();
        assert_eq!((read.files, read.bytes), (1, 10));
        for secret in SECRETS {
            write("log", &format!("before {secret} after"));
            assert!(search(folder.path(), "harbour").is_err(), "{secret}");
        }
    }
}

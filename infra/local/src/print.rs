//! The only place that writes to the terminal. A reader that goes away (`muster accounts | head`)
//! ends the writing, not the program with a panic.

use std::io::{self, Write};

/// Writes a text and the end of its line to standard output.
///
/// # Errors
/// What the operating system says, except that nobody reads any more.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    forgiving(
        out.write_all(text.as_bytes())
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush()),
    )
}

/// Writes a text and the end of its line to standard error.
pub fn complaint(text: &str) {
    // There is nobody left to tell where this fails.
    let mut out = io::stderr().lock();
    drop(
        out.write_all(text.as_bytes())
            .and_then(|()| out.write_all(b"\n")),
    );
}

fn forgiving(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

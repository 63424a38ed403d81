//! A panic as a line of the log. Rust's own message spans lines, which CloudWatch takes apart, and
//! repeats what the panicking code put together, which may be somebody's data. Only a message that
//! stands in our code as it is, is told.

use std::panic::PanicHookInfo;

/// Panics of this process are logged from now on, and not printed.
pub(super) fn log_panics() {
    std::panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let at = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let what = panic.payload().downcast_ref::<&'static str>().copied();
    tracing::error!(
        panic.at = at,
        panic.what = what,
        "a panic: an invariant of ours did not hold"
    );
}

//! What was measured, as a table that can be put into a document.

use crate::{Start, say};

/// All starts of one function.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) starts: Vec<Start>,
}

impl Row {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            starts: Vec::new(),
        }
    }

    fn median<T: Ord + Copy>(&self, of: impl Fn(&Start) -> T) -> T {
        let mut all: Vec<T> = self.starts.iter().map(of).collect();
        all.sort_unstable();
        *all.get(all.len() / 2).expect("there were starts")
    }
}

/// Prints a line for each; the first is what the others are held against.
pub(crate) fn print(rows: &[Row]) {
    say(
        "| | to the first request for work | beside `empty` | processor time | beside `empty` \
         | to the first answer | resident after init | after the first answer |",
    );
    say("|---|---|---|---|---|---|---|---|");
    let Some(first) = rows.first() else { return };
    let (ready, cpu) = (first.median(|s| s.to_ready_us), first.median(|s| s.cpu_us));
    for row in rows {
        let (own_ready, own_cpu) = (row.median(|s| s.to_ready_us), row.median(|s| s.cpu_us));
        say(&format!(
            "| {} | {} ms | {} | {} ms | {} | {} ms | {} MB | {} MB |",
            row.name,
            hundredths(own_ready, 1000),
            hundredths(own_ready, ready),
            hundredths(own_cpu, 1000),
            hundredths(own_cpu, cpu),
            hundredths(row.median(|s| s.to_answer_us), 1000),
            hundredths(row.median(|s| s.resident_kb).into(), 1000),
            hundredths(row.median(|s| s.resident_after_kb).into(), 1000),
        ));
    }
}

/// A quotient with two decimals.
fn hundredths(number: u128, by: u128) -> String {
    let hundredths = (number * 100 + by / 2) / by.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

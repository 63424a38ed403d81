//! A row of a table of what vendors can do, for people who choose (B180): read off the gaps that the
//! connectors declare, so that it says what works here and no more.

/// A row of the table, about vendors with such gaps.
#[derive(Debug)]
pub struct Capability<Gaps: 'static> {
    /// The behaviours that it stands for; empty for what is no behaviour of its own.
    pub behaviours: &'static str,
    /// What is done, or is so.
    pub what: &'static str,
    /// Why a vendor with these gaps cannot do it; `None` where it can.
    pub lack: fn(&Gaps) -> Option<&'static str>,
}

impl<Gaps> Capability<Gaps> {
    /// What its cell for a vendor with these gaps says.
    pub fn cell(&self, gaps: &Gaps) -> String {
        match (self.lack)(gaps) {
            None => "yes".to_owned(),
            Some(lack) => format!("no: {lack}"),
        }
    }
}

/// The table as Markdown, as it stands in `docs/capabilities.md`: a column for each vendor.
#[cfg(test)]
pub(crate) fn markdown<Gaps>(vendors: &[(&str, Gaps)], rows: &[Capability<Gaps>]) -> String {
    let names: Vec<&str> = vendors.iter().map(|(name, _)| *name).collect();
    let rule = "|---".repeat(names.len() + 2);
    let mut lines = vec![format!("| | {} | |", names.join(" | ")), format!("{rule}|")];
    for row in rows {
        let cells: Vec<String> = vendors.iter().map(|(_, gaps)| row.cell(gaps)).collect();
        let cells = cells.join(" | ");
        lines.push(format!("| {} | {cells} | {} |", row.what, row.behaviours));
    }
    lines.join("\n")
}

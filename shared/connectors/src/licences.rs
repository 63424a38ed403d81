//! Names of licences, from the table that Microsoft publishes (learn.microsoft.com, "Product names
//! and service plan identifiers for licensing"): one row per licence and service plan.
//!
//! Invariant: bounded in bytes and rows; rows that make no sense are left out and counted.

use std::collections::BTreeMap;
use std::io::Read;

use uuid::Uuid;

/// The largest table taken, in bytes; that of November 2026 has 1.1 MB.
const TABLE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The longest name taken, in bytes.
const NAME_LENGTH_MAX: usize = 256;
/// The columns that are read, by their names.
const GUID_COLUMN: &str = "GUID";
const NAME_COLUMN: &str = "Product_Display_Name";

/// Readable names by licence.
#[derive(Debug, Clone, Default)]
pub struct LicenceNames {
    names: BTreeMap<Uuid, String>,
    rows_left_out: usize,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LicenceNamesError {
    /// It cannot be read, or it is no table.
    #[error("failed to read the table of licence names")]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("the table of licence names has no column {0}; take it from Microsoft as it is")]
    NoColumn(&'static str),
    /// It is larger than is taken.
    #[error("the table of licence names is larger than {TABLE_BYTES_MAX} bytes")]
    TooLarge,
}

impl LicenceNames {
    /// Reads a table, UTF-8 with or without a mark; letters of other encodings become marks of
    /// doubt. Where a licence has several names, the first counts.
    pub fn read(table: impl Read) -> Result<Self, LicenceNamesError> {
        let mut limited = table.take(TABLE_BYTES_MAX + 1);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(&mut limited);
        let headers = reader.byte_headers()?.clone();
        let column = |name: &'static str| {
            let is_it = |header: &[u8]| {
                let header = header.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(header);
                header.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
            };
            headers
                .iter()
                .position(is_it)
                .ok_or(LicenceNamesError::NoColumn(name))
        };
        let (guid, name) = (column(GUID_COLUMN)?, column(NAME_COLUMN)?);
        let mut found = Self::default();
        let mut row = csv::ByteRecord::new();
        while reader.read_byte_record(&mut row)? {
            let text = |at: usize| row.get(at).map(|cell| String::from_utf8_lossy(cell));
            found.add(text(guid).as_deref(), text(name).as_deref());
        }
        drop(reader);
        // The byte beyond the limit was there to be read.
        if limited.limit() == 0 {
            Err(LicenceNamesError::TooLarge)
        } else {
            Ok(found)
        }
    }

    fn add(&mut self, guid: Option<&str>, name: Option<&str>) {
        let guid = guid.and_then(|guid| Uuid::try_parse(guid.trim()).ok());
        let name = name
            .map(str::trim)
            .filter(|name| (1..=NAME_LENGTH_MAX).contains(&name.len()));
        match (guid, name) {
            (Some(guid), Some(name)) => {
                self.names.entry(guid).or_insert_with(|| name.to_owned());
            }
            (Some(_) | None, _) => self.rows_left_out += 1,
        }
    }

    /// The name of a licence, by its SKU id in any case. For licences that are not in the table
    /// there is the tenant's own short name ([`crate::directory::graph::Sku`]).
    pub fn name(&self, sku_id: &str) -> Option<&str> {
        let guid = Uuid::try_parse(sku_id.trim()).ok()?;
        self.names.get(&guid).map(String::as_str)
    }

    /// How many licences have a name.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Has none a name?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Rows that were left out, without an id or a name.
    pub fn rows_left_out(&self) -> usize {
        self.rows_left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "\u{feff}Product_Display_Name,String_Id,GUID,Service_Plan_Name\r\n";
    const A: &str = "11111111-aaaa-4000-8000-000000000001";

    fn read(rows: &str) -> LicenceNames {
        LicenceNames::read(format!("{HEAD}{rows}").as_bytes()).unwrap()
    }

    #[test]
    fn b172_names_are_found_by_id_in_any_case() {
        let names = read(&format!(
            "Office Suite E9 ,SUITE_E9, {} ,PLAN_A\r\n\
             Office Suite E9 (old),SUITE_E9,{A},PLAN_B\r\n\
             \"Suite, \"\"quoted\"\"\",Q,22222222-aaaa-4000-8000-000000000002,PLAN\r\n\
             No id,X,not-an-id,PLAN\r\n\
             ,X,33333333-aaaa-4000-8000-000000000003,PLAN\r\n\
             short\r\n",
            A.to_uppercase()
        ));
        assert_eq!(names.name(A), Some("Office Suite E9"));
        assert_eq!(names.name(&A.to_uppercase()), Some("Office Suite E9"));
        let quoted = names.name("22222222-aaaa-4000-8000-000000000002");
        assert_eq!(quoted, Some("Suite, \"quoted\""));
        assert_eq!(names.name("44444444-aaaa-4000-8000-000000000004"), None);
        assert_eq!((names.len(), names.rows_left_out()), (2, 3));
    }

    #[test]
    fn other_encodings_lose_letters_and_not_rows() {
        let mut table = HEAD.as_bytes().to_vec();
        table.extend_from_slice(format!("Suite \u{1} F,S,{A},P\r\n").as_bytes());
        let place = table.iter().position(|byte| *byte == 1).unwrap();
        table[place] = 0x96;
        let names = LicenceNames::read(table.as_slice()).unwrap();
        assert_eq!(names.name(A), Some("Suite \u{fffd} F"));
    }

    #[test]
    fn other_tables_are_refused() {
        let error = LicenceNames::read(&b"a,b\r\n1,2\r\n"[..]).unwrap_err();
        assert!(
            matches!(error, LicenceNamesError::NoColumn("GUID")),
            "{error}"
        );
        let endless = HEAD.as_bytes().chain(std::io::repeat(b'x'));
        assert!(matches!(
            LicenceNames::read(endless),
            Err(LicenceNamesError::TooLarge)
        ));
    }
}

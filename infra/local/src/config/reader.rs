//! Reading one table of a configuration file, key by key. What is missing, of the wrong type or
//! unknown is noted with its line and key, and reading goes on: a person gets all problems at once.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use secrecy::SecretString;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problems::{Lines, Problem};

/// Looks up an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What all tables of a file share: where its lines are, the environment, what was found wrong.
pub(crate) struct Notes<'a> {
    pub(crate) lines: Lines,
    pub(crate) environment: Environment<'a>,
    found: RefCell<Vec<Problem>>,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(text: &str, environment: Environment<'a>) -> Self {
        Self {
            lines: Lines::new(text),
            environment,
            found: RefCell::default(),
        }
    }

    pub(crate) fn add(&self, line: usize, key: String, message: impl Into<String>) {
        self.found.borrow_mut().push(Problem {
            line,
            key,
            message: message.into(),
        });
    }

    pub(crate) fn into_found(self) -> Vec<Problem> {
        self.found.into_inner()
    }
}

/// A value with the line it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At<T> {
    pub(crate) line: usize,
    pub(crate) value: T,
}

/// One table. [`Reader::finish`] refuses the keys that nobody asked for.
pub(crate) struct Reader<'a> {
    notes: &'a Notes<'a>,
    table: &'a DeTable<'a>,
    /// The line of the table's head.
    pub(crate) line: usize,
    path: String,
    asked: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn root(notes: &'a Notes<'a>, table: &'a DeTable<'a>) -> Self {
        Self {
            notes,
            table,
            line: 1,
            path: String::new(),
            asked: BTreeSet::new(),
        }
    }

    fn nested(&self, span: Range<usize>, table: &'a DeTable<'a>, path: String) -> Self {
        let line = self.notes.lines.at(span.start);
        Self {
            notes: self.notes,
            table,
            line,
            path,
            asked: BTreeSet::new(),
        }
    }

    /// The key with its tables.
    pub(crate) fn full(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Notes what is wrong with a key, at a line.
    pub(crate) fn wrong_at(&self, line: usize, key: &str, message: impl Into<String>) {
        self.notes.add(line, self.full(key), message);
    }

    /// Notes what is wrong with a key, at the line where it stands.
    pub(crate) fn wrong(&self, key: &str, message: impl Into<String>) {
        let line = self
            .table
            .get_key_value(key)
            .map_or(self.line, |(at, _)| self.line_of(at));
        self.wrong_at(line, key, message);
    }

    fn line_of<T>(&self, spanned: &Spanned<T>) -> usize {
        self.notes.lines.at(spanned.span().start)
    }

    fn ask(&mut self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.insert(key.to_owned());
        self.table.get(key)
    }

    fn mistyped(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.wrong_at(
            self.line_of(value),
            key,
            format!("expected {expected}, found {found}"),
        );
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str, expected: &str) -> Option<At<&'a str>> {
        let value = self.ask(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At {
                line: self.line_of(value),
                value: text.as_ref(),
            }),
            DeValue::Integer(_) => {
                self.mistyped(key, value, &format!("{expected} (write it in quotes)"));
                None
            }
            DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.mistyped(key, value, expected);
                None
            }
        }
    }

    /// A text that must be there and not be empty.
    pub(crate) fn required_text(&mut self, key: &str, expected: &str) -> Option<At<&'a str>> {
        if !self.table.contains_key(key) {
            self.asked.insert(key.to_owned());
            self.wrong(key, format!("is missing; expected {expected}"));
            return None;
        }
        let text = self.text(key, expected)?;
        if text.value.trim().is_empty() {
            self.wrong_at(text.line, key, format!("is empty; expected {expected}"));
            return None;
        }
        Some(text)
    }

    /// A text that `parse` understands.
    pub(crate) fn parsed<T>(
        &mut self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<At<T>> {
        let text = self.text(key, expected)?;
        let parsed = parse(text.value);
        if parsed.is_none() {
            let found = text.value;
            self.wrong_at(
                text.line,
                key,
                format!("expected {expected}, found {found:?}"),
            );
        }
        parsed.map(|value| At {
            line: text.line,
            value,
        })
    }

    /// True or false.
    pub(crate) fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.ask(key)?;
        let DeValue::Boolean(flag) = value.get_ref() else {
            self.mistyped(key, value, "true or false");
            return None;
        };
        Some(*flag)
    }

    /// An integer within bounds.
    pub(crate) fn integer(&mut self, key: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let value = self.ask(key)?;
        let expected = format!("an integer from {} to {}", bounds.start(), bounds.end());
        let DeValue::Integer(integer) = value.get_ref() else {
            self.mistyped(key, value, &expected);
            return None;
        };
        let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            self.wrong_at(self.line_of(value), key, format!("expected {expected}"));
        }
        number
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, key: &str, expected: &str) -> Option<Vec<At<&'a str>>> {
        let value = self.ask(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            self.mistyped(key, value, &format!("a list of {expected}"));
            return None;
        };
        let mut texts = Vec::new();
        for item in array {
            let line = self.line_of(item);
            if let DeValue::String(text) = item.get_ref() {
                texts.push(At {
                    line,
                    value: text.as_ref(),
                });
            } else {
                self.mistyped(key, item, &format!("{expected}, each a text"));
            }
        }
        Some(texts)
    }

    /// A table.
    pub(crate) fn table(&mut self, key: &str) -> Option<Reader<'a>> {
        let value = self.ask(key)?;
        let DeValue::Table(table) = value.get_ref() else {
            self.mistyped(key, value, &format!("a table, [{}]", self.full(key)));
            return None;
        };
        Some(self.nested(value.span(), table, self.full(key)))
    }

    /// A list of tables.
    pub(crate) fn tables(&mut self, key: &str) -> Vec<Reader<'a>> {
        let Some(value) = self.ask(key) else {
            return Vec::new();
        };
        let expected = format!("tables, each under [[{}]]", self.full(key));
        let DeValue::Array(array) = value.get_ref() else {
            self.mistyped(key, value, &expected);
            return Vec::new();
        };
        let mut readers = Vec::new();
        for (number, item) in array.iter().enumerate() {
            if let DeValue::Table(table) = item.get_ref() {
                let path = format!("{}[{}]", self.full(key), number + 1);
                readers.push(self.nested(item.span(), table, path));
            } else {
                self.mistyped(key, item, &expected);
            }
        }
        readers
    }

    /// Is the key there?
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The key is known, although it is not read: it is not there.
    pub(crate) fn leave(&mut self, key: &str) {
        self.asked.insert(key.to_owned());
    }

    /// Is the key there, itself or by the name of an environment variable?
    pub(crate) fn has_secret(&self, key: &str) -> bool {
        self.table.contains_key(key) || self.table.contains_key(format!("{key}_env").as_str())
    }

    /// A secret that must be there: the key itself, or the variable that `<key>_env` names.
    /// Whatever is wrong with it, its value is not told.
    pub(crate) fn secret(&mut self, key: &str) -> Option<At<SecretString>> {
        let by_name = format!("{key}_env");
        self.asked.insert(key.to_owned());
        self.asked.insert(by_name.clone());
        let here = self.table.contains_key(key);
        let there = self.table.contains_key(by_name.as_str());
        match (here, there) {
            (true, true) => {
                self.wrong(&by_name, format!("{key} is given too; keep one of the two"));
                None
            }
            (false, false) => {
                self.wrong(
                    key,
                    format!("is missing; expected a text, or {by_name} = \"NAME\""),
                );
                None
            }
            (true, false) => {
                let text = self.required_text(key, "a text")?;
                Some(At {
                    line: text.line,
                    value: SecretString::from(text.value),
                })
            }
            (false, true) => self.secret_of_environment(&by_name),
        }
    }

    fn secret_of_environment(&mut self, key: &str) -> Option<At<SecretString>> {
        let name = self.required_text(key, "the name of an environment variable")?;
        match (self.notes.environment)(name.value) {
            Some(value) if !value.trim().is_empty() => Some(At {
                line: name.line,
                value: SecretString::from(value),
            }),
            Some(_) | None => {
                // The name is shown only where it looks like one: some put the secret there.
                let is_name = name
                    .value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_');
                let shown = if is_name { name.value } else { "of that name" };
                self.wrong_at(
                    name.line,
                    key,
                    format!("the environment variable {shown} is not set, or empty"),
                );
                None
            }
        }
    }

    /// Refuses every key that was not asked for.
    pub(crate) fn finish(self) {
        for (key, _) in self.table {
            if !self.asked.contains(key.get_ref().as_ref()) {
                let known: Vec<&str> = self.asked.iter().map(String::as_str).collect();
                self.wrong_at(
                    self.line_of(key),
                    key.get_ref(),
                    format!("unknown key; expected one of {}", known.join(", ")),
                );
            }
        }
    }
}

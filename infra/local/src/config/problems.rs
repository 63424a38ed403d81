//! What is wrong with a configuration file: every problem with file, line and key, in the order of
//! the file. Values of secrets never get here.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// The key with its tables, as `customers[2].interval` (tables of a list are counted from 1);
    /// empty where no key is meant.
    pub key: String,
    /// What was expected, and what to do about it.
    pub message: String,
}

/// Everything that is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    file: String,
    list: Vec<Problem>,
}

impl Problems {
    /// The problems of a file, in the order of its lines.
    pub(crate) fn new(file: &str, mut list: Vec<Problem>) -> Self {
        list.sort_by(|one, other| (one.line, &one.key).cmp(&(other.line, &other.key)));
        Self {
            file: file.to_owned(),
            list,
        }
    }

    /// One problem of the file as a whole.
    pub(crate) fn of_file(file: &str, message: impl Into<String>) -> Self {
        let problem = Problem {
            line: 0,
            key: String::new(),
            message: message.into(),
        };
        Self::new(file, vec![problem])
    }

    /// The problems, in the order of the file; at least one.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }
}

impl fmt::Display for Problems {
    /// A line for each problem: `muster.toml:14: customers[2].interval: expected …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.list.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&self.file)?;
            if problem.line > 0 {
                write!(f, ":{}", problem.line)?;
            }
            if !problem.key.is_empty() {
                write!(f, ": {}", problem.key)?;
            }
            write!(f, ": {}", problem.message)?;
        }
        Ok(())
    }
}

/// Where lines begin, to turn a place in the text into a line.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a place in the text, counted from 1.
    pub(crate) fn at(&self, place: usize) -> usize {
        self.0.partition_point(|start| *start <= place) + 1
    }
}

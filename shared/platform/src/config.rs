//! Every environment variable, read once. All problems are told together, each with the variable's
//! name.

/// What a deployment sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `MUSTER_TABLE`: the table.
    pub table: String,
    /// `MUSTER_BUS`: the event bus.
    pub bus: String,
    /// `MUSTER_SECRETS_PREFIX`: the first part of the secrets' names.
    pub secrets_prefix: String,
    /// `MUSTER_STAGE`: which deployment of ours this is; a dimension of the metrics.
    pub stage: String,
    /// `_HANDLER`: which function this is, set by Lambda.
    pub handler: String,
}

/// What is wrong with the environment, all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment is not complete: {}", .0.join("; "))]
pub struct ConfigError(pub Vec<String>);

/// The longest value taken, in bytes.
const VALUE_LENGTH_MAX: usize = 256;

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// Every variable that is missing or not usable.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads an environment.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let mut take = |name: &str| match look_up(name) {
            None => {
                problems.push(format!("{name} is not set"));
                String::new()
            }
            Some(value) if value.is_empty() || value.len() > VALUE_LENGTH_MAX => {
                problems.push(format!("{name} must have 1 to {VALUE_LENGTH_MAX} bytes"));
                String::new()
            }
            Some(value) => value,
        };
        let config = Self {
            table: take("MUSTER_TABLE"),
            bus: take("MUSTER_BUS"),
            secrets_prefix: take("MUSTER_SECRETS_PREFIX"),
            stage: take("MUSTER_STAGE"),
            handler: take("_HANDLER"),
        };
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError(problems))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told_together() {
        let error = Config::read(|name| (name == "MUSTER_BUS").then(String::new)).unwrap_err();
        assert_eq!(error.0.len(), 5);
        assert!(error.to_string().contains("MUSTER_TABLE is not set"));
        assert!(error.to_string().contains("MUSTER_BUS must have"));
        assert!(Config::read(|name| Some(name.to_lowercase())).is_ok());
    }
}

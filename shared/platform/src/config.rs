//! Every environment variable of a deployment, read once. All problems are told together, each with
//! the variable's name, so that one deployment suffices to put them all right.
//!
//! Endpoints and credentials of AWS are the SDK's own variables and not read here.

use crate::telemetry;

/// What a deployment sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `MUSTER_TABLE`: the table.
    pub table: String,
    /// `MUSTER_BUS`: the event bus.
    pub bus: String,
    /// `MUSTER_SECRETS_PREFIX`: the first part of the secrets' names, without a slash at its end.
    pub secrets_prefix: String,
    /// `MUSTER_STAGE`: which deployment of ours this is; a dimension of the metrics.
    pub stage: String,
    /// `MUSTER_LOG`: how much is logged, as `info` or `import=debug,info`. `info` where it is not
    /// set.
    pub log: String,
    /// `MUSTER_ROLE_CLAIM`, optional: the claim of the operators' JWT that holds their role. Where
    /// it is set, API Gateway's JWT authorizer says who is calling, and no secret is read for it.
    pub role_claim: Option<String>,
    /// `MUSTER_DECIDE_FUNCTION`, optional: the ARN of the function that carries out what is decided
    /// in the review widget.
    pub decide_function: Option<String>,
    /// `SSL_CERT_FILE`, optional: a file with the only root certificates that services of AWS may
    /// have theirs from, in PEM form. Where it is not set, Mozilla's are trusted, which are built
    /// in. Calls to vendors do not look at it.
    pub root_certificates: Option<String>,
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
    /// Reads the environment of this process. `functions` are the names that `_HANDLER` may have.
    ///
    /// # Errors
    /// Every variable that is missing or not usable.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn from_env(functions: &[&str]) -> Result<Self, ConfigError> {
        Self::read(functions, |name| std::env::var(name).ok())
    }

    /// Reads an environment.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn read(
        functions: &[&str],
        look_up: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let mut take = |name: &str, default: Option<&str>| {
            let value = look_up(name).or_else(|| default.map(str::to_owned));
            let problem = match &value {
                None => Some("is not set".to_owned()),
                Some(value) => problem(value),
            };
            problems.extend(problem.map(|what| format!("{name} {what}")));
            value.unwrap_or_default()
        };
        let config = Self {
            table: take("MUSTER_TABLE", None),
            bus: take("MUSTER_BUS", None),
            secrets_prefix: take("MUSTER_SECRETS_PREFIX", None),
            stage: take("MUSTER_STAGE", None),
            log: take("MUSTER_LOG", Some(telemetry::LOG_DEFAULT)),
            role_claim: None,
            decide_function: None,
            root_certificates: None,
            handler: take("_HANDLER", None),
        };
        let mut take_optional = |name: &str| {
            let value = look_up(name)?;
            problems.extend(problem(&value).map(|what| format!("{name} {what}")));
            Some(value)
        };
        let config = Self {
            role_claim: take_optional("MUSTER_ROLE_CLAIM"),
            decide_function: take_optional("MUSTER_DECIDE_FUNCTION"),
            root_certificates: take_optional("SSL_CERT_FILE"),
            ..config
        };
        // An empty value was told of already.
        let function = config.decide_function.as_deref().unwrap_or_default();
        if !function.is_empty() && !function.starts_with("arn:") {
            problems.push("MUSTER_DECIDE_FUNCTION must be the ARN of a function".to_owned());
        }
        // So was one that is missing or empty.
        let handler = config.handler.as_str();
        if !handler.is_empty() && !functions.contains(&handler) {
            problems.push(format!("_HANDLER must be one of {}", functions.join(", ")));
        }
        if config.secrets_prefix.ends_with('/') {
            problems.push("MUSTER_SECRETS_PREFIX must not end with a slash".to_owned());
        }
        if !telemetry::is_filter(&config.log) {
            let what =
                "MUSTER_LOG must be a level, as info, or one per crate, as import=debug,info";
            problems.push(what.to_owned());
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError(problems))
        }
    }
}

/// What is wrong with a value. The value itself is not told: people paste all sorts of things.
fn problem(value: &str) -> Option<String> {
    if value.is_empty() || value.len() > VALUE_LENGTH_MAX {
        return Some(format!("must have 1 to {VALUE_LENGTH_MAX} bytes"));
    }
    let is_plain = value.bytes().all(|byte| byte.is_ascii_graphic());
    (!is_plain).then(|| "must be of visible ASCII characters without blanks".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONAL: [&str; 4] = [
        "MUSTER_LOG",
        "MUSTER_ROLE_CLAIM",
        "MUSTER_DECIDE_FUNCTION",
        "SSL_CERT_FILE",
    ];

    fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(&["import", "_handler"], |name| {
            let change = changes.iter().find(|(changed, _)| *changed == name);
            match change {
                Some((_, value)) => Some((*value).to_owned()),
                None if OPTIONAL.contains(&name) => None,
                None => Some(name.to_lowercase()),
            }
        })
    }

    #[test]
    fn all_problems_are_told_together() {
        let error = Config::read(&[], |name| (name == "MUSTER_BUS").then(String::new)).unwrap_err();
        assert_eq!(error.0.len(), 5);
        assert!(error.to_string().contains("MUSTER_TABLE is not set"));
        assert!(
            error
                .to_string()
                .contains("MUSTER_BUS must have 1 to 256 bytes")
        );
    }

    #[test]
    fn a_whole_environment_is_read_and_logging_need_not_be_set() {
        let config = read(&[]).unwrap();
        assert_eq!(
            (config.table.as_str(), config.handler.as_str()),
            ("muster_table", "_handler")
        );
        assert_eq!(config.log, "info");
        assert_eq!((config.role_claim, config.decide_function), (None, None));
        let arn = "arn:aws:lambda:eu-west-2:123456789012:function:muster-test-review-decide";
        let set = [
            ("MUSTER_ROLE_CLAIM", "custom:role"),
            ("MUSTER_DECIDE_FUNCTION", arn),
        ];
        let config = read(&set).unwrap();
        assert_eq!(config.role_claim.as_deref(), Some("custom:role"));
        assert_eq!(config.decide_function.as_deref(), Some(arn));
        assert_eq!(
            read(&[("MUSTER_LOG", "import=debug,warn")]).unwrap().log,
            "import=debug,warn"
        );
    }

    #[test]
    fn what_cannot_be_used_is_told_by_the_variable_and_without_its_value() {
        let unusable = [
            ("MUSTER_TABLE", "muster\n"),
            ("MUSTER_STAGE", "pro duction"),
            ("MUSTER_BUS", "büs"),
            ("MUSTER_SECRETS_PREFIX", "muster/production/"),
            ("MUSTER_LOG", "import=loud"),
            ("MUSTER_ROLE_CLAIM", "the role"),
            ("MUSTER_DECIDE_FUNCTION", "review-decide"),
            ("SSL_CERT_FILE", ""),
            ("_HANDLER", "Import"),
        ];
        for (name, value) in unusable {
            let error = read(&[(name, value)]).unwrap_err();
            assert_eq!(error.0.len(), 1, "{error}");
            assert!(error.0[0].starts_with(name), "{error}");
            let tells = !value.is_empty() && error.0[0].contains(value.trim());
            assert!(!tells, "{error}");
        }
        let long = "x".repeat(257);
        assert!(read(&[("MUSTER_TABLE", &long)]).is_err());
        for name in OPTIONAL {
            // Nobody means "as if it were not set" by an empty value, least of all of a role.
            assert_eq!(read(&[(name, "")]).unwrap_err().0.len(), 1, "{name}");
        }
    }
}

//! What CloudWatch says about the widget that asks.

use serde_json::Value;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
    /// As the browser prefers.
    #[default]
    Browser,
}

impl Theme {
    /// The theme of the dashboard. What is not known is left to the browser.
    pub(crate) fn of(event: &Value) -> Self {
        match event
            .pointer("/widgetContext/theme")
            .and_then(Value::as_str)
        {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            Some(_) | None => Self::Browser,
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Light => "muster muster-light",
            Self::Dark => "muster muster-dark",
            Self::Browser => "muster",
        }
    }
}

/// How a page is to look, and what its buttons call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// The theme.
    pub theme: Theme,
    /// The ARN of the widget's own function, which shows further pages.
    pub widget: String,
    /// The ARN of the function that carries out decisions. Without it there are no such buttons.
    pub decide: Option<String>,
}

//! HTML that no text can break out of. Only [`Html::raw`] takes markup, and only literals; whatever
//! comes from elsewhere goes through [`Html::text`].

use serde_json::Value;

/// The longest text shown of a name or a reason, in characters.
const TEXT_CHARS_MAX: usize = 300;

/// HTML in the making.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup of ours.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text as text, at most 300 characters of it. It stands by itself, whatever the direction of
    /// its writing; characters that are not seen are made visible, so that no name poses as another
    /// part of the page.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str("<bdi>");
        for character in text.chars().take(TEXT_CHARS_MAX) {
            self.escaped(visible(character));
        }
        if text.chars().nth(TEXT_CHARS_MAX).is_some() {
            self.0.push('…');
        }
        self.raw("</bdi>")
    }

    /// A number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.0.push_str(&number.to_string());
        self
    }

    /// A button that calls a function with a JSON value. What is shown instead of the widget is the
    /// answer; with `confirmation`, the answer of a decision is shown over it.
    pub(super) fn button(
        &mut self,
        label: &'static str,
        function: &str,
        asked: &Value,
        confirmation: Option<&str>,
    ) -> &mut Self {
        self.raw(match confirmation {
            Some(_) => r#"<a class="btn btn-primary" role="button">"#,
            None => r#"<a class="btn" role="button">"#,
        });
        self.raw(label);
        self.raw(r#"</a><cwdb-action action="call" event="click" endpoint=""#);
        self.every(function);
        match confirmation {
            Some(confirmation) => {
                self.raw(r#"" display="popup" confirmation=""#);
                self.every(confirmation);
            }
            None => {
                self.raw(r#"" display="widget"#);
            }
        }
        self.raw(r#"">"#);
        self.every(&asked.to_string());
        self.raw("</cwdb-action>")
    }

    /// All of a text of ours, safe between tags and in a quoted attribute.
    pub(super) fn every(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.escaped(character);
        }
        self
    }

    fn escaped(&mut self, character: char) {
        match character {
            '&' => self.0.push_str("&amp;"),
            '<' => self.0.push_str("&lt;"),
            '>' => self.0.push_str("&gt;"),
            '"' => self.0.push_str("&quot;"),
            '\'' => self.0.push_str("&#39;"),
            other => self.0.push(other),
        }
    }

    /// The whole.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A character as it is shown: controls, marks of direction and blanks without width stand out.
fn visible(character: char) -> char {
    match character {
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{61c}'
        | '\u{feff}' => '\u{fffd}',
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}

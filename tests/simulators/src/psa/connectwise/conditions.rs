//! The language of `conditions` and `childConditions`, as far as it is documented: comparisons, `like`,
//! `contains`, `in`, `and`, `or`, `not`, parentheses. Texts compare without case, as the database does.

use serde_json::Value;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    /// A path, an operator in lower case, and the values to compare with.
    Term(String, String, Vec<Value>),
}

/// Says of a path whether what it leads to passes a comparison.
type Holds<'a> = dyn Fn(&str, &dyn Fn(&Value) -> bool) -> bool + 'a;

impl Condition {
    /// Reads a condition; what it cannot be read as is told in words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let mut reader = Reader { tokens, at: 0 };
        let condition = reader.either()?;
        if reader.at == reader.tokens.len() {
            Ok(condition)
        } else {
            Err("The condition goes on after its end.".to_owned())
        }
    }

    /// The paths that it names.
    pub(crate) fn paths(&self) -> Vec<&str> {
        match self {
            Self::And(one, other) | Self::Or(one, other) => [one.paths(), other.paths()].concat(),
            Self::Not(one) => one.paths(),
            Self::Term(path, ..) => vec![path],
        }
    }

    /// Does it hold, where `value` finds what a path leads to and `holds_any` says whether a term holds
    /// for any of it?
    fn holds(&self, holds: &Holds<'_>) -> bool {
        match self {
            Self::And(one, other) => one.holds(holds) && other.holds(holds),
            Self::Or(one, other) => one.holds(holds) || other.holds(holds),
            Self::Not(one) => !one.holds(holds),
            Self::Term(path, operator, values) => {
                holds(path, &|found| compares(found, operator, values))
            }
        }
    }

    /// Does it hold for this record?
    pub(crate) fn holds_for(&self, record: &Value) -> bool {
        self.holds(&|path, term| term(at(record, path)))
    }

    /// The same, where whatever it says of ids is passed over.
    pub(crate) fn holds_but_for_ids(&self, record: &Value) -> bool {
        self.holds(&|path, term| path == "id" || term(at(record, path)))
    }

    /// Does it hold for a child of the record? All terms for one child, unless `is_loose`.
    pub(crate) fn holds_for_child(&self, record: &Value, is_loose: bool) -> bool {
        let paths = self.paths();
        let list = paths.first().and_then(|path| path.split('/').next());
        let children = list.and_then(|list| record.get(list)?.as_array());
        let children = children.map(Vec::as_slice).unwrap_or_default();
        let of_child = |path: &str| path.split_once('/').map(|(_, rest)| rest.to_owned());
        if is_loose {
            return self.holds(&|path, term| {
                let path = of_child(path).unwrap_or_default();
                children.iter().any(|child| term(at(child, &path)))
            });
        }
        children.iter().any(|child| {
            self.holds(&|path, term| term(at(child, &of_child(path).unwrap_or_default())))
        })
    }
}

/// What a path with slashes leads to.
fn at<'a>(record: &'a Value, path: &str) -> &'a Value {
    let mut found = record;
    for step in path.split('/') {
        found = found.get(step).unwrap_or(&Value::Null);
    }
    found
}

fn compares(found: &Value, operator: &str, values: &[Value]) -> bool {
    let value = values.first().unwrap_or(&Value::Null);
    match operator {
        "=" => is_same(found, value),
        "!=" => !is_same(found, value),
        "in" => values.iter().any(|value| is_same(found, value)),
        "contains" => lower(found).contains(&lower(value)),
        "like" => is_like(&lower(found), &lower(value)),
        _ => {
            let (Some(one), Some(other)) = (found.as_f64(), value.as_f64()) else {
                return false;
            };
            match operator {
                "<" => one < other,
                "<=" => one <= other,
                ">" => one > other,
                _ => one >= other,
            }
        }
    }
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(_), _) | (_, Value::String(_)) => lower(one) == lower(other),
        _ => one == other,
    }
}

fn lower(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_lowercase()
}

fn is_like(text: &str, pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split(['*', '%']).collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return false;
    };
    if parts.len() == 1 {
        return text == pattern;
    }
    let Some(mut rest) = text.strip_prefix(first).and_then(|t| t.strip_suffix(last)) else {
        return false;
    };
    let middle = parts.get(1..parts.len() - 1).unwrap_or_default();
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    true
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Sign(String),
    Value(Value),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '"' | '\'' => quoted(rest, first)?,
            '[' => {
                let (date, after) = (rest.split_once(']')).ok_or("A date has no end.")?;
                let date = date.trim_start_matches('[').to_owned();
                (Token::Value(Value::String(date)), after)
            }
            '(' | ')' | ',' => signed(rest, 1),
            '<' | '>' | '!' if rest.chars().nth(1) == Some('=') => signed(rest, 2),
            '=' | '<' | '>' => signed(rest, 1),
            _ => word(rest)?,
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn quoted(text: &str, quote: char) -> Result<(Token, &str), String> {
    let inner = text.strip_prefix(quote).unwrap_or_default();
    let (value, after) = (inner.split_once(quote)).ok_or("A text has no end.")?;
    Ok((Token::Value(Value::String(value.to_owned())), after))
}

fn signed(text: &str, length: usize) -> (Token, &str) {
    let (sign, after) = text.split_at_checked(length).unwrap_or((text, ""));
    (Token::Sign(sign.to_owned()), after)
}

fn word(text: &str) -> Result<(Token, &str), String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end).unwrap_or((text, ""));
    if word.is_empty() {
        return Err("The condition holds a sign that means nothing.".to_owned());
    }
    let token = match word.to_ascii_lowercase().as_str() {
        "true" => Token::Value(Value::Bool(true)),
        "false" => Token::Value(Value::Bool(false)),
        "null" => Token::Value(Value::Null),
        lower => match lower.parse::<i64>() {
            Ok(number) => Token::Value(Value::from(number)),
            Err(_) => Token::Word(word.to_owned()),
        },
    };
    Ok((token, after))
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn either(&mut self) -> Result<Condition, String> {
        let mut condition = self.both()?;
        while self.is_word("or") {
            self.at += 1;
            condition = Condition::Or(Box::new(condition), Box::new(self.both()?));
        }
        Ok(condition)
    }

    fn both(&mut self) -> Result<Condition, String> {
        let mut condition = self.one()?;
        while self.is_word("and") {
            self.at += 1;
            condition = Condition::And(Box::new(condition), Box::new(self.one()?));
        }
        Ok(condition)
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.is_word("not") {
            self.at += 1;
            return Ok(Condition::Not(Box::new(self.one()?)));
        }
        match self.next() {
            Some(Token::Sign(sign)) if sign == "(" => {
                let condition = self.either()?;
                match self.next() {
                    Some(Token::Sign(sign)) if sign == ")" => Ok(condition),
                    _ => Err("A parenthesis is not closed.".to_owned()),
                }
            }
            Some(Token::Word(path)) => self.term(path),
            _ => Err("A condition begins with the name of a field.".to_owned()),
        }
    }

    fn term(&mut self, path: String) -> Result<Condition, String> {
        let is_negated = self.is_word("not");
        if is_negated {
            self.at += 1;
        }
        let operator = match self.next() {
            Some(Token::Sign(sign)) if !matches!(sign.as_str(), "(" | ")" | ",") => sign,
            Some(Token::Word(word)) => word.to_ascii_lowercase(),
            _ => return Err("A field is compared by an operator.".to_owned()),
        };
        let values = match operator.as_str() {
            "in" => self.list()?,
            "=" | "!=" | "<" | "<=" | ">" | ">=" | "like" | "contains" => vec![self.value()?],
            _ => return Err("The operator is not known.".to_owned()),
        };
        let term = Condition::Term(path, operator, values);
        Ok(if is_negated {
            Condition::Not(Box::new(term))
        } else {
            term
        })
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.next() {
            Some(Token::Value(value)) => Ok(value),
            _ => Err("A field is compared with a value.".to_owned()),
        }
    }

    fn list(&mut self) -> Result<Vec<Value>, String> {
        let mut values = Vec::new();
        loop {
            match self.next() {
                Some(Token::Sign(sign)) if sign == ")" => return Ok(values),
                Some(Token::Sign(_)) => {}
                Some(Token::Value(value)) => values.push(value),
                _ => return Err("A list of values is not closed.".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> Value {
        json!({"id": 42, "firstName": "Jane", "lastName": "O'Brien", "inactiveFlag": false,
            "title": null, "company": {"id": 250},
            "communicationItems": [{"value": "jane@x.example", "communicationType": "Email"},
                {"value": "555", "communicationType": "Phone"}]})
    }

    #[test]
    fn conditions_compare_as_documented() {
        for (text, expected) in [
            ("id=42", true),
            ("id > 41 and id<=42", true),
            ("id in (1,2,42)", true),
            ("id in (1,2)", false),
            ("company/id=250", true),
            ("company/id != 250", false),
            ("firstName=\"JANE\" and lastName=\"O'Brien\"", true),
            ("firstName='jane' and (id=1 or inactiveFlag=False)", true),
            ("firstName=\"x\" or id=42 and company/id=7", false),
            ("firstName like \"ja*\"", true),
            ("firstName like \"%n_\"", false),
            ("firstName like \"jan\"", false),
            ("firstName not like \"x*\"", true),
            ("firstName contains \"an\"", true),
            ("not id=42", false),
            ("title = null", true),
            ("title != null", false),
            ("nothing=1", false),
        ] {
            let condition = Condition::parse(text).unwrap();
            assert_eq!(condition.holds_for(&record()), expected, "{text}");
        }
        for text in [
            "",
            "id",
            "id=",
            "id=42 and",
            "id ~ 4",
            "(id=4",
            "id=4)",
            "x=\"a",
            "=4",
        ] {
            assert!(Condition::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn child_conditions_hold_for_one_child_or_loosely() {
        let text =
            "communicationItems/value=\"555\" AND communicationItems/communicationType=\"Email\"";
        let condition = Condition::parse(text).unwrap();
        assert!(!condition.holds_for_child(&record(), false));
        assert!(condition.holds_for_child(&record(), true));
        let email = Condition::parse(&text.replace("555", "JANE@x.example")).unwrap();
        assert!(email.holds_for_child(&record(), false));
    }
}

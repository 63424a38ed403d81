//! The template as a value, every intrinsic function worked out as far as it goes without AWS: a
//! parameter is its value, a resource its logical name, an attribute of one `Name.Attribute`.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

use crate::tidy::root;

/// The template for one choice of parameters.
pub(crate) struct Template(Value);

/// Who the operators' identities come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operators {
    /// Bearer tokens of the secret.
    Tokens,
    /// An identity provider.
    Issuer,
}

impl Operators {
    pub(crate) const ALL: [Self; 2] = [Self::Tokens, Self::Issuer];
}

impl Template {
    /// The template of a stage `test`.
    pub(crate) fn read(operators: Operators) -> Self {
        let text = std::fs::read_to_string(root().join("infra/template.yaml")).unwrap();
        let documents = Yaml::load_from_str(&text).unwrap();
        let raw = value_of(&documents[0]);
        let mut parameters: BTreeMap<String, Value> = raw["Parameters"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter["Default"].clone()))
            .collect();
        parameters.insert("Stage".to_owned(), json!("test"));
        let resolver = Resolver {
            parameters,
            has_issuer: operators == Operators::Issuer,
        };
        Self(resolver.resolve(&raw).unwrap())
    }

    /// All of it.
    pub(crate) fn whole(&self) -> &Value {
        &self.0
    }

    /// The resources of a type by logical name: their properties.
    pub(crate) fn of_type(&self, kind: &str) -> BTreeMap<&str, &Value> {
        let resources = self.0["Resources"].as_object().unwrap();
        let found: BTreeMap<&str, &Value> = resources
            .iter()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
            .collect();
        assert!(!found.is_empty(), "no resource is a {kind}");
        found
    }

    /// A resource's properties.
    pub(crate) fn resource(&self, name: &str) -> &Value {
        let found = &self.0["Resources"][name]["Properties"];
        assert!(!found.is_null(), "there is no resource {name}");
        found
    }

    /// The functions by their handler setting: properties, with what holds for all of them.
    pub(crate) fn functions(&self) -> BTreeMap<String, Value> {
        let globals = &self.0["Globals"]["Function"];
        let functions = self.of_type("AWS::Serverless::Function");
        functions
            .values()
            .map(|own| {
                let mut all = globals.clone();
                merge(&mut all, own);
                (own["Handler"].as_str().unwrap().to_owned(), all)
            })
            .collect()
    }
}

/// What `over` says comes first; maps are merged.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

struct Resolver {
    parameters: BTreeMap<String, Value>,
    has_issuer: bool,
}

impl Resolver {
    /// `None` for what is left out.
    fn resolve(&self, value: &Value) -> Option<Value> {
        Some(match value {
            Value::Object(map) => {
                if let Some((name, argument)) = intrinsic(map) {
                    return self.intrinsic(name, argument);
                }
                let entries = map
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), self.resolve(value)?)));
                Value::Object(entries.collect())
            }
            Value::Array(entries) => entries.iter().filter_map(|v| self.resolve(v)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        })
    }

    fn intrinsic(&self, name: &str, argument: &Value) -> Option<Value> {
        match (name, argument) {
            ("Ref", Value::String(to)) if to == "AWS::NoValue" => None,
            ("Ref", Value::String(to)) => Some(self.parameters.get(to).unwrap_or(argument).clone()),
            ("GetAtt", Value::String(_)) => Some(argument.clone()),
            ("Sub", Value::String(text)) => Some(Value::String(self.sub(text))),
            ("If", Value::Array(parts)) => {
                assert_eq!(
                    parts[0], "HasIssuer",
                    "a condition that the tests do not know"
                );
                self.resolve(&parts[if self.has_issuer { 1 } else { 2 }])
            }
            // What no test looks into, as the conditions themselves: what they come to is chosen.
            _ => Some(json!({ format!("!{name}"): self.resolve(argument)? })),
        }
    }

    fn sub(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.parameters {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            text = text.replace(&format!("${{{name}}}"), &value);
        }
        text
    }
}

fn intrinsic(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = map.iter().next()?;
    let name = name.strip_prefix('!')?;
    Some((name, argument))
}

/// As JSON; a tag becomes a map with it as the only key.
fn value_of(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(it)) => json!(it),
        Yaml::Value(Scalar::Integer(it)) => json!(it),
        Yaml::Value(Scalar::FloatingPoint(it)) => json!(it.into_inner()),
        Yaml::Value(Scalar::String(it)) => json!(it),
        Yaml::Sequence(entries) => entries.iter().map(value_of).collect(),
        Yaml::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| (key.as_str().unwrap().to_owned(), value_of(value)))
            .collect(),
        Yaml::Tagged(tag, inner) => json!({ format!("!{}", tag.suffix): value_of(inner) }),
        Yaml::Representation(text, _, Some(tag)) => {
            json!({ format!("!{}", tag.suffix): text })
        }
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            panic!("the template is plain YAML")
        }
    }
}

/// The texts of a list, or of a single text.
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(entries) => entries
            .iter()
            .map(|entry| entry.as_str().unwrap())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            panic!("{value} is no text or list of texts")
        }
    }
}

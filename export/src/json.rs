//! JSON values that know their place, so that whatever is wrong with one can be named.

use serde_json::Value;

/// A value and its path from the root of the file.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    value: &'a Value,
    path: String,
}

/// JSON text to a value.
///
/// Python writes NaN and Infinity, which are no JSON. Read as text they are refused later, by name.
pub fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).or_else(|error| {
        let quoted =
            text.replace("NaN", "\"NaN\"").replace("-Infinity", "\"-inf\"").replace("Infinity", "\"inf\"");
        serde_json::from_str(&quoted).map_err(|_| format!("not JSON: {error}"))
    })
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// A message that begins with the path.
    pub fn refuse<T>(&self, problem: &str) -> Result<T, String> {
        let path = if self.path.is_empty() { "the file" } else { &self.path };
        Err(format!("{path} {problem}"))
    }

    pub fn field(&self, name: &str) -> Result<Self, String> {
        let Some(fields) = self.value.as_object() else {
            return self.refuse(&format!("should be an object, but is {}", self.kind()));
        };
        match fields.get(name) {
            Some(value) if self.path.is_empty() => Ok(Self { value, path: name.into() }),
            Some(value) => Ok(Self { value, path: format!("{}.{name}", self.path) }),
            None => self.refuse(&format!("has no `{name}`")),
        }
    }

    /// A field that may be absent.
    pub fn optional(&self, name: &str) -> Option<Self> {
        self.field(name).ok()
    }

    pub fn elements(&self) -> Result<Vec<Self>, String> {
        let Some(values) = self.value.as_array() else {
            return self.refuse(&format!("should be an array, but is {}", self.kind()));
        };
        let place = |(i, value)| Self { value, path: format!("{}[{i}]", self.path) };
        Ok(values.iter().enumerate().map(place).collect())
    }

    /// `count` elements, one for each of `whose`.
    pub fn exactly(&self, count: usize, whose: &str) -> Result<Vec<Self>, String> {
        let elements = self.elements()?;
        match elements.len() {
            found if found == count => Ok(elements),
            found => self.refuse(&format!("has length {found}, not {count} (one for each {whose})")),
        }
    }

    pub fn number(&self) -> Result<f64, String> {
        match self.value.as_f64() {
            Some(v) if v.is_finite() => Ok(v),
            _ => self.refuse(&format!("should be a finite number, but is {}", self.kind())),
        }
    }

    /// `count` numbers, one for each of `whose`.
    pub fn numbers(&self, count: usize, whose: &str) -> Result<Vec<f64>, String> {
        self.exactly(count, whose)?.iter().map(Self::number).collect()
    }

    pub fn text(&self) -> Result<&'a str, String> {
        match self.value {
            Value::String(text) => Ok(text),
            _ => self.refuse(&format!("should be text, but is {}", self.kind())),
        }
    }

    pub fn boolean(&self) -> Result<bool, String> {
        match self.value {
            Value::Bool(answer) => Ok(*answer),
            _ => self.refuse(&format!("should be true or false, but is {}", self.kind())),
        }
    }

    /// What stands there, short enough for a message.
    fn kind(&self) -> String {
        match self.value {
            Value::Array(_) => "an array".into(),
            Value::Object(_) => "an object".into(),
            Value::String(text) if text.chars().count() > 30 => "text".into(),
            value => value.to_string(),
        }
    }
}

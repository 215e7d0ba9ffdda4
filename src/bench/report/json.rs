//! A report as JSON, in the layout of `docs/schema/bench-1.json`.
//! Must not hold a figure that the report lacks.

use super::Report;

/// The report, indented, with a final newline.
///
/// # Panics
/// Never: a report is plain data with text keys.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("plain data becomes JSON");
    text.push('\n');
    text
}

#[cfg(test)]
pub(in crate::bench) mod tests {
    use serde_json::Value;

    use super::*;

    /// Enough of JSON Schema for our file: type, required, properties, additionalProperties, items, enum, $ref.
    pub(in crate::bench) fn check(schema: &Value, root: &Value, value: &Value, at: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.strip_prefix("#/$defs/").unwrap();
            return check(&root["$defs"][name], root, value, at);
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let allowed: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            _ => panic!("{at}: the schema gives no type"),
        };
        let fits = allowed.contains(&kind) || (kind == "integer" && allowed.contains(&"number"));
        assert!(fits, "{at}: {kind} is not {allowed:?}");
        if let Some(choices) = schema["enum"].as_array() {
            assert!(choices.contains(value), "{at}: {value} is not one of {choices:?}");
        }
        if let Value::Object(fields) = value {
            let properties = schema["properties"].as_object();
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                assert!(fields.contains_key(name), "{at}.{name} is missing");
            }
            for (name, inner) in fields {
                let known = properties.and_then(|p| p.get(name)).unwrap_or(&schema["additionalProperties"]);
                assert!(known.is_object(), "{at}.{name} is not in the schema");
                check(known, root, inner, &format!("{at}.{name}"));
            }
        }
        for inner in value.as_array().into_iter().flatten() {
            check(&schema["items"], root, inner, &format!("{at}[]"));
        }
    }

    #[test]
    fn the_published_schema_describes_every_field() {
        let schema: Value = serde_json::from_str(include_str!("../../../docs/schema/bench-1.json")).unwrap();
        let report = super::super::sample::sample();
        check(&schema, &schema, &serde_json::from_str(&text(&report)).unwrap(), "report");
    }
}

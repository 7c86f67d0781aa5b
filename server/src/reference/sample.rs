//! The example of a call: the request by curl, and its answer.

use super::{
    call::{DocumentedCall, text},
    markdown::escape,
};
use serde_json::Value;
use std::fmt::Write as _;

/// The call by curl, and its answer.
pub(super) fn samples(call: &DocumentedCall<'_>) -> String {
    let mut samples = format!(
        "<h4>Call</h4><pre tabindex=\"0\"><code>{}</code></pre>",
        escape(text(&call.operation["x-codeSamples"][0], "source"))
    );
    let good = &call.operation["responses"]["200"];
    match &good["content"]["application/json"]["example"] {
        Value::Null if good["content"].is_object() => {}
        Value::Null => samples.push_str("<h4>Answer</h4><p>200, with an empty body.</p>"),
        example => {
            let _ = write!(
                samples,
                "<h4>Answer</h4><pre tabindex=\"0\"><code>{}</code></pre>",
                escape(&pretty(example))
            );
        }
    }
    samples
}

/// JSON as people write it: what fits on a line stays on it.
fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write_pretty(value, 0, &mut out);
    out
}

/// Letters of a list or an object that stays on one line.
const LINE: usize = 46;

fn write_pretty(value: &Value, indent: usize, out: &mut String) {
    let short = spaced(value);
    if short.len() <= LINE && indent > 0 {
        out.push_str(&short);
        return;
    }
    let line = |out: &mut String, indent: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(indent));
    };
    match value {
        Value::Array(values) if !values.is_empty() => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                line(out, indent + 1);
                write_pretty(value, indent + 1, out);
            }
            line(out, indent);
            out.push(']');
        }
        Value::Object(fields) if !fields.is_empty() => {
            out.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                line(out, indent + 1);
                let _ = write!(out, "{}: ", Value::from(name.as_str()));
                write_pretty(value, indent + 1, out);
            }
            line(out, indent);
            out.push('}');
        }
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}

/// JSON on one line, with blanks.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(values) => format!("[{}]", values.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), spaced(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

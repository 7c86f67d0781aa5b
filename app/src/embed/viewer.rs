//! Who reads an embedded dashboard, and what of it this viewer may see.

use super::{Dashboard, Invalid};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Characters of a viewer's id, and of its name.
const TEXT: usize = 200;

/// Metrics that a URL can name.
const METRICS: usize = 50;

/// Bytes of names and values of `filters`: more would make the URL too long for proxies.
const MAX_BYTES: usize = 2_048;

/// Who reads, and what of the dashboard they may see: as a token carries it. Without any of it a viewer has no name, and
/// sees all that the dashboard shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ViewerScope {
    /// Who reads, as the host knows them.
    #[serde(rename = "i", skip_serializing_if = "is_default")]
    pub id: Option<String>,
    /// Their name for people.
    #[serde(rename = "n", skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// Quantities and shares are shown, and no money.
    #[serde(rename = "h", skip_serializing_if = "is_default")]
    pub hide_amounts: bool,
    /// Only the usage of these billable metrics.
    #[serde(rename = "m", skip_serializing_if = "is_default")]
    pub metrics: Option<BTreeSet<Uuid>>,
    /// Only usage with one of these values in each of these group keys.
    #[serde(rename = "f", skip_serializing_if = "is_default")]
    pub filters: BTreeMap<String, BTreeSet<String>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// `viewer` as it is sent.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Viewer {
    /// Who reads, as you know them: 1 to 200 characters.
    pub(super) id: String,
    /// Their name, for those who read the audit log: 1 to 200 characters.
    #[serde(default)]
    pub(super) name: Option<String>,
}

impl ViewerScope {
    /// Reads the parts of a request that say who reads and what they may see.
    ///
    /// # Errors
    /// What is empty, given twice, or more than a URL can carry; and a part of usage on a dashboard that shows whole
    /// invoices: a scope without effect would show what it is meant to hide.
    pub(super) fn parse(
        dashboard: Dashboard,
        viewer: Option<Viewer>,
        hide_amounts: bool,
        metrics: Option<Vec<Uuid>>,
        filters: BTreeMap<String, Vec<String>>,
    ) -> Result<Self, Invalid> {
        let (id, name) = match viewer {
            Some(viewer) => (Some(viewer.id), viewer.name),
            None => (None, None),
        };
        for (path, text) in [("viewer.id", &id), ("viewer.name", &name)] {
            check(path, text.as_deref())?;
        }
        if dashboard == Dashboard::Invoices {
            let about_usage = [("metrics", metrics.is_some()), ("filters", !filters.is_empty())];
            if let Some((path, _)) = about_usage.into_iter().find(|(_, is_given)| *is_given) {
                let problem = "is about usage, and an invoice is one document of all that it bills: ask for the usage \
                               dashboard, or leave it out";
                return Err(Invalid::new(path, problem));
            }
        }
        Ok(Self {
            id,
            name,
            hide_amounts,
            metrics: metrics.map(read_metrics).transpose()?,
            filters: read_filters(filters)?,
        })
    }
}

/// Refuses a text that is empty, too long, or holds what ends a line of a log.
fn check(path: &str, text: Option<&str>) -> Result<(), Invalid> {
    let Some(text) = text else { return Ok(()) };
    if text.trim().is_empty() {
        return Err(Invalid::new(path, "is empty"));
    }
    if text.chars().count() > TEXT {
        return Err(Invalid::new(path, format!("is longer than {TEXT} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::new(path, "holds a control character"));
    }
    Ok(())
}

fn read_metrics(metrics: Vec<Uuid>) -> Result<BTreeSet<Uuid>, Invalid> {
    if metrics.is_empty() {
        return Err(Invalid::new("metrics", "is empty, so nothing would be shown: leave it out to show all"));
    }
    if metrics.len() > METRICS {
        let problem = format!("has {} entries, more than {METRICS}", metrics.len());
        return Err(Invalid::new("metrics", problem));
    }
    Ok(metrics.into_iter().collect())
}

fn read_filters(
    filters: BTreeMap<String, Vec<String>>,
) -> Result<BTreeMap<String, BTreeSet<String>>, Invalid> {
    let mut bytes = 0;
    for (key, values) in &filters {
        if key.is_empty() {
            return Err(Invalid::new("filters", "has a group key without a name"));
        }
        if values.is_empty() {
            let problem = "is empty, so nothing would be shown: name values, or leave the group key out";
            return Err(Invalid::new(format!("filters.{key}"), problem));
        }
        bytes += key.len() + values.iter().map(String::len).sum::<usize>();
    }
    if bytes > MAX_BYTES {
        let problem = format!("holds {bytes} bytes of names and values; the URL can carry {MAX_BYTES}");
        return Err(Invalid::new("filters", problem));
    }
    Ok(filters.into_iter().map(|(key, values)| (key, values.into_iter().collect())).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::embed::EmbedRequest;
    use serde_json::{Value, json};

    const METRIC: &str = "13117714-3f05-48e5-a6e9-a66093f13b4d";

    fn read(dashboard: &str, parts: Value) -> Result<ViewerScope, String> {
        let mut body = json!({ "customer_id": Uuid::nil(), "dashboard": dashboard });
        body.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        let request = serde_json::from_value::<EmbedRequest>(body).map_err(|error| error.to_string())?;
        Ok(request.config.viewer)
    }

    #[test]
    fn a_scope_travels_in_a_token_and_none_takes_no_room() {
        let scope = read(
            "usage",
            json!({
                "viewer": { "id": "u_17", "name": "Ada" },
                "hide_amounts": true,
                "metrics": [METRIC, METRIC],
                "filters": { "team": ["blue", "red", "blue"] },
            }),
        )
        .unwrap();
        assert_eq!((scope.id.as_deref(), scope.name.as_deref()), (Some("u_17"), Some("Ada")));
        let text = serde_json::to_string(&scope).unwrap();
        assert_eq!(
            text,
            format!(r#"{{"i":"u_17","n":"Ada","h":true,"m":["{METRIC}"],"f":{{"team":["blue","red"]}}}}"#)
        );
        assert_eq!(serde_json::from_str::<ViewerScope>(&text).unwrap(), scope);
        let nulls = json!({ "viewer": null, "hide_amounts": null, "metrics": null, "filters": null });
        for parts in [json!({}), nulls, json!({ "hide_amounts": false, "filters": {} })] {
            assert_eq!(read("usage", parts).unwrap(), ViewerScope::default());
        }
        assert_eq!(serde_json::to_string(&ViewerScope::default()).unwrap(), "{}");
    }

    #[test]
    fn what_is_wrong_with_a_scope_is_named() {
        let cases = [
            ("usage", json!({ "viewer": { "id": " " } }), "viewer.id: is empty"),
            (
                "usage",
                json!({ "viewer": { "id": "x".repeat(201) } }),
                "viewer.id: is longer than 200 characters",
            ),
            (
                "usage",
                json!({ "viewer": { "id": "a", "name": "b\nc" } }),
                "viewer.name: holds a control character",
            ),
            ("usage", json!({ "metrics": [] }), "metrics: is empty, so nothing would be shown"),
            ("usage", json!({ "metrics": vec![METRIC; 51] }), "metrics: has 51 entries, more than 50"),
            (
                "usage",
                json!({ "filters": { "team": [] } }),
                "filters.team: is empty, so nothing would be shown",
            ),
            ("usage", json!({ "filters": { "": ["a"] } }), "filters: has a group key without a name"),
            (
                "usage",
                json!({ "filters": { "t": ["x".repeat(2_048)] } }),
                "filters: holds 2049 bytes of names and values; the URL can carry 2048",
            ),
            ("invoices", json!({ "metrics": [METRIC] }), "metrics: is about usage"),
            ("invoices", json!({ "filters": { "team": ["blue"] } }), "filters: is about usage"),
        ];
        for (dashboard, parts, expected) in cases {
            let message = read(dashboard, parts).unwrap_err();
            assert!(message.starts_with(expected), "{message}");
        }
        assert!(read("invoices", json!({ "hide_amounts": true })).unwrap().hide_amounts);
    }
}

//! Whether a metric counts an event, and in which groups.

use super::{Event, property_text};
use app::billing::{BillableMetric, PropertyFilter};
use serde_json::{Map, Value};

/// True when the event passes the metric's event type filter and all its property filters.
pub fn admits(metric: &BillableMetric, event: &Event) -> bool {
    admits_type(metric, event)
        && metric.property_filters.iter().all(|filter| {
            let text = property_text(&event.properties, &filter.name);
            let is_in =
                |list: &Vec<String>| text.as_ref().is_some_and(|text| list.iter().any(|one| one == text));
            filter.exists.is_none_or(|wanted| wanted == text.is_some())
                && filter.in_values.as_ref().is_none_or(is_in)
                && !filter.not_in_values.as_ref().is_some_and(is_in)
        })
}

/// Whether a metric takes events of this type, whatever their properties.
pub(super) fn admits_type(metric: &BillableMetric, event: &Event) -> bool {
    metric.event_type_filter.as_ref().is_none_or(|filter| {
        let has = |list: &Vec<String>| list.contains(&event.event_type);
        filter.in_values.as_ref().is_none_or(has) && !filter.not_in_values.as_ref().is_some_and(has)
    })
}

/// The first property that a metric asks for and an event lacks.
pub(super) fn lacking<'a>(metric: &'a BillableMetric, event: &Event) -> Option<&'a str> {
    let is_missing = |name: &str| property_text(&event.properties, name).is_none();
    let is_asked = |filter: &&PropertyFilter| filter.exists == Some(true) || filter.in_values.is_some();
    let asked = metric.property_filters.iter().filter(is_asked);
    asked.map(|filter| filter.name.as_str()).find(|name| is_missing(name))
}

/// The event's values of a group key, in the key's order; `None` for a property that it lacks.
pub fn group_values(properties: &Map<String, Value>, group_key: &[String]) -> Vec<Option<String>> {
    group_key.iter().map(|name| property_text(properties, name).map(Into::into)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::billing::{AggregationType, EventTypeFilter};
    use serde_json::json;

    fn metric(
        event_type_filter: Option<EventTypeFilter>,
        property_filters: Vec<PropertyFilter>,
    ) -> BillableMetric {
        BillableMetric {
            id: uuid::Uuid::nil(),
            name: "Requests".to_owned(),
            aggregation_type: AggregationType::Count,
            aggregation_key: None,
            event_type_filter,
            property_filters,
            group_keys: Vec::new(),
            custom_fields: Default::default(),
            archived_at: None,
        }
    }

    fn event(properties: Value) -> Event {
        Event {
            transaction_id: "1".to_owned(),
            customer_id: "acme".to_owned(),
            event_type: "request".to_owned(),
            timestamp: chrono::DateTime::UNIX_EPOCH,
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }

    fn list(values: &[&str]) -> Option<Vec<String>> {
        Some(values.iter().map(|one| (*one).to_owned()).collect())
    }

    #[test]
    fn event_types_pass_the_filter() {
        for (in_values, not_in_values, passes) in [
            (None, None, true),
            (list(&["request"]), None, true),
            (list(&["other"]), None, false),
            (list(&[]), None, false),
            (None, list(&["request"]), false),
            (None, list(&["other"]), true),
        ] {
            let filter = EventTypeFilter { in_values, not_in_values };
            assert_eq!(
                admits(&metric(Some(filter.clone()), vec![]), &event(json!({}))),
                passes,
                "{filter:?}"
            );
        }
    }

    #[test]
    fn the_property_that_is_asked_for_and_not_there_is_named() {
        let filter = |name: &str, exists, in_values, not_in_values| PropertyFilter {
            name: name.to_owned(),
            exists,
            in_values,
            not_in_values,
        };
        let metric = metric(
            None,
            vec![
                filter("plan", Some(false), None, None),
                filter("tier", None, None, list(&["free"])),
                filter("n", Some(true), None, None),
                filter("region", None, list(&["eu"]), None),
            ],
        );
        for (properties, named) in [
            (json!({}), Some("n")),
            (json!({"n": 1}), Some("region")),
            (json!({"n": 1, "region": "us"}), None),
        ] {
            assert_eq!(lacking(&metric, &event(properties)), named);
        }
    }

    #[test]
    fn properties_pass_every_filter() {
        let here = json!({"region": "eu", "status": 200});
        for (name, exists, in_values, not_in_values, passes) in [
            ("region", Some(true), None, None, true),
            ("region", Some(false), None, None, false),
            ("plan", Some(true), None, None, false),
            ("plan", Some(false), None, None, true),
            ("region", None, list(&["eu", "us"]), None, true),
            ("region", None, list(&["us"]), None, false),
            ("plan", None, list(&["us"]), None, false),
            ("region", None, None, list(&["eu"]), false),
            ("plan", None, None, list(&["eu"]), true),
            ("status", None, list(&["200"]), None, true),
        ] {
            let filter = PropertyFilter { name: name.to_owned(), exists, in_values, not_in_values };
            assert_eq!(
                admits(&metric(None, vec![filter.clone()]), &event(here.clone())),
                passes,
                "{filter:?}"
            );
        }
    }

    #[test]
    fn a_missing_property_groups_as_none() {
        let event = event(json!({"region": "eu"}));
        let key = ["region".to_owned(), "zone".to_owned()];
        assert_eq!(group_values(&event.properties, &key), [Some("eu".to_owned()), None]);
    }
}

//! Billable metrics.

use super::{Data, Id, customers::ById};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock, db,
    extract::{Body, Path, Query},
    limits,
    openapi::{Call, Calls},
};
use app::billing::{AggregationType, BillableMetric, EventTypeFilter, Page, PropertyFilter};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The calls about billable metrics.
pub(super) fn calls() -> Calls {
    Calls::new("Billable metrics", "A billable metric says how usage events become one number.")
        .get("/v1/billable-metrics", list, LIST)
        .get("/v1/billable-metrics/{billable_metric_id}", retrieve, RETRIEVE)
        .put("/v1/billable-metrics/{billable_metric_id}", rename, RENAME)
        .post("/v1/billable-metrics/create", create, CREATE)
        .post("/v1/billable-metrics/archive", archive, ARCHIVE)
}

const CREATE: Call = Call::new("billableMetrics.create", "Create a billable metric")
    .about(
        "Events count when their type passes `event_type_filter` and their properties pass every one of \
         `property_filters`. `aggregation_key` names the property that is summed, compared or counted; `COUNT` needs \
         none. An event whose value is no number does not count for `SUM`, `MAX` and `LATEST`; a string such as \
         `\"12.5\"` is a number.\n\n\
         Each entry of `group_keys` is a way to split usage later: `[\"region\"]`, or `[\"region\", \"model\"]` for \
         both at once. The aggregation key and every name in a group key must also be in `property_filters`, with \
         `\"exists\": true` or with `in_values`.\n\n\
         A new metric also counts the events of the last 34 days. A job adds them within seconds to minutes, by their \
         number; none is lost or counted twice while others come in.\n\n\
         SQL metrics are not part of Inlay.",
    )
    .body(
        r#"{
  "name": "Tokens",
  "aggregation_type": "SUM",
  "aggregation_key": "tokens",
  "event_type_filter": { "in_values": ["completion"] },
  "property_filters": [{ "name": "tokens", "exists": true }, { "name": "region", "exists": true }],
  "group_keys": [["region"]]
}"#,
    )
    .conflict("Another one has the value of a custom field that has to be unique.");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    aggregation_type: Option<AggregationType>,
    aggregation_key: Option<String>,
    event_type_filter: Option<EventTypeFilter>,
    #[serde(default)]
    property_filters: Vec<PropertyFilter>,
    #[serde(default)]
    group_keys: Vec<Vec<String>>,
    #[serde(default)]
    custom_fields: BTreeMap<String, String>,
    /// Not part of Inlay.
    #[schemars(skip)]
    sql: Option<IgnoredAny>,
}

async fn create(
    State(state): State<AppState>,
    _: Operator,
    Body(body): Body<Create>,
) -> Result<Json<Data<Id>>> {
    let now = clock::now();
    let new = body.check(db::new_id(now))?;
    let made = new.id;
    db::billable_metric::create(&state.pool, new, now).await?;
    Ok(Id::json(made))
}

const LIST: Call = Call::new("billableMetrics.list", "List billable metrics")
    .about("Archived ones only with `include_archived=true`.")
    .order("Oldest first.", &["created_at", "id"])
    .query("limit=10");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct List {
    /// The archived ones too.
    #[schemars(extend("default" = false))]
    include_archived: Option<bool>,
    /// Rows a page.
    limit: Option<i64>,
    next_page: Option<String>,
}

async fn list(
    State(state): State<AppState>,
    _: Operator,
    Query(query): Query<List>,
) -> Result<Json<Page<BillableMetric>>> {
    let archived = query.include_archived.unwrap_or(false);
    let page =
        db::billable_metric::list(&state.pool, archived, query.limit, query.next_page.as_deref()).await?;
    Ok(Json(page))
}

const RETRIEVE: Call =
    Call::new("billableMetrics.retrieve", "Retrieve a billable metric").missing("the billable metric");

async fn retrieve(
    State(state): State<AppState>,
    _: Operator,
    Path(billable_metric_id): Path<Uuid>,
) -> Result<Json<Data<BillableMetric>>> {
    Ok(Json(Data { data: db::billable_metric::find(&state.pool, billable_metric_id).await? }))
}

const RENAME: Call = Call::new("billableMetrics.update", "Rename a billable metric")
    .about("Only the name can change: a definition that changed would make sums of two measures.")
    .body(r#"{ "name": "Tokens of all models" }"#)
    .missing("the billable metric");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rename {
    name: String,
}

async fn rename(
    State(state): State<AppState>,
    _: Operator,
    Path(billable_metric_id): Path<Uuid>,
    Body(body): Body<Rename>,
) -> Result<Json<Data<Id>>> {
    let name = checked_name(&body.name)?;
    db::billable_metric::set_name(&state.pool, billable_metric_id, name).await?;
    Ok(Id::json(billable_metric_id))
}

const ARCHIVE: Call = Call::new("billableMetrics.archive", "Archive a billable metric")
    .about(
        "It can no longer be put on plans. Plans that charge by it go on doing so, and it goes on measuring.",
    )
    .body(r#"{ "id": "{billable_metric_id}" }"#)
    .missing("the billable metric");

async fn archive(
    State(state): State<AppState>,
    _: Operator,
    Body(body): Body<ById>,
) -> Result<Json<Data<Id>>> {
    db::billable_metric::archive(&state.pool, body.id, clock::now()).await?;
    Ok(Id::json(body.id))
}

impl Create {
    /// Refuses what is too long or too much, before anything is compared.
    fn check_sizes(&self) -> Result<()> {
        let found =
            |path: &str, found: Result<(), String>| found.map_err(|problem| Error::field(path, problem));
        let values = |path: &str, values: Option<&[String]>, most: usize| {
            found(path, limits::check_count(values.map_or(0, <[_]>::len), limits::FILTER_VALUES))?;
            let mut values = values.unwrap_or_default().iter().enumerate();
            values.try_for_each(|(index, value)| {
                found(&format!("{path}[{index}]"), limits::check_text(value, most))
            })
        };
        if let Some(filter) = &self.event_type_filter {
            values("event_type_filter.in_values", filter.in_values.as_deref(), limits::WORD)?;
            values("event_type_filter.not_in_values", filter.not_in_values.as_deref(), limits::WORD)?;
        }
        found(
            "property_filters",
            limits::check_count(self.property_filters.len(), limits::PROPERTY_FILTERS),
        )?;
        for (index, filter) in self.property_filters.iter().enumerate() {
            let path = |field: &str| format!("property_filters[{index}].{field}");
            found(&path("name"), limits::check_text(&filter.name, limits::WORD))?;
            values(&path("in_values"), filter.in_values.as_deref(), limits::PROPERTY_VALUE)?;
            values(&path("not_in_values"), filter.not_in_values.as_deref(), limits::PROPERTY_VALUE)?;
        }
        // The names of keys must be among those of the filters.
        found("group_keys", limits::check_count(self.group_keys.len(), limits::GROUP_KEYS))?;
        for (index, names) in self.group_keys.iter().enumerate() {
            found(
                &format!("group_keys[{index}]"),
                limits::check_count(names.len(), limits::GROUP_KEY_NAMES),
            )?;
        }
        limits::check_custom_fields(&self.custom_fields)
            .map_err(|(path, problem)| Error::field(path, problem))
    }

    /// The metric that is asked for, or what is wrong with it.
    fn check(self, id: Uuid) -> Result<BillableMetric> {
        if self.sql.is_some() {
            let problem = "SQL metrics are not part of Inlay: use aggregation_type with filters instead";
            return Err(Error::field("sql", problem));
        }
        let name = checked_name(&self.name)?;
        self.check_sizes()?;
        let aggregation_type =
            self.aggregation_type.ok_or_else(|| Error::field("aggregation_type", "is required"))?;
        if let Some(filter) = &self.event_type_filter {
            refuse_empty("event_type_filter.in_values", filter.in_values.as_deref())?;
            refuse_empty("event_type_filter.not_in_values", filter.not_in_values.as_deref())?;
        }
        check_filters(&self.property_filters)?;
        let admitted =
            |name: &str| self.property_filters.iter().any(|filter| filter.name == name && admits(filter));
        let aggregation_key = match (aggregation_type, self.aggregation_key.filter(|key| !key.is_empty())) {
            (AggregationType::Count, _) => None,
            (_, None) => {
                let problem = format!("is required for {}", aggregation_type.as_str());
                return Err(Error::field("aggregation_key", problem));
            }
            (_, Some(key)) if !admitted(&key) => {
                return Err(Error::field("aggregation_key", not_admitted(&key)));
            }
            (_, key) => key,
        };
        for (index, group_key) in self.group_keys.iter().enumerate() {
            let path = format!("group_keys[{index}]");
            if group_key.is_empty() {
                return Err(Error::field(path, "is empty: name at least one property"));
            }
            if self.group_keys[..index].contains(group_key) {
                return Err(Error::field(path, "is given twice"));
            }
            for (position, name) in group_key.iter().enumerate() {
                let path = format!("{path}[{position}]");
                if group_key[..position].contains(name) {
                    return Err(Error::field(path, format!("\"{name}\" is given twice")));
                }
                if !admitted(name) {
                    return Err(Error::field(path, not_admitted(name)));
                }
            }
        }
        Ok(BillableMetric {
            id,
            name,
            aggregation_type,
            aggregation_key,
            event_type_filter: self.event_type_filter,
            property_filters: self.property_filters,
            group_keys: self.group_keys,
            custom_fields: self.custom_fields,
            archived_at: None,
        })
    }
}

fn checked_name(name: &str) -> Result<String> {
    limits::check_required_text(name, limits::NAME).map_err(|problem| Error::field("name", problem))?;
    Ok(name.trim().to_owned())
}

/// Whether events that pass a filter have the property.
fn admits(filter: &PropertyFilter) -> bool {
    filter.exists == Some(true) || filter.in_values.is_some()
}

fn not_admitted(name: &str) -> String {
    format!("\"{name}\" must also be in property_filters, with \"exists\": true or with in_values")
}

fn check_filters(filters: &[PropertyFilter]) -> Result<()> {
    for (index, filter) in filters.iter().enumerate() {
        let path = |field: &str| format!("property_filters[{index}].{field}");
        if filter.name.is_empty() {
            return Err(Error::field(path("name"), "is empty"));
        }
        if filters[..index].iter().any(|earlier| earlier.name == filter.name) {
            return Err(Error::field(path("name"), format!("\"{}\" is given twice", filter.name)));
        }
        if filter.exists == Some(false) && (filter.in_values.is_some() || filter.not_in_values.is_some()) {
            return Err(Error::field(path("exists"), "is false, so the property has no values to compare"));
        }
        refuse_empty(&path("in_values"), filter.in_values.as_deref())?;
        refuse_empty(&path("not_in_values"), filter.not_in_values.as_deref())?;
    }
    Ok(())
}

/// An empty list would admit nothing, or refuse nothing: neither can be meant.
fn refuse_empty(path: &str, values: Option<&[String]>) -> Result<()> {
    match values {
        Some([]) => Err(Error::field(path, "is empty: leave it out, or name at least one value")),
        Some(_) | None => Ok(()),
    }
}

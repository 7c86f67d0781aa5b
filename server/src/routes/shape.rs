//! Bodies and queries that many calls share: `{"data": …}`, `{"id": …}`, `{}`, pages.

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `{"data": …}`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "{T}Data")]
pub struct Data<T> {
    /// The answer.
    pub data: T,
}

impl<T> Data<T> {
    /// The body.
    pub fn json(data: T) -> Json<Self> {
        Json(Self { data })
    }
}

/// `{"id": …}`.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct Id {
    /// The id of what was made or changed.
    pub id: Uuid,
}

impl Id {
    /// The body `{"data": {"id": …}}`.
    pub fn json(id: Uuid) -> Json<Data<Self>> {
        Data::json(Self { id })
    }
}

/// `{}`.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct Empty {}

/// The query of a list whose filters are in the body.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CursorQuery {
    /// The `next_page` that the last page gave.
    pub(super) next_page: Option<String>,
}

/// The query of a list without filters.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Rows a page.
    pub limit: Option<i64>,
    /// The `next_page` that the last page gave.
    pub next_page: Option<String>,
}

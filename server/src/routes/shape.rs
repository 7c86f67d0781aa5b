//! Shapes that many answers and queries share.

use axum::Json;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `{"data": …}`.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Copy, Debug, Serialize)]
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

/// The query of a list without filters.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PageQuery {
    /// Rows a page.
    pub limit: Option<i64>,
    /// Where the last page ended.
    pub next_page: Option<String>,
}

//! Plans and credit types. `POST /v1/plans/create` is ours; the rest is Metronome's.

use super::{Data, Id, PageQuery};
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock,
    db::{self, plan::Standing},
    extract::{Body, Path, Query},
};
use app::billing::{Charge, ListedCreditType, NewPlan, Page, Plan, PlanCustomer, PlanDetails};
use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/plans`, `/v1/planDetails` and `/v1/credit-types`.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/plans", get(list))
        .route("/v1/plans/create", post(create))
        .route("/v1/planDetails/{plan_id}", get(details))
        .route("/v1/planDetails/{plan_id}/charges", get(charges))
        .route("/v1/planDetails/{plan_id}/customers", get(customers))
        .route("/v1/credit-types/list", get(credit_types))
}

async fn create(
    _: Operator,
    State(state): State<AppState>,
    Body(plan): Body<NewPlan>,
) -> Result<Json<Data<Id>>> {
    let id = db::write(async move { db::plan::create_plan(&state.pool, plan, clock::now()).await }).await?;
    Ok(Id::json(id))
}

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Plan>>> {
    db::plan::list(&state.pool, query.limit, query.next_page.as_deref()).await.map(Json)
}

async fn details(
    _: Operator,
    State(state): State<AppState>,
    Path(plan_id): Path<Uuid>,
) -> Result<Json<Data<PlanDetails>>> {
    db::plan::details(&state.pool, plan_id).await.map(Data::json)
}

async fn charges(
    _: Operator,
    State(state): State<AppState>,
    Path(plan_id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Charge>>> {
    db::plan::charges(&state.pool, plan_id, query.limit, query.next_page.as_deref()).await.map(Json)
}

#[derive(Deserialize)]
struct CustomersQuery {
    limit: Option<i64>,
    next_page: Option<String>,
    status: Option<String>,
}

async fn customers(
    _: Operator,
    State(state): State<AppState>,
    Path(plan_id): Path<Uuid>,
    Query(query): Query<CustomersQuery>,
) -> Result<Json<Page<PlanCustomer>>> {
    let standing = standing(query.status.as_deref().unwrap_or("active"))?;
    let next_page = query.next_page.as_deref();
    db::plan::customers(&state.pool, plan_id, standing, query.limit, next_page, clock::now()).await.map(Json)
}

/// `all`, or one or more of the others, comma-joined.
fn standing(text: &str) -> Result<Standing> {
    let mut standing = Standing::default();
    for word in text.split(',') {
        match word.trim().to_ascii_lowercase().as_str() {
            "all" => standing = Standing { active: true, ended: true, upcoming: true },
            "active" => standing.active = true,
            "ended" => standing.ended = true,
            "upcoming" => standing.upcoming = true,
            _ => {
                return Err(Error::field(
                    "status",
                    format!("\"{word}\" is not one of all, active, ended, upcoming"),
                ));
            }
        }
    }
    Ok(standing)
}

async fn credit_types(
    _: Operator,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ListedCreditType>>> {
    db::credit_type::list(&state.pool, query.limit, query.next_page.as_deref()).await.map(Json)
}

//! The page of the usage dashboard.

use super::{ReportQuery, report};
use crate::{
    AppState, Error,
    dashboards::{
        embed_error::EmbedError,
        render::{failed, refuse, show},
        session::{Credential, open},
    },
    extract::Query,
    limits,
};
use app::{
    number::ABSENT,
    pages::PageContent,
    usage::{UsageProps, UsageQuery, UsageReport, Window, query::WINDOWS, text},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;

/// The query of a page. Invalid parameters are ignored: the default is shown.
#[derive(Deserialize)]
pub(in crate::dashboards) struct PageQuery {
    token: Option<String>,
    window: Option<String>,
    view: Option<String>,
    measure: Option<String>,
    group: Option<String>,
    only: Option<String>,
    find: Option<String>,
}

/// The window that a page opens with where none was chosen: the first with usage. Without any it is the first.
pub(super) fn opening_window(report: &UsageReport) -> Window {
    let is_used = |days: &u32| {
        let quantities = report.metrics.iter().filter_map(|metric| metric.quantity.as_ref());
        let mut values = quantities.flat_map(|quantity| quantity.days.last(*days as usize));
        values.any(|value| *value != 0 && *value != ABSENT)
    };
    WINDOWS.into_iter().find(is_used).map(Window::Days).unwrap_or_default()
}

/// `GET /embed/usage`.
pub(in crate::dashboards) async fn usage(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Response {
    let credential = Credential::of_page(query.token.as_deref(), &headers);
    let opened = match open(&state, credential, &headers).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, credential).await,
    };
    let Ok(scope) = opened.viewer.usage() else {
        return refuse(&state, EmbedError::WrongDashboard, credential).await;
    };
    let find = query.find.as_deref().map(str::trim);
    let find = find.filter(|find| limits::check_text(find, limits::WORD).is_ok());
    let mut asked = UsageQuery::read(|name| match name {
        "window" => query.window.as_deref(),
        "view" => query.view.as_deref(),
        "measure" => query.measure.as_deref(),
        "group" => query.group.as_deref(),
        "only" => query.only.as_deref(),
        "find" => find,
        _ => None,
    });
    asked.is_cost &= !scope.hides_amounts();
    let names = &opened.session.grant.config.group_keys;
    let mut answer = report(&opened.pool, &scope, names, &ReportQuery::of(&asked), opened.now).await;
    let is_chosen = query.window.as_deref().and_then(Window::read).is_some();
    if let (false, Ok(Some(first))) = (is_chosen, &answer) {
        let window = opening_window(first);
        // Groups are those of their window.
        if window != std::mem::replace(&mut asked.window, window) && asked.group_key.is_some() {
            answer = report(&opened.pool, &scope, names, &ReportQuery::of(&asked), opened.now).await;
        }
    }
    let report = match answer {
        Ok(None) | Err(Error::NotFound(_)) => {
            return refuse(&state, EmbedError::Gone, credential).await;
        }
        Err(Error::Unauthorized) => return refuse(&state, EmbedError::Revoked, credential).await,
        Ok(report) => report,
        Err(error) => {
            failed("usage", &error);
            None
        }
    };
    // A window or a group key that this customer does not have.
    if let Some(report) = &report {
        if asked.window == Window::Period && report.period_days.is_none() {
            asked.window = Window::default();
        }
        if !report.group_keys.iter().any(|known| asked.group_key.as_ref() == Some(&known.group_key)) {
            asked = asked.with_group_key(None);
        }
    }
    let props = UsageProps { report, address: asked.href(""), ..UsageProps::default() };
    show(&state, opened, text::USAGE, PageContent::Usage(Box::new(props))).await
}

//! A customer's invoice as a file in an answer.

use super::{csv::csv, file_name, pdf::pdf};
use crate::{AppState, Error, Result, dashboards::Viewer, db, invoicing};
use app::view::document::Document;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For paper.
    Pdf,
    /// For spreadsheets.
    Csv,
}

/// The file of one invoice, with what its viewer may see.
///
/// # Errors
/// 404 when there is none that this viewer may see.
pub async fn file(
    state: &AppState,
    viewer: &Viewer,
    invoice_id: Uuid,
    format: Format,
    skip_zero_qty_line_items: bool,
    now: DateTime<Utc>,
) -> Result<Response> {
    let scope = viewer.invoices()?;
    let customer = db::customer::find(&state.pool, viewer.customer()).await?;
    let grace = state.settings.grace_period;
    let invoice =
        invoicing::find(&state.pool, &scope, invoice_id, skip_zero_qty_line_items, now, grace).await?;
    let with_zero_lines = !scope.skips_zero_lines(skip_zero_qty_line_items);
    let document = Document::new(&invoice, with_zero_lines, &viewer.group_keys());
    match format {
        Format::Csv => {
            answer(csv(&document).into_bytes(), "text/csv; charset=utf-8", &file_name(&document, "csv"))
        }
        Format::Pdf => {
            let name = file_name(&document, "pdf");
            // Drawing is work of milliseconds, too long for a thread that serves others.
            let drawn = tokio::task::spawn_blocking(move || pdf(&document, &customer.customer.name)).await;
            let bytes = drawn.map_err(|error| Error::Internal(error.to_string()))??;
            answer(bytes, "application/pdf", &name)
        }
    }
}

fn answer(bytes: Vec<u8>, media_type: &'static str, name: &str) -> Result<Response> {
    let mut response = bytes.into_response();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .map_err(|error| Error::Internal(error.to_string()))?;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

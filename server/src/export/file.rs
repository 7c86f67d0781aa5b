//! A customer's invoice as a file in an answer.

use super::{Cancel, csv::csv, file_name, gate, pdf::pdf};
use crate::{AppState, Error, Result, dashboards::Viewer, db, invoicing, readers::ReadPool};
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
/// 404 when there is none that this viewer may see, 409 when its stored document cannot be read, 503 while too many files
/// are being made.
pub async fn file(
    state: &AppState,
    pool: ReadPool,
    viewer: &Viewer,
    invoice_id: Uuid,
    format: Format,
    skip_zero_qty_line_items: bool,
    now: DateTime<Utc>,
) -> Result<Response> {
    let scope = viewer.invoices()?;
    // Before the invoice is read: a long one takes as much memory as its file.
    let turn = gate::turn(viewer.customer().customer_id()).await?;
    let customer = db::customer::find(&pool, viewer.customer()).await?;
    let grace = state.settings.grace_period;
    let invoice = invoicing::find(&pool, &scope, invoice_id, skip_zero_qty_line_items, now, grace).await?;
    let succession = invoicing::successions(&pool, &scope, [&invoice]).await?.of(invoice.id);
    // All is read: the turn is for others.
    drop(pool);
    if invoice.is_damaged {
        return Err(Error::Conflict(
            "the stored document of this invoice cannot be read: void it, and regenerate it".to_owned(),
        ));
    }
    let with_zero_lines = !scope.skips_zero_lines(skip_zero_qty_line_items);
    let group_keys = viewer.group_keys();
    let (cancel, waiting) = Cancel::pair();
    // A long invoice is work for tenths of a second, too long for a thread that serves others.
    let work = tokio::task::spawn_blocking(move || {
        let document = || {
            cancel.check()?;
            Ok(Document::new(&invoice, with_zero_lines, &group_keys).with_succession(&succession))
        };
        let made = document().and_then(|document| make(&document, &customer.customer.name, format, &cancel));
        // The turn ends with the work, which goes on for a moment after a client that hung up.
        drop(turn);
        made
    });
    let made = work.await.map_err(|error| Error::Internal(error.to_string()))?;
    drop(waiting);
    made
}

fn make(document: &Document, bill_to: &str, format: Format, cancel: &Cancel) -> Result<Response> {
    cancel.check()?;
    match format {
        Format::Csv => {
            answer(csv(document).into_bytes(), "text/csv; charset=utf-8", &file_name(document, "csv"))
        }
        Format::Pdf => {
            answer(pdf(document, bill_to, cancel)?, "application/pdf", &file_name(document, "pdf"))
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

//! A customer's invoice as a file in an answer.

use super::{Cancel, csv::csv, file_name, gate, pdf::pdf};
use crate::{
    AppState, Error, Result, audit,
    db::{self, audit_log::Action},
    invoicing::{self, Billing},
    readers::ReadPool,
    viewer::Viewer,
};
use app::{embed::GroupKeyNames, view::document::Document};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;

const PDF: &str = "application/pdf";
const CSV: &str = "text/csv; charset=utf-8";

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For paper.
    Pdf,
    /// For spreadsheets.
    Csv,
}

/// What of an invoice is in its file, and how.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// Without lines of quantity zero.
    pub skip_zero_qty_line_items: bool,
    /// Names for group keys and their values, in place of the viewer's own.
    pub group_keys: Option<GroupKeyNames>,
}

/// The file of one invoice, with what its viewer may see. Group keys and their values have the names asked for, else
/// those of the viewer's dashboard.
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
    options: ExportOptions,
    now: DateTime<Utc>,
) -> Result<Response> {
    let scope = viewer.invoices()?;
    // Before the invoice is read: a long one takes as much memory as its file.
    let turn = gate::turn(viewer.customer()).await?;
    let customer = db::customer::find(&pool, viewer.customer()).await?;
    let billing = Billing { pool: &pool, now, grace: state.settings.grace_period };
    let invoice = invoicing::find(billing, &scope, invoice_id, options.skip_zero_qty_line_items).await?;
    let succession = invoicing::successions(&pool, &scope, [&invoice]).await?.of(invoice.id);
    // All is read: the turn is for others.
    drop(pool);
    if invoice.is_damaged {
        return Err(Error::Conflict(
            "the stored document of this invoice cannot be read: void it, and regenerate it".to_owned(),
        ));
    }
    let hides_amounts = scope.hides_amounts();
    let with_zero_lines = !scope.skips_zero_lines(options.skip_zero_qty_line_items);
    let group_keys = options.group_keys.unwrap_or_else(|| viewer.group_keys());
    let settings = Arc::clone(&state.settings);
    let (cancel, waiting) = Cancel::pair();
    // A long invoice is work for tenths of a second, too long for a thread that serves others.
    let work = tokio::task::spawn_blocking(move || {
        let document = || Document::new(&invoice, with_zero_lines, &group_keys).with_succession(&succession);
        let bill_to = &customer.customer.name;
        let made = cancel.check().map(|()| document()).and_then(|document| {
            cancel.check()?;
            match format {
                Format::Csv => {
                    let text = csv(&document, &invoice, bill_to, hides_amounts);
                    answer(text.into_bytes(), CSV, &document, "csv")
                }
                Format::Pdf => {
                    let bytes = pdf(&document, &settings.company, bill_to, hides_amounts, &cancel)?;
                    answer(bytes, PDF, &document, "pdf")
                }
            }
        });
        // The turn ends with the work, which goes on for a moment after a client that hung up.
        drop(turn);
        made
    });
    let made = work.await.map_err(|error| Error::Internal(error.to_string()))?;
    drop(waiting);
    let file = made?;
    let action = match format {
        Format::Pdf => Action::RetrievePdf,
        Format::Csv => Action::RetrieveCsv,
    };
    audit::file_taken(state, action, viewer.actor(), viewer.customer(), invoice_id).await?;
    Ok(file)
}

fn answer(
    bytes: Vec<u8>,
    media_type: &'static str,
    document: &Document,
    extension: &str,
) -> Result<Response> {
    let mut response = bytes.into_response();
    let name = file_name(document, extension);
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .map_err(|error| Error::Internal(error.to_string()))?;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

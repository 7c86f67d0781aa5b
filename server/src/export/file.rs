//! A customer's invoice as a file in an answer.

use super::{csv::csv, file_name, pdf::pdf};
use crate::{AppState, Error, Result, auth::CustomerAccess, auth::Reader, db, invoicing, rating};
use app::{embed::GroupKeyNames, view::document::Document};
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

/// What decides the rows of a file.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Lines without usage are left out.
    pub skip_zero_qty_line_items: bool,
    /// Names for group keys and their values.
    pub group_keys: GroupKeyNames,
    /// What a dashboard was told not to show stays unseen here too.
    pub reader: Option<Reader>,
}

impl Choice {
    /// What a reader's dashboard shows.
    pub fn of(reader: Reader) -> Self {
        let display = &reader.session().grant.display;
        Self {
            skip_zero_qty_line_items: !display.options.show_zero_usage_line_items,
            group_keys: display.group_keys.clone(),
            reader: Some(reader),
        }
    }
}

/// The file of one invoice.
///
/// # Errors
/// 404 when there is none that this caller may see; 409 when its stored document cannot be read.
pub async fn file(
    state: &AppState,
    access: CustomerAccess,
    invoice_id: Uuid,
    format: Format,
    choice: Choice,
    now: DateTime<Utc>,
) -> Result<Response> {
    let customer = db::customer::find(&state.pool, access).await?;
    let grace = state.settings.grace_period;
    let invoice = invoicing::find(&state.pool, access, invoice_id, now, grace).await?;
    let admits = |reader: &Reader| reader.session().grant.display.options.admits(invoice.status);
    if !choice.reader.as_ref().is_none_or(admits) {
        return Err(Error::NotFound("the invoice"));
    }
    if invoice.is_damaged {
        return Err(Error::Conflict(
            "the stored document of this invoice cannot be read: void it, and regenerate it".to_owned(),
        ));
    }
    let invoice = match choice.skip_zero_qty_line_items {
        true => rating::without_zero_lines(invoice),
        false => invoice,
    };
    let document = Document::new(&invoice, !choice.skip_zero_qty_line_items, &choice.group_keys);
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

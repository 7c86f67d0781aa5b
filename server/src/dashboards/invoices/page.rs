//! The page of the invoices dashboard.

use super::{list, one};
use crate::{
    AppState, Error,
    dashboards::{
        embed_error::EmbedError,
        render::{failed, refuse, show},
        session::{Credential, EmbedSession, open},
    },
    extract::Query,
};
use app::{
    invoices::{InvoicesProps, InvoicesQuery},
    pages::PageContent,
    view::words,
};
use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;

/// The query of the invoices page: the list as asked for, or one invoice. What cannot be read falls back to the default.
#[derive(Deserialize)]
pub(in crate::dashboards) struct PageQuery {
    token: Option<String>,
    status: Option<String>,
    number: Option<String>,
    next_page: Option<String>,
    invoice: Option<String>,
    show: Option<String>,
    find: Option<String>,
    line: Option<String>,
}

impl PageQuery {
    fn read(self) -> InvoicesQuery {
        InvoicesQuery::read(|name| match name {
            "status" => self.status.clone(),
            "number" => self.number.clone(),
            "next_page" => self.next_page.clone(),
            "invoice" => self.invoice.clone(),
            "show" => self.show.clone(),
            "find" => self.find.clone(),
            "line" => self.line.clone(),
            _ => None,
        })
    }
}

/// `GET /embed/invoices`.
pub(in crate::dashboards) async fn invoices(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Response {
    let token = query.token.clone();
    let credential = Credential::of_page(token.as_deref(), &headers);
    let opened = match open(&state, credential, &headers).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, credential).await,
    };
    let EmbedSession { viewer, pool, now, .. } = &opened;
    if viewer.invoices().is_err() {
        return refuse(&state, EmbedError::WrongDashboard, credential).await;
    }
    let query = query.read();
    let address = query.href("");
    let found = match &query {
        InvoicesQuery::List(asked) => {
            let found = list(pool, &state, viewer, asked, false, *now).await;
            found.map(|list| InvoicesProps { list: Some(list), ..InvoicesProps::default() })
        }
        InvoicesQuery::Document(asked) => {
            let found = one(pool, &state, viewer, asked, false, *now).await;
            found.map(|document| InvoicesProps { document: Some(document), ..InvoicesProps::default() })
        }
    };
    let props = match found {
        Ok(props) => InvoicesProps { address, ..props },
        // An invoice that this reader may not see is named nowhere on the page.
        Err(Error::NotFound("the invoice")) => InvoicesProps {
            is_missing: true,
            address: InvoicesQuery::document("").href(""),
            ..InvoicesProps::default()
        },
        Err(Error::NotFound(_)) => return refuse(&state, EmbedError::Gone, credential).await,
        Err(Error::Unauthorized) => return refuse(&state, EmbedError::Revoked, credential).await,
        Err(error) => {
            failed("invoices", &error);
            InvoicesProps { address, ..InvoicesProps::default() }
        }
    };
    let title = match &props.document {
        Some(report) => report.document.page_title(),
        None => words::INVOICES.to_owned(),
    };
    show(&state, opened, &title, PageContent::Invoices(Box::new(props))).await
}

//! The body of a request as it comes in: a pause that is too long ends it, and what no handler has read can be read
//! after the answer.

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::header,
};
use http_body::{Frame, SizeHint};
use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Sleep, sleep, timeout};

/// Bytes of a body that are read after the answer, to keep the connection; more cost more than a new connection does.
const MOST: u64 = 256 * 1024;

/// The request with a watched body, and what is left of that body once the request is answered.
pub(crate) fn watch(request: Request, patience: Duration) -> (Request, Rest) {
    if request.body().is_end_stream() {
        return (request, Rest(None));
    }
    let waits_for_us = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let upload = Upload { body, patience, pause: None, is_asked_for: !waits_for_us, has_failed: false };
    let upload = Arc::new(Mutex::new(upload));
    (Request::from_parts(parts, Body::new(UploadBody(upload.clone()))), Rest(Some(upload)))
}

struct Upload {
    body: Body,
    patience: Duration,
    /// Ends the wait for the next piece; `None` when no piece is waited for.
    pause: Option<Pin<Box<Sleep>>>,
    /// Whether the client sends: one that expects `100 Continue` waits for the first read.
    is_asked_for: bool,
    has_failed: bool,
}

type Piece = Option<Result<Frame<Bytes>, axum::Error>>;

impl Upload {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Piece> {
        self.is_asked_for = true;
        if let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(context) {
            self.pause = None;
            self.has_failed |= matches!(piece, Some(Err(_)));
            return Poll::Ready(piece);
        }
        let patience = self.patience;
        ready!(self.pause.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(context));
        self.has_failed = true;
        Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }
}

/// The body as a handler has it.
struct UploadBody(Arc<Mutex<Upload>>);

impl HttpBody for UploadBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Piece> {
        lock(&self.0).poll(context)
    }

    fn is_end_stream(&self) -> bool {
        lock(&self.0).body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        lock(&self.0).body.size_hint()
    }
}

/// What is left of a body; `None` when there was none.
pub(crate) struct Rest(Option<Arc<Mutex<Upload>>>);

impl Rest {
    /// Reads a small body to its end, in this time at most; false when there is more, or it does not come.
    pub(crate) async fn read(self, within: Duration) -> bool {
        let Some(upload) = self.0 else { return true };
        {
            let upload = lock(&upload);
            if upload.body.is_end_stream() && !upload.has_failed {
                return true;
            }
            if upload.has_failed || !upload.is_asked_for || upload.body.size_hint().lower() > MOST {
                return false;
            }
        }
        let reading = async {
            let mut read = 0;
            while let Some(piece) = poll_fn(|context| lock(&upload).poll(context)).await {
                let Ok(piece) = piece else { return false };
                read += piece.data_ref().map_or(0, |bytes| bytes.len() as u64);
                if read > MOST {
                    return false;
                }
            }
            true
        };
        timeout(within, reading).await.unwrap_or(false)
    }
}

fn lock(upload: &Mutex<Upload>) -> MutexGuard<'_, Upload> {
    upload.lock().unwrap_or_else(PoisonError::into_inner)
}

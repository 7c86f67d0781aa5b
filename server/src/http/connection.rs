//! One accepted connection: HTTP/1 by hyper, closed when its client stops in the middle of something.

use super::upload;
use crate::client::Peer;
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header},
    response::Response,
};
use http_body::{Frame, SizeHint};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    sync::watch,
    time::{Instant, Sleep, sleep, timeout},
};
use tower::ServiceExt as _;

/// How long a client may pause before its connection is closed.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// Between two pieces of a body that is being read.
    pub body: Duration,
    /// For the rest of a body that nobody has read, all of it.
    pub rest: Duration,
    /// Between two pieces of an answer.
    pub answer: Duration,
    /// Between an answer and the next request. It is longer than any common proxy keeps a connection to its backend
    /// (Google's load balancer: 600 s): the proxy closes first, so it never sends a request into a closing connection.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            rest: Duration::from_secs(2),
            answer: Duration::from_secs(60),
            idle: Duration::from_secs(660),
        }
    }
}

/// How long a client that still sends may take to read the answer that closes its connection.
const LINGER: Duration = Duration::from_secs(1);

/// Answers the requests of a connection until it ends, or until the one in flight is answered after the signal to stop.
pub(crate) async fn serve(
    stream: TcpStream,
    router: Router,
    timeouts: Timeouts,
    mut stop: watch::Receiver<bool>,
) {
    let state = Arc::new(State::default());
    let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
    let service = {
        let state = state.clone();
        service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            Box::pin(answer(router.clone(), request, timeouts, state.clone()))
        })
    };
    let stream = TokioIo::new(TimedStream::new(stream, timeouts, state.clone()));
    let mut connection = http1::Builder::new().serve_connection(stream, service);
    let mut is_stopping = false;
    let outcome = loop {
        tokio::select! {
            outcome = poll_fn(|context| connection.poll_without_shutdown(context)) => break outcome,
            () = stopped(&mut stop), if !is_stopping => {
                is_stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    // An error means that the client is gone, has paused too long, or does not speak HTTP.
    if outcome.is_ok() {
        close(connection.into_parts().io.into_inner().stream, &state).await;
    }
}

/// Returns at the signal to stop; a sender that is gone means stop as well.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Answers one request, and reads what is left of its body: a connection with unread bytes cannot be kept.
async fn answer(
    router: Router,
    request: Request,
    timeouts: Timeouts,
    state: Arc<State>,
) -> Result<Response, Infallible> {
    let turn = Turn::begin(state.clone());
    let (request, rest) = upload::watch(request, timeouts.body);
    let mut response = router.oneshot(request).await?;
    if !rest.read(timeouts.rest).await {
        state.has_unread.store(true, Ordering::Relaxed);
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Body::new(Answer { body, _turn: turn })))
}

/// Closes a connection. A socket that is closed with unread bytes in it is reset, and the client may lose the answer
/// to that; so where there may be such bytes, they are taken for a moment after the last byte of the answer.
async fn close(mut stream: TcpStream, state: &State) {
    // The client may have closed it before.
    let _ = stream.shutdown().await;
    if state.has_unread.load(Ordering::Relaxed) {
        let mut bytes = vec![0; 16 * 1024];
        let _ = timeout(LINGER, async { while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {} })
            .await;
    }
}

/// What the socket has to know of the requests on it.
#[derive(Debug, Default)]
struct State {
    /// Counts the beginning and the end of each answer: odd while one is under way.
    turns: AtomicU64,
    /// Whether a body was left unread, which ends the connection.
    has_unread: AtomicBool,
}

/// A request being answered, from the end of its head to the end of its answer.
struct Turn(Arc<State>);

impl Turn {
    fn begin(state: Arc<State>) -> Self {
        state.turns.fetch_add(1, Ordering::Relaxed);
        Self(state)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.turns.fetch_add(1, Ordering::Relaxed);
    }
}

/// The body of an answer; hyper lets go of it once it is written.
struct Answer {
    body: Body,
    _turn: Turn,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that fails when the client pauses too long: between requests, within a head, or while it takes an answer.
/// Pauses within a body are the affair of [`upload`], since nothing is read while a handler works.
struct TimedStream {
    stream: TcpStream,
    timeouts: Timeouts,
    state: Arc<State>,
    /// Ends the wait for a request, or for the rest of its head.
    reading: Pin<Box<Sleep>>,
    /// The turn for which `reading` is set, and whether the next head has begun since.
    turn: u64,
    in_head: bool,
    /// Ends the wait for the client to take more of an answer; `None` while it does.
    writing: Option<Pin<Box<Sleep>>>,
}

impl TimedStream {
    fn new(stream: TcpStream, timeouts: Timeouts, state: Arc<State>) -> Self {
        let reading = Box::pin(sleep(timeouts.idle));
        Self { stream, timeouts, state, reading, turn: 0, in_head: false, writing: None }
    }

    fn watch_reading(&mut self, turn: u64, in_head: bool) {
        (self.turn, self.in_head) = (turn, in_head);
        let patience = if in_head { self.timeouts.head } else { self.timeouts.idle };
        self.reading.as_mut().reset(Instant::now() + patience);
    }

    /// An attempt to write, or the error of having waited too long.
    fn written<T>(&mut self, polled: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.writing = None;
            return polled;
        }
        let patience = self.timeouts.answer;
        ready!(self.writing.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let filled = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let turn = self.state.turns.load(Ordering::Relaxed);
        if !turn.is_multiple_of(2) {
            return polled;
        }
        let is_new = self.turn != turn;
        if polled.is_ready() {
            if buffer.filled().len() > filled && (is_new || !self.in_head) {
                self.watch_reading(turn, true);
            }
            return polled;
        }
        if is_new {
            self.watch_reading(turn, false);
        }
        ready!(self.reading.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(polled, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

//! The running server: listens, works, and stops in order.

use crate::{
    AppState,
    config::Config,
    db,
    embed_url::Keys,
    error::CliError,
    http::connection::{self, Timeouts},
    ingest::IngestQueue,
    jobs,
    origins::AllowedOrigins,
    readers::Readers,
    routes,
    session_log::SessionLog,
};
use axum::serve::Listener;
use sqlx::PgPool;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

/// How long requests in flight may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// A server that answers.
#[derive(Debug)]
pub struct Running {
    /// Where it listens: the port is known even if 0 was asked for.
    pub address: SocketAddr,
    shutdown: watch::Sender<bool>,
    server: JoinHandle<()>,
    jobs: JoinHandle<()>,
    readers: Readers,
    sessions: SessionLog,
}

/// Opens the port and starts the jobs.
///
/// # Errors
/// When the port is taken, or the database does not bind readers although it must.
pub async fn start(config: &Config, pool: PgPool) -> Result<Running, CliError> {
    // A second call, in tests, changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let readers = readers(config, &pool).await?;
    let sessions = SessionLog::new(&pool);
    let state = AppState {
        sessions: sessions.clone(),
        origins: AllowedOrigins::default(),
        pool,
        ingest: IngestQueue::default(),
        readers: readers.clone(),
        keys: Arc::new(Keys::new(config.signing_keys.0.clone())),
        settings: Arc::new(config.settings.clone()),
    };
    // A job reads them again; where it cannot be done now, it says so.
    if let Ok(origins) = db::allowed_origin::all(&state.pool).await {
        state.origins.set(origins);
    }
    let listener = listen(config.listen).await?;
    let address = listener.local_addr().map_err(|error| CliError::new(error.to_string()))?;
    let (shutdown, stop) = watch::channel(false);
    let jobs = tokio::spawn(jobs::run(state.clone(), stop.clone()));
    let server = tokio::spawn(answer(listener, routes::router(state), stop, Timeouts::default()));
    tracing::info!(%address, "listening");
    Ok(Running { address, shutdown, server, jobs, readers, sessions })
}

/// Connections that the database binds to the customers of their readers; where it cannot, and the configuration allows
/// that, plain ones.
async fn readers(config: &Config, pool: &PgPool) -> Result<Readers, CliError> {
    let connections = db::share(config.database_connections).readers;
    match db::reader_role(pool).await? {
        db::ReaderRole::Bound => Ok(Readers::bound(pool, connections)),
        db::ReaderRole::Missing(problem) if config.reader_role_required => Err(problem),
        db::ReaderRole::Missing(problem) => {
            tracing::warn!("{problem}. Until then, only the conditions of queries bind them");
            Ok(Readers::new(db::readers(pool, connections)))
        }
    }
}

/// Opens a port for a server.
///
/// # Errors
/// Says which port is taken.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| {
            CliError::new(format!(
                "cannot listen on {address}: {error}. Choose another address by INLAY_LISTEN, or for the demo's portal by \
                 INLAY_PORTAL_LISTEN"
            ))
        })
}

/// Answers requests until the signal to stop, then those in flight.
pub async fn answer(
    mut listener: TcpListener,
    router: axum::Router,
    mut stop: watch::Receiver<bool>,
    timeouts: Timeouts,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // axum's, which waits for a moment when the process has no files left.
            (stream, _) = Listener::accept(&mut listener) => {
                connections.spawn(connection::serve(stream, router.clone(), timeouts, stop.clone()));
            }
            Some(_) = connections.join_next() => {}
            () = connection::stopped(&mut stop) => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

impl Running {
    /// Lets requests in flight and the running jobs end, and takes no new ones.
    pub async fn stop(self) {
        let _ = self.shutdown.send(true);
        let ended = timeout(DRAIN, async { (self.server.await, self.jobs.await) }).await;
        match ended {
            Ok((Ok(()), Ok(()))) => tracing::info!("stopped"),
            Ok(failed) => tracing::error!(?failed, "stopped with an error"),
            Err(_) => tracing::warn!("stopped with requests still in flight"),
        }
        // Connections that died silently would be waited for.
        let closed = async { (self.readers.close().await, self.sessions.close().await) };
        let _ = timeout(db::READY_TIMEOUT, closed).await;
    }
}

/// Why a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Signal,
    Loss,
}

/// A signal to stop, SIGTERM or SIGINT, or the loss of what the server needs. A second signal ends
/// the process at once.
#[derive(Clone, Debug)]
pub struct Interrupt {
    sender: Arc<watch::Sender<Option<Cause>>>,
    receiver: watch::Receiver<Option<Cause>>,
}

impl Interrupt {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the platform does not allow it.
    pub fn listen() -> Result<Self, CliError> {
        let problem = |error: std::io::Error| CliError::new(format!("cannot listen for signals: {error}"));
        let mut terminate = signal(SignalKind::terminate()).map_err(problem)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(problem)?;
        let (sender, receiver) = watch::channel(None);
        let sender = Arc::new(sender);
        let cause = sender.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if cause.send_replace(Some(Cause::Signal)).is_some() {
                    std::process::exit(130);
                }
            }
        });
        Ok(Self { sender, receiver })
    }

    /// Stops the server as well when this returns.
    pub fn also(&self, loss: impl Future<Output = ()> + Send + 'static) {
        let sender = self.sender.clone();
        tokio::spawn(async move {
            loss.await;
            // After a signal, the end is part of the plan.
            sender.send_if_modified(|cause| cause.is_none() && cause.replace(Cause::Loss).is_none());
        });
    }

    /// Whether the server ends because something was lost.
    pub fn by_loss(&self) -> bool {
        *self.receiver.borrow() == Some(Cause::Loss)
    }

    /// Returns once the server is to stop.
    pub async fn wait(&mut self) {
        // The sender lives as long as this.
        let _ = self.receiver.wait_for(Option::is_some).await;
    }
}

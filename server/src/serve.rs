//! The running server: listens, works, and stops in order.

use crate::{
    AppState,
    config::Config,
    db,
    embed_url::Keys,
    error::CliError,
    http::connection::{self, Timeouts},
    jobs,
    readers::Readers,
    routes,
    session_log::SessionLog,
    stopping::Stopping,
    telemetry,
};
use axum::serve::Listener;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use sqlx::PgPool;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

/// How long requests in flight may take once no more are taken: as long as any, and a little to write its answer.
const DRAIN: Duration = Duration::from_secs(telemetry::LIMIT.as_secs() + 5);

/// A server that answers.
#[derive(Debug)]
pub struct Running {
    /// Where it listens: the port is known even if 0 was asked for.
    pub address: SocketAddr,
    /// Where it answers operators.
    pub ops_address: Option<SocketAddr>,
    stopping: Stopping,
    shutdown: watch::Sender<bool>,
    server: JoinHandle<()>,
    jobs: JoinHandle<()>,
    operations: Option<JoinHandle<()>>,
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
    let keys = Keys::new(config.signing_keys.0.clone());
    let state = AppState::new(pool, readers.clone(), keys, config.settings.clone());
    // A job reads them again; where it cannot be done now, it says so.
    if let Ok(origins) = db::allowed_origin::all(&state.pool).await {
        state.origins.set(origins);
    }
    let (listener, address) = open(config.listen).await?;
    let operators = match config.ops_listen {
        Some(address) => Some(open(address).await?),
        None => None,
    };
    let ops_address = operators.as_ref().map(|(_, address)| *address);
    let (stopping, sessions) = (state.stopping.clone(), state.sessions.clone());
    let (shutdown, stop) = watch::channel(false);
    let jobs = tokio::spawn(jobs::run(state.clone()));
    let operations = operators.map(|(listener, address)| {
        tracing::info!(%address, "serving /metrics");
        tokio::spawn(answer_operators(listener, state.clone()))
    });
    let server = tokio::spawn(answer(listener, routes::router(state), stop, Timeouts::default()));
    tracing::info!(%address, "listening");
    Ok(Running { address, ops_address, stopping, shutdown, server, jobs, operations, readers, sessions })
}

/// Answers operators until the task is ended, which is after all else: what goes on at the end can be seen.
async fn answer_operators(listener: TcpListener, state: AppState) {
    let (_never, stop) = watch::channel(false);
    answer(listener, routes::operations(state), stop, Timeouts::default()).await;
}

/// Opens a port, and says which it is.
async fn open(address: SocketAddr) -> Result<(TcpListener, SocketAddr), CliError> {
    let listener = listen(address).await?;
    let address = listener.local_addr().map_err(|error| CliError::new(error.to_string()))?;
    Ok((listener, address))
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
    TcpListener::bind(address).await.map_err(|error| {
        CliError::new(format!(
            "cannot listen on {address}: {error}. Choose another address by INLAY_LISTEN, for operators by \
                 INLAY_OPS_LISTEN, or for the demo's portal by INLAY_PORTAL_LISTEN"
        ))
    })
}

/// Open files of a server, if the system allows so many.
const FILES: u64 = 65_536;

/// Lets this process have many files, and so connections: what most shells and supervisors give at first, 1,024, a
/// thousand slow clients take up.
pub fn raise_file_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(given, most)| setrlimit(Resource::RLIMIT_NOFILE, given.max(FILES.min(most)), most));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
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
    /// Stops in order: `/readyz` says 503 and jobs begin nothing more; after the notice, by which balancers have heard of
    /// it, no more requests are taken, and those in flight are answered.
    pub async fn stop(self, notice: Duration) {
        self.stopping.announce();
        sleep(notice).await;
        let _ = self.shutdown.send(true);
        let ended = timeout(DRAIN, async { (self.server.await, self.jobs.await) }).await;
        match ended {
            Ok((Ok(()), Ok(()))) => tracing::info!("stopped"),
            Ok(failed) => tracing::error!(?failed, "stopped with an error"),
            Err(_) => tracing::warn!("stopped with requests still in flight"),
        }
        if let Some(operations) = self.operations {
            operations.abort();
            let _ = operations.await;
        }
        // Connections that died silently would be waited for.
        let closed = async { (self.readers.close().await, self.sessions.close().await) };
        let _ = timeout(db::READY_TIMEOUT, closed).await;
    }
}

/// Why a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// SIGTERM, as supervisors send it.
    Terminate,
    /// SIGINT, as a person sends it from the keyboard.
    Interrupt,
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
                let signal = tokio::select! {
                    _ = terminate.recv() => Cause::Terminate,
                    _ = interrupt.recv() => Cause::Interrupt,
                };
                if cause.send_replace(Some(signal)).is_some() {
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

    /// Whether a supervisor ended the server, who may have a balancer send requests here.
    pub fn by_supervisor(&self) -> bool {
        *self.receiver.borrow() == Some(Cause::Terminate)
    }

    /// Returns once the server is to stop.
    pub async fn wait(&mut self) {
        // The sender lives as long as this.
        let _ = self.receiver.wait_for(Option::is_some).await;
    }
}

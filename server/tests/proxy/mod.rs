//! A small TCP proxy before Postgres that can hold answers back, or let connections die silently.

use sqlx::postgres::PgConnectOptions;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A running proxy. It ends with the test.
pub struct Proxy {
    port: u16,
    /// Whether answers are held back, for the connections made while this gate was in place.
    gate: Arc<Mutex<watch::Sender<bool>>>,
    /// Gates that stay shut.
    shut: Mutex<Vec<watch::Sender<bool>>>,
}

impl Proxy {
    /// Listens on a free port, before the server of these options.
    pub async fn start(server: &PgConnectOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let gate = Arc::new(Mutex::new(watch::channel(false).0));
        let (server, gates) = (server.clone(), gate.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let is_held = gates.lock().unwrap().subscribe();
                let server = server.clone();
                tokio::spawn(async move {
                    // While the server is away, the client is hung up on.
                    if let Ok(server) = connect(&server).await {
                        forward(client, server, is_held).await;
                    }
                });
            }
        });
        Self { port, gate, shut: Mutex::new(Vec::new()) }
    }

    /// The way to the server through this proxy.
    pub fn options(&self, server: &PgConnectOptions) -> PgConnectOptions {
        // A clone keeps the password, which cannot be read; a socket, which a clone keeps too, needs none.
        let way = match server.get_socket() {
            None => server.clone(),
            Some(_) => PgConnectOptions::new_without_pgpass()
                .username(server.get_username())
                .database(server.get_database().unwrap()),
        };
        way.host("127.0.0.1").port(self.port).ssl_mode(sqlx::postgres::PgSslMode::Disable)
    }

    /// Holds answers back.
    pub fn hold(&self) {
        self.gate.lock().unwrap().send_replace(true);
    }

    /// Lets the answers through.
    pub fn release(&self) {
        self.gate.lock().unwrap().send_replace(false);
    }

    /// Lets all connections die without a word; new ones work.
    pub fn blackhole(&self) {
        self.hold();
        let old = std::mem::replace(&mut *self.gate.lock().unwrap(), watch::channel(false).0);
        self.shut.lock().unwrap().push(old);
    }
}

async fn connect(server: &PgConnectOptions) -> std::io::Result<Box<dyn Stream>> {
    let socket = server.get_socket().cloned();
    let folder =
        socket.or_else(|| server.get_host().starts_with('/').then(|| PathBuf::from(server.get_host())));
    Ok(match folder {
        Some(folder) => {
            let path = folder.join(format!(".s.PGSQL.{}", server.get_port()));
            Box::new(UnixStream::connect(path).await?)
        }
        None => Box::new(TcpStream::connect((server.get_host(), server.get_port())).await?),
    })
}

async fn forward(client: TcpStream, server: Box<dyn Stream>, mut is_held: watch::Receiver<bool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let asks = tokio::io::copy(&mut from_client, &mut to_server);
    let answers = async {
        let mut buffer = [0; 8192];
        loop {
            let count = from_server.read(&mut buffer).await.unwrap_or(0);
            if count == 0 || is_held.wait_for(|held| !held).await.is_err() {
                return;
            }
            if to_client.write_all(&buffer[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = asks => {}
        () = answers => {}
    }
}

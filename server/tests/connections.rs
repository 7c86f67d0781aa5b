//! Connections over a real socket: kept ones survive requests whose body nobody reads, half requests end.

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use server::{
    http::connection::Timeouts,
    serve::{self, answer},
};
use sqlx::postgres::PgPoolOptions;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
};

/// No request of these tests comes as far as the database.
fn inlay() -> Router {
    let pool = PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/none").unwrap();
    crate::common::served(pool)
}

struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

async fn start(router: Router, timeouts: Timeouts) -> Server {
    let listener = serve::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    Server { address, stop, task: tokio::spawn(answer(listener, router, stopped, timeouts)) }
}

struct Client(BufStream<TcpStream>);

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn announces_close(&self) -> bool {
        self.head.to_lowercase().contains("connection: close")
    }
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufStream::new(stream))
    }

    async fn send(&mut self, text: &[u8]) -> std::io::Result<()> {
        self.0.write_all(text).await?;
        self.0.flush().await
    }

    /// One answer; an error when the connection ends before it is whole.
    async fn answer(&mut self, method: &str) -> std::io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push(char::from(self.0.read_u8().await?));
        }
        let field = |name: &str| {
            head.lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(field, _)| field.eq_ignore_ascii_case(name))
        };
        let length = field("content-length").map_or(0, |(_, value)| value.parse().unwrap());
        let mut body = vec![0; if method == "HEAD" { 0 } else { length }];
        self.0.read_exact(&mut body).await?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Answer { status, body: String::from_utf8(body).unwrap(), head })
    }

    /// Everything up to the end of the connection, whether it was closed or reset.
    async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// Requests whose body nobody reads, by turns: method, path, further fields, and how long the body is.
fn malformed(turn: usize) -> (&'static str, &'static str, &'static str, usize) {
    let length = [0, 1, 17, 900, 5_000, 40_000, 150_000][turn % 7];
    let (method, path, fields) = [
        ("POST", "/v1/nothing", ""),
        ("DELETE", "/v1/customers", ""),
        ("GET", "/v1/customers", ""),
        ("HEAD", "/healthz", ""),
        ("GET", "/healthz", ""),
        ("POST", "/v1/customers", ""),
        ("POST", "/v1/ingest", "authorization: Bearer wrong\r\n"),
        ("PUT", "/embed/usage", ""),
        ("HEAD", "/openapi.json", ""),
        ("POST", "/v1/customers", "idempotency-key: \r\n"),
        ("GET", "/v1/customers/7/invoices", "content-type: text/plain\r\n"),
    ][turn % 11];
    (method, path, fields, length)
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_connections_survive_4_000_malformed_requests() {
    let server = start(inlay(), Timeouts::default()).await;
    let clients = (0..40_usize).map(|number| {
        let address = server.address;
        tokio::spawn(async move {
            let mut client = Client::connect(address).await;
            let (mut dropped, mut closed) = (0, 0);
            for turn in 0..100 {
                let (method, path, fields, length) = malformed(number * 100 + turn);
                let head = format!(
                    "{method} {path} HTTP/1.1\r\nhost: x\r\n{fields}content-length: {length}\r\n\r\n"
                );
                // In two writes, as many clients send: the answer can be there before the body.
                let sent = match client.send(head.as_bytes()).await {
                    Ok(()) => client.send(&vec![b'x'; length]).await,
                    error => error,
                };
                match client.answer(method).await {
                    Ok(answer) if answer.announces_close() => {
                        closed += 1;
                        client = Client::connect(address).await;
                    }
                    Ok(_) if sent.is_ok() => {}
                    _ => {
                        dropped += 1;
                        client = Client::connect(address).await;
                    }
                }
            }
            (dropped, closed)
        })
    });
    let clients: Vec<_> = clients.collect();
    let (mut dropped, mut closed) = (0, 0);
    for client in clients {
        let counts = client.await.unwrap();
        (dropped, closed) = (dropped + counts.0, closed + counts.1);
    }
    println!("of 4,000 requests: {dropped} connections dropped, {closed} closed as announced");
    assert_eq!(dropped, 0);
    // Bodies of this size are read: closing what can be kept would be no answer.
    assert_eq!(closed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_body_that_nobody_reads_gets_its_answer_and_the_close_is_announced() {
    let server = start(inlay(), Timeouts::default()).await;
    for framing in ["content-length: 3000000", "transfer-encoding: chunked"] {
        let mut client = Client::connect(server.address).await;
        client
            .send(format!("POST /v1/nothing HTTP/1.1\r\nhost: x\r\n{framing}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        if framing.ends_with("chunked") {
            client.send(b"2DC6C0\r\n").await.unwrap();
        }
        // The server may close while this is on its way, which is what it announces.
        let _ = client.send(&vec![b'x'; 3_000_000]).await;
        let answer = client.answer("POST").await.unwrap();
        assert_eq!((answer.status, answer.announces_close()), (404, true), "{framing}: {}", answer.head);
        assert_eq!(client.rest().await, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn body_that_was_not_asked_for_is_not_waited_for() {
    let server = start(inlay(), Timeouts { rest: Duration::from_secs(3_600), ..Timeouts::default() }).await;
    let mut client = Client::connect(server.address).await;
    let head = "POST /v1/nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
    client.send(head.as_bytes()).await.unwrap();
    let answer = client.answer("POST").await.unwrap();
    assert_eq!((answer.status, answer.announces_close()), (404, true), "{}", answer.head);
}

/// Hours but for what a test is about.
fn patient() -> Timeouts {
    let long = Duration::from_secs(3_600);
    Timeouts { head: long, body: long, rest: long, answer: long, idle: long }
}

const SHORT: Duration = Duration::from_millis(50);

fn echo() -> Router {
    Router::new().route("/", post(|body: Bytes| async move { body.len().to_string() }))
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_head_ends_its_connection() {
    let server = start(echo(), Timeouts { head: SHORT, ..patient() }).await;
    let mut client = Client::connect(server.address).await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-le").await.unwrap();
    assert_eq!(client.rest().await, "");
    // The next head of a kept connection, too.
    let mut client = Client::connect(server.address).await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc").await.unwrap();
    assert_eq!(client.answer("POST").await.unwrap().body, "3");
    client.send(b"POST / HT").await.unwrap();
    assert_eq!(client.rest().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_that_send_half_a_request_leave_others_served() {
    let server = start(echo(), patient()).await;
    let mut slow = Vec::new();
    for number in 0..200 {
        let mut client = Client::connect(server.address).await;
        let half =
            if number % 2 == 0 { "POST / HT" } else { "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc" };
        client.send(half.as_bytes()).await.unwrap();
        slow.push(client);
    }
    for _ in 0..10 {
        let mut client = Client::connect(server.address).await;
        client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc").await.unwrap();
        assert_eq!(client.answer("POST").await.unwrap().body, "3");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_body_ends_its_connection() {
    let server = start(echo(), Timeouts { body: SHORT, ..patient() }).await;
    let mut client = Client::connect(server.address).await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 30\r\n\r\nabc").await.unwrap();
    let answer = client.answer("POST").await.unwrap();
    assert!(StatusCode::from_u16(answer.status).unwrap().is_client_error(), "{}", answer.head);
    assert!(answer.announces_close(), "{}", answer.head);
    assert_eq!(client.rest().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_body_that_nobody_reads_ends_its_connection() {
    let server = start(echo(), Timeouts { rest: SHORT, ..patient() }).await;
    let mut client = Client::connect(server.address).await;
    client.send(b"POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 30\r\n\r\nabc").await.unwrap();
    let answer = client.answer("POST").await.unwrap();
    assert_eq!((answer.status, answer.announces_close()), (404, true), "{}", answer.head);
    assert_eq!(client.rest().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn answer_that_nobody_takes_ends_its_connection() {
    let large = Router::new().route("/", post(|| async { vec![b'x'; 64 << 20] }));
    let server = start(large, Timeouts { answer: SHORT, ..patient() }).await;
    let mut client = Client::connect(server.address).await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // Nothing is read. The connection ends by itself, so the server has none left to wait for.
    server.stop.send_replace(true);
    server.task.await.unwrap();
    assert!(client.rest().await.len() < 64 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn unused_connection_ends_at_last() {
    let server = start(echo(), Timeouts { idle: SHORT, ..patient() }).await;
    let mut client = Client::connect(server.address).await;
    assert_eq!(client.rest().await, "");
    let mut client = Client::connect(server.address).await;
    client.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc").await.unwrap();
    assert_eq!(client.answer("POST").await.unwrap().body, "3");
    assert_eq!(client.rest().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_upload_that_goes_on_is_read_to_its_end() {
    let server = start(echo(), Timeouts { body: Duration::from_secs(1), ..patient() }).await;
    let mut client = Client::connect(server.address).await;
    const PART: usize = 128 << 10;
    client
        .send(format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", PART * 14).as_bytes())
        .await
        .unwrap();
    // Longer in all than a pause may be; each pause a tenth of it.
    let mut pace = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..14 {
        pace.tick().await;
        client.send(&[b'x'; PART]).await.unwrap();
    }
    let answer = client.answer("POST").await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "1835008"));
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_connections_end_at_the_stop_and_requests_in_flight_are_answered() {
    let server = start(echo(), patient()).await;
    let mut kept = Client::connect(server.address).await;
    kept.send(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc").await.unwrap();
    assert_eq!(kept.answer("POST").await.unwrap().body, "3");
    let mut unused = Client::connect(server.address).await;
    let mut late = Client::connect(server.address).await;
    let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
    late.send(head.as_bytes()).await.unwrap();
    // The server has asked for the body: the request is in flight.
    assert_eq!(late.answer("POST").await.unwrap().status, 100);
    server.stop.send_replace(true);
    assert_eq!(kept.rest().await, "");
    assert_eq!(unused.rest().await, "");
    late.send(b"late").await.unwrap();
    assert_eq!(late.answer("POST").await.unwrap().body, "4");
    assert_eq!(late.rest().await, "");
    server.task.await.unwrap();
}

//! Which statements the server in this process sends to Postgres: read from sqlx's own log.

use std::{
    fmt::{Debug, Write as _},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, filter::dynamic_filter_fn, layer::Context, prelude::*};

static LISTENING: AtomicBool = AtomicBool::new(false);
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on statements can be listened to.
pub fn watch() {
    let listening = dynamic_filter_fn(|metadata, _| {
        metadata.target() == "sqlx::query" && LISTENING.load(Ordering::Relaxed)
    });
    tracing_subscriber::registry().with(Ears.with_filter(listening)).init();
}

/// Those that a piece of work sends, but for the proof of a connection that comes back to the pool.
pub async fn during<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    HEARD.lock().unwrap().clear();
    LISTENING.store(true, Ordering::SeqCst);
    let done = work.await;
    LISTENING.store(false, Ordering::SeqCst);
    let mut heard = std::mem::take(&mut *HEARD.lock().unwrap());
    heard.retain(|statement| !statement.contains("statement_timestamp() > transaction_timestamp()"));
    (done, heard)
}

struct Ears;

impl<S: Subscriber> Layer<S> for Ears {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let statement = if fields.statement.trim().is_empty() { fields.summary } else { fields.statement };
        HEARD.lock().unwrap().push(statement.trim().to_owned());
    }
}

#[derive(Default)]
struct Fields {
    summary: String,
    statement: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        if field.name() == "summary" {
            self.summary.clear();
            let _ = write!(self.summary, "{value:?}");
        }
    }
}

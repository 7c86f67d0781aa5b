//! What a browser loads.

use crate::table::{Table, Target, plain};

/// JavaScript and WASM of a page, brotli.
const BUDGET: f64 = 120_000.0;

pub fn measure(bytes: u64, table: &mut Table) {
    let bytes = bytes as f64;
    table.add(
        "JavaScript and WASM of a page, brotli, bytes",
        bytes,
        Target::AtMost(BUDGET),
        "the budget",
        format!("{:.3} of it; {} left", bytes / BUDGET, plain(BUDGET - bytes)),
    );
}

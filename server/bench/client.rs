//! What a browser loads.

use crate::table::{Table, Target, plain};

/// JavaScript and WASM together, brotli.
const BUDGET: f64 = 100_000.0;

pub fn measure(bytes: u64, table: &mut Table) {
    let bytes = bytes as f64;
    table.add(
        "JavaScript and WASM, brotli, bytes",
        bytes,
        Target::AtMost(BUDGET),
        "the budget",
        format!("{:.3} of it; {} left", bytes / BUDGET, plain(BUDGET - bytes)),
    );
}

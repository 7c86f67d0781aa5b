//! The draft invoice of a customer with many charges in many groups.

use crate::{
    seed::Bench,
    statements,
    table::{Table, Target, median, plain},
};
use std::time::Instant;

pub async fn measure(bench: &Bench, table: &mut Table) {
    println!("▸ draft invoice");
    let path = format!("/v1/customers/{}/invoices?status=DRAFT", bench.grouped);
    let (answer, statements) = statements::during(bench.api.get(&path)).await;
    let lines = answer["data"].as_array().unwrap().last().map_or(0, |draft| {
        let items = draft["line_items"].as_array().unwrap();
        items.iter().map(|item| item["sub_line_items"].as_array().map_or(0, Vec::len).max(1)).sum()
    });
    let mut times = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        bench.api.get(&path).await;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    table.add(
        "Queries of a draft invoice, 50 charges in 100 groups",
        statements.len() as f64,
        Target::AtMost(3.0),
        "the token's check included",
        format!("{lines} lines, {} ms", plain(median(times))),
    );
}

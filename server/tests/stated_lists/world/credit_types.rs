//! Credit types, the last by name first.

use super::{Company, MANY};
use server::db;

pub(super) async fn seed(company: &Company<'_>) {
    for number in (0..MANY).rev() {
        db::credit_type::create(company.pool, &format!("ZZ {number:02}"), company.now).await.unwrap();
    }
}

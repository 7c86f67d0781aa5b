//! Rows of the audit log: those of API tokens that were made.

use super::{Company, MANY};
use server::db::api_token::{self, Scope};

pub(super) async fn seed(company: &Company<'_>) {
    for number in 0..MANY {
        api_token::create(company.pool, &format!("token {number}"), Scope::Read, None).await.unwrap();
    }
}

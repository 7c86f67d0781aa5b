//! Customers on the plan of the main one, and one that went from plan to plan.

use super::{Asked, Company, MANY};
use crate::common::{billing, seed};

pub(super) const ASKED: &[Asked] =
    &[Asked { id: "customers.listCosts", query: "starting_on={start}&ending_before={tomorrow}", body: "" }];

pub(super) async fn seed(company: &mut Company<'_>) {
    let (pool, plan_id) = (company.pool, company.plan_id);
    let mut starter = company.main;
    for ago in 1..=MANY {
        starter = seed::customer(pool, &format!("Customer {ago}")).await;
        billing::put_on(pool, starter, plan_id, &company.day(ago), None).await.unwrap();
    }
    let switcher = seed::customer(pool, "Switcher").await;
    for ago in (1..=MANY).rev() {
        let (from, until) = (company.day(ago), company.day(ago - 1));
        billing::put_on(pool, switcher, plan_id, &from, Some(&until)).await.unwrap();
    }
    company.others.insert("customers.previewEvents", starter.to_string());
    company.others.insert("customers.plans.list", switcher.to_string());
}

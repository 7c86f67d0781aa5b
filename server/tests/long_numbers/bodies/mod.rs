//! Bodies with a number in them: a file for each group of calls, named as the reference names the group.

mod invoices;
mod plans;
mod plans_of_customers;

/// The unit of amounts.
const CENTS: &str = "2714e483-4ff1-48e4-9e25-ac732e8f24f2";

/// A body with `NUMBER` in the place of one of its fields.
pub(crate) struct Numbered {
    /// The name of the call.
    pub(crate) call: &'static str,
    pub(crate) path: &'static str,
    /// The field: `charges[].quantity`.
    pub(crate) field: &'static str,
    pub(crate) body: String,
}

/// One for every field that takes a number.
pub(crate) fn bodies() -> impl Iterator<Item = Numbered> {
    let groups = [plans::bodies(), invoices::bodies(), plans_of_customers::bodies()];
    groups.into_iter().flatten()
}

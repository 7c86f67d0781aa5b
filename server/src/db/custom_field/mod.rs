//! Custom fields: which keys are known, and their values on what has them.
//!
//! A kind of thing is called as its table is, and the functions of migration 28 change that table. Operators name a thing
//! by its id alone.

mod keys;
mod values;

pub use keys::{add_key, list_keys, remove_key};
pub use values::{delete_values, set_values};

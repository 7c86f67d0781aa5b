//! Origins whose pages may frame the dashboards: how they are written, what they stand for, and which are allowed.

mod cover;
mod read;
mod shared;

pub use cover::{admit, narrowed, uncovered};
pub use read::{of_page, origin};

use std::sync::{Arc, PoisonError, RwLock};

/// The origins that the database allows, as this server read them last: a job reads them every second, so that no page
/// asks for them.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Arc<RwLock<Vec<String>>>);

impl AllowedOrigins {
    /// Takes over what was read.
    pub fn set(&self, origins: Vec<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = origins;
    }

    /// These of the configuration and those of the database, each once.
    pub fn beside(&self, configured: &[String]) -> Vec<String> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let others = kept.iter().filter(|origin| !configured.contains(origin));
        configured.iter().chain(others).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_of_the_database_are_beside_those_of_the_configuration() {
        let origins = AllowedOrigins::default();
        let texts = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let configured = texts(&["https://a.example", "https://b.example"]);
        assert_eq!(origins.beside(&configured), configured);
        origins.clone().set(texts(&["https://b.example", "https://c.example"]));
        let all = texts(&["https://a.example", "https://b.example", "https://c.example"]);
        assert_eq!(origins.beside(&configured), all);
        origins.set(Vec::new());
        assert_eq!(origins.beside(&[]), Vec::<String>::new());
    }
}

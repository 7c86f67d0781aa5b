//! The end of work that nobody waits for any more: the client hung up.

use crate::{Error, Result};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// The work's side: it asks now and then whether to go on.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

/// The side of whoever waits for the work: dropping it ends the work.
#[derive(Debug)]
pub(super) struct Waiting(Arc<AtomicBool>);

impl Cancel {
    /// The work's end and the waiter's.
    pub(super) fn pair() -> (Self, Waiting) {
        let cancel = Self::default();
        let waiting = Waiting(cancel.0.clone());
        (cancel, waiting)
    }

    /// Ends the work by `?` when nobody waits for it.
    ///
    /// # Errors
    /// When nobody waits; the error reaches no client.
    pub fn check(&self) -> Result<()> {
        match self.0.load(Ordering::Relaxed) {
            false => Ok(()),
            true => Err(Error::Internal("a file was given up: nobody waits for it".to_owned())),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_once_nobody_waits_for_it() {
        let (cancel, waiting) = Cancel::pair();
        assert!(cancel.check().is_ok());
        drop(waiting);
        assert!(cancel.clone().check().is_err());
    }
}

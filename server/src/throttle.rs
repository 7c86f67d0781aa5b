//! How often a caller may ask: so many requests a second for each API token, and so many failed tries for each address.
//!
//! A server counts for itself: with several of them, a caller has the sum of what each allows.

use crate::{Error, Result, api_token::Token};
use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failed tries of an address at once, and the time in which one of them is forgiven.
const TRIES: u32 = 60;
const FORGIVEN_AFTER: Duration = Duration::from_secs(1);

/// Counts requests and failed tries.
#[derive(Debug)]
pub struct Throttle {
    /// Requests by the id of their token; `None`: as many as come.
    requests: Option<Allowance<String>>,
    failures: Allowance<Network>,
    /// Hashes of the secrets that let somebody in: what others do at their address does not lock them out.
    known: Mutex<HashSet<[u8; 32]>>,
}

/// Where a try comes from: an address, or of IPv6 the network of one, in which a caller may have any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Network(IpAddr);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
            address => address,
        })
    }
}

impl Throttle {
    /// Allows each token so many requests a second, and twice as many at once.
    pub fn new(rate: Option<NonZeroU32>) -> Self {
        let pace = |rate: NonZeroU32| Duration::from_secs(1) / rate.get();
        Self {
            requests: rate.map(|rate| Allowance::new(pace(rate), rate.get().saturating_mul(2))),
            failures: Allowance::new(FORGIVEN_AFTER, TRIES),
            known: Mutex::default(),
        }
    }

    /// Refuses a token that let nobody in yet, after too many failed tries of its address.
    ///
    /// # Errors
    /// 429.
    pub fn may_try(&self, address: Option<IpAddr>, token: &str) -> Result<()> {
        let is_known = || Token::parse(token).is_some_and(|token| self.known().contains(&token.hash()));
        match address.and_then(|address| self.failures.wait(&address.into(), Instant::now())) {
            Some(wait) if !is_known() => {
                Err(too_many("there were too many failed tries with API tokens from this address", wait))
            }
            _ => Ok(()),
        }
    }

    /// Notes that a token let somebody in, or nobody.
    pub fn tried(&self, address: Option<IpAddr>, token: &str, is_good: bool) {
        match (is_good, address) {
            (true, _) => self.known().extend(Token::parse(token).map(|token| token.hash())),
            (false, Some(address)) => {
                // Beyond the allowance there is nothing left to take.
                let _ = self.failures.take(address.into(), Instant::now());
            }
            (false, None) => {}
        }
    }

    /// Counts a request of a token that is good.
    ///
    /// # Errors
    /// 429 when its allowance is used up.
    pub fn count(&self, token_id: &str) -> Result<()> {
        let Some(requests) = &self.requests else { return Ok(()) };
        let taken = requests.take(token_id.to_owned(), Instant::now());
        taken.map_err(|wait| too_many("this API token sends more requests than one may", wait))
    }

    fn known(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A 429; the wait in whole seconds.
fn too_many(reason: &'static str, wait: Duration) -> Error {
    Error::TooMany { reason, seconds: wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX) }
}

/// What each key may take: so much at once, and one more whenever the time for one has passed.
#[derive(Debug)]
struct Allowance<K> {
    pace: Duration,
    /// The time in which an allowance that is used up is whole again.
    whole: Duration,
    /// When each key has its whole allowance again. Those that have it are forgotten.
    whole_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Allowance<K> {
    fn new(pace: Duration, most: u32) -> Self {
        Self { pace, whole: pace.saturating_mul(most), whole_at: Mutex::default() }
    }

    /// How long a key has to wait for the next; `None` when it need not.
    fn wait(&self, key: &K, now: Instant) -> Option<Duration> {
        self.until_next(self.whole_at().get(key), now)
    }

    fn until_next(&self, whole_at: Option<&Instant>, now: Instant) -> Option<Duration> {
        let missing = whole_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let wait = (missing + self.pace).saturating_sub(self.whole);
        (!wait.is_zero()).then_some(wait)
    }

    /// Takes one, or says how long to wait for it.
    fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut whole_at = self.whole_at();
        if let Some(wait) = self.until_next(whole_at.get(&key), now) {
            return Err(wait);
        }
        // Before it would grow.
        if whole_at.len() == whole_at.capacity() {
            whole_at.retain(|_, at| *at > now);
        }
        let at = whole_at.entry(key).or_insert(now);
        *at = (*at).max(now) + self.pace;
        Ok(())
    }

    fn whole_at(&self) -> MutexGuard<'_, HashMap<K, Instant>> {
        self.whole_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_allowance_is_used_up_and_comes_back_one_by_one() {
        let second = Duration::from_secs(1);
        let allowance = Allowance::new(second, 3);
        let start = Instant::now();
        for _ in 0..3 {
            allowance.take("a", start).unwrap();
        }
        assert_eq!(allowance.take("a", start), Err(second));
        assert_eq!(allowance.wait(&"a", start + second / 4), Some(second * 3 / 4));
        allowance.take("b", start).unwrap();
        allowance.take("a", start + second).unwrap();
        assert_eq!(allowance.take("a", start + second), Err(second));
        // A long pause gives no more than the whole.
        let later = start + second * 3_600;
        for _ in 0..3 {
            allowance.take("a", later).unwrap();
        }
        allowance.take("a", later).unwrap_err();
    }

    #[test]
    fn keys_that_have_their_whole_allowance_are_forgotten() {
        let allowance = Allowance::new(Duration::from_millis(1), 1);
        let start = Instant::now();
        for key in 0..10_000_u64 {
            allowance.take(key, start + Duration::from_millis(key)).unwrap();
        }
        let room = allowance.whole_at().capacity();
        assert!(room < 100, "{room}");
    }

    #[test]
    fn an_ipv6_caller_has_all_addresses_of_its_network() {
        let network = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2::"));
        assert_ne!(network("2001:db8:1:2::"), network("2001:db8:1:3::"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}

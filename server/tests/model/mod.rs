//! What a person with a pencil would make of the same requests: the billing of one customer in plain memory.

use std::collections::{BTreeMap, BTreeSet};

/// Days since 1970.
pub type Day = i64;

/// One event, the first with its id.
#[derive(Clone, Debug)]
pub struct Event {
    /// Microseconds since 1970; no two events share one.
    pub at: i64,
    pub n: i128,
    pub user: u8,
    pub region: Option<&'static str>,
}

/// The total of a line in cents, and the quantities of its usage charges.
pub type Line = (i128, Vec<i128>);
/// By product and group value.
pub type Lines = BTreeMap<(String, Option<String>), Line>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Draft,
    Finalized,
    Void,
}

#[derive(Clone, Debug)]
pub struct Invoice {
    pub id: Option<String>,
    pub stretch: usize,
    pub start: Day,
    pub end: Day,
    pub status: Status,
    pub lines: Lines,
    /// When it was due; not known of one that was regenerated.
    pub issued: Option<i64>,
    /// The index of the one it replaces.
    pub replaces: Option<usize>,
}

/// One stretch of time on a plan.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub id: String,
    pub plan: Plan,
    pub trial: Option<Trial>,
    pub start: Day,
    pub end: Option<Day>,
    pub billed_until: Day,
    /// Until when its periods wait that are over.
    pub finalize_after: i64,
}

/// The first days of a stretch.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    pub end: Day,
    /// In cents.
    pub cap: Option<i128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Alpha,
    Beta,
}

#[derive(Debug, Default)]
pub struct Model {
    pub events: BTreeMap<String, Event>,
    pub stretches: Vec<Stretch>,
    pub invoices: Vec<Invoice>,
}

/// What the adjustment is called that a trial has.
pub const TRIAL: &str = "Trial";

pub const DAY: i64 = 86_400_000_000;

impl Stretch {
    /// When the invoice of a period is issued: a day after its end, or when the wait is over.
    pub fn issued(&self, end: Day) -> i64 {
        ((end + 1) * DAY).max(self.finalize_after)
    }

    fn is_in_trial(&self, day: Day) -> bool {
        self.trial.is_some_and(|trial| day < trial.end)
    }

    /// Where weeks are counted from.
    fn regular(&self) -> Day {
        self.trial.map_or(self.start, |trial| trial.end)
    }

    /// The trial, then weeks from its end or the start of the stretch; from `billed_until` on.
    fn periods(&self) -> impl Iterator<Item = (Day, Day)> + '_ {
        let mut next = self.billed_until.max(self.start);
        std::iter::from_fn(move || {
            let begin = next;
            let regular = self.regular();
            let full =
                if self.is_in_trial(begin) { regular } else { regular + ((begin - regular) / 7 + 1) * 7 };
            let end = self.end.map_or(full, |end| full.min(end));
            next = end;
            (begin < end).then_some((begin, end))
        })
    }
}

impl Model {
    /// The lines of a stretch from `start` to before `end`, from the events as they are now. Tiers count from the start
    /// of the week, also where its first part was billed alone. A trial has no fee, and what it waives as a line.
    pub fn lines(&self, stretch: &Stretch, start: Day, end: Day) -> Lines {
        let is_trial = stretch.is_in_trial(start);
        let regular = stretch.regular();
        let week = if is_trial { start } else { regular + (start - regular) / 7 * 7 };
        let (inside, before) = (self.counted(start, end), self.counted(week, start));
        let regions: BTreeSet<Option<&str>> = inside.iter().map(|event| event.region).collect();
        let of = |region: Option<&str>| -> Vec<&Event> {
            inside.iter().filter(|event| event.region == region).copied().collect()
        };
        let sum = |events: &[&Event]| events.iter().map(|event| event.n).sum::<i128>();
        let mut lines = Lines::new();
        let mut put = |name: &str, region: Option<&str>, hundredths: i128, quantities: Vec<i128>| {
            lines
                .insert((name.to_owned(), region.map(str::to_owned)), (rounded(hundredths, 100), quantities));
        };
        let fee = match stretch.plan {
            Plan::Alpha => {
                let (tokens, earlier) = (sum(&inside), sum(&before));
                let cost = |tokens| graduated(tokens, &[(0, 50), (100, 25), (1_000, 7)]);
                put("Tokens", None, cost(earlier + tokens) - cost(earlier), vec![tokens]);
                for region in regions {
                    let (events, tokens) = (of(region).len() as i128, sum(&of(region)));
                    put("Calls", region, events * 37 + tokens * 3, vec![events, tokens]);
                }
                1_000
            }
            Plan::Beta => {
                let most = |events: &[&Event]| events.iter().map(|event| event.n).max().unwrap_or(0);
                let peak = most(&inside);
                let price = volume(most(&before) + peak, &[(0, 300), (50, 250), (200, 111)]);
                put("Peak", None, peak * price, vec![peak]);
                for region in regions {
                    let last = of(region).last().map_or(0, |event| event.n);
                    put("Stored", region, last * 90, vec![last]);
                }
                let users = inside.iter().map(|event| event.user).collect::<BTreeSet<_>>().len() as i128;
                put("Users", None, users * 730, vec![users]);
                500
            }
        };
        if is_trial {
            let used = lines.values().map(|(total, _)| total).sum::<i128>();
            let waived = stretch.trial.and_then(|trial| trial.cap).map_or(used, |cap| used.min(cap));
            if waived != 0 {
                lines.insert((TRIAL.to_owned(), None), (-waived, Vec::new()));
            }
            return lines;
        }
        lines.insert(("Fee".to_owned(), None), (rounded(fee * i128::from(end - start), 7), Vec::new()));
        lines
    }

    /// The events of some days that count, oldest first: every metric wants a region.
    fn counted(&self, start: Day, end: Day) -> Vec<&Event> {
        let all = self.events.values();
        let mut inside: Vec<&Event> = all
            .filter(|event| start * DAY <= event.at && event.at < end * DAY && event.region.is_some())
            .collect();
        inside.sort_by_key(|event| event.at);
        inside
    }

    /// Drafts at an instant.
    pub fn drafts(&self, now: i64) -> Vec<(usize, Day, Day)> {
        let of = |(place, stretch): (usize, &Stretch)| {
            let begun = stretch.periods().take_while(|(start, _)| start * DAY <= now);
            begun.map(|(start, end)| (place, start, end)).collect::<Vec<_>>()
        };
        self.stretches.iter().enumerate().flat_map(of).collect()
    }

    /// Finalizes what is due at `at`.
    pub fn finalize(&mut self, at: i64) {
        for place in 0..self.stretches.len() {
            let stretch = self.stretches[place].clone();
            for (start, end) in stretch.periods().take_while(|(_, end)| stretch.issued(*end) <= at) {
                let lines = self.lines(&stretch, start, end);
                self.invoices.push(Invoice {
                    id: None,
                    stretch: place,
                    start,
                    end,
                    status: Status::Finalized,
                    lines,
                    issued: Some(stretch.issued(end)),
                    replaces: None,
                });
                self.stretches[place].billed_until = end;
            }
        }
    }

    /// Ends a stretch, or clears its end; false when that is refused.
    pub fn end(&mut self, place: usize, end: Option<Day>, void: bool, now: i64) -> bool {
        let stretch = &self.stretches[place];
        let overlaps = |other: &Stretch| {
            end.is_none_or(|end| other.start < end) && other.end.is_none_or(|other| stretch.start < other)
        };
        let others = self.stretches.iter().enumerate().filter(|(other, _)| *other != place);
        if end.is_some_and(|end| end <= stretch.start) || others.map(|(_, other)| other).any(overlaps) {
            return false;
        }
        let is_covered = |invoice: &Invoice| {
            let beyond = end.is_some_and(|end| end < invoice.end && end < stretch.billed_until);
            invoice.stretch == place && beyond && invoice.status == Status::Finalized
        };
        let mut billed_until = stretch.billed_until;
        if let Some(end) = end.filter(|end| *end < billed_until) {
            if !void {
                return false;
            }
            let covered = self.invoices.iter().filter(|invoice| is_covered(invoice));
            billed_until = covered.map(|invoice| invoice.start).fold(end, Day::min);
        }
        // A trial that is free up to a cap is not billed in two parts.
        let is_billed = stretch.start < billed_until && stretch.is_in_trial(billed_until);
        let is_capped = stretch.trial.is_some_and(|trial| trial.cap.is_some());
        if is_billed && is_capped && end.is_none_or(|end| end > billed_until) {
            return false;
        }
        let covered: Vec<_> = (0..self.invoices.len()).filter(|at| is_covered(&self.invoices[*at])).collect();
        for at in covered {
            self.invoices[at].status = Status::Void;
        }
        let is_past = |end: Option<Day>| end.is_some_and(|end| end * DAY <= now);
        let stretch = &mut self.stretches[place];
        if stretch.end != end && (is_past(stretch.end) || is_past(end)) {
            stretch.finalize_after = stretch.finalize_after.max(now + DAY);
        }
        self.stretches[place].billed_until = billed_until;
        self.stretches[place].end = end;
        true
    }

    /// What is left of the spending cap of a stretch.
    pub fn left(&self, place: usize, now: i64) -> Option<i128> {
        let stretch = &self.stretches[place];
        let cap = stretch.trial?.cap?;
        let is_first = |one: &&Invoice| (one.stretch, one.start) == (place, stretch.start);
        let mut finalized = self.invoices.iter().filter(|one| one.status == Status::Finalized);
        let lines = match finalized.find(is_first) {
            Some(invoice) => invoice.lines.clone(),
            None => {
                let mut drafts = self.drafts(now).into_iter();
                match drafts.find(|(of, start, _)| (*of, *start) == (place, stretch.start)) {
                    Some((_, start, end)) => self.lines(stretch, start, end),
                    None => Lines::new(),
                }
            }
        };
        Some(cap + lines.get(&(TRIAL.to_owned(), None)).map_or(0, |(total, _)| *total))
    }

    /// Replaces a voided invoice; false when that is refused.
    pub fn regenerate(&mut self, voided: usize) -> bool {
        let Invoice { stretch, start, end, status, .. } = self.invoices[voided].clone();
        let on = self.stretches[stretch].clone();
        let end = on.end.map_or(end, |last| last.min(end));
        let is_taken = self.invoices.iter().any(|other| {
            let overlaps = other.stretch == stretch && other.start < end && other.end > start;
            other.replaces == Some(voided) || (overlaps && other.status == Status::Finalized)
        });
        if status != Status::Void || start >= end || end > on.billed_until || is_taken {
            return false;
        }
        let lines = self.lines(&on, start, end);
        self.invoices.push(Invoice {
            id: None,
            stretch,
            start,
            end,
            status: Status::Finalized,
            lines,
            issued: None,
            replaces: Some(voided),
        });
        true
    }
}

/// Each unit at the price of its tier, in hundredths.
fn graduated(quantity: i128, tiers: &[(i128, i128)]) -> i128 {
    let tops = tiers.iter().skip(1).map(|(from, _)| *from).chain([i128::MAX]);
    tiers.iter().zip(tops).map(|((from, price), top)| (quantity.min(top) - from).max(0) * price).sum()
}

/// The price of the last tier that the quantity passes.
fn volume(quantity: i128, tiers: &[(i128, i128)]) -> i128 {
    tiers.iter().rev().find(|(from, _)| *from < quantity).unwrap_or(&tiers[0]).1
}

/// Half away from zero; nothing here is negative.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    (numerator * 2 + denominator) / (denominator * 2)
}

//! The text format of Prometheus, version 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use super::histogram::{BOUNDS, Histogram};
use std::fmt::{Display, Write as _};

/// The media type of the format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is known of a figure beforehand.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// It only rises, and begins at 0 with the process.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Buckets of times.
    Histogram,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A page of figures.
#[derive(Debug, Default)]
pub struct Exposition(String);

/// The figures of one name.
#[derive(Debug)]
pub struct Family<'a> {
    page: &'a mut String,
    name: &'static str,
}

impl Exposition {
    /// Begins the figures of a name, and says what they are.
    pub fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {}", kind.as_str());
        Family { page: &mut self.0, name }
    }

    /// The page as it is sent.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// One figure, told from the others of its name by labels.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.line("", labels, value);
    }

    /// The buckets, the sum in seconds and the count of some times.
    pub(super) fn histogram(&mut self, labels: &[(&str, &str)], times: &Histogram) {
        for (count, (_, bound)) in times.buckets.iter().zip(BOUNDS) {
            self.line("_bucket", &[labels, &[("le", bound)]].concat(), count);
        }
        self.line("_bucket", &[labels, &[("le", "+Inf")]].concat(), times.count);
        self.line("_sum", labels, times.seconds());
        self.line("_count", labels, times.count);
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        self.page.push_str(self.name);
        self.page.push_str(suffix);
        for (place, (label, text)) in labels.iter().enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            let _ = write!(self.page, "{before}{label}=\"{}\"", escaped(text));
        }
        if !labels.is_empty() {
            self.page.push('}');
        }
        let _ = writeln!(self.page, " {value}");
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut page = Exposition::default();
        page.family("up", Kind::Gauge, "Whether it is up.").sample(&[], 1);
        let mut counter = page.family("calls_total", Kind::Counter, "Calls.");
        counter.sample(&[("route", "/v1/{id}"), ("status", "200")], 7);
        counter.sample(&[("route", "a\"b\\c\nd")], 1);
        let mut times = Histogram::default();
        times.observe(Duration::from_millis(3));
        page.family("took_seconds", Kind::Histogram, "Time.").histogram(&[("route", "/")], &times);
        let text = page.into_text();
        assert!(
            text.starts_with(
                "# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n# HELP calls_total Calls.\n\
                 # TYPE calls_total counter\ncalls_total{route=\"/v1/{id}\",status=\"200\"} 7\n\
                 calls_total{route=\"a\\\"b\\\\c\\nd\"} 1\n"
            ),
            "{text}"
        );
        assert!(
            text.ends_with(
                "took_seconds_bucket{route=\"/\",le=\"60\"} 1\ntook_seconds_bucket{route=\"/\",le=\"+Inf\"} 1\n\
                 took_seconds_sum{route=\"/\"} 0.003000\ntook_seconds_count{route=\"/\"} 1\n"
            ),
            "{text}"
        );
        assert!(text.contains("took_seconds_bucket{route=\"/\",le=\"0.0025\"} 0\n"), "{text}");
    }
}

//! A figure that keeps to its column, whatever its length.

use crate::export::{
    lines::lines,
    sheet::{self, Style},
};

/// Sizes to which a figure is made smaller before it is broken into lines, and the most of these.
const SMALLEST: f32 = 6.5;
const MOST_LINES: usize = 12;

/// A text that fits its column: in one line, made smaller if need be, else in several.
pub(super) struct FittedText {
    /// None of them wider than the column.
    pub(super) lines: Vec<String>,
    /// As small as it had to be.
    pub(super) style: Style,
}

impl FittedText {
    /// The text as it fits this room.
    pub(super) fn new(text: &str, style: Style, room: f32) -> Self {
        let wide = sheet::width(text, style);
        if wide <= room {
            return Self { lines: vec![text.to_owned()], style };
        }
        let fitting = style.size * room / wide;
        let style = Style { size: fitting.max(SMALLEST), ..style };
        match fitting < SMALLEST {
            true => Self { lines: lines(text, style, room, MOST_LINES), style },
            false => Self { lines: vec![text.to_owned()], style },
        }
    }

    /// What it takes beyond its first line.
    pub(super) fn below(&self) -> f32 {
        self.lines.len().saturating_sub(1) as f32 * self.leading()
    }

    /// From one line to the next.
    pub(super) fn leading(&self) -> f32 {
        self.style.size + 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::pdf::{BODY, STRONG};

    #[test]
    fn a_figure_of_any_length_keeps_to_its_column_and_loses_no_digit() {
        for digits in [1, 12, 20, 40, 70, 100] {
            let text = format!("${}.25", app::view::format::number(&"8".repeat(digits)));
            for (style, room) in [(BODY, 80.0), (STRONG, 91.0), (Style { size: 20.0, ..STRONG }, 240.0)] {
                let figure = FittedText::new(&text, style, room);
                assert_eq!(figure.lines.concat(), text);
                for line in &figure.lines {
                    assert!(
                        sheet::width(line, figure.style) <= room + 0.01,
                        "{line} at {}",
                        figure.style.size
                    );
                }
                assert!(figure.style.size >= SMALLEST && figure.style.size <= style.size);
                assert!(figure.lines.len() == 1 || figure.style.size == SMALLEST);
            }
        }
    }
}

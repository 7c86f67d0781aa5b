//! The two fonts of a PDF: how wide a text is, and its glyphs.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use std::sync::LazyLock;
use ttf_parser::Face;

/// A weight of Inter, cut to Latin, Greek, Cyrillic and currency signs, with figures of equal width.
pub(super) struct Typeface {
    /// What the PDF embeds.
    pub(super) font: Font,
    face: Face<'static>,
}

/// For reading.
pub(super) static REGULAR: LazyLock<Option<Typeface>> =
    LazyLock::new(|| Typeface::new(include_bytes!("../../fonts/Inter-Regular.ttf")));

/// For totals and headings.
pub(super) static SEMIBOLD: LazyLock<Option<Typeface>> =
    LazyLock::new(|| Typeface::new(include_bytes!("../../fonts/Inter-SemiBold.ttf")));

impl Typeface {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        Some(Self { font: Font::new(bytes.to_vec().into(), 0)?, face: Face::parse(bytes, 0).ok()? })
    }

    /// One glyph a character, each in its own width; a character that the font lacks is a box.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(at, letter)| {
                let id = self.face.glyph_index(letter).unwrap_or_default();
                let advance = self.face.glyph_hor_advance(id).unwrap_or_default();
                let em = f32::from(advance) / f32::from(self.face.units_per_em());
                let range = at..at + letter.len_utf8();
                KrillaGlyph::new(GlyphId::new(id.0.into()), em, 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }

    /// How wide a text is at a size.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance).sum::<f32>() * size
    }

    /// The text in lines no wider than this, broken at spaces and between thousands, else within a word; at most `most` lines, the last one
    /// cut with an ellipsis.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32, most: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        // What comes after the last line that is shown is not measured: a text may be of any length.
        'text: for word in text.split_inclusive([' ', '-', '/', '_', ',']) {
            let fits =
                |line: &str, word: &str| self.width(&format!("{line}{}", word.trim_end()), size) <= width;
            let last = lines.last_mut().filter(|last| fits(last, word));
            match last {
                Some(last) => last.push_str(word),
                None => {
                    let mut line = String::new();
                    for letter in word.chars() {
                        if !fits(&line, &letter.to_string()) {
                            lines.push(std::mem::take(&mut line));
                            if lines.len() > most + 1 {
                                break 'text;
                            }
                        }
                        line.push(letter);
                    }
                    lines.push(line);
                }
            }
            if lines.len() > most + 1 {
                break;
            }
        }
        lines.retain(|line| !line.is_empty());
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                while !last.is_empty() && self.width(&format!("{last}…"), size) > width {
                    last.pop();
                }
                last.push('…');
            }
        }
        lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

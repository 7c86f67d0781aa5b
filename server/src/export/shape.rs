//! A text as glyphs: each part in a font that has it, shaped, in the order in which the parts stand on the line.

use super::{
    fallback::fallback,
    font::{REGULAR, SEMIBOLD, Typeface},
};
use app::view::text::turns_direction;
use krilla::text::KrillaGlyph;
use std::{ops::Range, ptr};
use unicode_bidi::{BidiInfo, Level};

/// A stretch of a line in one font.
pub(super) struct Piece {
    /// The font that has all of its letters.
    pub(super) face: &'static Typeface,
    /// Its glyphs from left to right; their ranges are of the whole text.
    pub(super) glyphs: Vec<KrillaGlyph>,
}

impl Piece {
    /// How wide it is at a size.
    pub(super) fn width(&self, size: f32) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * size
    }
}

/// How wide a line is at a size.
pub(super) fn width(text: &str, bold: bool, size: f32) -> f32 {
    pieces(text, bold).iter().map(|piece| piece.width(size)).sum()
}

/// A line from left to right. Invisible letters that turn the direction are obeyed and not drawn.
pub(super) fn pieces(text: &str, bold: bool) -> Vec<Piece> {
    let Some(own) = (if bold { SEMIBOLD.as_ref() } else { REGULAR.as_ref() }) else { return Vec::new() };
    // Nearly all texts: nothing to join, nothing to turn.
    if text.chars().all(|letter| own.has(letter)) {
        return vec![Piece { face: own, glyphs: own.glyphs(text) }];
    }
    let runs = runs(text, own);
    let levels: Vec<Level> = runs.iter().map(|run| run.level).collect();
    let order = BidiInfo::reorder_visual(&levels);
    let piece = |run: &Run| Piece {
        face: run.face,
        glyphs: run.face.shaped(text, run.range.clone(), run.level.is_rtl()),
    };
    order.into_iter().filter_map(|at| runs.get(at)).map(piece).collect()
}

/// Letters side by side in one font and direction.
struct Run {
    face: &'static Typeface,
    level: Level,
    range: Range<usize>,
}

/// The runs of a line in the order of reading.
fn runs(text: &str, own: &'static Typeface) -> Vec<Run> {
    let levels = BidiInfo::new(text, None).levels;
    let mut runs: Vec<Run> = Vec::new();
    for (at, letter) in text.char_indices().filter(|(_, letter)| !turns_direction(*letter)) {
        let level = levels.get(at).copied().unwrap_or_else(Level::ltr);
        let face = face(letter, own, runs.last().filter(|run| run.range.end == at).map(|run| run.face));
        let end = at + letter.len_utf8();
        match runs.last_mut() {
            Some(run) if ptr::eq(run.face, face) && run.level == level && run.range.end == at => {
                run.range.end = end;
            }
            _ => runs.push(Run { face, level, range: at..end }),
        }
    }
    runs
}

/// The font of a letter. Spaces, signs and marks stay in the font before them where that has them, so that no word is
/// torn; a letter that no font has is Inter's to replace.
fn face(letter: char, own: &'static Typeface, before: Option<&'static Typeface>) -> &'static Typeface {
    let stays = |face: &&Typeface| is_joiner(letter) || (!letter.is_alphanumeric() && face.has(letter));
    if let Some(before) = before.filter(stays) {
        return before;
    }
    if own.has(letter) { own } else { fallback(letter).unwrap_or(own) }
}

/// Letters without a shape of their own: joiners and selectors of variants.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a line reads from left to right.
    fn seen(text: &str) -> String {
        let pieces = pieces(text, false);
        pieces.iter().flat_map(|piece| &piece.glyphs).map(|glyph| &text[glyph.text_range.clone()]).collect()
    }

    #[test]
    fn names_in_every_script_have_glyphs() {
        for name in [
            "東京電力株式会社",
            "とうきょうデンキ",
            "深圳市腾讯",
            "臺北龜山鬱金",
            "서울특별시",
            "مؤسسة القاهرة",
            "חברת ירושלים",
            "บริษัท น้ำใจ",
            "हिन्दी क्षत्रिय",
            "বাংলা",
            "தமிழ்",
            "తెలుగు",
            "ქართული",
            "Հայերեն",
            "አማርኛ",
            "ខ្មែរ",
            "Größe Ελλάς Київ",
        ] {
            for bold in [false, true] {
                for piece in pieces(name, bold) {
                    for glyph in &piece.glyphs {
                        assert_ne!(glyph.glyph_id.to_u32(), 0, "{name}: {}", &name[glyph.text_range.clone()]);
                    }
                }
            }
        }
    }

    #[test]
    fn arabic_letters_are_joined_and_devanagari_is_reordered() {
        let glyphs = |text: &str| -> Vec<u32> {
            pieces(text, false)
                .iter()
                .flat_map(|piece| &piece.glyphs)
                .map(|glyph| glyph.glyph_id.to_u32())
                .collect()
        };
        let apart: Vec<u32> = "بيت".chars().rev().flat_map(|letter| glyphs(&letter.to_string())).collect();
        assert_ne!(glyphs("بيت"), apart, "each letter has the shape of its place");
        let (ka, i, ki) = (glyphs("क"), glyphs("ि"), glyphs("कि"));
        assert!(
            ki.len() == 2 && ki[1] == ka[0] && ki[0] != ka[0],
            "the vowel stands first: {ki:?} {ka:?} {i:?}"
        );
    }

    #[test]
    fn right_to_left_names_are_in_visual_order() {
        for (text, expected) in [
            ("שלום", "םולש"),
            // A number after a name in Hebrew is read with it.
            ("INV שלום 42", "INV 42 םולש"),
            ("\u{2068}שלום 42\u{2069} – $7", "42 םולש – $7"),
            ("\u{2068}שלום (א)\u{2069} x", "(א) םולש x"),
            ("\u{2068}שלום Acme בע\u{2069}", "עב Acme םולש"),
        ] {
            let seen = seen(text);
            assert_eq!(seen.replace(['(', ')'], "|"), expected.replace(['(', ')'], "|"), "{text}");
        }
    }

    #[test]
    fn a_letter_that_no_font_has_is_replaced_and_seen() {
        let pieces = pieces("a\u{1f680}\u{12000}z", false);
        let glyphs: Vec<_> = pieces.iter().flat_map(|piece| &piece.glyphs).collect();
        let replacement = super::pieces("?", false)[0].glyphs[0].glyph_id;
        assert_eq!(glyphs.len(), 4);
        assert!(glyphs[1].glyph_id == replacement && glyphs[2].glyph_id == replacement);
        assert!(replacement.to_u32() != 0 && glyphs[1].x_advance > 0.3);
    }

    #[test]
    fn latin_is_set_as_ever() {
        let text = "Inference $4,218.07";
        let pieces = pieces(text, false);
        assert_eq!((pieces.len(), pieces[0].glyphs.len()), (1, text.len()));
    }
}

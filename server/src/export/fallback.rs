//! The fonts that stand in where Inter has no letter: one a script, unpacked when it is first needed.

use super::font::Typeface;
use std::{ops::RangeInclusive, sync::LazyLock};

/// A font, and the blocks of letters that it is asked for.
struct Fallback {
    blocks: &'static [RangeInclusive<char>],
    face: LazyLock<Option<Typeface>>,
}

macro_rules! fallback {
    ($file:literal, $($block:expr),+) => {
        Fallback {
            blocks: &[$($block),+],
            face: LazyLock::new(|| Typeface::packed(include_bytes!(concat!("../../fonts/", $file, ".br")))),
        }
    };
}

static FALLBACKS: [Fallback; 19] = [
    fallback!(
        "NotoSansCJK.otf",
        '\u{2e80}'..='\u{9fff}',
        '\u{ac00}'..='\u{d7af}',
        '\u{f900}'..='\u{faff}',
        '\u{fe30}'..='\u{fe4f}',
        '\u{ff00}'..='\u{ffef}',
        '\u{1100}'..='\u{11ff}'
    ),
    fallback!(
        "NotoSansArabic.ttf",
        '\u{600}'..='\u{6ff}',
        '\u{750}'..='\u{77f}',
        '\u{8a0}'..='\u{8ff}',
        '\u{fb50}'..='\u{fdff}',
        '\u{fe70}'..='\u{feff}'
    ),
    fallback!("NotoSansHebrew.ttf", '\u{590}'..='\u{5ff}', '\u{fb1d}'..='\u{fb4f}'),
    fallback!("NotoSansThai.ttf", '\u{e00}'..='\u{e7f}'),
    fallback!(
        "NotoSansDevanagari.ttf",
        '\u{900}'..='\u{97f}',
        '\u{1cd0}'..='\u{1cff}',
        '\u{a8e0}'..='\u{a8ff}'
    ),
    fallback!("NotoSansBengali.ttf", '\u{980}'..='\u{9ff}'),
    fallback!("NotoSansGurmukhi.ttf", '\u{a00}'..='\u{a7f}'),
    fallback!("NotoSansGujarati.ttf", '\u{a80}'..='\u{aff}'),
    fallback!("NotoSansTamil.ttf", '\u{b80}'..='\u{bff}'),
    fallback!("NotoSansTelugu.ttf", '\u{c00}'..='\u{c7f}'),
    fallback!("NotoSansKannada.ttf", '\u{c80}'..='\u{cff}'),
    fallback!("NotoSansMalayalam.ttf", '\u{d00}'..='\u{d7f}'),
    fallback!("NotoSansSinhala.ttf", '\u{d80}'..='\u{dff}'),
    fallback!("NotoSansLao.ttf", '\u{e80}'..='\u{eff}'),
    fallback!("NotoSansMyanmar.ttf", '\u{1000}'..='\u{109f}'),
    fallback!(
        "NotoSansGeorgian.ttf",
        '\u{10a0}'..='\u{10ff}',
        '\u{1c90}'..='\u{1cbf}',
        '\u{2d00}'..='\u{2d2f}'
    ),
    fallback!("NotoSansEthiopic.ttf", '\u{1200}'..='\u{139f}', '\u{2d80}'..='\u{2ddf}'),
    fallback!("NotoSansKhmer.ttf", '\u{1780}'..='\u{17ff}', '\u{19e0}'..='\u{19ff}'),
    fallback!("NotoSansArmenian.ttf", '\u{530}'..='\u{58f}', '\u{fb13}'..='\u{fb17}'),
];

/// The font that has a letter which Inter lacks.
pub(super) fn fallback(letter: char) -> Option<&'static Typeface> {
    let of_block = FALLBACKS.iter().filter(|one| one.blocks.iter().any(|block| block.contains(&letter)));
    of_block.filter_map(|one| one.face.as_ref()).find(|face| face.has(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packed_font_can_be_read_and_has_letters_of_its_blocks() {
        for Fallback { blocks, face } in &FALLBACKS {
            let face = face.as_ref().expect("a font");
            assert!(blocks[0].clone().any(|letter| face.has(letter)), "{blocks:?}");
        }
    }
}

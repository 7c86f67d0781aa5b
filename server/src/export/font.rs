//! A font of a PDF: which letters it has, how wide they are, and its glyphs for a text.

use harfrust::{Direction, FontRef, ShapeOptions, ShaperData, UnicodeBuffer};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use std::{io::Read as _, ops::Range, sync::LazyLock};
use ttf_parser::Face;

/// A font.
pub(super) struct Typeface {
    /// What the PDF embeds.
    pub(super) font: Font,
    face: Face<'static>,
    tables: FontRef<'static>,
    shaper: ShaperData,
}

/// Inter, cut to Latin, Greek, Cyrillic and currency signs, with figures of equal width.
pub(super) static REGULAR: LazyLock<Option<Typeface>> =
    LazyLock::new(|| Typeface::new(include_bytes!("../../fonts/Inter-Regular.ttf")));

/// Inter in semi-bold, for totals and headings.
pub(super) static SEMIBOLD: LazyLock<Option<Typeface>> =
    LazyLock::new(|| Typeface::new(include_bytes!("../../fonts/Inter-SemiBold.ttf")));

/// What stands for a letter that no font has. Inter has no `\u{fffd}`.
const REPLACEMENT: char = '?';

impl Typeface {
    /// `None` when the bytes are no font.
    pub(super) fn new(bytes: &'static [u8]) -> Option<Self> {
        let tables = FontRef::from_index(bytes, 0).ok()?;
        let shaper = ShaperData::new(&tables);
        Some(Self { font: Font::new(bytes.into(), 0)?, face: Face::parse(bytes, 0).ok()?, tables, shaper })
    }

    /// A font packed by brotli. It stays unpacked from now on.
    pub(super) fn packed(bytes: &'static [u8]) -> Option<Self> {
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(bytes, 1 << 16).read_to_end(&mut unpacked).ok()?;
        Self::new(unpacked.leak())
    }

    /// Whether it can draw a letter.
    pub(super) fn has(&self, letter: char) -> bool {
        self.face.glyph_index(letter).is_some()
    }

    /// One glyph a character, each in its own width: for letters that stand side by side.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, letter): (usize, char)| {
            let id = self.face.glyph_index(letter)?.0;
            let range = at..at + letter.len_utf8();
            Some(KrillaGlyph::new(GlyphId::new(id.into()), self.advance(id), 0.0, 0.0, 0.0, range, None))
        };
        text.char_indices().filter_map(glyph).collect()
    }

    /// A part of a text by the rules of its script: joined, reordered and placed, in the order in which its glyphs stand
    /// on the line. What the font lacks is a replacement.
    pub(super) fn shaped(&self, text: &str, part: Range<usize>, is_right_to_left: bool) -> Vec<KrillaGlyph> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text[part.clone()]);
        buffer.set_direction(if is_right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.guess_segment_properties();
        let shaper = self.shaper.shaper(&self.tables).build();
        let shaped = shaper.shape(buffer, ShapeOptions::new());
        let start = |cluster: u32| part.start + cluster as usize;
        let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| start(info.cluster)).collect();
        starts.push(part.end);
        starts.sort_unstable();
        let em = |units: i32| units as f32 / f32::from(self.face.units_per_em());
        let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(|(info, position)| {
            let start = start(info.cluster);
            let end = starts.get(starts.partition_point(|other| *other <= start)).copied();
            let range = start..end.unwrap_or(part.end);
            let missing = (info.glyph_id == 0).then(|| self.face.glyph_index(REPLACEMENT)).flatten();
            let (id, advance) = match missing {
                Some(id) => (id.0.into(), self.advance(id.0)),
                None => (info.glyph_id, em(position.x_advance)),
            };
            let (x, y) = (em(position.x_offset), em(position.y_offset));
            KrillaGlyph::new(GlyphId::new(id), advance, x, y, 0.0, range, None)
        });
        glyphs.collect()
    }

    /// The width of a glyph, in ems.
    fn advance(&self, id: u16) -> f32 {
        let advance = self.face.glyph_hor_advance(ttf_parser::GlyphId(id)).unwrap_or_default();
        f32::from(advance) / f32::from(self.face.units_per_em())
    }
}

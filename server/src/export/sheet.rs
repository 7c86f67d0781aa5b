//! Pages of a PDF: texts and rules at places, each with its part in the structure that screen readers follow.

use super::{Cancel, shape};
use crate::{Error, Result};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TagTree},
};

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
/// A4, in points.
pub(super) const HEIGHT: f32 = 841.89;

/// A color of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// What is read first.
    Dark,
    /// What explains.
    Gray,
    /// Hairlines.
    Light,
}

impl Ink {
    fn fill(self) -> Fill {
        let color = match self {
            Self::Dark => rgb::Color::new(21, 24, 30),
            Self::Gray => rgb::Color::new(92, 100, 112),
            Self::Light => rgb::Color::new(210, 214, 222),
        };
        Fill { paint: color.into(), ..Fill::default() }
    }
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// The height of the font, in points.
    pub(super) size: f32,
    /// Semi-bold.
    pub(super) bold: bool,
    /// The color of the letters.
    pub(super) ink: Ink,
    /// With a line through it: not owed.
    pub(super) struck: bool,
}

/// Something on a page.
pub(super) enum Mark {
    /// A text whose baseline begins (or ends, when `to_right`) at a place.
    Text { x: f32, y: f32, text: String, style: Style, to_right: bool },
    /// A hairline from edge to edge.
    Rule { from: f32, to: f32, y: f32 },
}

/// A page in the making: marks with the structure they belong to; `None` for what only decorates.
pub(super) type Sheet = Vec<(Mark, Option<usize>)>;

/// Why no PDF was made.
fn unwritable(problem: &str) -> Error {
    Error::Internal(format!("the PDF could not be written: {problem}"))
}

/// How wide a text is.
pub(super) fn width(text: &str, style: Style) -> f32 {
    shape::width(text, style.bold, style.size)
}

/// Writes the pages, unless nobody waits for them any more. `structure` builds the tree from the identifiers of each
/// numbered part, in the order of drawing.
pub(super) fn write(
    sheets: &[Sheet],
    metadata: Metadata,
    parts: usize,
    cancel: &Cancel,
    structure: impl FnOnce(Vec<Vec<Identifier>>) -> Vec<Node>,
) -> Result<Vec<u8>> {
    let mut document =
        Document::new_with(SerializeSettings { compress_content_streams: true, ..Default::default() });
    let mut drawn: Vec<Vec<Identifier>> = vec![Vec::new(); parts];
    let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| unwritable("the page size"))?;
    for sheet in sheets {
        cancel.check()?;
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for (mark, part) in sheet {
            let tag = match part {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
            };
            let id = surface.start_tagged(tag);
            match mark {
                Mark::Text { x, y, text, style, to_right } => {
                    let from = if *to_right { x - width(text, *style) } else { *x };
                    let mut x = from;
                    surface.set_fill(Some(style.ink.fill()));
                    for piece in shape::pieces(text, style.bold) {
                        let (start, font) = (Point::from_xy(x, *y), piece.face.font.clone());
                        surface.draw_glyphs(start, &piece.glyphs, font, text, style.size, false);
                        x += piece.width(style.size);
                    }
                    if style.struck {
                        rule(&mut surface, from, x, y - style.size * 0.32);
                    }
                }
                Mark::Rule { from, to, y } => {
                    surface.set_fill(Some(Ink::Light.fill()));
                    rule(&mut surface, *from, *to, *y);
                }
            }
            surface.end_tagged();
            if let Some(part) = part.and_then(|part| drawn.get_mut(part)) {
                part.push(id);
            }
        }
        surface.finish();
        page.finish();
    }
    document.set_metadata(metadata);
    let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
    for node in structure(drawn) {
        tree.push(node);
    }
    document.set_tag_tree(tree);
    document.finish().map_err(|error| unwritable(&format!("{error:?}")))
}

/// A hairline in the ink that is set.
fn rule(surface: &mut Surface<'_>, from: f32, to: f32, y: f32) {
    let mut path = PathBuilder::new();
    if let Some(rule) = Rect::from_ltrb(from, y, to, y + 0.6) {
        path.push_rect(rule);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

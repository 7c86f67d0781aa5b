//! Pages of a PDF: texts and rules at places, each with its part in the structure that screen readers follow.

use super::{
    Cancel,
    font::{REGULAR, SEMIBOLD, Typeface},
};
use crate::{Error, Result};
use app::view::text::plain;
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    page::PageSettings,
    paint::Fill,
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
    /// In points.
    pub(super) size: f32,
    /// Semi-bold.
    pub(super) bold: bool,
    /// Its color.
    pub(super) ink: Ink,
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
    face(style.bold).map_or(0.0, |face| face.width(&plain(text), style.size))
}

/// A text broken into lines.
pub(super) fn lines(text: &str, style: Style, width: f32, most: usize) -> Vec<String> {
    face(style.bold).map_or_else(Vec::new, |face| face.lines(&plain(text), style.size, width, most))
}

fn face(bold: bool) -> Option<&'static Typeface> {
    if bold { SEMIBOLD.as_ref() } else { REGULAR.as_ref() }
}

/// Writes the pages, unless nobody waits for them any more. `structure` builds the tree from the identifiers of each numbered part, in the order of drawing.
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
                    let face = face(style.bold).ok_or_else(|| unwritable("a font"))?;
                    let x = if *to_right { x - face.width(text, style.size) } else { *x };
                    surface.set_fill(Some(style.ink.fill()));
                    let glyphs = face.glyphs(text);
                    let start = Point::from_xy(x, *y);
                    surface.draw_glyphs(start, &glyphs, face.font.clone(), text, style.size, false);
                }
                Mark::Rule { from, to, y } => {
                    surface.set_fill(Some(Ink::Light.fill()));
                    let mut path = PathBuilder::new();
                    if let Some(rule) = Rect::from_ltrb(*from, *y, *to, y + 0.6) {
                        path.push_rect(rule);
                    }
                    if let Some(path) = path.finish() {
                        surface.draw_path(&path);
                    }
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

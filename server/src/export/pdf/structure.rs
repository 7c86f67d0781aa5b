//! What is read aloud of an invoice, in which order.

use super::{FACTS, HEADER, NOTES, ROWS, TITLE};
use krilla::tagging::{Identifier, Node, TableHeaderScope, Tag, TagGroup};
use std::num::NonZeroU16;

/// Heading, facts, the table, notes: what is read aloud, in this order.
pub(super) fn structure(mut drawn: Vec<Vec<Identifier>>, rows: usize) -> Vec<Node> {
    let mut take = |part: usize| -> Vec<Node> {
        drawn.get_mut(part).map(std::mem::take).unwrap_or_default().into_iter().map(Node::from).collect()
    };
    let title = TagGroup::with_children(Tag::Hn(NonZeroU16::MIN, None), take(TITLE));
    let facts = TagGroup::with_children(Tag::P, take(FACTS));
    let notes = TagGroup::with_children(Tag::P, take(NOTES));
    let mut table = TagGroup::new(Tag::Table);
    let mut header = TagGroup::new(Tag::TR);
    for at in 0..4 {
        header.push(TagGroup::with_children(Tag::TH(TableHeaderScope::Column), take(HEADER + at)));
    }
    table.push(header);
    for at in 0..rows {
        let mut line = TagGroup::new(Tag::TR);
        line.push(TagGroup::with_children(Tag::TH(TableHeaderScope::Row), take(ROWS + at * 4)));
        for cell in 1..4 {
            line.push(TagGroup::with_children(Tag::TD, take(ROWS + at * 4 + cell)));
        }
        table.push(line);
    }
    vec![title.into(), facts.into(), table.into(), notes.into()]
}

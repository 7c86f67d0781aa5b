//! Charts: numbers become marks and axes; plotters draws shapes, HTML writes words, CSS gives both their colors.

mod area;
pub mod axis;
mod backend;
pub mod marks;
pub mod scale;
pub mod series;
pub mod table;

pub use area::{ChartArea, ChartSource, Tip, TipLine};
pub use backend::CANVAS;

//! From a view model to a picture: scale, then marks. Plotters draws shapes; HTML writes words; CSS gives colors.

mod area;
pub mod marks;
pub mod scale;
mod usage_chart;

pub use area::ChartArea;
pub use usage_chart::UsageChart;

//! What plotters draws into: the data of one SVG path, in whole coordinates of a [`CANVAS`].
//!
//! CSS gives color and width by the class of a path, so a theme redraws no chart. Texts are HTML beside the paths.

use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind};
use std::{convert::Infallible, fmt::Write as _};

/// The canvas: so fine that the rounding to whole coordinates cannot be seen.
pub const CANVAS: (u32, u32) = (3000, 1000);

/// Collects what is drawn as the data of one path.
#[derive(Default)]
pub(super) struct PathBackend {
    pub(super) path: String,
}

impl PathBackend {
    /// Each point by its distance from the one before: days are equally far apart, so pages compress better.
    fn polyline(&mut self, points: impl IntoIterator<Item = BackendCoord>) {
        let mut last = None;
        for (x, y) in points {
            // Writing into a text cannot fail.
            let _ = match last {
                None => write!(self.path, "M{x},{y}"),
                Some((from_x, from_y)) => write!(self.path, "l{},{}", x - from_x, y - from_y),
            };
            last = Some((x, y));
        }
    }
}

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for PathBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        CANVAS
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, _point: BackendCoord, _color: BackendColor) -> Outcome {
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _style: &S,
    ) -> Outcome {
        self.polyline(path);
        Ok(())
    }

    /// A thick stroke from its top to its bottom: all bars of a series are one path, for every element costs at each
    /// change of window.
    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        _style: &S,
        _fill: bool,
    ) -> Outcome {
        let _ = write!(self.path, "M{},{top}v{}", (left + right) / 2, bottom - top);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        _style: &S,
    ) -> Outcome {
        self.polyline(points);
        self.path.push('Z');
        Ok(())
    }
}

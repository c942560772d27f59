//! Edge: progress on stderr, for a person at a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Nothing is drawn for work that is over before a person would wonder.
const PATIENCE: Duration = Duration::from_millis(400);

/// A progress bar that appears only when the work takes long.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: bool,
}

impl Progress {
    /// A bar for a number of steps not known yet; `visible` is false when asked to be quiet or not at a terminal.
    pub fn new(what: &'static str, visible: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        // The template is a constant; were it wrong, the plain bar would do.
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        Self {
            bar,
            started: Instant::now(),
            shown: !visible,
        }
    }

    /// Tells how far the work is.
    pub fn at(&mut self, done: usize, total: usize) {
        if !self.shown && self.started.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.shown = true;
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

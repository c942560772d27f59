//! The effects of `render`: what is on disk, next to what is planned; and making the one into the other.
//!
//! In: the root and a [`Plan`](crate::plan::Plan). Out: [`Changes`], and, when they are applied, the repository.
//!
//! * Render writes and removes only what is its own: planned files that are not there, and files that have a content
//!   which [`Lock`] records for them. Everything else is kept and named.
//! * Pins and custom files are created when they are missing and never touched again.
//! * The whole tree is compared before anything is written, and nothing is written through a symlink.
//! * A run that is killed anywhere is finished by the next one; see [`lock`] and module `steps`.
//!
//! Not defended against: another process that swaps folders for symlinks in the very moment of writing.

mod apply;
mod carry_out;
mod changes;
mod compare;
mod damage;
mod disk;
mod folders;
mod guard;
mod inspect;
pub mod lock;
mod path;
mod recorded;
mod remarks;
mod replace;
mod show;
mod steps;

pub use apply::{Progress, apply, apply_first};
pub use carry_out::{Mode, Outcome, carry_out};
pub use changes::{Change, Changes, What};
pub use compare::{Options, compare};
pub use disk::Seen;
pub use guard::{Busy, Guard};
pub use lock::Lock;
pub use recorded::{Damage, recorded};
pub use replace::{read, replace};
pub use show::{Show, show};

/// The file at the root that says what render owns.
pub const LOCK_FILE: &str = "platform.lock";

//! Plain text in and out: through pipes only.

use crate::commands::{Context, Refusal};
use crate::secrets::{Opened, Plain};
use anyhow::Context as _;
use zeroize::{Zeroize as _, Zeroizing};

/// More than this is no secret: all Secrets of a namespace are far below.
const LARGEST: usize = 64 << 20;

/// Refuses to write secrets where people read along.
///
/// # Errors
/// [`Refusal`] when standard output is a terminal.
pub(super) fn refuse_terminal(context: &Context<'_>, example: &str) -> anyhow::Result<()> {
    if !context.out_is_terminal {
        return Ok(());
    }
    Err(Refusal::usage("secrets are not written to a terminal")
        .help(format!("pipe them to where they belong: `{example}`"))
        .into())
}

/// All of standard input.
///
/// # Errors
/// [`Refusal`] when it is a terminal, where everybody could read along; or when it cannot be read.
pub(super) fn read(context: &mut Context<'_>, example: &str) -> anyhow::Result<Plain> {
    if context.input_is_terminal {
        return Err(Refusal::usage("secrets are not read from a terminal")
            .help(format!("pipe them in: `{example}`"))
            .into());
    }
    let mut all = Zeroizing::new(Vec::new());
    let mut part = Zeroizing::new([0_u8; 16 << 10]);
    loop {
        let count = context
            .input
            .read(&mut *part)
            .context("reading standard input")?;
        if count == 0 {
            break;
        }
        if all.len() + count > LARGEST {
            return Err(Refusal::usage("there is too much on standard input").into());
        }
        if all.capacity() < all.len() + count {
            // A vector that grows by itself would leave its old bytes behind.
            let mut larger = Zeroizing::new(Vec::with_capacity((all.len() + count) * 2));
            larger.extend_from_slice(&all);
            all = larger;
        }
        all.extend_from_slice(&part[..count]);
    }
    part.zeroize();
    Ok(Plain::new(std::mem::take(&mut *all)))
}

/// Writes secrets to standard output.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(opened: &Opened, context: &mut Context<'_>) -> std::io::Result<()> {
    for text in &opened.texts {
        context.out.write_all(text.bytes())?;
    }
    context.out.flush()
}

//! Texts with holes: how values get into files without ever changing what a file means.
//!
//! In: the name of a template of the folder `templates/` and a serialisable context. Out: a text. The ending of the name
//! decides how a value is written, so no template can forget to quote: a value stands in YAML as one scalar, in a shell
//! script as one word. A template that asks for something its context does not have is an error with name and line.
//!
//! Tags are `<% %>`, values `<{ }>`, comments `<# #>`: `${{ }}` of GitHub, `{{ }}` of Go and `${x}` of shells stay as
//! they are. Texts that are put together from parts are put together in Rust; the formatter quotes the whole.

mod format;
mod list;

pub use list::TEMPLATES;

use anyhow::{Context as _, anyhow};
use format::Format;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use serde::Serialize;
use std::sync::LazyLock;

static ENVIRONMENT: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(|| {
    let mut environment = environment()?;
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
});

/// Renders a template: `name` is its path below `templates/` without `.j2`, such as `cluster/base/namespaces.yaml`.
///
/// # Errors
/// A mistake in a template, or a context that does not have what the template asks for; named with template and line.
pub fn render(name: &str, context: &impl Serialize) -> anyhow::Result<String> {
    let environment = ENVIRONMENT.as_ref().map_err(explain)?;
    let template = environment.get_template(name).map_err(|e| explain(&e))?;
    template
        .render(Value::from(Serde(context)))
        .map_err(|error| explain(&error))
        .with_context(|| format!("cannot render `{name}`"))
}

/// The environment without templates.
fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .block_delimiters("<%", "%>")
            .variable_delimiters("<{", "}>")
            .comment_delimiters("<#", "#>")
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, state, value| {
        let text = Format::of(state.name()).write(value)?;
        out.write_str(&text).map_err(Error::from)
    });
    Ok(environment)
}

/// What went wrong, with template and line.
fn explain(error: &Error) -> anyhow::Error {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("template `{name}` line {line}: "),
        _ => String::new(),
    };
    match error.detail() {
        Some(detail) => anyhow!("{place}{}: {detail}", error.kind()),
        None => anyhow!("{place}{}", error.kind()),
    }
}

#[cfg(test)]
mod tests;

//! Writing scalars and indicators, and where on the line that leaves us
//! (<https://github.com/yaml/go-yaml/blob/v2.4.0/emitterc.go>, `yaml_emitter_write_*`).

use super::analysis::{is_break, is_printable};
use std::fmt::Write as _;

const INDENT: usize = 2;
/// Texts are folded at the first space behind this column.
const WIDTH: usize = 80;

/// A document being written.
pub(super) struct Writer<'a> {
    out: &'a mut String,
    /// `None` before the top node.
    indent: Option<usize>,
    column: usize,
    /// Whether the last character was a space or a line break.
    whitespace: bool,
    /// Whether there is nothing on the line yet but indentation and indicators.
    indention: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut String) -> Self {
        Self {
            out,
            indent: None,
            column: 0,
            whitespace: true,
            indention: true,
        }
    }

    pub(super) fn finish(mut self) {
        self.indent = None;
        self.write_indent();
    }

    pub(super) fn is_at_indention(&self) -> bool {
        self.indention
    }

    /// Begins a collection; `flat` ones stay at the indentation of what they are in.
    pub(super) fn enter(&mut self, flat: bool) -> Option<usize> {
        let before = self.indent;
        self.indent = Some(match before {
            None => 0,
            Some(indent) if flat => indent,
            Some(indent) => indent + INDENT,
        });
        before
    }

    pub(super) fn leave(&mut self, before: Option<usize>) {
        self.indent = before;
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    pub(super) fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    pub(super) fn indicator(&mut self, text: &str, needs_space: bool) {
        if needs_space && !self.whitespace {
            self.put(' ');
        }
        self.out.push_str(text);
        self.column += text.len();
        self.whitespace = false;
        self.indention = false;
    }

    /// An indicator behind which a collection may begin on the same line.
    pub(super) fn block_indicator(&mut self, text: &str) {
        let at_indention = self.indention;
        self.indicator(text, true);
        self.indention = at_indention;
    }

    /// Writes a scalar whose further lines are indented.
    fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        let before = self.indent;
        self.indent = Some(before.map_or(INDENT, |indent| indent + INDENT));
        write(self);
        self.indent = before;
    }

    pub(super) fn plain(&mut self, text: &str, is_key: bool) {
        self.indented(|w| {
            if !w.whitespace {
                w.put(' ');
            }
            w.folded(text, !is_key, false);
            w.whitespace = false;
            w.indention = false;
        });
    }

    pub(super) fn single(&mut self, text: &str, is_key: bool) {
        self.indented(|w| {
            w.indicator("'", true);
            w.folded(text, !is_key, true);
            w.indicator("'", false);
        });
    }

    /// The characters of a plain or single-quoted text.
    fn folded(&mut self, text: &str, may_break: bool, quoted: bool) {
        let (mut spaces, mut breaks) = (false, false);
        let last = text.len().saturating_sub(1);
        for (at, c) in text.char_indices() {
            if c == ' ' {
                let inside = !quoted || (at > 0 && at < last);
                let next_is_space = text.as_bytes().get(at + 1) == Some(&b' ');
                if may_break && !spaces && self.column > WIDTH && inside && !next_is_space {
                    self.write_indent();
                } else {
                    self.put(c);
                }
                spaces = true;
            } else if is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break();
                }
                self.write_break(c);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if quoted && c == '\'' {
                    self.put('\'');
                }
                self.put(c);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
        }
    }

    fn write_break(&mut self, c: char) {
        if c == '\n' {
            self.put_break();
        } else {
            self.out.push(c);
            self.column = 0;
        }
    }

    pub(super) fn double(&mut self, text: &str, is_key: bool) {
        self.indented(|w| {
            w.indicator("\"", true);
            let mut spaces = false;
            let last = text.len().saturating_sub(1);
            for (at, c) in text.char_indices() {
                if !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
                    w.escape(c);
                    spaces = false;
                } else if c == ' ' {
                    if !is_key && !spaces && w.column > WIDTH && at > 0 && at < last {
                        w.write_indent();
                        if text.as_bytes().get(at + 1) == Some(&b' ') {
                            w.put('\\');
                        }
                    } else {
                        w.put(c);
                    }
                    spaces = true;
                } else {
                    w.put(c);
                    spaces = false;
                }
            }
            w.indicator("\"", false);
        });
    }

    fn escape(&mut self, c: char) {
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let before = self.out.len();
                // Writing to a string does not fail.
                let _ = match u32::from(c) {
                    code @ 0..=0xff => write!(self.out, "\\x{code:02X}"),
                    code @ 0x100..=0xffff => write!(self.out, "\\u{code:04X}"),
                    code => write!(self.out, "\\U{code:08X}"),
                };
                self.column += self.out.len() - before;
                return;
            }
        };
        self.put('\\');
        self.put(short);
    }

    pub(super) fn literal(&mut self, text: &str) {
        self.indented(|w| {
            w.indicator("|", true);
            w.block_hints(text);
            w.put_break();
            w.indention = true;
            w.whitespace = true;
            let mut breaks = true;
            for c in text.chars() {
                if is_break(c) {
                    w.write_break(c);
                    w.indention = true;
                    breaks = true;
                } else {
                    if breaks {
                        w.write_indent();
                    }
                    w.put(c);
                    w.indention = false;
                    breaks = false;
                }
            }
        });
    }

    fn block_hints(&mut self, text: &str) {
        if text.starts_with(|c: char| c == ' ' || is_break(c)) {
            self.indicator("2", false);
        }
        let mut backwards = text.chars().rev();
        let last_is_break = backwards.next().is_some_and(is_break);
        let hint = match (last_is_break, backwards.next()) {
            (false, _) => "-",
            (true, None) => "+",
            (true, Some(before)) if is_break(before) => "+",
            (true, Some(_)) => return,
        };
        self.indicator(hint, false);
    }
}

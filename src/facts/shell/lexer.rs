//! The words and operators of a shell script.

use super::word::{Part, Word};

/// What a script is made of.
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// `>`, `<` and their like: the next word belongs to it.
    Redirect(Redirect),
    /// A here-document.
    Input(String),
    /// `|`.
    Pipe,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// The end of a command: a line's end, `;`, `&`, `&&`, `||`.
    End,
}

/// Which way something is redirected.
#[derive(Clone, Copy)]
pub(super) enum Redirect {
    /// Output, to the next word.
    Out,
    /// Input, from the next word.
    In,
    /// The next word is the input.
    Text,
}

/// Reads a script.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    /// Here-documents that begin after this line: their token, their last line, and whether tabs before lines go.
    awaited: Vec<(usize, String, bool)>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            tokens: Vec::new(),
            awaited: Vec::new(),
        }
    }

    pub(super) fn tokens(mut self) -> Vec<Token> {
        while let Some(next) = self.peek() {
            match next {
                ' ' | '\t' | '\r' => self.at += 1,
                '\\' if self.rest().starts_with("\\\n") => self.at += 2,
                '\\' if self.rest().starts_with("\\\r\n") => self.at += 3,
                '#' => self.comment(),
                '\n' => self.line_end(),
                _ if self.operator() => {}
                _ => self.word(),
            }
        }
        self.tokens
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn line_end(&mut self) {
        self.at += 1;
        for (token, end, strip) in std::mem::take(&mut self.awaited) {
            self.tokens[token] = Token::Input(self.document(&end, strip));
        }
        self.tokens.push(Token::End);
    }

    /// A here-document up to the line that ends it.
    fn document(&mut self, end: &str, strip: bool) -> String {
        let mut document = String::new();
        while self.at < self.text.len() {
            let length = self.rest().find('\n').unwrap_or(self.rest().len());
            let mut line = &self.rest()[..length];
            self.at = (self.at + length + 1).min(self.text.len());
            if strip {
                line = line.trim_start_matches('\t');
            }
            if line == end {
                break;
            }
            document.push_str(line);
            document.push('\n');
        }
        document
    }

    fn operator(&mut self) -> bool {
        const OPERATORS: [(&str, &str); 19] = [
            ("<<<", "text"),
            ("<<-", "tabbed"),
            ("<<", "document"),
            ("&>>", "out"),
            ("&>", "out"),
            (">>", "out"),
            (">&", "out"),
            (">|", "out"),
            (">(", "word"),
            (">", "out"),
            ("<&", "in"),
            ("<(", "word"),
            ("<", "in"),
            ("||", "end"),
            ("|&", "pipe"),
            ("|", "pipe"),
            ("&&", "end"),
            ("(", "open"),
            (")", "close"),
        ];
        let rest = self.rest();
        if rest.starts_with([';', '&']) && !rest.starts_with("&>") && !rest.starts_with("&&") {
            self.at += rest.len() - rest.trim_start_matches([';', '&']).len();
            self.tokens.push(Token::End);
            return true;
        }
        let Some((operator, kind)) = OPERATORS.iter().find(|(text, _)| rest.starts_with(text))
        else {
            return false;
        };
        if *kind == "word" {
            return false;
        }
        self.at += operator.len();
        let token = match *kind {
            "text" => Token::Redirect(Redirect::Text),
            "out" => Token::Redirect(Redirect::Out),
            "in" => Token::Redirect(Redirect::In),
            "end" => Token::End,
            "pipe" => Token::Pipe,
            "open" => Token::Open,
            "close" => Token::Close,
            _ => {
                self.await_document(*kind == "tabbed");
                return true;
            }
        };
        self.tokens.push(token);
        true
    }

    fn await_document(&mut self, strip: bool) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
        let (parts, _) = self.parts();
        let end: String = parts
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Variable { name, .. } => format!("${name}"),
                Part::Output(_) => String::new(),
            })
            .collect();
        self.awaited.push((self.tokens.len(), end, strip));
        self.tokens.push(Token::Input(String::new()));
    }

    fn word(&mut self) {
        let start = self.at;
        let (parts, end) = self.parts();
        if end == start {
            // Nothing that is known begins here: it is passed over, so that reading goes on.
            self.at += self.peek().map_or(1, char::len_utf8);
            return;
        }
        // `2>` is a number only because of what follows.
        let raw = &self.text[start..end];
        if raw.bytes().all(|byte| byte.is_ascii_digit()) && self.rest().starts_with(['>', '<']) {
            return;
        }
        self.tokens.push(Token::Word(Word {
            parts,
            raw: raw.to_owned(),
            line: line(self.text, start).to_owned(),
            spot: None,
        }));
    }

    /// The parts of a word, and where it ends.
    fn parts(&mut self) -> (Vec<Part>, usize) {
        let mut parts = Parts::default();
        while let Some(next) = self.peek() {
            match next {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' => break,
                '<' | '>' => {
                    // `<(…)` is a file with what a script prints.
                    if !self.rest()[1..].starts_with('(') {
                        break;
                    }
                    self.at += 2;
                    let script = self.balanced(')');
                    parts.list.push(Part::Output(script));
                }
                '\'' => self.single(&mut parts),
                '"' => self.double(&mut parts),
                _ => self.plain(next, &mut parts),
            }
        }
        (parts.list, self.at)
    }

    fn single(&mut self, parts: &mut Parts) {
        self.at += 1;
        let length = self.rest().find('\'').unwrap_or(self.rest().len());
        parts.text(&self.rest()[..length]);
        self.at = (self.at + length + 1).min(self.text.len());
    }

    fn double(&mut self, parts: &mut Parts) {
        self.at += 1;
        parts.text("");
        while let Some(next) = self.peek() {
            if next == '"' {
                self.at += 1;
                return;
            }
            self.plain(next, parts);
        }
    }

    /// One character, or a variable or substitution that begins with it.
    fn plain(&mut self, next: char, parts: &mut Parts) {
        match next {
            '\\' => {
                self.at += 1;
                if let Some(escaped) = self.peek() {
                    if escaped != '\n' {
                        parts.text(escaped.encode_utf8(&mut [0; 4]));
                    }
                    self.at += escaped.len_utf8();
                }
            }
            '`' => {
                self.at += 1;
                let length = self.rest().find('`').unwrap_or(self.rest().len());
                parts
                    .list
                    .push(Part::Output(self.rest()[..length].to_owned()));
                self.at = (self.at + length + 1).min(self.text.len());
            }
            '$' => self.dollar(parts),
            _ => {
                parts.text(next.encode_utf8(&mut [0; 4]));
                self.at += next.len_utf8();
            }
        }
    }

    fn dollar(&mut self, parts: &mut Parts) {
        self.at += 1;
        let rest = self.rest();
        if let Some(arithmetic) = rest.strip_prefix("((") {
            let length = arithmetic.find("))").unwrap_or(arithmetic.len());
            self.at = (self.at + 2 + length + 2).min(self.text.len());
            parts.list.push(Part::Output(String::new()));
        } else if rest.starts_with('(') {
            self.at += 1;
            let script = self.balanced(')');
            parts.list.push(Part::Output(script));
        } else if rest.starts_with('{') {
            self.at += 1;
            let inside = self.balanced('}');
            parts.list.push(variable(&inside));
        } else {
            let length = rest
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                .count();
            if length == 0 {
                let special = rest.starts_with(['@', '*', '#', '?', '$', '!', '-']);
                if special {
                    let name = rest[..1].to_owned();
                    self.at += 1;
                    parts.list.push(Part::Variable {
                        name,
                        default: None,
                    });
                } else {
                    parts.text("$");
                }
                return;
            }
            parts.list.push(Part::Variable {
                name: rest[..length].to_owned(),
                default: None,
            });
            self.at += length;
        }
    }

    /// Everything up to the bracket that closes what was opened before.
    fn balanced(&mut self, close: char) -> String {
        let open = if close == ')' { '(' } else { '{' };
        let (start, mut depth) = (self.at, 1_usize);
        let mut quote: Option<char> = None;
        while let Some(next) = self.peek() {
            self.at += next.len_utf8();
            match (quote, next) {
                (Some('"') | None, '\\') => self.at += self.peek().map_or(0, char::len_utf8),
                (Some(open), _) if open == next => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(next),
                (None, _) if next == open => depth += 1,
                (None, _) if next == close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return self.text[start..self.at - close.len_utf8()].to_owned();
            }
        }
        self.text[start.min(self.text.len())..].to_owned()
    }
}

#[derive(Default)]
struct Parts {
    list: Vec<Part>,
}

impl Parts {
    fn text(&mut self, more: &str) {
        match self.list.last_mut() {
            Some(Part::Text(text)) => text.push_str(more),
            _ => self.list.push(Part::Text(more.to_owned())),
        }
    }
}

/// `NAME`, `NAME:-default` and the like. What takes something away from a value gives what is not known.
fn variable(inside: &str) -> Part {
    let length = inside
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    let (name, rest) = inside.split_at(length);
    let plain = |default: Option<&str>| Part::Variable {
        name: name.to_owned(),
        default: default.map(|text| text.trim_matches(['"', '\'']).to_owned()),
    };
    match rest {
        "" => plain(None),
        rest if rest.starts_with(":-") || rest.starts_with(":=") => plain(Some(&rest[2..])),
        rest if rest.starts_with(['-', '=']) => plain(Some(&rest[1..])),
        rest if rest.starts_with(":?") || rest.starts_with('?') => plain(None),
        _ => Part::Output(String::new()),
    }
}

/// The line around a byte, without the spaces around it.
fn line(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    text[start..end].trim()
}

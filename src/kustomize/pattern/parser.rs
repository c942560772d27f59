//! From the text of an expression to its tree.

use super::{Set, Tree};

/// How deep groups may nest.
const DEEPEST: usize = 50;
/// What Go allows in `{n}`.
const MOST_REPEATED: usize = 1000;

pub(super) struct Parser {
    rest: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    /// The tree of an expression.
    pub(super) fn parse(text: &str) -> Result<Tree, String> {
        let mut parser = Self {
            rest: text.chars().collect(),
            at: 0,
            depth: 0,
        };
        let tree = parser.either()?;
        if parser.at < parser.rest.len() {
            return Err("a `)` has no `(`".to_owned());
        }
        Ok(tree)
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn either(&mut self) -> Result<Tree, String> {
        let mut parts = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.at += 1;
            parts.push(self.sequence()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Tree::Either(parts)
        })
    }

    fn sequence(&mut self) -> Result<Tree, String> {
        let mut parts = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            let atom = self.atom()?;
            parts.push(self.repeated(atom)?);
        }
        Ok(if parts.is_empty() {
            Tree::Empty
        } else {
            Tree::Sequence(parts)
        })
    }

    fn repeated(&mut self, atom: Tree) -> Result<Tree, String> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.counts()? {
                Some(counts) => counts,
                None => return Ok(atom),
            },
            _ => return Ok(atom),
        };
        self.at += 1;
        // A lazy repetition finds the same texts.
        if self.peek() == Some('?') {
            self.at += 1;
        }
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return Err("a repetition of a repetition is not supported".to_owned());
        }
        Ok(Tree::Repeat(Box::new(atom), least, most))
    }

    /// `{n}`, `{n,}` or `{n,m}`, up to but not with the closing brace; `None` when the brace is a plain character.
    fn counts(&mut self) -> Result<Option<(usize, Option<usize>)>, String> {
        let text: String = self.rest[self.at + 1..]
            .iter()
            .take_while(|c| **c != '}')
            .collect();
        let closed = self.rest.get(self.at + 1 + text.chars().count()) == Some(&'}');
        let is_counts = closed
            && !text.is_empty()
            && text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || c == ',')
            && text.matches(',').count() <= 1;
        if !is_counts {
            return Err("a brace that counts nothing is not supported; write `\\{`".to_owned());
        }
        let number = |digits: &str| -> Result<usize, String> {
            let number = digits.parse().unwrap_or(usize::MAX);
            if number > MOST_REPEATED {
                return Err(format!("more than {MOST_REPEATED} repetitions"));
            }
            Ok(number)
        };
        let counts = match text.split_once(',') {
            None => {
                let exactly = number(&text)?;
                (exactly, Some(exactly))
            }
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        if counts.1.is_some_and(|most| most < counts.0) {
            return Err("a repetition ends before it begins".to_owned());
        }
        self.at += 1 + text.chars().count();
        Ok(Some(counts))
    }

    fn atom(&mut self) -> Result<Tree, String> {
        let Some(c) = self.next() else {
            return Ok(Tree::Empty);
        };
        Ok(match c {
            '.' => Tree::One(Set {
                ranges: vec![('\n', '\n')],
                negated: true,
            }),
            '^' => Tree::Start,
            '$' => Tree::End,
            '(' => self.group()?,
            '[' => Tree::One(self.set()?),
            '\\' => self.escape()?,
            '*' | '+' | '?' => return Err(format!("`{c}` repeats nothing")),
            '{' => {
                return Err("a brace that counts nothing is not supported; write `\\{`".to_owned());
            }
            c => Tree::One(Set::single(c)),
        })
    }

    fn group(&mut self) -> Result<Tree, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("groups nest too deep".to_owned());
        }
        if self.peek() == Some('?') {
            self.at += 1;
            if self.next() != Some(':') {
                return Err("flags and named groups are not supported".to_owned());
            }
        }
        let tree = self.either()?;
        if self.next() != Some(')') {
            return Err("a `(` has no `)`".to_owned());
        }
        self.depth -= 1;
        Ok(tree)
    }

    fn escape(&mut self) -> Result<Tree, String> {
        let Some(c) = self.next() else {
            return Err("the expression ends in a backslash".to_owned());
        };
        if let Some(set) = Set::class(c) {
            return Ok(Tree::One(set));
        }
        literal(c).map(|c| Tree::One(Set::single(c)))
    }

    fn set(&mut self) -> Result<Set, String> {
        let mut set = Set::default();
        if self.peek() == Some('^') {
            self.at += 1;
            set.negated = true;
        }
        let mut first = true;
        loop {
            let c = self.next().ok_or("a `[` has no `]`")?;
            match c {
                ']' if !first => return Ok(set),
                '[' if self.peek() == Some(':') => {
                    return Err("named classes are not supported".to_owned());
                }
                _ => {}
            }
            first = false;
            let from = if c == '\\' {
                let escaped = self.next().ok_or("the expression ends in a backslash")?;
                match Set::class(escaped) {
                    Some(class) if !class.negated => {
                        set.ranges.extend(class.ranges);
                        continue;
                    }
                    Some(_) => return Err("such a class in brackets is not supported".to_owned()),
                    None => literal(escaped)?,
                }
            } else {
                c
            };
            set.ranges.push((from, self.range_end(from)?));
        }
    }

    fn range_end(&mut self, from: char) -> Result<char, String> {
        let is_range =
            self.peek() == Some('-') && self.rest.get(self.at + 1).is_some_and(|next| *next != ']');
        if !is_range {
            return Ok(from);
        }
        self.at += 1;
        let to = match self.next() {
            Some('\\') => literal(self.next().ok_or("the expression ends in a backslash")?)?,
            Some(to) => to,
            None => return Err("a `[` has no `]`".to_owned()),
        };
        if to < from {
            return Err(format!("the range `{from}-{to}` is empty"));
        }
        Ok(to)
    }
}

/// An escaped punctuation mark.
fn literal(c: char) -> Result<char, String> {
    if c.is_ascii_punctuation() {
        Ok(c)
    } else {
        Err(format!("`\\{c}` is not supported"))
    }
}

//! Regular expressions, as far as selectors and image names need them: a closed part of Go's syntax
//! (<https://pkg.go.dev/regexp/syntax>), matched in time linear in the text. The rest is refused.

use std::collections::BTreeSet;

/// A compiled expression.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    program: Vec<Step>,
    anchored: bool,
}

#[derive(Debug, Clone)]
enum Step {
    /// One character of a set.
    One(Set),
    /// Goes on at both.
    Fork(usize, usize),
    Jump(usize),
    Start,
    End,
    Match,
}

/// Characters: ranges, or all but them.
#[derive(Debug, Clone, Default)]
struct Set {
    ranges: Vec<(char, char)>,
    negated: bool,
}

/// How many steps an expression may have: what stops `(((a{99}){99}){99})`.
const LONGEST: usize = 20_000;
/// How deep groups may nest.
const DEEPEST: usize = 50;
/// What Go allows in `{n}`.
const MOST_REPEATED: usize = 1000;

#[derive(Debug, Clone)]
enum Tree {
    Empty,
    One(Set),
    Start,
    End,
    Sequence(Vec<Tree>),
    Either(Vec<Tree>),
    Repeat(Box<Tree>, usize, Option<usize>),
}

impl Pattern {
    /// Compiles an expression that the whole text must match.
    ///
    /// # Errors
    /// What is wrong with it, or what it has that is not supported.
    pub(super) fn whole(text: &str) -> Result<Self, String> {
        Self::compile(text, true)
    }

    /// Compiles an expression that some part of the text must match.
    ///
    /// # Errors
    /// As [`Self::whole`].
    pub(super) fn part(text: &str) -> Result<Self, String> {
        Self::compile(text, false)
    }

    fn compile(text: &str, anchored: bool) -> Result<Self, String> {
        let mut parser = Parser {
            rest: text.chars().collect(),
            at: 0,
            depth: 0,
        };
        let tree = parser.either()?;
        if parser.at < parser.rest.len() {
            return Err("a `)` has no `(`".to_owned());
        }
        let mut program = Vec::new();
        emit(&tree, &mut program)?;
        program.push(Step::Match);
        Ok(Self { program, anchored })
    }

    /// Whether a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let length = text.len();
        let mut current = BTreeSet::new();
        self.follow(0, 0, length, &mut current);
        for (at, c) in text.char_indices() {
            if !self.anchored && self.has_matched(&current) {
                return true;
            }
            let next_at = at + c.len_utf8();
            let mut next = BTreeSet::new();
            for step in &current {
                if let Step::One(set) = &self.program[*step]
                    && set.has(c)
                {
                    self.follow(step + 1, next_at, length, &mut next);
                }
            }
            if !self.anchored {
                self.follow(0, next_at, length, &mut next);
            }
            current = next;
        }
        self.has_matched(&current)
    }

    fn has_matched(&self, steps: &BTreeSet<usize>) -> bool {
        steps
            .last()
            .is_some_and(|step| matches!(self.program[*step], Step::Match))
    }

    /// Adds a step and all that can be reached from it without a character.
    fn follow(&self, step: usize, at: usize, length: usize, steps: &mut BTreeSet<usize>) {
        let mut pending = vec![step];
        let mut seen = BTreeSet::new();
        while let Some(step) = pending.pop() {
            if !seen.insert(step) {
                continue;
            }
            match &self.program[step] {
                Step::Fork(one, other) => pending.extend([*one, *other]),
                Step::Jump(to) => pending.push(*to),
                Step::Start if at == 0 => pending.push(step + 1),
                Step::End if at == length => pending.push(step + 1),
                Step::Start | Step::End => {}
                Step::One(_) | Step::Match => {
                    steps.insert(step);
                }
            }
        }
    }
}

impl Set {
    fn has(&self, c: char) -> bool {
        self.ranges
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&c))
            != self.negated
    }

    fn single(c: char) -> Self {
        Self {
            ranges: vec![(c, c)],
            negated: false,
        }
    }

    /// `\d`, `\w`, `\s` and their opposites.
    fn class(c: char) -> Option<Self> {
        let ranges = match c.to_ascii_lowercase() {
            'd' => vec![('0', '9')],
            'w' => vec![('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')],
            's' => vec![('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')],
            _ => return None,
        };
        Some(Self {
            ranges,
            negated: c.is_ascii_uppercase(),
        })
    }
}

fn emit(tree: &Tree, program: &mut Vec<Step>) -> Result<(), String> {
    if program.len() > LONGEST {
        return Err("the expression is too long".to_owned());
    }
    match tree {
        Tree::Empty => {}
        Tree::One(set) => program.push(Step::One(set.clone())),
        Tree::Start => program.push(Step::Start),
        Tree::End => program.push(Step::End),
        Tree::Sequence(parts) => {
            for part in parts {
                emit(part, program)?;
            }
        }
        Tree::Either(parts) => {
            let mut ends = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                if at + 1 == parts.len() {
                    emit(part, program)?;
                    continue;
                }
                let fork = program.len();
                program.push(Step::Match);
                emit(part, program)?;
                ends.push(program.len());
                program.push(Step::Match);
                program[fork] = Step::Fork(fork + 1, program.len());
            }
            let end = program.len();
            for at in ends {
                program[at] = Step::Jump(end);
            }
        }
        Tree::Repeat(part, least, most) => {
            for _ in 0..*least {
                emit(part, program)?;
            }
            match most {
                None => {
                    let fork = program.len();
                    program.push(Step::Match);
                    emit(part, program)?;
                    program.push(Step::Jump(fork));
                    program[fork] = Step::Fork(fork + 1, program.len());
                }
                Some(most) => {
                    let mut forks = Vec::new();
                    for _ in *least..*most {
                        forks.push(program.len());
                        program.push(Step::Match);
                        emit(part, program)?;
                    }
                    let end = program.len();
                    for fork in forks {
                        program[fork] = Step::Fork(fork + 1, end);
                    }
                }
            }
        }
    }
    Ok(())
}

struct Parser {
    rest: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
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

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn expressions_match_as_in_go() {
        for (pattern, text, whole, part) in [
            ("web", "web", true, true),
            ("web", "webs", false, true),
            ("web.*", "web-1", true, true),
            ("a|b", "b", true, true),
            ("(a|bc)+d?", "abcad", true, true),
            ("^x$", "x", true, true),
            ("[a-c]{2,3}", "abc", true, true),
            ("[a-c]{2}", "abc", false, true),
            ("[^-]+", "a-b", false, true),
            (r"\d+\.\d", "12.3", true, true),
            ("", "", true, true),
            ("", "x", false, true),
            ("a**", "", false, false),
        ] {
            let compiled = (Pattern::whole(pattern), Pattern::part(pattern));
            let (Ok(all), Ok(any)) = compiled else {
                assert_eq!(pattern, "a**");
                continue;
            };
            assert_eq!(all.matches(text), whole, "{pattern} {text}");
            assert_eq!(any.matches(text), part, "{pattern} {text}");
        }
    }

    #[test]
    fn a_hostile_expression_costs_no_more_than_its_length() {
        let pattern = Pattern::whole("(a*)*(a*)*(a*)*b").expect("compiles");
        assert!(!pattern.matches(&"a".repeat(2000)));
        assert!(Pattern::whole("((a{900}){900}){900}").is_err());
    }
}

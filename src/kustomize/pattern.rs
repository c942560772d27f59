//! Regular expressions, as far as selectors and image names need them: a closed part of Go's syntax
//! (<https://pkg.go.dev/regexp/syntax>), matched in time linear in the text. The rest is refused.

mod parser;

use parser::Parser;
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

#[derive(Debug, Clone)]
enum Tree {
    Empty,
    One(Set),
    Start,
    End,
    Sequence(Vec<Self>),
    Either(Vec<Self>),
    Repeat(Box<Self>, usize, Option<usize>),
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
        let tree = Parser::parse(text)?;
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

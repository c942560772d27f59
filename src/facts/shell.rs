//! Shell scripts and command lines, as far as it takes to see which programs they start with which arguments.
//!
//! In: the text of a script, or the words of a command line. Out: [`Command`]s, those inside substitutions, `sh -c`,
//! `timeout`, `xargs` and the like included. Nothing is run and no branch is decided: whatever stands there may happen.

mod lexer;
mod peel;
mod word;

pub use word::{Part, Word};

use lexer::{Lexer, Token};

/// A program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    /// The program, then its arguments.
    pub words: Vec<Word>,
    /// Variables that are set for it alone.
    pub assigned: Vec<(String, Word)>,
    /// What a here-document gives it on standard input.
    pub input: Option<String>,
    /// Files and the like to which its output is sent.
    pub redirected: Vec<Word>,
    /// Commands of one pipeline have one number, and stand in its order.
    pub pipeline: usize,
}

impl Command {
    /// The name of the program without its folder; empty when a variable says it.
    pub fn program(&self) -> String {
        let first = self.words.first().map(Word::literal).unwrap_or_default();
        first.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The arguments.
    pub fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The value of an option, written `--name value` or `--name=value`; the last one counts.
    pub fn option(&self, names: &[&str]) -> Option<Word> {
        let mut found = None;
        let arguments = self.arguments();
        for (index, word) in arguments.iter().enumerate() {
            let literal = word.literal();
            for name in names {
                if literal == *name {
                    found = arguments.get(index + 1).cloned().or(found);
                } else if let Some(value) = word.after(&format!("{name}=")) {
                    found = Some(value);
                }
            }
        }
        found
    }

    /// Whether an option or a word stands among the arguments.
    pub fn has(&self, names: &[&str]) -> bool {
        self.arguments()
            .iter()
            .any(|word| names.contains(&word.literal().as_str()))
    }

    /// The arguments that are no options, given which options take a value in the next word.
    pub fn operands(&self, with_value: &[&str]) -> Vec<&Word> {
        let mut found = Vec::new();
        let mut skip = false;
        let mut only_operands = false;
        for word in self.arguments() {
            let literal = word.literal();
            if skip {
                skip = false;
            } else if only_operands || literal == "-" || !literal.starts_with('-') {
                found.push(word);
            } else if literal == "--" {
                only_operands = true;
            } else {
                skip = with_value.contains(&literal.as_str());
            }
        }
        found
    }
}

/// What a script does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// The commands, in the order in which they are read.
    pub commands: Vec<Command>,
    /// Variables that it sets for itself.
    pub assigned: Vec<(String, Word)>,
    /// How many pipelines have begun.
    pipelines: usize,
}

/// Deeper than this nobody nests scripts; what would be deeper is not read.
const DEEPEST: usize = 8;

impl Script {
    /// The script of a text.
    pub fn parse(text: &str) -> Self {
        let mut script = Self::default();
        script.read(text, 0);
        script
    }

    /// The script that a command line is: one command, and what it starts.
    pub fn of_words(words: Vec<Word>) -> Self {
        let mut script = Self::default();
        let command = Command {
            words,
            ..Command::default()
        };
        script.add(command, 0);
        script
    }

    fn read(&mut self, text: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let mut statement = Statement::default();
        let mut pipeline = self.next_pipeline();
        let mut parentheses = 0_usize;
        for token in Lexer::new(text).tokens() {
            match token {
                Token::Word(word) => {
                    for nested in word.substitutions() {
                        self.read(nested, depth + 1);
                    }
                    statement.word(word);
                }
                Token::Redirect(operator) => statement.redirect(operator),
                Token::Input(text) => statement.command.input = Some(text),
                Token::Pipe => {
                    self.end(&mut statement, pipeline, depth);
                }
                Token::Open => {
                    // `name ( )` begins a function; otherwise a subshell begins.
                    statement = Statement::default();
                    parentheses += 1;
                }
                Token::Close if parentheses == 0 => {
                    // A pattern of `case`, of which `|` made commands.
                    self.commands.retain(|command| command.pipeline != pipeline);
                    statement = Statement::default();
                }
                Token::Close => {
                    parentheses -= 1;
                    self.end(&mut statement, pipeline, depth);
                }
                Token::End => {
                    self.end(&mut statement, pipeline, depth);
                    pipeline = self.next_pipeline();
                }
            }
        }
        self.end(&mut statement, pipeline, depth);
    }

    fn next_pipeline(&mut self) -> usize {
        self.pipelines += 1;
        self.pipelines
    }

    fn end(&mut self, statement: &mut Statement, pipeline: usize, depth: usize) {
        let Statement { mut command, .. } = std::mem::take(statement);
        command.pipeline = pipeline;
        if command.words.is_empty() {
            self.assigned.append(&mut command.assigned);
            return;
        }
        self.add(command, depth);
    }

    /// Adds a command, and what it does nothing but start.
    fn add(&mut self, command: Command, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match peel::peel(&command) {
            peel::Peeled::Nothing => self.commands.push(command),
            peel::Peeled::Sets(assigned) => self.assigned.extend(assigned),
            peel::Peeled::Starts { inner, keep } => {
                let pipeline = command.pipeline;
                if keep {
                    self.commands.push(command);
                }
                self.add(Command { pipeline, ..inner }, depth + 1);
            }
            peel::Peeled::Runs { script, from } => {
                let before = self.commands.len();
                let assigned = self.assigned.len();
                let pipeline = command.pipeline;
                self.read(&script, depth + 1);
                for inner in &mut self.commands[before..] {
                    inner.stands_in(&from);
                }
                for (_, word) in &mut self.assigned[assigned..] {
                    word.stands_in(&from);
                }
                if let Some(last) = self.commands[before..].last_mut() {
                    last.pipeline = pipeline.max(last.pipeline);
                }
            }
        }
    }
}

impl Command {
    /// The words of a nested script stand where the word with the script stands.
    fn stands_in(&mut self, outer: &Word) {
        let assigned = self.assigned.iter_mut().map(|(_, word)| word);
        let all = self.words.iter_mut().chain(&mut self.redirected);
        for word in all.chain(assigned) {
            word.stands_in(outer);
        }
    }
}

/// A command while its words come in.
#[derive(Default)]
struct Statement {
    command: Command,
    /// The next word is where output goes, or input comes from.
    redirect: Option<lexer::Redirect>,
    /// Everything up to the end says what a loop runs over.
    is_loop: bool,
}

impl Statement {
    fn redirect(&mut self, operator: lexer::Redirect) {
        self.redirect = Some(operator);
    }

    fn word(&mut self, word: Word) {
        match self.redirect.take() {
            Some(lexer::Redirect::Out) => self.command.redirected.push(word),
            Some(lexer::Redirect::In) => {}
            Some(lexer::Redirect::Text) => self.command.input = Some(word.literal()),
            None if self.is_loop => {}
            None if self.command.words.is_empty() => self.first(word),
            None => self.command.words.push(word),
        }
    }

    /// A word where a command begins: a word of the shell's grammar, a variable, or the program.
    fn first(&mut self, word: Word) {
        match word.raw.as_str() {
            "if" | "then" | "elif" | "else" | "fi" | "while" | "until" | "do" | "done" | "{"
            | "}" | "!" | "esac" | "in" | "function" => {}
            "for" | "case" | "select" => self.is_loop = true,
            _ => match word.assignment() {
                Some(assigned) => self.command.assigned.push(assigned),
                None => self.command.words.push(word),
            },
        }
    }
}

#[cfg(test)]
mod tests;

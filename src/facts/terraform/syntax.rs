//! What a Terraform file consists of, whichever of its two spellings (HCL or JSON) it is written in.

use crate::source::{Location, Span};
use std::rc::Rc;

/// Attributes and blocks, in the order of the text.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
}

impl Body {
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    pub(super) fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> + 'a {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

/// `name = value`.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: Expr,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) labels: Vec<String>,
    pub(super) body: Body,
    /// The head: everything before the brace.
    pub(super) at: Location,
}

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) at: Location,
}

impl Expr {
    pub(super) fn new(kind: Kind, path: &Rc<str>, span: Span) -> Self {
        let at = Location::new(path.as_ref(), span);
        Self { kind, at }
    }

    /// The text of a literal.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A reference such as `aws.paris`, as the words between its dots.
    pub(super) fn words(&self) -> Option<Vec<&str>> {
        match &self.kind {
            Kind::Variable(name) => Some(vec![name]),
            Kind::Text(text) => Some(text.split('.').collect()),
            Kind::Traverse(base, steps) => {
                let mut words = base.words()?;
                for step in steps {
                    match step {
                        Step::Attribute(name) => words.push(name),
                        Step::Index(index) => words.push(index.text()?),
                        Step::Each => return None,
                    }
                }
                Some(words)
            }
            _ => None,
        }
    }
}

/// The kinds of expression.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Expr>),
    /// Keys and values; a bare key is a text.
    Object(Vec<(Expr, Expr)>),
    /// A text with interpolations.
    Template(Vec<Part>),
    Variable(String),
    Traverse(Box<Expr>, Vec<Step>),
    /// Condition, then, else.
    If(Box<(Expr, Expr, Expr)>),
    /// A function; the flag says that the last argument is a list of arguments.
    Call(String, Vec<Expr>, bool),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Operator, Box<(Expr, Expr)>),
    For(Box<For>),
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Literal(String),
    Value(Expr),
    If(Expr, Vec<Self>, Vec<Self>),
    /// Key variable, value variable, collection, what is repeated.
    For(Option<String>, String, Expr, Vec<Self>),
}

/// One step of a reference.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Attribute(String),
    Index(Expr),
    /// `[*]` or `.*`.
    Each,
}

/// The operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    And,
    Or,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// `[for key, value in collection : result if condition]`.
#[derive(Debug, Clone)]
pub(super) struct For {
    pub(super) key: Option<String>,
    pub(super) value: String,
    pub(super) collection: Expr,
    /// The key of each result, when the result is an object.
    pub(super) result_key: Option<Expr>,
    pub(super) result: Expr,
    pub(super) condition: Option<Expr>,
    pub(super) grouping: bool,
}

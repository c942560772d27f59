//! HCL's native spelling, read by `hcl-edit`, turned into [`Body`].

use super::syntax::{Attribute, Block, Body, Expr, For, Kind, Operator, Part, Step};
use crate::diagnostic::Diagnostic;
use crate::source::{Location, Span};
use hcl_edit::Span as _;
use hcl_edit::expr::{self, BinaryOperator, Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{self, Structure};
use hcl_edit::template::{Directive, Element, Template};
use std::rc::Rc;

/// What is said of a file that cannot be read.
pub(super) const UNREADABLE: &str = "terraform-unreadable";

/// Reads a file.
pub(super) fn body(path: &str, text: &str) -> Result<Body, Box<Diagnostic>> {
    // A byte order mark is not part of the language, but editors put it there.
    let (skipped, text) = text
        .strip_prefix('\u{feff}')
        .map_or((0, text), |rest| ('\u{feff}'.len_utf8(), rest));
    let parsed = hcl_edit::parser::parse_body(text)
        .map_err(|error| Box::new(problem(path, skipped, &error)))?;
    Ok(reader(path, skipped).body(&parsed))
}

/// Reads a template, such as the text of a JSON string or a file for `templatefile`.
pub(super) fn template(
    path: &str,
    offset: usize,
    text: &str,
) -> Result<Vec<Part>, Box<Diagnostic>> {
    let parsed = hcl_edit::parser::parse_template(text)
        .map_err(|error| Box::new(problem(path, offset, &error)))?;
    Ok(reader(path, offset).parts(&parsed))
}

fn problem(path: &str, skipped: usize, error: &hcl_edit::parser::Error) -> Diagnostic {
    let offset = error.location().offset() + skipped;
    Diagnostic::error(UNREADABLE, format!("`{path}` is not valid Terraform"))
        .at(Location::new(path, offset..offset), error.message())
}

fn reader(path: &str, offset: usize) -> Reader {
    Reader {
        path: Rc::from(path),
        offset,
    }
}

struct Reader {
    path: Rc<str>,
    offset: usize,
}

impl Reader {
    fn span(&self, span: Option<Span>) -> Span {
        let span = span.unwrap_or_default();
        span.start + self.offset..span.end + self.offset
    }

    fn expr(&self, kind: Kind, span: Option<Span>) -> Expr {
        Expr::new(kind, &self.path, self.span(span))
    }

    fn body(&self, body: &structure::Body) -> Body {
        let mut read = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => read.attributes.push(Attribute {
                    name: attribute.key.as_str().to_owned(),
                    value: self.expression(&attribute.value),
                }),
                Structure::Block(block) => read.blocks.push(self.block(block)),
            }
        }
        read
    }

    fn block(&self, block: &structure::Block) -> Block {
        let first = block.ident.span().unwrap_or_default();
        let end = block
            .labels
            .last()
            .and_then(hcl_edit::Span::span)
            .map_or(first.end, |span| span.end);
        Block {
            kind: block.ident.as_str().to_owned(),
            labels: block
                .labels
                .iter()
                .map(|label| label.as_str().to_owned())
                .collect(),
            body: self.body(&block.body),
            at: Location::new(self.path.as_ref(), self.span(Some(first.start..end))),
        }
    }

    fn expression(&self, expression: &Expression) -> Expr {
        let kind = match expression {
            Expression::Null(_) => Kind::Null,
            Expression::Bool(value) => Kind::Bool(*value.value()),
            Expression::Number(value) => Kind::Number(value.value().as_f64().unwrap_or_default()),
            Expression::String(text) => Kind::Text(text.value().clone()),
            Expression::Array(array) => {
                Kind::List(array.iter().map(|item| self.expression(item)).collect())
            }
            Expression::Object(object) => Kind::Object(self.object(object)),
            Expression::StringTemplate(template) => template_kind(self.parts(template)),
            Expression::HeredocTemplate(heredoc) => template_kind(self.parts(&heredoc.template)),
            Expression::Parenthesis(inner) => return self.expression(inner.inner()),
            Expression::Variable(name) => Kind::Variable(name.as_str().to_owned()),
            Expression::Conditional(conditional) => Kind::If(Box::new((
                self.expression(&conditional.cond_expr),
                self.expression(&conditional.true_expr),
                self.expression(&conditional.false_expr),
            ))),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(operation) => {
                let inner = Box::new(self.expression(&operation.expr));
                match operation.operator.value() {
                    expr::UnaryOperator::Not => Kind::Not(inner),
                    expr::UnaryOperator::Neg => Kind::Negative(inner),
                }
            }
            Expression::BinaryOp(operation) => Kind::Binary(
                operator(*operation.operator.value()),
                Box::new((
                    self.expression(&operation.lhs_expr),
                    self.expression(&operation.rhs_expr),
                )),
            ),
            Expression::ForExpr(expression) => Kind::For(Box::new(self.for_expression(expression))),
        };
        self.expr(kind, expression.span())
    }

    fn object(&self, object: &expr::Object) -> Vec<(Expr, Expr)> {
        let mut entries: Vec<(Expr, Expr)> = object
            .iter()
            .map(|(key, value)| {
                let key = match key {
                    ObjectKey::Ident(name) => {
                        self.expr(Kind::Text(name.as_str().to_owned()), name.span())
                    }
                    ObjectKey::Expression(expression) => self.key(expression),
                };
                (key, self.expression(value.expr()))
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.at.span);
        entries
    }

    /// A bare word as a key is a text, even if it looks like a reference.
    fn key(&self, expression: &Expression) -> Expr {
        match expression {
            Expression::Variable(name) => {
                self.expr(Kind::Text(name.as_str().to_owned()), expression.span())
            }
            _ => self.expression(expression),
        }
    }

    fn call(&self, call: &expr::FuncCall) -> Kind {
        let arguments = call
            .args
            .iter()
            .map(|argument| self.expression(argument))
            .collect();
        let mut name = String::new();
        for part in &call.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        Kind::Call(name, arguments, call.args.expand_final())
    }

    fn traversal(&self, traversal: &expr::Traversal) -> Kind {
        let steps = traversal
            .operators
            .iter()
            .map(|operator| match operator.value() {
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Each,
                TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().to_owned()),
                TraversalOperator::Index(index) => Step::Index(self.expression(index)),
                TraversalOperator::LegacyIndex(index) => {
                    #[expect(
                        clippy::cast_precision_loss,
                        reason = "an index of a list is far below 2^52"
                    )]
                    let number = *index.value() as f64;
                    Step::Index(self.expr(Kind::Number(number), operator.span()))
                }
            })
            .collect();
        Kind::Traverse(Box::new(self.expression(&traversal.expr)), steps)
    }

    fn for_expression(&self, expression: &expr::ForExpr) -> For {
        For {
            key: expression
                .intro
                .key_var
                .as_ref()
                .map(|name| name.as_str().to_owned()),
            value: expression.intro.value_var.as_str().to_owned(),
            collection: self.expression(&expression.intro.collection_expr),
            result_key: expression.key_expr.as_ref().map(|key| self.expression(key)),
            result: self.expression(&expression.value_expr),
            condition: expression
                .cond
                .as_ref()
                .map(|condition| self.expression(&condition.expr)),
            grouping: expression.grouping,
        }
    }

    fn parts(&self, template: &Template) -> Vec<Part> {
        template
            .iter()
            .map(|element| match element {
                Element::Literal(text) => Part::Literal(text.value().clone()),
                Element::Interpolation(interpolation) => {
                    Part::Value(self.expression(&interpolation.expr))
                }
                Element::Directive(directive) => self.directive(directive),
            })
            .collect()
    }

    fn directive(&self, directive: &Directive) -> Part {
        match directive {
            Directive::If(directive) => Part::If(
                self.expression(&directive.if_expr.cond_expr),
                self.parts(&directive.if_expr.template),
                directive
                    .else_expr
                    .as_ref()
                    .map(|other| self.parts(&other.template))
                    .unwrap_or_default(),
            ),
            Directive::For(directive) => Part::For(
                directive
                    .for_expr
                    .key_var
                    .as_ref()
                    .map(|name| name.as_str().to_owned()),
                directive.for_expr.value_var.as_str().to_owned(),
                self.expression(&directive.for_expr.collection_expr),
                self.parts(&directive.for_expr.template),
            ),
        }
    }
}

/// A template without anything to fill in is a text.
pub(super) fn template_kind(parts: Vec<Part>) -> Kind {
    match parts.as_slice() {
        [] => Kind::Text(String::new()),
        [Part::Literal(text)] => Kind::Text(text.clone()),
        _ => Kind::Template(parts),
    }
}

fn operator(operator: BinaryOperator) -> Operator {
    match operator {
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::NotEqual,
        BinaryOperator::LessEq => Operator::LessEqual,
        BinaryOperator::GreaterEq => Operator::GreaterEqual,
        BinaryOperator::Less => Operator::Less,
        BinaryOperator::Greater => Operator::Greater,
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Mul => Operator::Multiply,
        BinaryOperator::Div => Operator::Divide,
        BinaryOperator::Mod => Operator::Modulo,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
    }
}

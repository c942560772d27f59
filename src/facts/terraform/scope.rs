//! One use of a module: its folder, the values of its variables, and everything its names stand for.
//!
//! A module that is called twice is two scopes. Values are looked up when they are asked for, as Terraform does, so that
//! modules may feed each other.

use super::evaluate::Locals;
use super::instances::Instance;
use super::sources::{Module, Sources};
use super::syntax::{Block, Body};
use super::value::{Unknown, Value};
use crate::source::Location;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many names may lead to each other before that is given up.
const DEEPEST: usize = 60;
/// How much may be looked at in one root.
const MOST_STEPS: usize = 1_000_000;
/// A value of more parts, or of more text (16 bytes are one), is not kept.
const HEAVIEST: usize = 30_000;

/// One use of a module.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) sources: &'a Sources,
    pub(super) module: &'a Module,
    /// The module's folder.
    pub(super) folder: String,
    /// Its address with a dot at the end, such as `module.network.`; empty for the root.
    pub(super) prefix: String,
    inputs: Inputs<'a>,
    known: RefCell<BTreeMap<String, (Value, usize)>>,
    busy: RefCell<Vec<String>>,
    children: RefCell<BTreeMap<String, Rc<Self>>>,
    budget: Rc<Budget>,
}

/// What is left of the work that one root may cost.
#[derive(Debug, Default)]
pub(super) struct Budget {
    steps: Cell<usize>,
    depth: Cell<usize>,
}

impl Budget {
    fn spend(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }
}

/// Where the values of variables come from.
#[derive(Debug)]
enum Inputs<'a> {
    /// Files with values, later ones first.
    Files(Vec<&'a Body>),
    /// The block that calls the module, in the scope where it stands.
    Call {
        parent: Rc<Scope<'a>>,
        block: &'a Block,
        locals: Locals,
    },
}

impl<'a> Scope<'a> {
    /// The scope of a root.
    pub(super) fn root(
        sources: &'a Sources,
        folder: &str,
        module: &'a Module,
        files: Vec<&'a Body>,
    ) -> Rc<Self> {
        let inputs = Inputs::Files(files);
        Rc::new(Self::with(
            sources,
            folder,
            module,
            String::new(),
            inputs,
            Rc::default(),
        ))
    }

    fn with(
        sources: &'a Sources,
        folder: &str,
        module: &'a Module,
        prefix: String,
        inputs: Inputs<'a>,
        budget: Rc<Budget>,
    ) -> Self {
        Self {
            sources,
            module,
            folder: folder.to_owned(),
            prefix,
            inputs,
            known: RefCell::default(),
            busy: RefCell::default(),
            children: RefCell::default(),
            budget,
        }
    }

    /// The block that calls this module, and the scope in which it stands.
    pub(super) fn caller(&self) -> Option<(&Rc<Self>, &'a Block)> {
        match &self.inputs {
            Inputs::Files(_) => None,
            Inputs::Call { parent, block, .. } => Some((parent, block)),
        }
    }

    /// The folder of the root that this scope belongs to.
    pub(super) fn top(&self) -> &str {
        self.caller()
            .map_or(self.folder.as_str(), |(parent, _)| parent.top())
    }

    /// The folder of a module that is called; `None` for one that is not in the repository.
    pub(super) fn called_folder(&self, block: &Block) -> Option<String> {
        let source = block.body.attribute("source")?.value.text()?;
        (source.starts_with("./") || source.starts_with("../")).then(|| join(&self.folder, source))
    }

    /// The scope of one instance of a module call; `None` when the module is not in the repository or calls itself.
    pub(super) fn child(
        self: &Rc<Self>,
        block: &'a Block,
        instance: &Instance,
    ) -> Option<Rc<Self>> {
        let name = block.labels.first()?;
        let address = format!("{name}{}", instance.key);
        if let Some(known) = self.children.borrow().get(&address) {
            return Some(Rc::clone(known));
        }
        let folder = self.called_folder(block)?;
        let module = self.sources.modules.get(&folder)?;
        if self.calls_itself(&folder) {
            return None;
        }
        let child = Rc::new(Self::with(
            self.sources,
            &folder,
            module,
            format!("{}module.{address}.", self.prefix),
            Inputs::Call {
                parent: Rc::clone(self),
                block,
                locals: instance.locals.clone(),
            },
            Rc::clone(&self.budget),
        ));
        self.children
            .borrow_mut()
            .insert(address, Rc::clone(&child));
        Some(child)
    }

    fn calls_itself(&self, folder: &str) -> bool {
        self.folder == folder
            || self
                .caller()
                .is_some_and(|(parent, _)| parent.calls_itself(folder))
    }

    /// The value of a variable.
    pub(super) fn variable(self: &Rc<Self>, name: &str, at: &Location) -> Value {
        self.once(&format!("var.{name}"), at, || {
            let declared = self.module.variables.get(name);
            let default = || {
                let default = &declared?.body.attribute("default")?.value;
                Some(self.evaluate(default, &Locals::default()))
            };
            self.input(name)
                .filter(|value| !value.is_null() || !refuses_null(declared))
                .or_else(default)
                .unwrap_or_else(|| Value::unknown(Unknown::Variable(name.to_owned()), at))
        })
    }

    fn input(self: &Rc<Self>, name: &str) -> Option<Value> {
        match &self.inputs {
            Inputs::Files(files) => {
                let written = files.iter().find_map(|file| file.attribute(name))?;
                Some(self.evaluate(&written.value, &Locals::default()))
            }
            Inputs::Call {
                parent,
                block,
                locals,
            } => {
                let written = block.body.attribute(name)?;
                Some(parent.evaluate(&written.value, locals))
            }
        }
    }

    /// A local value.
    pub(super) fn local(self: &Rc<Self>, name: &str, at: &Location) -> Value {
        self.once(&format!("local.{name}"), at, || {
            self.module.locals.attribute(name).map_or_else(
                || Value::unknown(Unknown::Expression, at),
                |local| self.evaluate(&local.value, &Locals::default()),
            )
        })
    }

    /// Looks something up once; what leads back to itself is not known.
    pub(super) fn once(&self, name: &str, at: &Location, find: impl FnOnce() -> Value) -> Value {
        if let Some((known, weight)) = self.known.borrow().get(name) {
            self.budget.spend(*weight);
            return known.clone();
        }
        let is_busy = self.busy.borrow().iter().any(|busy| busy == name);
        if is_busy || self.busy.borrow().len() >= DEEPEST {
            return Value::unknown(Unknown::Expression, at);
        }
        self.busy.borrow_mut().push(name.to_owned());
        let value = find();
        self.busy.borrow_mut().pop();
        let weight = value.weight();
        let value = if weight > HEAVIEST {
            Value::unknown(Unknown::Expression, at)
        } else {
            value
        };
        self.known
            .borrow_mut()
            .insert(name.to_owned(), (value.clone(), weight.min(HEAVIEST)));
        value
    }

    /// Runs one step of an evaluation, unless that would be too deep or too much.
    pub(super) fn step(&self, at: &Location, run: impl FnOnce() -> Value) -> Value {
        let budget = &self.budget;
        if budget.depth.get() >= DEEPEST * 4 || budget.steps.get() >= MOST_STEPS {
            return Value::unknown(Unknown::Expression, at);
        }
        budget.depth.set(budget.depth.get() + 1);
        budget.spend(1);
        let value = run();
        budget.depth.set(budget.depth.get() - 1);
        value
    }
}

/// `nullable = false`: null means the default.
fn refuses_null(declared: Option<&Block>) -> bool {
    declared
        .and_then(|block| block.body.attribute("nullable"))
        .is_some_and(|attribute| matches!(attribute.value.kind, super::syntax::Kind::Bool(false)))
}

/// A relative path from a folder, without `.` and `..`.
pub(super) fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

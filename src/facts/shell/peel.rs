//! Programs that do nothing but start another one.

use super::Command;
use super::word::Word;

/// What a command starts.
pub(super) enum Peeled {
    /// Nothing: it is the program.
    Nothing,
    /// It sets variables.
    Sets(Vec<(String, Word)>),
    /// Another command; whether it does something itself as well.
    Starts { inner: Command, keep: bool },
    /// A script in one of its words.
    Runs { script: String, from: Word },
}

/// Options of wrappers whose value is the next word.
const WITH_VALUE: &[&str] = &[
    "-u", "-g", "-n", "-c", "-p", "-k", "-s", "-I", "-L", "-P", "-d", "-a", "-C", "-S", "-t",
];

/// What a command starts.
pub(super) fn peel(command: &Command) -> Peeled {
    match command.program().as_str() {
        "export" | "local" | "readonly" | "declare" | "typeset" => Peeled::Sets(
            command
                .arguments()
                .iter()
                .filter_map(Word::assignment)
                .collect(),
        ),
        "sh" | "bash" | "ash" | "dash" | "ksh" | "zsh" => shell(command),
        "eval" => script(
            command.arguments().first(),
            command
                .arguments()
                .iter()
                .map(|word| word.raw.as_str())
                .collect::<Vec<_>>()
                .join(" ")
                .trim_matches(['"', '\''])
                .to_owned(),
        ),
        "trap" => script(
            command.arguments().first(),
            command
                .arguments()
                .first()
                .map(Word::literal)
                .unwrap_or_default(),
        ),
        "env" | "exec" | "nohup" | "command" | "builtin" | "time" | "sudo" | "doas" | "nice"
        | "ionice" | "stdbuf" | "setsid" | "busybox" | "unbuffer" | "chronic" => from(command, 0),
        "xargs" | "parallel" => from(command, 0),
        "timeout" | "gosu" | "su-exec" | "flock" | "chroot" => from(command, 1),
        "tini" | "dumb-init" | "catatonit" => after_dashes(command).unwrap_or(from(command, 0)),
        "kubectl" | "oc" if command.has(&["exec", "debug"]) => {
            after_dashes(command).map_or(Peeled::Nothing, keeping)
        }
        "docker" | "podman" | "nsenter" => after_dashes(command).map_or(Peeled::Nothing, keeping),
        "find" => {
            let at = command
                .words
                .iter()
                .position(|word| matches!(word.raw.as_str(), "-exec" | "-execdir" | "-ok"));
            at.map_or(Peeled::Nothing, |at| keeping(starting(command, at + 1)))
        }
        _ => Peeled::Nothing,
    }
}

/// `sh -c SCRIPT`, with whatever options around it.
fn shell(command: &Command) -> Peeled {
    let arguments = command.arguments();
    let at = arguments.iter().position(|word| {
        let literal = word.literal();
        literal.starts_with('-') && !literal.starts_with("--") && literal.contains('c')
    });
    match at.and_then(|at| arguments[at + 1..].iter().find(|word| !is_option(word))) {
        Some(word) => script(Some(word), whole(word)),
        None => match &command.input {
            Some(input) => script(command.words.first(), input.clone()),
            None => Peeled::Nothing,
        },
    }
}

fn is_option(word: &Word) -> bool {
    let literal = word.literal();
    literal.starts_with('-') || literal.starts_with('+')
}

/// The script in a word: of what its shell puts in, the names of variables stay.
fn whole(word: &Word) -> String {
    use super::word::Part;
    word.parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable { name, default } => match default {
                Some(default) => format!("${{{name}:-{default}}}"),
                None => format!("${{{name}}}"),
            },
            Part::Output(script) => format!("$({script})"),
        })
        .collect()
}

fn script(from: Option<&Word>, script: String) -> Peeled {
    match from {
        Some(from) if !script.trim().is_empty() && script != "-" => Peeled::Runs {
            script,
            from: from.clone(),
        },
        _ => Peeled::Nothing,
    }
}

/// The command that begins after the options and so many words of a wrapper.
fn from(command: &Command, operands: usize) -> Peeled {
    let mut at = 1;
    let mut left = operands;
    let mut assigned = command.assigned.clone();
    while let Some(word) = command.words.get(at) {
        let literal = word.literal();
        if literal == "--" {
            at += 1;
            break;
        }
        if literal.starts_with('-') && literal.len() > 1 {
            at += 1 + usize::from(WITH_VALUE.contains(&literal.as_str()));
        } else if let Some(pair) = word.assignment() {
            assigned.push(pair);
            at += 1;
        } else if left > 0 {
            left -= 1;
            at += 1;
        } else {
            break;
        }
    }
    match starting(command, at) {
        Peeled::Starts { mut inner, keep } => {
            inner.assigned = assigned;
            Peeled::Starts { inner, keep }
        }
        // `exec >file` and `env` alone start nothing.
        other => other,
    }
}

fn starting(command: &Command, at: usize) -> Peeled {
    match command.words.get(at..) {
        Some(words) if !words.is_empty() => Peeled::Starts {
            inner: Command {
                words: words.to_vec(),
                ..command.clone()
            },
            keep: false,
        },
        _ => Peeled::Nothing,
    }
}

fn after_dashes(command: &Command) -> Option<Peeled> {
    let at = command
        .words
        .iter()
        .position(|word| word.literal() == "--")?;
    Some(starting(command, at + 1))
}

fn keeping(peeled: Peeled) -> Peeled {
    match peeled {
        Peeled::Starts { inner, .. } => Peeled::Starts { inner, keep: true },
        other => other,
    }
}

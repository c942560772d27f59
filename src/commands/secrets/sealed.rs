//! The sealed Secrets of a cell on disk: read before, written after, with nobody else writing between.

use crate::commands::{Exit, Invalid, Loaded, Refusal};
use crate::diagnostic::Diagnostic;
use crate::model::{Cell, Platform, Secrets, Vault};
use crate::secrets::{
    Files, Form, Graph, Place, SealedFile, Sealing, SealingCertificate, kustomization,
};
use crate::source::SourceMap;
use crate::tree::{self, Guard};
use crate::workspace;
use anyhow::Context as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a cell has on disk.
pub(super) struct OnDisk {
    pub(super) certificate: Option<SealingCertificate>,
    pub(super) files: Files,
    pub(super) listed: BTreeSet<String>,
}

impl OnDisk {
    /// Reads everything.
    ///
    /// # Errors
    /// [`Invalid`] for files that are no sealed Secrets; otherwise what the file system says.
    pub(super) fn read(root: &Path, cell: &Cell) -> anyhow::Result<Self> {
        let folder = cell.sealed();
        let mut files = Files::new();
        let mut wrong = Vec::new();
        let mut sources = SourceMap::default();
        for name in workspace::entries(&root.join(&folder))? {
            if !name.ends_with(".yaml") || name == kustomization::FILE {
                continue;
            }
            let path = format!("{folder}/{name}");
            let text = tree::read(root, &path)?.unwrap_or_default();
            sources.insert(&path, &text);
            match SealedFile::parse(&path, &text) {
                Ok(file) => wrong.extend(misnamed(&path, &name, &file, &mut files)),
                Err(problems) => wrong.extend(problems),
            }
        }
        if !wrong.is_empty() {
            let diagnostics = wrong;
            return Err(Invalid {
                diagnostics,
                sources,
            }
            .into());
        }
        let path = format!("{folder}/{}", kustomization::FILE);
        let listed = tree::read(root, &path)?.map(|text| kustomization::listed(&path, &text));
        Ok(Self {
            certificate: certificate(root, cell)?,
            files,
            listed: listed.unwrap_or_default(),
        })
    }

    /// The certificate, without which nothing can be sealed.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub(super) fn certificate(&self, cell: &Cell) -> anyhow::Result<&SealingCertificate> {
        let name = cell.name.as_str();
        self.certificate.as_ref().ok_or_else(|| {
            Refusal::usage(format!("there is no certificate to seal for {name}"))
                .help(format!(
                    "`platformctl secrets key {name}` makes it, and the private key that belongs into your safe"
                ))
                .into()
        })
    }
}

/// Takes a file in; a file under another name than its Secret's is a mistake.
fn misnamed(path: &str, name: &str, file: &SealedFile, files: &mut Files) -> Option<Diagnostic> {
    let right = SealedFile::file_name(&file.namespace, &file.name);
    files.insert((file.namespace.clone(), file.name.clone()), file.clone());
    (right != name).then(|| {
        Diagnostic::error(
            "sealed-secret",
            format!("this sealed Secret belongs into `{right}`"),
        )
        .at(crate::source::Location::file(path), "")
        .help("a sealed Secret opens under its own namespace and name only: rename the file back")
    })
}

/// The certificate in the repository.
///
/// # Errors
/// When it is there and cannot be used.
pub(super) fn certificate(root: &Path, cell: &Cell) -> anyhow::Result<Option<SealingCertificate>> {
    let path = cell.sealing_certificate();
    let Some(pem) = tree::read(root, &path)? else {
        return Ok(None);
    };
    let certificate = SealingCertificate::parse(&pem).with_context(|| format!("`{path}`"))?;
    Ok(Some(certificate))
}

/// Writes what a sealing changed, and removes what nothing declares if asked to.
///
/// # Errors
/// What the file system says.
pub(super) fn write(
    guard: &Guard,
    platform: &Platform,
    cell: &Cell,
    before: &OnDisk,
    sealing: &Sealing,
    pruned: &BTreeSet<Place>,
) -> anyhow::Result<()> {
    let mut files = before.files.clone();
    files.extend(sealing.files.clone());
    let mut touched: BTreeSet<(String, String)> = sealing.files.keys().cloned().collect();
    for place in pruned {
        let name = (place.namespace.clone(), place.at.secret.clone());
        if let Some(file) = files.get_mut(&name) {
            file.keys.remove(&place.at.key);
            touched.insert(name);
        }
    }
    let folder = cell.sealed();
    let mut changes: BTreeMap<String, Option<String>> = BTreeMap::new();
    for name in touched {
        let path = format!("{folder}/{}", SealedFile::file_name(&name.0, &name.1));
        let text = files
            .get(&name)
            .filter(|file| !file.keys.is_empty())
            .map(|file| file.text(&cell.name, &platform.name));
        changes.insert(path, text);
    }
    files.retain(|_, file| !file.keys.is_empty());
    let names: BTreeSet<String> = files
        .keys()
        .map(|(namespace, name)| SealedFile::file_name(namespace, name))
        .collect();
    if names != before.listed {
        let path = format!("{folder}/{}", kustomization::FILE);
        changes.insert(path, Some(kustomization::text(&cell.name, &names)));
    }
    if changes.is_empty() {
        return Ok(());
    }
    tree::replace(guard, &changes)
}

/// A cell whose secrets are asked for, and what hangs together in it.
pub(super) struct Asked<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) cell: &'a Cell,
    pub(super) graph: Graph,
}

impl<'a> Asked<'a> {
    /// Finds the cell.
    ///
    /// # Errors
    /// [`Refusal`] when there is none of that name.
    pub(super) fn new(loaded: &'a Loaded, name: &str) -> anyhow::Result<Self> {
        let cell = crate::commands::validate::find(&loaded.platform, name)?;
        Ok(Self {
            loaded,
            cell,
            graph: Graph::new(&cell.credentials)?,
        })
    }

    /// The name of the cell.
    pub(super) fn name(&self) -> &'a str {
        &self.cell.name
    }

    /// How its secrets reach it.
    pub(super) fn way(&self) -> &'a Secrets {
        self.loaded.platform.secrets_of(self.cell)
    }

    /// Where a Secret is kept in Vault.
    pub(super) fn vault_path(&self, secret: &str) -> String {
        Vault::path(&self.loaded.platform, self.cell, secret)
    }

    /// The form of plain secrets for the way they take.
    pub(super) fn form<'f>(&'f self, path: &'f dyn Fn(&str) -> String) -> Form<'f> {
        match self.way() {
            Secrets::ExternalSecrets(_) => Form::Documents { path },
            _ => Form::Manifests {
                platform: &self.loaded.platform.name,
            },
        }
    }

    /// Refuses a Secret that the cell does not have.
    ///
    /// # Errors
    /// [`Refusal`] with the ones it has.
    pub(super) fn check_secret(&self, secret: &str) -> anyhow::Result<()> {
        if self.graph.secrets().any(|known| known == secret) {
            return Ok(());
        }
        let known = self.graph.secrets();
        Err(
            Refusal::usage(format!("{} has no Secret `{secret}`", self.name()))
                .help(crate::diagnostic::known_words(secret, known))
                .into(),
        )
    }

    /// An example of how secrets get where they belong.
    pub(super) fn example(&self, arguments: &str) -> String {
        let target = match self.way() {
            Secrets::ExternalSecrets(_) => "…",
            _ => "kubectl create -f -",
        };
        format!("platformctl secrets {arguments} | {target}")
    }
}

/// The answer when something is left to do.
pub(super) fn exit(sealing: &Sealing) -> Exit {
    if sealing.stuck.is_empty() {
        Exit::Done
    } else {
        Exit::Findings
    }
}

//! One kustomization after the other: resources, generators, components, transformers
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/target/kusttarget.go>).

use super::config::{self, Config, FieldSpec, merge_fields};
use super::fail::{Detail as _, INVALID, Outcome, fail};
use super::files::{Found, Library, Read, is_inside, missing, refuse_remote};
use super::node::Origin;
use super::objects::objects;
use super::patch;
use super::resmap::Resources;
use super::shared::{Accumulated, Shared};
use super::spec::{self, Kustomization, ReplacementField, Text};
use super::transform::{images, labels, names, namespace, replicas};
use super::{generators, replacements};
use std::sync::Arc;

/// One build.
pub(super) struct Build<'s, 'a> {
    pub(super) shared: &'s Shared<'a>,
    /// The folders of the kustomizations on the way down to the current one.
    chain: Vec<String>,
}

impl<'s, 'a> Build<'s, 'a> {
    pub(super) fn new(shared: &'s Shared<'a>) -> Self {
        Self {
            shared,
            chain: Vec::new(),
        }
    }

    fn library(&self) -> &'s Library<'a> {
        &self.shared.library
    }

    /// Builds the kustomization of a folder up to its names and references.
    pub(super) fn run(&mut self, folder: &str) -> Outcome<Accumulated> {
        let kustomization = self.shared.kustomization(folder, Origin::default())?;
        self.accumulate(folder, &kustomization, Accumulated::empty())
    }

    fn accumulate(
        &mut self,
        folder: &str,
        kustomization: &Kustomization,
        into: Accumulated,
    ) -> Outcome<Accumulated> {
        self.chain.push(folder.to_owned());
        let mut all = into;
        all.folders.push(folder.to_owned());
        all.warnings.extend(kustomization.warnings.iter().cloned());
        for path in &kustomization.resources {
            self.add_resource(folder, path, &mut all)?;
        }
        self.add_configurations(folder, kustomization, &mut all)?;
        for generator in &kustomization.generators {
            let options = kustomization.generator_options.as_ref();
            let made = generators::generate(self.library(), folder, generator, options)?;
            all.resources.absorb(made)?;
        }
        for path in &kustomization.components {
            all = self.add_component(folder, path, all)?;
        }
        self.transform(folder, kustomization, &mut all)?;
        self.chain.pop();
        Ok(all)
    }

    fn add_resource(&mut self, folder: &str, path: &Text, all: &mut Accumulated) -> Outcome<()> {
        refuse_remote(&path.text, path.origin)?;
        match self.library().look(folder, &path.text, path.origin)? {
            Found::Folder(real) if !path.text.starts_with('/') => {
                let base = self.base(&real, path)?;
                all.resources.append_all(base.resources.list().to_vec())?;
                all.config = config::merge(&all.config, &base.config)?;
                all.warnings.extend(base.warnings.iter().cloned());
                all.folders.extend(base.folders.iter().cloned());
                Ok(())
            }
            Found::Nothing if path.text.is_empty() => {
                Err(fail(INVALID, "a resource has no path").at(path.origin, "here"))
            }
            Found::Nothing => Err(missing(&path.text, path.origin)),
            _ => {
                let (real, read) = self.library().load(folder, &path.text, path.origin)?;
                let parsed = self.library().parse(&real, &read)?;
                all.resources.append_all(objects(&parsed)?)
            }
        }
    }

    /// What a folder that is named under `resources` builds to; finished bases are kept.
    fn base(&mut self, folder: &str, path: &Text) -> Outcome<Arc<Accumulated>> {
        self.refuse_cycle(folder, path)?;
        if let Some(known) = self.shared.base(folder) {
            for inner in &known.folders {
                self.refuse_cycle(inner, path)?;
            }
            return Ok(known);
        }
        let kustomization = self.shared.kustomization(folder, path.origin)?;
        if kustomization.is_component {
            return Err(fail(INVALID, format!("`{}` is a component", path.text))
                .at(path.origin, "named under `resources`")
                .help("name it under `components`"));
        }
        let built = Arc::new(self.accumulate(folder, &kustomization, Accumulated::empty())?);
        self.shared.keep_base(folder, &built);
        Ok(built)
    }

    fn refuse_cycle(&self, folder: &str, path: &Text) -> Outcome<()> {
        match self.chain.iter().find(|visited| is_inside(visited, folder)) {
            None => Ok(()),
            Some(visited) => Err(fail(
                INVALID,
                format!("`{}` leads back to `{visited}`, or holds it", path.text),
            )
            .at(path.origin, "named here")
            .help("a base is neither the kustomization itself nor a folder around it")),
        }
    }

    fn add_component(
        &mut self,
        folder: &str,
        path: &Text,
        all: Accumulated,
    ) -> Outcome<Accumulated> {
        refuse_remote(&path.text, path.origin)?;
        let real = match self.library().look(folder, &path.text, path.origin)? {
            Found::Folder(real) if !path.text.starts_with('/') && !path.text.is_empty() => real,
            Found::Nothing => return Err(missing(&path.text, path.origin)),
            _ => {
                return Err(fail(
                    INVALID,
                    format!("the component `{}` is no folder below the root", path.text),
                )
                .at(path.origin, "named here"));
            }
        };
        self.refuse_cycle(&real, path)?;
        let kustomization = self.shared.kustomization(&real, path.origin)?;
        if !kustomization.is_component {
            return Err(fail(INVALID, format!("`{}` is no component", path.text))
                .at(path.origin, "named under `components`")
                .help("give it `kind: Component`, or name it under `resources`"));
        }
        let mut built = self.accumulate(&real, &kustomization, all)?;
        // It becomes a part of its parent, where names must be unique again.
        built.resources.check_names()?;
        built.config = config::merge(&config::empty(), &built.config)?;
        Ok(built)
    }

    fn add_configurations(
        &self,
        folder: &str,
        kustomization: &Kustomization,
        all: &mut Accumulated,
    ) -> Outcome<()> {
        let defaults = config::defaults();
        if kustomization.configurations.is_empty() {
            all.config = config::merge(&all.config, &defaults)?;
            return Ok(());
        }
        let mut own = Config::empty();
        for path in &kustomization.configurations {
            let (real, read) = self.library().load(folder, &path.text, path.origin)?;
            let parsed = self.library().parse(&real, &read)?;
            let [root] = parsed.documents.as_slice() else {
                return Err(
                    fail(INVALID, format!("`{}` must hold one document", path.text))
                        .at(path.origin, "named here"),
                );
            };
            own = own.merged(&config::read(root)?)?;
        }
        all.config = config::merge(&all.config, &Arc::new(defaults.merged(&own)?))?;
        Ok(())
    }

    fn transform(
        &self,
        folder: &str,
        kustomization: &Kustomization,
        all: &mut Accumulated,
    ) -> Outcome<()> {
        let library = self.library();
        let config = Arc::clone(&all.config);
        if !kustomization.strategic_patches.is_empty() {
            let texts = &kustomization.strategic_patches;
            patch::apply_strategic(library, folder, texts, &mut all.resources)?;
        }
        let loaded = kustomization
            .patches
            .iter()
            .map(|entry| patch::load(library, folder, entry))
            .collect::<Outcome<Vec<_>>>()?;
        for (entry, loaded) in kustomization.patches.iter().zip(&loaded) {
            patch::apply(&mut all.resources, entry, loaded, &mut all.warnings)?;
            all.resources.drop_gone();
        }
        if let Some(name) = &kustomization.namespace {
            let (list, warnings) = (all.resources.list_mut(), &mut all.warnings);
            namespace::set(list, name, &config.namespace, warnings)?;
        }
        for (side, text, specs) in [
            (
                names::Side::Prefix,
                &kustomization.name_prefix,
                &config.name_prefix,
            ),
            (
                names::Side::Suffix,
                &kustomization.name_suffix,
                &config.name_suffix,
            ),
        ] {
            if let Some(text) = text {
                names::add(all.resources.list_mut(), side, text, specs)?;
            }
        }
        set_labels(kustomization, &config, &mut all.resources)?;
        if !kustomization.common_annotations.is_empty() {
            let pairs = &kustomization.common_annotations;
            labels::set(all.resources.list_mut(), pairs, &config.common_annotations)?;
        }
        for entry in &kustomization.json_patches {
            let (resources, warnings) = (&mut all.resources, &mut all.warnings);
            patch::apply_json6902(library, folder, entry, resources, warnings)?;
            resources.drop_gone();
        }
        for replica in &kustomization.replicas {
            replicas::set(all.resources.list_mut(), replica, &config.replicas)?;
        }
        for image in &kustomization.images {
            let (list, warnings) = (all.resources.list_mut(), &mut all.warnings);
            images::set(list, image, &config.images, warnings)?;
        }
        self.replace(folder, kustomization, all)?;
        all.resources.drop_gone();
        Ok(())
    }

    fn replace(
        &self,
        folder: &str,
        kustomization: &Kustomization,
        all: &mut Accumulated,
    ) -> Outcome<()> {
        for field in &kustomization.replacements {
            let from_file;
            let list = match field {
                ReplacementField::Inline(replacement) => std::slice::from_ref(&**replacement),
                ReplacementField::Path(path) => {
                    let (real, read) = self.library().load(folder, &path.text, path.origin)?;
                    from_file = self.read_replacements(&real, &read, path)?;
                    from_file.as_slice()
                }
            };
            for replacement in list {
                let (resources, warnings) = (all.resources.list_mut(), &mut all.warnings);
                replacements::apply(resources, replacement, warnings)?;
            }
        }
        Ok(())
    }

    fn read_replacements(
        &self,
        real: &str,
        read: &Read,
        path: &Text,
    ) -> Outcome<Vec<spec::Replacement>> {
        let parsed = self.library().parse(real, read)?;
        match parsed.documents.as_slice() {
            [root] if parsed.pieces == 1 => spec::read_replacements(root),
            _ => Err(
                fail(INVALID, format!("`{}` must hold one document", path.text))
                    .at(path.origin, "named here"),
            ),
        }
    }
}

fn set_labels(
    kustomization: &Kustomization,
    config: &Config,
    resources: &mut Resources,
) -> Outcome<()> {
    for entry in &kustomization.labels {
        let mut specs = entry.fields.clone();
        merge_fields(&mut specs, &config.labels)?;
        if entry.include_selectors {
            merge_fields(&mut specs, &config.common_labels)?;
        } else {
            if entry.include_templates {
                merge_fields(&mut specs, &config.template_labels)?;
            }
            let own = FieldSpec::new("", "", "", "metadata/labels", true);
            merge_fields(&mut specs, &[own])?;
        }
        labels::set(resources.list_mut(), &entry.pairs, &specs)?;
    }
    if kustomization.common_labels.is_empty() {
        return Ok(());
    }
    labels::set(
        resources.list_mut(),
        &kustomization.common_labels,
        &config.common_labels,
    )
}

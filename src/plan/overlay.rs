//! The units of a cell: for each its kustomization, the user's own component and, for services, the pins.

use super::files::text;
use super::{FileKind, Files, Origin};
use crate::model::{Cell, Platform};
use crate::pins;
use serde::Serialize;

const UNIT: &str = "cluster/overlays/cell/unit/kustomization.yaml";
const CUSTOM: &str = "cluster/overlays/cell/custom/kustomization.yaml";

#[derive(Serialize)]
struct Unit {
    base: String,
    components: Vec<String>,
}

#[derive(Serialize)]
struct Custom<'a> {
    unit: &'a str,
    cell: &'a str,
}

/// One unit as it is in every cell: the text of its kustomization is rendered once.
struct Everywhere {
    name: String,
    key: String,
    text: String,
    custom: String,
}

impl Everywhere {
    /// `parts` are the components before the user's own and behind it.
    fn new(
        name: &str,
        key: String,
        base: String,
        before: Option<&str>,
        behind: Option<&str>,
    ) -> anyhow::Result<Self> {
        let custom = format!("custom/{name}");
        let own = format!("../{custom}");
        let parts = [before, Some(own.as_str()), behind];
        let unit = Unit {
            base,
            components: parts.into_iter().flatten().map(str::to_owned).collect(),
        };
        let origin = Origin {
            template: UNIT,
            key: &key,
            custom: &custom,
        };
        let text = text(origin, &unit)?;
        Ok(Self {
            name: name.to_owned(),
            key,
            text,
            custom,
        })
    }

    fn plan(&self, cell: &Cell, files: &mut Files) -> anyhow::Result<()> {
        let overlay = cell.overlay();
        let origin = |template| Origin {
            template,
            key: &self.key,
            custom: &self.custom,
        };
        let path = format!("{overlay}/{}/kustomization.yaml", self.name);
        files.generated(path, origin(UNIT), self.text.clone())?;
        let custom = Custom {
            unit: &self.name,
            cell: &cell.name,
        };
        let path = format!("{overlay}/{}/kustomization.yaml", self.custom);
        let content = crate::template::render(CUSTOM, &custom)?;
        files.add(path, origin(CUSTOM), FileKind::Custom, content)
    }
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let apps = |name: &str| format!("../../../../apps/{name}");
    let base = "../../../../base".to_owned();
    let mut units = vec![Everywhere::new(
        "base",
        "platform".to_owned(),
        base,
        None,
        None,
    )?];
    if platform.object_storage.is_some() {
        let name = "object-storage";
        let base = format!("../../../../data/{name}");
        let key = format!("components.{name}");
        units.push(Everywhere::new(name, key, base, Some("cell"), None)?);
    }
    for name in platform.services.keys() {
        let key = format!("services.{name}");
        let unit = Everywhere::new(name, key, apps(name), Some("cell"), Some("pins"))?;
        units.push(unit);
    }
    for cell in &platform.cells {
        for unit in &units {
            unit.plan(cell, files)?;
        }
        pins(platform, cell, files)?;
    }
    Ok(())
}

fn pins(platform: &Platform, cell: &Cell, files: &mut Files) -> anyhow::Result<()> {
    for service in platform.services.values() {
        let origin = Origin {
            template: "pins",
            key: &format!("services.{}", service.name),
            custom: "",
        };
        let content = pins::unreleased(&service.name, &service.image, &cell.name);
        files.add(cell.pins(&service.name), origin, FileKind::Pins, content)?;
    }
    Ok(())
}

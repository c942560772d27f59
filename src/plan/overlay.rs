//! The units of a cell: for each its kustomization, the user's own component and, for services, the pins.

use super::files::text;
use super::{FileKind, Files, Origin};
use crate::model::{Cell, Platform, units as model};
use crate::pins;
use serde::Serialize;
use std::collections::BTreeMap;

const UNIT: &str = "cluster/overlays/cell/unit/kustomization.yaml";
const CUSTOM: &str = "cluster/overlays/cell/custom/kustomization.yaml";

#[derive(Serialize)]
struct Unit {
    bases: Vec<String>,
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
    fn new(unit: &model::Unit) -> anyhow::Result<Self> {
        let custom = format!("custom/{}", unit.name);
        let own = format!("../{custom}");
        let before = unit.before.iter().copied();
        let behind = unit.behind.iter().copied();
        let components = before.chain([own.as_str()]).chain(behind);
        let context = Unit {
            bases: base(unit).into_iter().collect(),
            components: components.map(str::to_owned).collect(),
        };
        let origin = Origin {
            template: UNIT,
            key: &unit.key,
            custom: &custom,
        };
        Ok(Self {
            name: unit.name.clone(),
            key: unit.key.clone(),
            text: text(origin, &context)?,
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

/// The base of a unit, seen from its folder; none where everything is in the cell.
fn base(unit: &model::Unit) -> Option<String> {
    (!unit.base.is_empty()).then(|| format!("../../../../{}", unit.base))
}

/// The path of a file of the Component with what differs in a cell.
pub(super) fn component(cell: &Cell, unit: &str, file: &str) -> String {
    format!("{}/{unit}/cell/{file}", cell.overlay())
}

/// The units of all cells, by name: a unit is the same wherever it is.
pub(super) fn units(platform: &Platform) -> BTreeMap<&str, &model::Unit> {
    let units = platform.cells.iter().flat_map(|cell| &cell.units);
    units.map(|unit| (unit.name.as_str(), unit)).collect()
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let mut everywhere = BTreeMap::new();
    for (name, unit) in units(platform) {
        everywhere.insert(name, Everywhere::new(unit)?);
    }
    for cell in &platform.cells {
        for unit in &cell.units {
            if let Some(unit) = everywhere.get(unit.name.as_str()) {
                unit.plan(cell, files)?;
            }
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

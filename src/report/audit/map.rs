//! The data-flow map of a jurisdiction: its cells laid over each other, workloads gathered by the unit that deploys them.
//!
//! In: the flows of the cells. Out: boxes, lines and frames with their texts and coordinates, for the template to draw.

use super::flows::{CellFlows, Node, Side};
use super::layout::{self, BOX_HEIGHT, BOX_WIDTH, Graph};
use super::ways::{WayText, listed, or_none, or_unknown, texts};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Room around the drawing, and for the titles of the frames.
const MARGIN: i64 = 34;
/// Letters that fit into a box.
const LETTERS: usize = 24;
/// With more letters than these a text is squeezed, so that it fits in every font.
const LOOSE: usize = 18;
/// Between the side of a box and its text.
const INDENT: i64 = 10;
/// The most columns that workloads are spread over.
const DEEPEST: usize = 3;

/// A map, ready to be drawn.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Map {
    pub(super) jurisdiction: String,
    pub(super) cells: String,
    pub(super) width: i64,
    pub(super) height: i64,
    /// How far everything but the frames is moved.
    pub(super) margin_x: i64,
    pub(super) margin_y: i64,
    pub(super) frames: Vec<Frame>,
    pub(super) lines: Vec<Line>,
    pub(super) boxes: Vec<Placed>,
    pub(super) ways: Vec<WayText>,
    /// One sentence for those who cannot see it.
    pub(super) description: String,
}

/// A frame around columns.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Frame {
    pub(super) class: &'static str,
    pub(super) title: String,
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A way that data takes.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) class: &'static str,
    pub(super) curve: String,
    pub(super) title: String,
}

/// A box.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Placed {
    pub(super) class: &'static str,
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) name: String,
    /// The width that the name is squeezed to; 0 for its own.
    pub(super) squeezed: i64,
    pub(super) what: String,
    pub(super) classes: String,
    pub(super) title: String,
}

/// Several nodes that are shown as one.
#[derive(Debug, Clone)]
struct Group {
    name: String,
    side: Side,
    kind: &'static str,
    members: BTreeSet<String>,
    countries: BTreeSet<String>,
    classes: BTreeSet<&'static str>,
    forbidden: BTreeSet<&'static str>,
    exceptions: BTreeSet<String>,
    is_abroad: bool,
}

/// The maps of all jurisdictions that have a judged cell, by name.
pub(super) fn maps(flows: &[CellFlows], home: &BTreeMap<String, BTreeSet<String>>) -> Vec<Map> {
    let names: BTreeSet<&String> = flows
        .iter()
        .filter_map(|map| map.jurisdiction.as_ref())
        .collect();
    names
        .into_iter()
        .map(|name| {
            let own: Vec<&CellFlows> = flows
                .iter()
                .filter(|map| map.jurisdiction.as_ref() == Some(name))
                .collect();
            of_jurisdiction(name, &own, home.get(name).cloned().unwrap_or_default())
        })
        .collect()
}

fn of_jurisdiction(name: &str, flows: &[&CellFlows], home: BTreeSet<String>) -> Map {
    let groups = groups(flows, &home);
    let keys: Vec<&String> = groups.keys().collect();
    let ways = ways(flows, &groups);
    let at = |key: &String| keys.binary_search(&key).unwrap_or_default();
    let edges: Vec<(usize, usize)> = ways.keys().map(|(from, to)| (at(from), at(to))).collect();
    let list: Vec<&Group> = groups.values().collect();
    let graph = Graph {
        columns: columns(&list, &edges),
        edges,
    };
    let drawing = layout::draw(&graph);
    let countries = words(&home);
    let boxes: Vec<Placed> = list
        .iter()
        .zip(&drawing.boxes)
        .map(|(group, (x, y))| placed(group, *x, *y))
        .collect();
    let lines = ways
        .iter()
        .zip(&drawing.curves)
        .map(|((key, classes), curve)| line(&groups, key, classes, curve))
        .collect();
    let columns = graph.columns.iter().max().map_or(0, |last| last + 1);
    let right = drawing.columns.last().copied().unwrap_or_default() + BOX_WIDTH;
    Map {
        jurisdiction: name.to_owned(),
        cells: words(&flows.iter().map(|map| map.cell.clone()).collect()),
        width: right + 2 * MARGIN,
        height: drawing.height + 3 * MARGIN,
        margin_x: MARGIN,
        margin_y: 2 * MARGIN,
        frames: frames(
            name,
            &countries,
            &list,
            &graph.columns,
            &drawing.columns,
            drawing.height,
        ),
        description: describe(name, &list, ways.len(), columns),
        lines,
        boxes,
        ways: texts(flows),
    }
}

/// The name under which a node is shown: workloads by their unit.
fn key(node: &Node) -> String {
    match (node.side, &node.unit) {
        (Side::Handles, Some(unit)) if !unit.is_empty() => format!("0 {unit}"),
        (side, _) => format!("{} {}", side as u8, node.id),
    }
}

fn groups(flows: &[&CellFlows], home: &BTreeSet<String>) -> BTreeMap<String, Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for node in flows.iter().flat_map(|map| &map.nodes) {
        let name = match (node.side, &node.unit) {
            (Side::Handles, Some(unit)) if !unit.is_empty() => unit.clone(),
            _ => node.name.clone(),
        };
        let group = groups.entry(key(node)).or_insert_with(|| Group {
            name,
            side: node.side,
            kind: node.kind,
            members: BTreeSet::new(),
            countries: BTreeSet::new(),
            classes: BTreeSet::new(),
            forbidden: BTreeSet::new(),
            exceptions: BTreeSet::new(),
            is_abroad: false,
        });
        group.members.insert(node.name.clone());
        group.countries.extend(node.countries.iter().cloned());
        group.classes.extend(&node.classes);
        group.forbidden.extend(&node.forbidden);
        group.exceptions.extend(node.exception.clone());
        group.is_abroad |= node.countries.is_empty()
            || node.countries.iter().any(|country| !home.contains(country));
    }
    groups
}

/// Ways between groups, with the classes that take them.
fn ways(
    flows: &[&CellFlows],
    groups: &BTreeMap<String, Group>,
) -> BTreeMap<(String, String), BTreeSet<&'static str>> {
    let mut ways: BTreeMap<(String, String), BTreeSet<&'static str>> = BTreeMap::new();
    for map in flows {
        let keys: BTreeMap<&str, String> = map
            .nodes
            .iter()
            .map(|node| (node.id.as_str(), key(node)))
            .collect();
        for edge in &map.edges {
            let (Some(from), Some(to)) = (keys.get(edge.from.as_str()), keys.get(edge.to.as_str()))
            else {
                continue;
            };
            if from != to && groups.contains_key(from) && groups.contains_key(to) {
                ways.entry((from.clone(), to.clone()))
                    .or_default()
                    .extend(&edge.classes);
            }
        }
    }
    ways
}

/// Workloads stand behind those that call them, then come stores, then what is outside and at home, then what is abroad.
fn columns(groups: &[&Group], edges: &[(usize, usize)]) -> Vec<usize> {
    let inner = |index: usize| groups[index].side == Side::Handles;
    let mut depth = vec![0; groups.len()];
    // As many rounds as there are columns: longer chains, and circles, end in the last one.
    for _ in 0..DEEPEST {
        for (from, to) in edges {
            if inner(*from)
                && inner(*to)
                && depth[*to] <= depth[*from]
                && depth[*from] + 1 < DEEPEST
            {
                depth[*to] = depth[*from] + 1;
            }
        }
    }
    // Who calls no other workload, and is called by none, stands beside what it keeps.
    let is_alone = |index: usize| {
        !edges
            .iter()
            .any(|(from, to)| (*from == index && inner(*to)) || (*to == index && inner(*from)))
    };
    let place = |index: usize| match groups[index].side {
        Side::Handles if is_alone(index) => DEEPEST - 1,
        Side::Handles => depth[index],
        Side::Keeps if !groups[index].is_abroad => DEEPEST,
        Side::Outside if !groups[index].is_abroad => DEEPEST + 1,
        _ => DEEPEST + 2,
    };
    let places: Vec<usize> = (0..groups.len()).map(place).collect();
    let used: BTreeSet<usize> = places.iter().copied().collect();
    let used: Vec<usize> = used.into_iter().collect();
    places
        .iter()
        .map(|place| used.binary_search(place).unwrap_or_default())
        .collect()
}

fn frames(
    name: &str,
    countries: &str,
    groups: &[&Group],
    columns: &[usize],
    lefts: &[i64],
    height: i64,
) -> Vec<Frame> {
    let last = |is: fn(&Group) -> bool| -> Option<usize> {
        groups
            .iter()
            .zip(columns)
            .filter(|(group, _)| is(group))
            .map(|(_, column)| *column)
            .max()
    };
    let right = |column: usize| lefts.get(column).copied().unwrap_or_default() + BOX_WIDTH + MARGIN;
    // The inner frame leaves room for the title of the outer one.
    let frame = |class, title: String, column: usize, (inset, top): (i64, i64)| Frame {
        class,
        title,
        x: inset,
        y: top,
        width: right(column) + 32 - 2 * inset,
        height: height + 3 * MARGIN - top - inset,
    };
    let mut frames = Vec::new();
    if let Some(column) = last(|group| !group.is_abroad) {
        frames.push(frame(
            "home",
            format!("data of {name} stays in {countries}"),
            column,
            (2, 2),
        ));
    }
    if let Some(column) = last(|group| !group.is_abroad && group.side != Side::Outside) {
        frames.push(frame(
            "cluster",
            "in the clusters".to_owned(),
            column,
            (14, 34),
        ));
    }
    frames
}

fn placed(group: &Group, x: i64, y: i64) -> Placed {
    let classes = listed(&group.classes);
    let countries = words(&group.countries);
    let what = match (group.side, group.members.len()) {
        (Side::Handles, 1) => "1 workload".to_owned(),
        (Side::Handles, more) => format!("{more} workloads"),
        (Side::Keeps, _) => "store".to_owned(),
        (Side::Outside, _) => format!("{}, {}", kind_words(group.kind), or_unknown(&countries)),
    };
    let members: Vec<&str> = group.members.iter().map(String::as_str).collect();
    Placed {
        class: class(group),
        x,
        y,
        width: BOX_WIDTH,
        height: BOX_HEIGHT,
        squeezed: if group.name.chars().count() > LOOSE {
            BOX_WIDTH - 2 * INDENT
        } else {
            0
        },
        name: short(&group.name),
        what: short(&what),
        classes: short(&classes),
        title: format!(
            "{} in {}: {}",
            members.join(", "),
            or_unknown(&countries),
            or_none(&classes)
        ),
    }
}

/// How a box or the line to it looks.
fn class(group: &Group) -> &'static str {
    match (
        group.forbidden.is_empty(),
        group.exceptions.is_empty(),
        group.side,
    ) {
        (false, true, _) => "forbidden",
        (false, false, _) => "excepted",
        (true, _, Side::Handles) => "handles",
        (true, _, Side::Keeps) => "keeps",
        (true, _, Side::Outside) => "outside",
    }
}

fn line(
    groups: &BTreeMap<String, Group>,
    (from, to): &(String, String),
    classes: &BTreeSet<&'static str>,
    curve: &str,
) -> Line {
    let name = |key: &String| groups.get(key).map_or("", |group| group.name.as_str());
    let target = groups.get(to).map_or("way", class);
    Line {
        class: match target {
            "forbidden" | "excepted" => target,
            _ => "way",
        },
        curve: curve.to_owned(),
        title: format!(
            "{} to {}: {}",
            name(from),
            name(to),
            or_none(&listed(classes))
        ),
    }
}

fn kind_words(kind: &str) -> &'static str {
    match kind {
        "home" => "own host",
        "region" => "another region",
        "endpoint" => "declared endpoint",
        "provider" => "provider",
        "vendor" => "vendor",
        _ => "not declared",
    }
}

fn describe(name: &str, groups: &[&Group], ways: usize, columns: usize) -> String {
    let count = |side| groups.iter().filter(|group| group.side == side).count();
    let abroad = groups.iter().filter(|group| group.is_abroad).count();
    format!(
        "Data of {name}: {} groups of workloads, {} stores and {} places outside, {ways} ways between them, in {columns} columns from left to right; {abroad} of them in other countries. The table below the map says the same in words.",
        count(Side::Handles),
        count(Side::Keeps),
        count(Side::Outside)
    )
}

fn words(items: &BTreeSet<String>) -> String {
    items
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What fits into a box; the whole text is in its title.
fn short(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let start: String = text.chars().take(LETTERS - 1).collect();
    format!("{start}…")
}

//! Draws a graph in columns: which node stands where, and along which curves the ways between them run.
//!
//! In: nodes in given columns, and edges between them. Out: whole numbers, the same on every machine. An edge over several
//! columns gets a place of its own in each of them, so that no line runs through a box that it has nothing to do with; the
//! order within a column is by the middle of the neighbours, as in layered drawings since
//! <https://doi.org/10.1109/TSMC.1981.4308636>.

/// Width of a box.
pub(super) const BOX_WIDTH: i64 = 178;
/// Height of a box.
pub(super) const BOX_HEIGHT: i64 = 62;
/// Between two columns.
const GAP: i64 = 62;
/// Between two boxes of a column.
const SPACE: i64 = 22;
/// Height of the place of a line that passes through a column.
const LANE: i64 = 14;
/// How often the columns are put in order, once forwards and once backwards each time.
const SWEEPS: usize = 12;

/// What is to be drawn.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    /// The column of each node, from 0.
    pub(super) columns: Vec<usize>,
    /// From one node to another, by their positions.
    pub(super) edges: Vec<(usize, usize)>,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawing {
    /// The upper left corner of each node's box.
    pub(super) boxes: Vec<(i64, i64)>,
    /// The curve of each edge, as the `d` of an SVG path.
    pub(super) curves: Vec<String>,
    /// The left edge of each column.
    pub(super) columns: Vec<i64>,
    /// Height of it all.
    pub(super) height: i64,
}

/// Something that takes up height in a column: a node, or a line that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Node(usize),
    Lane(usize),
}

struct Columns {
    items: Vec<Vec<Item>>,
    /// The items that an edge goes through, from left to right, by column and position in `all`.
    chains: Vec<Vec<(usize, Item)>>,
}

/// Finds a place for everything.
pub(super) fn draw(graph: &Graph) -> Drawing {
    let mut columns = columns(graph);
    order(&mut columns);
    place(graph, &columns)
}

fn columns(graph: &Graph) -> Columns {
    let count = graph.columns.iter().max().map_or(0, |last| last + 1);
    let mut items = vec![Vec::new(); count];
    for (node, column) in graph.columns.iter().enumerate() {
        items[*column].push(Item::Node(node));
    }
    let mut chains = Vec::new();
    for (edge, (from, to)) in graph.edges.iter().enumerate() {
        let (a, b) = (graph.columns[*from], graph.columns[*to]);
        let (left, right) = if a <= b { (*from, *to) } else { (*to, *from) };
        let mut chain = vec![(a.min(b), Item::Node(left))];
        for (column, list) in items
            .iter_mut()
            .enumerate()
            .take(a.max(b))
            .skip(a.min(b) + 1)
        {
            list.push(Item::Lane(edge));
            chain.push((column, Item::Lane(edge)));
        }
        chain.push((a.max(b), Item::Node(right)));
        chains.push(chain);
    }
    Columns { items, chains }
}

/// Moves every item towards the middle of its neighbours, and keeps the order with the fewest crossings.
fn order(columns: &mut Columns) {
    let mut best = (crossings(columns), columns.items.clone());
    for _ in 0..SWEEPS {
        for column in 1..columns.items.len() {
            sort(columns, column, true);
        }
        for column in (0..columns.items.len().saturating_sub(1)).rev() {
            sort(columns, column, false);
        }
        let now = crossings(columns);
        if now < best.0 {
            best = (now, columns.items.clone());
        }
    }
    columns.items = best.1;
}

fn sort(columns: &mut Columns, column: usize, by_left: bool) {
    let middle = |item: Item, own: usize| -> i64 {
        let mut sum = 0;
        let mut count = 0;
        for pair in columns.chains.iter().flat_map(|chain| chain.windows(2)) {
            let (here, there) = if by_left {
                (pair[1], pair[0])
            } else {
                (pair[0], pair[1])
            };
            if here == (column, item) && there.0 != column {
                sum += at(&columns.items[there.0], there.1) * 1000
                    / columns.items[there.0].len().max(1) as i64;
                count += 1;
            }
        }
        if count == 0 {
            own as i64 * 1000 / columns.items[column].len().max(1) as i64
        } else {
            sum / count
        }
    };
    let mut keyed: Vec<(i64, usize, Item)> = columns.items[column]
        .iter()
        .enumerate()
        .map(|(own, item)| (middle(*item, own), own, *item))
        .collect();
    keyed.sort_by_key(|(middle, own, _)| (*middle, *own));
    columns.items[column] = keyed.into_iter().map(|(_, _, item)| item).collect();
}

fn at(items: &[Item], item: Item) -> i64 {
    items
        .iter()
        .position(|other| *other == item)
        .unwrap_or_default() as i64
}

fn crossings(columns: &Columns) -> usize {
    let mut pairs: Vec<(usize, i64, i64)> = Vec::new();
    for pair in columns.chains.iter().flat_map(|chain| chain.windows(2)) {
        let [(left, a), (right, b)] = [pair[0], pair[1]];
        if left != right {
            pairs.push((
                left,
                at(&columns.items[left], a),
                at(&columns.items[right], b),
            ));
        }
    }
    let mut count = 0;
    for (index, one) in pairs.iter().enumerate() {
        for other in &pairs[index + 1..] {
            let crosses = one.0 == other.0 && (one.1 - other.1) * (one.2 - other.2) < 0;
            count += usize::from(crosses);
        }
    }
    count
}

fn height_of(item: Item) -> i64 {
    match item {
        Item::Node(_) => BOX_HEIGHT + SPACE,
        Item::Lane(_) => LANE,
    }
}

fn place(graph: &Graph, columns: &Columns) -> Drawing {
    let heights: Vec<i64> = columns
        .items
        .iter()
        .map(|items| items.iter().map(|item| height_of(*item)).sum())
        .collect();
    let height = heights.iter().copied().max().unwrap_or_default();
    let lefts: Vec<i64> = (0..columns.items.len())
        .map(|column| column as i64 * (BOX_WIDTH + GAP))
        .collect();
    let mut boxes = vec![(0, 0); graph.columns.len()];
    let mut lanes = vec![Vec::new(); graph.edges.len()];
    for (column, items) in columns.items.iter().enumerate() {
        let mut y = (height - heights[column]) / 2;
        for item in items {
            match item {
                Item::Node(node) => boxes[*node] = (lefts[column], y + SPACE / 2),
                Item::Lane(edge) => lanes[*edge].push((lefts[column], y + LANE / 2)),
            }
            y += height_of(*item);
        }
    }
    let ports = Ports::of(graph, &boxes);
    let curves = graph
        .edges
        .iter()
        .enumerate()
        .map(|(index, edge)| {
            curve(
                graph,
                *edge,
                (ports.start[index], ports.end[index]),
                &boxes,
                &lanes[index],
            )
        })
        .collect();
    Drawing {
        boxes,
        curves,
        columns: lefts,
        height,
    }
}

/// Where on the side of a box each edge begins and ends: spread out, in the order of where they lead.
struct Ports {
    start: Vec<i64>,
    end: Vec<i64>,
}

impl Ports {
    fn of(graph: &Graph, boxes: &[(i64, i64)]) -> Self {
        let mut ports = Self {
            start: vec![0; graph.edges.len()],
            end: vec![0; graph.edges.len()],
        };
        for (node, (_, top)) in boxes.iter().enumerate() {
            let is_right = |own: usize, other: usize| graph.columns[other] >= graph.columns[own];
            for right in [true, false] {
                // Edges on this side, by the height of the other end.
                let mut own: Vec<(i64, usize, bool)> = Vec::new();
                for (index, (from, to)) in graph.edges.iter().enumerate() {
                    if *from == node && is_right(node, *to) == right {
                        own.push((boxes[*to].1, index, true));
                    } else if *to == node && (is_right(node, *from) == right) {
                        own.push((boxes[*from].1, index, false));
                    }
                }
                own.sort_unstable();
                let step = BOX_HEIGHT / (own.len() as i64 + 1);
                for (place, (_, index, is_start)) in own.into_iter().enumerate() {
                    let y = top + step * (place as i64 + 1);
                    if is_start {
                        ports.start[index] = y;
                    } else {
                        ports.end[index] = y;
                    }
                }
            }
        }
        ports
    }
}

fn curve(
    graph: &Graph,
    (from, to): (usize, usize),
    (start, end): (i64, i64),
    boxes: &[(i64, i64)],
    lanes: &[(i64, i64)],
) -> String {
    let (a, b) = (graph.columns[from], graph.columns[to]);
    if a == b {
        let right = boxes[from].0 + BOX_WIDTH;
        let out = right + GAP / 2;
        return format!("M {right} {start} C {out} {start} {out} {end} {right} {end}");
    }
    let forwards = a < b;
    // Left and right sides as the curve meets them.
    let (leave, arrive) = if forwards {
        (BOX_WIDTH, 0)
    } else {
        (0, BOX_WIDTH)
    };
    let mut points = vec![(boxes[from].0 + leave, start)];
    let pass = |(left, y): (i64, i64)| {
        let ends = [(left, y), (left + BOX_WIDTH, y)];
        if forwards { ends } else { [ends[1], ends[0]] }
    };
    let inner = lanes.iter().copied();
    if forwards {
        points.extend(inner.flat_map(pass));
    } else {
        points.extend(inner.rev().flat_map(pass));
    }
    points.push((boxes[to].0 + arrive, end));
    let mut path = format!("M {} {}", points[0].0, points[0].1);
    for pair in points.windows(2) {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        let middle = (x1 + x2) / 2;
        path.push_str(&format!(" C {middle} {y1} {middle} {y2} {x2} {y2}"));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        Graph {
            columns: vec![0, 0, 1, 1, 2, 2],
            edges: vec![(0, 3), (1, 2), (0, 5), (2, 4), (3, 5), (3, 2), (5, 0)],
        }
    }

    #[test]
    fn no_two_boxes_touch() {
        let drawing = draw(&graph());
        for (index, one) in drawing.boxes.iter().enumerate() {
            for other in &drawing.boxes[index + 1..] {
                let apart =
                    (one.0 - other.0).abs() >= BOX_WIDTH || (one.1 - other.1).abs() >= BOX_HEIGHT;
                assert!(apart, "{one:?} {other:?}");
            }
            assert!(one.1 >= 0 && one.1 + BOX_HEIGHT <= drawing.height);
        }
        assert_eq!(drawing.curves.len(), 7);
    }

    #[test]
    fn lines_that_cross_are_put_in_order() {
        let crossed = Graph {
            columns: vec![0, 0, 1, 1],
            edges: vec![(0, 3), (1, 2)],
        };
        let mut columns = columns(&crossed);
        assert_eq!(crossings(&columns), 1);
        order(&mut columns);
        assert_eq!(crossings(&columns), 0);
    }

    #[test]
    fn the_same_graph_is_drawn_the_same() {
        assert_eq!(draw(&graph()), draw(&graph()));
        assert_eq!(draw(&Graph::default()).height, 0);
    }
}

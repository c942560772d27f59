//! Which lists a strategic merge patch merges by which keys: the table of Kubernetes 1.21.

use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("merge_keys.txt");

/// The type of a value, as far as lists to be merged are below it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema {
    shape: Shape,
    /// The type's name; of a list or map that of its values.
    of: &'static str,
    /// The keys of a list that is merged.
    keys: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    One,
    List,
    Map,
}

struct Table {
    types: HashMap<&'static str, HashMap<&'static str, Schema>>,
    kinds: HashMap<(&'static str, &'static str), &'static str>,
}

static PARSED: LazyLock<Table> = LazyLock::new(parse);

fn parse() -> Table {
    let mut table = Table {
        types: HashMap::new(),
        kinds: HashMap::new(),
    };
    let mut current = "";
    for line in TABLE.lines() {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["type", name] => current = name,
            ["kind", api_version, kind, name] => {
                table.kinds.insert((api_version, kind), name);
            }
            [field, shape, of, rest @ ..] if line.starts_with(' ') => {
                let schema = Schema {
                    shape: match *shape {
                        "*" => Shape::List,
                        "@" => Shape::Map,
                        _ => Shape::One,
                    },
                    of,
                    keys: match rest {
                        ["by", keys] => Some(keys),
                        ["by"] => Some(""),
                        _ => None,
                    },
                };
                table
                    .types
                    .entry(current)
                    .or_default()
                    .insert(field, schema);
            }
            _ => {}
        }
    }
    table
}

impl Schema {
    /// The schema of an object.
    pub(super) fn of_kind(api_version: &str, kind: &str) -> Option<Self> {
        let of = PARSED.kinds.get(&(api_version, kind))?;
        Some(Self {
            shape: Shape::One,
            of,
            keys: None,
        })
    }

    /// The schema of a field.
    pub(super) fn field(self, name: &str) -> Option<Self> {
        match self.shape {
            Shape::One => PARSED.types.get(self.of)?.get(name).copied(),
            Shape::Map => self.element(),
            Shape::List => None,
        }
    }

    /// The schema of a list's items.
    pub(super) fn items(self) -> Option<Self> {
        if self.shape == Shape::List {
            self.element()
        } else {
            None
        }
    }

    fn element(self) -> Option<Self> {
        (self.of != "-").then_some(Self {
            shape: Shape::One,
            of: self.of,
            keys: None,
        })
    }

    /// The keys by which a list is merged, none for plain values; `None` when it is replaced.
    pub(super) fn merge_keys(self) -> Option<Vec<&'static str>> {
        let keys = self.keys?;
        Some(keys.split(',').filter(|key| !key.is_empty()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;

    #[test]
    fn the_table_leads_from_kinds_to_keys() {
        let pod = Schema::of_kind("apps/v1", "Deployment")
            .and_then(|s| s.field("spec")?.field("template")?.field("spec"))
            .expect("a pod");
        let keys = |field: &str| pod.field(field).and_then(Schema::merge_keys);
        assert_eq!(keys("containers"), Some(vec!["name"]));
        assert_eq!(keys("tolerations"), None);
        assert_eq!(
            keys("topologySpreadConstraints"),
            Some(vec!["topologyKey", "whenUnsatisfiable"])
        );
        let container = pod.field("initContainers").and_then(Schema::items);
        let ports = container
            .and_then(|c| c.field("ports"))
            .and_then(Schema::merge_keys);
        assert_eq!(ports, Some(vec!["containerPort", "protocol"]));
        assert!(Schema::of_kind("example.org/v1", "Deployment").is_none());
    }
}

//! The one list of templates. A test compares it with the folder.

macro_rules! templates {
    ($($name:literal,)*) => {
        /// Every template by its name: its path below `templates/` without `.j2`.
        pub const TEMPLATES: &[(&str, &str)] = &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $name, ".j2")),
        )),*];
    };
}

templates! {
    "cluster/base/namespaces.yaml",
}

//! The JSON schema of `platform.toml`, derived from the types: for editors, and for module `shape`.

use super::types::Spec;
use schemars::Schema;

/// Where the schema is published with the repository, and what `init` points editors to.
pub const FILE: &str = "docs/platform.schema.json";

/// The schema, in JSON Schema draft 2020-12.
pub fn schema() -> Schema {
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Spec>();
    schema.insert("title".to_owned(), "platform.toml".into());
    schema
}

/// The schema as the text that `platformctl schema` prints.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(schema().as_value()).unwrap_or_default();
    text.push('\n');
    text
}

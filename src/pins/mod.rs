//! Pins: which image tag and digest a service runs in a cell. One small Kustomize Component for each, which people may
//! comment and rearrange.
//!
//! In: the text of a pins file. Out: a [`Pin`], or the same text with another pin in it and every other byte as it was.
//! `render` writes [`unreleased`] once; from then on `release` and `promote` own the values.

mod read;
mod write;

pub use read::read;
pub use write::write;

/// The tag that stands in a pins file until the first release.
pub const UNRELEASED: &str = "unreleased";

/// The comment above `replicas`; the first release removes it together with the block.
const HELD: &str = "# Nothing runs here until the first release, which removes these lines.";

/// What a service runs in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pin {
    /// The tag, for people; the digest decides when there is one.
    pub tag: Option<String>,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: Option<String>,
    /// Whether anything was ever released here. Without it the service is held at zero replicas.
    pub released: bool,
}

impl Pin {
    /// A released pin.
    pub fn new(tag: Option<&str>, digest: Option<&str>) -> Self {
        Self {
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
            released: true,
        }
    }

    /// In short: `v1.4.0 5fc5002176d2`, with the first 12 digits of the digest; `never released` when nothing was.
    pub fn short(&self) -> String {
        let digest = self.digest.as_deref().map(short_digest);
        match (self.tag.as_deref(), digest) {
            _ if !self.released => "never released".to_owned(),
            (Some(tag), Some(digest)) => format!("{tag} {digest}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => "-".to_owned(),
        }
    }
}

/// The first 12 hexadecimal digits of a digest, enough for people to compare.
pub fn short_digest(digest: &str) -> &str {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    hex.get(..12).unwrap_or(hex)
}

/// The text that `render` writes for a service never released into a cell: the image waits at a tag that does not exist
/// and the Deployment at zero replicas, so the cell is healthy all the same.
pub fn unreleased(service: &str, image: &str, cell: &str) -> String {
    let image = crate::yaml::write(image, crate::yaml::ScalarStyle::Plain);
    let name = crate::yaml::write(service, crate::yaml::ScalarStyle::Plain);
    format!(
        "# The image that {service} runs in {cell}. `platformctl release` and `platformctl promote` change it;\n\
         # `platformctl render` never does. Comments and order are kept.\n\
         apiVersion: kustomize.config.k8s.io/v1alpha1\n\
         kind: Component\n\
         images:\n  \
           - name: {image}\n    \
             newTag: {UNRELEASED}\n\
         {HELD}\n\
         replicas:\n  \
           - name: {name}\n    \
             count: 0\n"
    )
}

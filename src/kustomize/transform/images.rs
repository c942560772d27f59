//! Names, tags and digests of images
//! (<https://github.com/kubernetes-sigs/kustomize/tree/api/v0.21.1/api/filters/imagetag>).

use crate::kustomize::config::FieldSpec;
use crate::kustomize::fail::{Detail as _, Fail, INVALID, Outcome, UNSUPPORTED, fail, warning};
use crate::kustomize::fieldspec::visit;
use crate::kustomize::node::{Node, Value};
use crate::kustomize::pattern::Pattern;
use crate::kustomize::resource::Resource;
use crate::kustomize::scalar::Tag;
use crate::kustomize::spec::Image;

/// Lists in which images are looked for at any depth.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// Sets what one entry of `images` says.
pub(in crate::kustomize) fn set(
    resources: &mut [Resource],
    image: &Image,
    specs: &[FieldSpec],
    warnings: &mut Vec<Fail>,
) -> Outcome<()> {
    let mut setter = Setter::new(image)?;
    for resource in resources
        .iter_mut()
        .filter(|resource| resource.kind() != "CustomResourceDefinition")
    {
        if let Some(root) = &mut resource.root
            && setter.is_anywhere(root)
        {
            setter.walk(root)?;
        }
    }
    for resource in resources
        .iter_mut()
        .filter(|resource| resource.kind() != "CustomResourceDefinition")
    {
        for spec in specs {
            visit(resource, spec, None, &mut |node| setter.set(node))?;
        }
    }
    warnings.append(&mut setter.warnings);
    Ok(())
}

struct Setter<'a> {
    image: &'a Image,
    pattern: Pattern,
    warnings: Vec<Fail>,
}

impl<'a> Setter<'a> {
    fn new(image: &'a Image) -> Outcome<Self> {
        let name = &image.name.text;
        let expression =
            format!("(?:{name})(?::[a-zA-Z0-9_.{{}}-]*)?(?:@sha256:[a-zA-Z0-9_.{{}}-]*)?");
        // kustomize writes the name bare into its expression, where an alternative would reach beyond the name.
        if name.contains('|') {
            return Err(fail(
                UNSUPPORTED,
                format!("the image name `{name}` has an alternative"),
            )
            .at(image.name.origin, "here")
            .help("write an entry for each name"));
        }
        let pattern = Pattern::whole(&expression).map_err(|why| {
            fail(UNSUPPORTED, format!("the image name `{name}`: {why}"))
                .at(image.name.origin, "here")
        })?;
        Ok(Self {
            image,
            pattern,
            warnings: Vec::new(),
        })
    }

    /// Whether the image is in any list of containers; looking first keeps other objects shared.
    fn is_anywhere(&self, node: &Node) -> bool {
        match &node.value {
            Value::Scalar(_) => false,
            Value::List(items) => items.iter().any(|item| self.is_anywhere(item)),
            Value::Map(entries) => entries.iter().any(|entry| {
                self.is_anywhere(&entry.value)
                    || (CONTAINERS.contains(&&*entry.key)
                        && entry.value.items().iter().any(|container| {
                            !matches!(container.value, Value::Map(_))
                                || container.get("image").is_some_and(|image| {
                                    !matches!(image.value, Value::Scalar(_))
                                        || self.pattern.matches(image.raw())
                                })
                        }))
            }),
        }
    }

    fn walk(&mut self, node: &mut Node) -> Outcome<()> {
        if let Some(items) = node.items_mut() {
            return items.iter_mut().try_for_each(|item| self.walk(item));
        }
        let Some(entries) = node.entries_mut() else {
            return Ok(());
        };
        for entry in entries {
            self.walk(&mut entry.value)?;
            if !CONTAINERS.contains(&&*entry.key) {
                continue;
            }
            for container in entry.value.items_mut().into_iter().flatten() {
                if !matches!(container.value, Value::Map(_)) && !container.is_null() {
                    return Err(
                        fail(INVALID, format!("a container is {}", container.what()))
                            .at(container.origin, "here"),
                    );
                }
                if let Some(image) = container.get_mut("image") {
                    self.set(image)?;
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, node: &mut Node) -> Outcome<()> {
        let Value::Scalar(scalar) = &node.value else {
            return Err(
                fail(INVALID, format!("an image is {}", node.what())).at(node.origin, "here")
            );
        };
        if !self.pattern.matches(&scalar.text) {
            return Ok(());
        }
        let (name, tag, digest) = split(&scalar.text);
        let (mut tag, mut digest) = (tag.to_owned(), digest.to_owned());
        let image = self.image;
        let mut from = image.name.origin;
        let name = match &image.new_name {
            Some(name) => {
                from = name.origin;
                &name.text
            }
            None => name,
        };
        match (&image.new_tag, &image.digest) {
            (Some(new_tag), Some(new_digest)) => {
                from = new_digest.origin;
                tag = new_tag.text.to_string();
                digest = new_digest.text.to_string();
            }
            (Some(new_tag), None) => {
                from = new_tag.origin;
                self.note_dropped(&digest, node);
                tag = new_tag.text.to_string();
                digest.clear();
            }
            (None, Some(new_digest)) => {
                from = new_digest.origin;
                tag.clear();
                digest = new_digest.text.to_string();
            }
            (None, None) => {
                if let Some(suffix) = &image.tag_suffix {
                    from = suffix.origin;
                    tag.push_str(&suffix.text);
                    digest.clear();
                }
            }
        }
        let mut text = name.to_string();
        if !tag.is_empty() {
            text.push(':');
            text.push_str(&tag);
        }
        if !digest.is_empty() {
            text.push('@');
            text.push_str(&digest);
        }
        node.set_scalar(text, Tag::Unset, from);
        Ok(())
    }

    /// A new tag takes an old digest away, and with it what named the same bytes for ever.
    fn note_dropped(&mut self, digest: &str, node: &Node) {
        let Some(tag) = self.image.new_tag.as_ref().filter(|_| !digest.is_empty()) else {
            return;
        };
        self.warnings.push(
            warning(
                "kustomize-digest-dropped",
                format!("`newTag` drops the digest `{digest}`"),
            )
            .at(tag.origin, "this tag")
            .at(node.origin, "the digest is here")
            .help("add `digest` beside `newTag`"),
        );
    }
}

/// Name, tag and digest of an image.
fn split(image: &str) -> (&str, &str, &str) {
    let slash = image.find('/').filter(|at| *at > 0).unwrap_or(0);
    let rest = &image[slash..];
    let at = rest.find('@').map(|at| at + slash);
    let colon = rest.find(':').map(|at| at + slash);
    match (colon, at) {
        (None, None) => (image, "", ""),
        (Some(colon), Some(at)) if colon < at => {
            (&image[..colon], &image[colon + 1..at], &image[at + 1..])
        }
        (_, Some(at)) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn images_are_split_as_kustomize_splits_them() {
        for (image, parts) in [
            ("nginx", ("nginx", "", "")),
            ("nginx:1", ("nginx", "1", "")),
            (
                "r.io:5000/a/b:1@sha256:aa",
                ("r.io:5000/a/b", "1", "sha256:aa"),
            ),
            ("a@sha256:bb", ("a", "", "sha256:bb")),
        ] {
            assert_eq!(split(image), parts);
        }
    }
}

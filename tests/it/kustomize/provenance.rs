//! Every value knows the file and line that set it last.

use super::Tree;
use platformctl::kustomize::{Builder, Built, Node};
use platformctl::source::position;

const BASE: &str = "resources: [web.yaml]
namePrefix: p-
configMapGenerator:
- name: settings
  literals:
  - region=eu-south-1
  envs: [more.env]
";
const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: main
        image: nginx:1
        env:
        - name: S3
          value: s3.example.org
        - name: FIXED
          value: here
      volumes:
      - name: v
        configMap:
          name: settings
";
const OVERLAY: &str = "resources: [../base]
namespace: shop
commonAnnotations:
  note: text
images:
- name: nginx
  newTag: v2
patches:
- target: {kind: Deployment}
  patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      template:
        spec:
          containers:
          - name: main
            env:
            - name: S3
              value: s3.elsewhere.example
- path: more.yaml
  target: {kind: Deployment}
replacements:
- source: {kind: ConfigMap, name: settings, fieldPath: data.region}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [metadata.annotations.region]
    options: {create: true}
";

fn tree() -> Tree {
    [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("base/more.env", "A=1\nB=2\n"),
        ("overlay/kustomization.yaml", OVERLAY),
        (
            "overlay/more.yaml",
            "- op: replace\n  path: /spec/replicas\n  value: 9\n",
        ),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
    .collect()
}

/// `file:line` of a value.
fn place(builder: &Builder<'_>, tree: &Tree, node: &Node) -> String {
    let location = builder.location(node.origin).expect("a place");
    let text = String::from_utf8_lossy(&tree[&location.path]).into_owned();
    let (start, _) = location.span.expect("a span");
    format!("{}:{}", location.path, position(&text, start).line)
}

fn object<'b>(built: &'b Built, kind: &str) -> &'b Node {
    let found = built.objects.iter().find(|object| object.kind() == kind);
    &found.expect("is built").root
}

#[test]
fn values_point_at_the_line_that_set_them_last() {
    let tree = tree();
    let builder = Builder::new(&tree);
    let built = builder.build("overlay").expect("builds");
    let web = object(&built, "Deployment");
    let settings = object(&built, "ConfigMap");
    let spec = |path: &[&str]| {
        web.at(&["spec", "template", "spec"])
            .and_then(|s| s.at(path))
            .expect("is there")
            .clone()
    };
    let container = spec(&["containers"]).items()[0].clone();
    let env = |at: usize| {
        container.get("env").expect("is there").items()[at]
            .get("value")
            .expect("is there")
            .clone()
    };
    let shown = |node: &Node| place(&builder, &tree, node);
    let meta = |path: &[&str]| {
        web.get("metadata")
            .and_then(|m| m.at(path))
            .expect("is there")
            .clone()
    };

    assert_eq!(
        shown(&env(0)),
        "overlay/kustomization.yaml:21",
        "set by an inline patch"
    );
    assert_eq!(env(0).as_text(), Some("s3.elsewhere.example"));
    assert_eq!(shown(&env(1)), "base/web.yaml:16", "left alone");
    assert_eq!(
        shown(container.get("image").expect("is there")),
        "overlay/kustomization.yaml:7"
    );
    assert_eq!(
        shown(web.at(&["spec", "replicas"]).expect("is there")),
        "overlay/more.yaml:3"
    );
    assert_eq!(shown(&meta(&["namespace"])), "overlay/kustomization.yaml:2");
    assert_eq!(
        shown(&meta(&["annotations", "note"])),
        "overlay/kustomization.yaml:4"
    );
    assert_eq!(
        shown(&meta(&["annotations", "region"])),
        "base/kustomization.yaml:6",
        "the replacement's source"
    );
    assert_eq!(
        shown(settings.at(&["data", "region"]).expect("is there")),
        "base/kustomization.yaml:6"
    );
    assert_eq!(
        shown(settings.at(&["data", "B"]).expect("is there")),
        "base/more.env:2"
    );
    let volume = spec(&["volumes"]).items()[0]
        .at(&["configMap", "name"])
        .expect("is there")
        .clone();
    assert_eq!(
        shown(&volume),
        "base/kustomization.yaml:4",
        "a reference points at the name it follows"
    );
}

#[test]
fn a_problem_points_at_the_line_to_change() {
    let mut tree = tree();
    tree.insert(
        "overlay/more.yaml".to_owned(),
        b"- op: replace\n  path: /spec/replicas\n  value: 9\n- op: remove\n  path: /spec/missing\n"
            .to_vec(),
    );
    let builder = Builder::new(&tree);
    let problem = builder.build("overlay").expect_err("is refused");
    let place = problem.primary().expect("a place");
    assert_eq!(place.path, "overlay/more.yaml");
    assert!(!problem.help.is_empty());
    let sources = builder.sources();
    let (start, _) = sources.positions(place).expect("the text was read");
    assert_eq!(start.line, 4);
}

#[test]
fn builds_share_what_they_read_and_stay_apart() {
    let mut tree = tree();
    tree.insert(
        "second/kustomization.yaml".to_owned(),
        b"resources: [../base]\nnameSuffix: -two\n".to_vec(),
    );
    let builder = Builder::new(&tree);
    let first = builder.build("overlay").expect("builds");
    let second = builder.build("second").expect("builds");
    assert_eq!(builder.build("overlay").expect("builds again"), first);
    assert_eq!(
        object(&second, "Deployment")
            .at(&["metadata", "name"])
            .and_then(Node::as_text),
        Some("p-web-two")
    );
    assert_eq!(
        object(&second, "Deployment")
            .at(&["spec", "replicas"])
            .and_then(Node::as_text),
        Some("1")
    );
}

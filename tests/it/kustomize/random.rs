//! Random trees of kustomizations: small enough to read, full of what kustomize has.

use super::Tree;
use fastrand::Rng;
use std::fmt::Write as _;

const NAMES: [&str; 5] = ["web", "api", "db", "jobs", "web-2"];
const NAMESPACES: [&str; 3] = ["shop", "default", "other"];
const IMAGES: [&str; 6] = [
    "nginx",
    "nginx:1.25",
    "reg.io:5000/acme/api:v1",
    "busybox@sha256:aaaa",
    "redis:7@sha256:bbbb",
    "nginx-foo",
];

/// Values whose way through YAML and JSON is easily got wrong.
const VALUES: &[&str] = &[
    "plain",
    "\"quoted\"",
    "'single'",
    "1",
    "\"1\"",
    "1.50",
    "1e3",
    "0x1F",
    "0777",
    "0o17",
    "1_000",
    "true",
    "\"true\"",
    "yes",
    "\"no\"",
    "on",
    "~",
    "null",
    "",
    "2020-01-01",
    "\"2020-01-01\"",
    "12:30",
    "\"a: b\"",
    "\"# no comment\"",
    "a#b",
    "\"- x\"",
    "\"tab\\there\"",
    "\"trailing \"",
    "\" leading\"",
    "\"line\\nbreak\\n\"",
    "\"ends in two\\n\\n\"",
    "\"\\n starts\"",
    "\"é ü 中\"",
    "\"\u{1f600}\"",
    "\"{{ .Values.x }}\"",
    "\"*\"",
    "\"&a\"",
    "\"a long text that goes on and on until it is folded because it has more than eighty columns and more\"",
    "1.0",
    "123456789012345678901234567890",
    "1234567.5",
    "-0.0",
    ".5",
    "\"\"",
    "\"=\"",
    "<<x",
    "\"it's\"",
    "\"back\\\\slash\"",
    "1e-7",
];

/// A tree and the folder to build.
pub(super) struct Random {
    rng: Rng,
    pub(super) tree: Tree,
    /// Names of generated ConfigMaps, which references may use.
    generated: Vec<String>,
}

pub(super) fn tree(seed: u64) -> (Tree, &'static str) {
    let mut random = Random {
        rng: Rng::with_seed(seed),
        tree: Tree::new(),
        generated: Vec::new(),
    };
    random.base("base", 5);
    let mut below = vec!["../base"];
    if random.chance(30) {
        random.base("second", 3);
        below.push("../second");
    }
    let middle = random.chance(40);
    if middle {
        random.kustomization("middle", &below, &[], false);
        below = vec!["../middle"];
    }
    let mut components = Vec::new();
    if random.chance(40) {
        random.component("part");
        components.push("../part");
    }
    random.kustomization("overlay", &below, &components, true);
    (random.tree, "overlay")
}

impl Random {
    fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.rng.usize(..from.len())]
    }

    fn name(&mut self) -> &'static str {
        self.pick(&NAMES)
    }

    fn put(&mut self, path: String, text: String) {
        self.tree.insert(path, text.into_bytes());
    }

    /// Some resources and their kustomization.
    fn base(&mut self, folder: &str, most: usize) {
        let count = self.rng.usize(1..=most);
        let mut files = Vec::new();
        let mut names = NAMES;
        self.rng.shuffle(&mut names[1..]);
        for (number, name) in names.iter().enumerate().take(count) {
            // What patches and replacements are for is mostly there.
            let text = if number == 0 {
                let meta =
                    "metadata:\n  name: web\n  labels: {app: web}\n  annotations: {a.b/c: x}\n";
                self.workload("apps/v1", "Deployment", meta, "  ")
            } else {
                self.resource(name)
            };
            let file = format!("r{number}.yaml");
            self.put(format!("{folder}/{file}"), text);
            files.push(file);
        }
        let resources: Vec<&str> = files.iter().map(String::as_str).collect();
        self.kustomization(folder, &resources, &[], false);
        if folder == "second" {
            // Beside the first base names must differ.
            let file = self.tree.get_mut("second/kustomization.yaml");
            let text = file.map(std::mem::take).unwrap_or_default();
            let text = String::from_utf8(text).expect("UTF-8");
            let kept: Vec<&str> = text
                .lines()
                .filter(|line| !line.starts_with("name"))
                .collect();
            self.put(
                "second/kustomization.yaml".to_owned(),
                format!("namePrefix: s-\n{}\n", kept.join("\n")),
            );
        }
    }

    fn component(&mut self, folder: &str) {
        let mut text = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n".to_owned();
        self.fields(folder, &mut text);
        self.put(format!("{folder}/kustomization.yaml"), text);
    }

    fn kustomization(&mut self, folder: &str, resources: &[&str], components: &[&str], top: bool) {
        let mut text = String::from("resources:\n");
        for path in resources {
            let _ = writeln!(text, "- {path}");
        }
        if !components.is_empty() {
            let _ = writeln!(text, "components:\n- {}", components.join("\n- "));
        }
        if top && self.chance(20) {
            text.push_str("sortOptions: {order: fifo}\n");
        }
        self.fields(folder, &mut text);
        self.put(format!("{folder}/kustomization.yaml"), text);
    }

    /// Whatever else a kustomization has.
    fn fields(&mut self, folder: &str, text: &mut String) {
        let before = text.len();
        if self.chance(35) {
            let _ = writeln!(text, "namespace: {}", self.pick(&NAMESPACES));
        }
        if self.chance(35) {
            let _ = writeln!(text, "namePrefix: {}", self.pick(&["a-", "b-"]));
        }
        if self.chance(20) {
            let _ = writeln!(text, "nameSuffix: {}", self.pick(&["-x", "-y"]));
        }
        if self.chance(25) {
            let _ = writeln!(
                text,
                "commonLabels:\n  team: {}\n  tier: \"2\"",
                self.name()
            );
        }
        if self.chance(25) {
            let flag = self.pick(&[
                "includeSelectors: true",
                "includeTemplates: true",
                "pairs: {}",
            ]);
            let pairs = if flag.starts_with("pairs") {
                ""
            } else {
                "  pairs: {part: shop, level: \"on\"}\n"
            };
            let _ = writeln!(text, "labels:\n- {flag}\n{pairs}");
        }
        if self.chance(25) {
            text.push_str("commonAnnotations:\n  note: some text\n  number: \"5\"\n");
        }
        if self.chance(35) {
            self.images(text);
        }
        if self.chance(15) {
            text.push_str("replicas:\n- name: web\n  count: 3\n");
        }
        if self.chance(35) {
            self.generators(folder, text);
        }
        if self.chance(50) {
            self.patches(text);
        }
        if self.chance(25) {
            self.replacements(text);
        }
        if text.len() == before {
            text.push_str("namePrefix: only-\n");
        }
    }

    fn images(&mut self, text: &mut String) {
        text.push_str("images:\n");
        let name = self.pick(&[
            "nginx",
            "reg.io:5000/acme/api",
            "busybox",
            "redis",
            "nginx.*",
        ]);
        let _ = writeln!(text, "- name: {name}");
        for (key, value) in [
            ("newName", "mirror.io/x"),
            ("newTag", "\"2.0\""),
            ("digest", "sha256:cccc"),
        ] {
            if self.chance(45) {
                let _ = writeln!(text, "  {key}: {value}");
            }
        }
    }

    fn generators(&mut self, folder: &str, text: &mut String) {
        let (kind, name) = match self.rng.u8(..3) {
            0 => ("configMapGenerator", "settings"),
            1 => ("configMapGenerator", "cfg"),
            _ => ("secretGenerator", "keys"),
        };
        let _ = writeln!(text, "{kind}:\n- name: {name}");
        if self.generated.iter().any(|known| known == name) {
            let _ = writeln!(text, "  behavior: {}", self.pick(&["merge", "replace"]));
        }
        let _ = writeln!(
            text,
            "  literals:\n  - A={}\n  - B=\"q\"",
            self.pick(&["1", "x y", "<&>", "é"])
        );
        if self.chance(40) {
            self.put(
                format!("{folder}/v.env"),
                "# c\nE=1\n F=two words \nG\n".to_owned(),
            );
            text.push_str("  envs: [v.env]\n");
        }
        if self.chance(40) {
            self.put(
                format!("{folder}/f.conf"),
                "line one\n  line two\n\n".to_owned(),
            );
            text.push_str("  files: [f.conf, other=f.conf]\n");
        }
        if self.chance(20) {
            text.push_str("  options:\n    labels: {made: here}\n    immutable: true\n");
        }
        if self.chance(15) {
            text.push_str(
                "generatorOptions:\n  disableNameSuffixHash: true\n  annotations: {by: hand}\n",
            );
        }
        self.generated.push(name.to_owned());
    }

    fn patches(&mut self, text: &mut String) {
        text.push_str("patches:\n");
        for _ in 0..self.rng.usize(1..=2) {
            let kind = self.pick(&[
                "Deployment",
                "StatefulSet",
                "Service",
                "Widget",
                "CronJob",
                "ConfigMap",
                ".*",
            ]);
            let operations = self.chance(35);
            let target = match self.rng.u8(..5) {
                0 if !operations => format!("    kind: {kind}\n    name: {}\n", self.name()),
                1 if !operations => format!("    kind: {kind}\n"),
                2 if !operations => "    name: we.*|api\n".to_owned(),
                3 => "    labelSelector: app=web\n    kind: Deploy.*\n".to_owned(),
                _ => "    kind: Deployment\n    name: web\n".to_owned(),
            };
            let body = if operations {
                self.operations()
            } else {
                self.merge()
            };
            if !operations
                && body.contains("kind: Deployment")
                && body.contains("name: web\n")
                && self.chance(30)
            {
                let _ = write!(text, "- patch: |\n{body}");
                continue;
            }
            let _ = write!(text, "- target:\n{target}  patch: |\n{body}");
        }
    }

    fn operations(&mut self) -> String {
        let value = self.value();
        let value = if value.is_empty() { "null" } else { value };
        match self.rng.u8(..6) {
            0 => format!(
                "    - op: add\n      path: /metadata/labels/new\n      value: {}\n",
                self.name()
            ),
            1 => "    - op: replace\n      path: /spec/paused\n      value: 4\n".to_owned(),
            2 => format!(
                "    - op: add\n      path: /metadata/annotations/k~1y\n      value: {value}\n"
            ),
            3 => "    - op: remove\n      path: /spec/template/spec/containers/0/env\n".to_owned(),
            4 => format!(
                "    - op: add\n      path: /spec/extra\n      value: [{{a: {value}}}, 2]\n"
            ),
            _ => {
                "    - op: copy\n      from: /metadata/name\n      path: /metadata/labels/copied\n"
                    .to_owned()
            }
        }
    }

    fn merge(&mut self) -> String {
        let kind = self.pick(&["Deployment", "Widget", "Service"]);
        let api = match kind {
            "Deployment" => "apps/v1",
            "Widget" => "example.org/v1",
            _ => "v1",
        };
        let name = self.name();
        let mut body =
            format!("    apiVersion: {api}\n    kind: {kind}\n    metadata:\n      name: {name}\n");
        if self.chance(50) {
            let value = self.value();
            let _ = write!(
                body,
                "      labels:\n        app: patched\n      annotations:\n        v: {value}\n"
            );
        }
        match self.rng.u8(..8) {
            0 => body.push_str("    spec:\n      replicas: 7\n      template:\n        spec:\n          containers:\n          - name: main\n            env:\n            - {name: NEW, value: x}\n            - name: A\n              $patch: delete\n          - name: extra\n            image: busybox\n"),
            1 => body.push_str("    spec:\n      template:\n        spec:\n          containers:\n          - name: main\n            ports:\n            - {containerPort: 80, name: changed}\n            - {containerPort: 81, protocol: UDP}\n            volumeMounts:\n            - {mountPath: /new, name: data}\n"),
            2 => body.push_str("    spec: null\n"),
            3 => body.push_str("    $patch: delete\n"),
            4 => body.push_str("    spec:\n      template:\n        spec:\n          tolerations: [{key: a}]\n          volumes:\n          - name: data\n            $patch: delete\n          imagePullSecrets: [{name: pull}]\n          nodeSelector: null\n"),
            5 => body.push_str("    spec:\n      items:\n      - name: one\n      list: null\n      deep: {a: {b: null, c: 1}}\n      ports:\n      - {port: 80, name: patched}\n"),
            6 => body.push_str("    spec:\n      template:\n        $patch: replace\n        spec:\n          containers: []\n"),
            _ => body.push_str("    spec:\n      template:\n        spec:\n          containers:\n          - $patch: replace\n          - name: only\n            image: redis\n"),
        }
        body
    }

    fn replacements(&mut self, text: &mut String) {
        let source = match self.rng.u8(..3) {
            0 => "  sourceValue: fixed".to_owned(),
            1 => "  source: {kind: Deployment, name: web, fieldPath: metadata.name}".to_owned(),
            _ => "  source:\n      kind: Deployment\n      name: web\n      fieldPath: spec.template.spec.containers.[name=main].image\n      options: {delimiter: '/', index: 0}".to_owned(),
        };
        let path = self.pick(&[
            "metadata.annotations.[a.b/c]",
            "spec.template.spec.containers.[name=main].env.[name=A].value",
            "spec.template.spec.containers.*.image",
            "metadata.labels.app",
            "spec.template.spec.containers.0.name",
        ]);
        let kind = self.pick(&["Deployment", "Deployment, name: web", "Widget"]);
        let _ = write!(
            text,
            "replacements:\n-{}\n  targets:\n  - select: {{kind: {kind}}}\n    fieldPaths: ['{path}']\n",
            &source[1..]
        );
        match self.rng.u8(..4) {
            0 | 1 => text.push_str("    options: {create: true}\n"),
            2 => text.push_str("    options: {delimiter: ':', index: 1}\n"),
            _ => {}
        }
    }

    fn value(&mut self) -> &'static str {
        VALUES[self.rng.usize(..VALUES.len())]
    }

    /// Metadata with a name and perhaps more.
    fn metadata(&mut self, name: &str) -> String {
        let mut text = format!("metadata:\n  name: {name}\n");
        if self.chance(30) {
            let _ = writeln!(text, "  namespace: {}", self.pick(&NAMESPACES));
        }
        if self.chance(60) {
            let _ = writeln!(text, "  labels:\n    app: {}", self.name());
        }
        if self.chance(30) {
            let value = self.value();
            let _ = writeln!(text, "  annotations:\n    a.b/c: {value}\n    plain: x");
        }
        text
    }

    fn resource(&mut self, name: &str) -> String {
        let meta = self.metadata(name);
        let (one, two) = (self.name(), self.name());
        match self.rng.u8(..20) {
            0..=4 => self.workload("apps/v1", "Deployment", &meta, "  "),
            5 => self.workload("apps/v1", "StatefulSet", &meta, "  "),
            6 => self.workload("batch/v1", "Job", &meta, "  "),
            7 => {
                let pod = self.pod("          ");
                format!(
                    "apiVersion: batch/v1\nkind: CronJob\n{meta}spec:\n  schedule: '* * * * *'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n{pod}"
                )
            }
            8 | 9 => format!(
                "apiVersion: v1\nkind: Service\n{meta}spec:\n  selector: {{app: {one}}}\n  ports:\n  - {{port: 80, targetPort: 8080}}\n  - {{port: 81, protocol: UDP}}\n"
            ),
            10 => {
                let (a, b) = (self.value(), self.value());
                format!("apiVersion: v1\nkind: ConfigMap\n{meta}data:\n  a: {a}\n  b: {b}\n")
            }
            11 => format!(
                "apiVersion: v1\nkind: ServiceAccount\n{meta}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n{meta}roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {one}}}\nsubjects:\n- {{kind: ServiceAccount, name: {two}, namespace: shop}}\n- {{kind: ServiceAccount, name: default}}\n"
            ),
            12 => format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n{meta}rules:\n- {{apiGroups: [''], resources: [secrets], resourceNames: [{one}, {two}], verbs: [get]}}\n"
            ),
            13 => format!(
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n{meta}spec:\n  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {one}}}\n"
            ),
            14 => format!(
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\n{meta}spec:\n  tls: [{{secretName: {one}}}]\n  rules:\n  - http:\n      paths:\n      - backend: {{service: {{name: {two}, port: {{number: 80}}}}}}\n"
            ),
            15 | 16 => {
                let (a, b) = (self.value(), self.value());
                format!("apiVersion: example.org/v1\nkind: Widget\n{meta}spec:\n  image: nginx:1\n  any: {a}\n  more: [{b}]\n  containers:\n  - {{name: main, image: nginx}}\n  items:\n  - {{name: two}}\n  deep: {{a: {{x: 1}}, b: ~}}\n").replace("[]", "['']")
            }
            17 => format!(
                "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: {name}}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {one}}}\nsubjects:\n- {{kind: ServiceAccount, name: {two}, namespace: other}}\n"
            ),
            18 => format!(
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{meta}spec:\n  podSelector: {{matchLabels: {{app: {one}}}}}\n  ingress:\n  - from:\n    - podSelector: {{matchLabels: {{app: {two}}}}}\n  egress: [{{to: [{{podSelector: {{}}}}]}}]\n"
            ),
            _ => format!(
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {{name: {name}}}\n  stringData: {{a: b}}\n- apiVersion: v1\n  kind: PersistentVolumeClaim\n  metadata: {{name: {one}}}\n  spec: {{storageClassName: {two}, resources: {{requests: {{storage: 1Gi}}}}}}\n"
            ),
        }
    }

    fn workload(&mut self, api: &str, kind: &str, meta: &str, indent: &str) -> String {
        let pod = self.pod(&indent.repeat(3));
        let name = self.name();
        let replicas = if self.chance(50) {
            "  replicas: 2\n"
        } else {
            ""
        };
        format!(
            "apiVersion: {api}\nkind: {kind}\n{meta}spec:\n{replicas}  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n{pod}"
        )
    }

    fn pod(&mut self, indent: &str) -> String {
        let reference = if self.chance(60) && !self.generated.is_empty() {
            self.generated[self.rng.usize(..self.generated.len())].clone()
        } else {
            self.pick(&["settings", "cfg", "keys", "api"]).to_owned()
        };
        let (image, other, value, name) = (
            self.pick(&IMAGES),
            self.pick(&IMAGES),
            self.value(),
            self.name(),
        );
        let value = if matches!(value, "" | "~" | "null") {
            "x"
        } else {
            value
        };
        let mut text = String::new();
        if self.chance(40) {
            let _ = writeln!(text, "serviceAccountName: {name}");
        }
        if self.chance(40) {
            let _ = writeln!(
                text,
                "initContainers:\n- name: init\n  image: {other}\n  envFrom:\n  - secretRef: {{name: {reference}}}"
            );
        }
        let _ = writeln!(
            text,
            "containers:\n- name: main\n  image: {image}\n  ports:\n  - containerPort: 80\n  - {{containerPort: 80, protocol: UDP}}\n  env:\n  - name: A\n    value: {value}\n  - name: B\n    valueFrom: {{configMapKeyRef: {{name: {reference}, key: A}}}}"
        );
        if self.chance(50) {
            let _ = writeln!(text, "- {{name: side, image: {other}, args: [a, \"1\"]}}");
        }
        if self.chance(50) {
            let _ = writeln!(
                text,
                "volumes:\n- name: data\n  configMap: {{name: {reference}}}\n- name: sec\n  secret: {{secretName: {reference}}}\n- name: claim\n  persistentVolumeClaim: {{claimName: {name}}}"
            );
        }
        text.lines()
            .map(|line| format!("{indent}{line}\n"))
            .collect()
    }
}

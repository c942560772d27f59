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
    "bootstrap/argocd-cm.yaml",
    "bootstrap/bootstrap.sh",
    "bootstrap/dev.sh",
    "bootstrap/k3d.yaml",
    "bootstrap/lib.sh",
    "bootstrap/root.yaml",
    "docs/README.md",
    "docs/disaster-recovery.md",
    "docs/environments.md",
    "docs/runbook.md",
    "docs/secrets.md",
    "github/dependabot.yml",
    "github/pins-resolve.yml",
    "github/promote.yml",
    "github/release.yml",
    "github/setup-platformctl.yml",
    "github/validate.yml",
    "repository/Makefile",
    "repository/gitattributes",
    "repository/gitignore",
    "cluster/apps/service/deployment.yaml",
    "cluster/apps/service/hpa.yaml",
    "cluster/apps/service/ingress.yaml",
    "cluster/apps/service/kustomization.yaml",
    "cluster/apps/service/pdb.yaml",
    "cluster/apps/service/service.yaml",
    "cluster/apps/service/serviceaccount.yaml",
    "cluster/base/kustomization.yaml",
    "cluster/base/namespaces.yaml",
    "cluster/base/default-deny.yaml",
    "cluster/network-policies.yaml",
    "cluster/data/object-storage/kustomization.yaml",
    "cluster/data/object-storage/pdb.yaml",
    "cluster/data/object-storage/service.yaml",
    "cluster/data/object-storage/serviceaccount.yaml",
    "cluster/data/object-storage/setup-job.yaml",
    "cluster/data/object-storage/setup.sh",
    "cluster/data/object-storage/statefulset.yaml",
    "cluster/overlays/cell/applications.yaml",
    "cluster/overlays/cell/custom/kustomization.yaml",
    "cluster/overlays/cell/kustomization.yaml",
    "cluster/overlays/cell/object-storage/cell/buckets.yaml",
    "cluster/overlays/cell/object-storage/cell/kustomization.yaml",
    "cluster/overlays/cell/projects.yaml",
    "cluster/overlays/cell/service/cell/kustomization.yaml",
    "cluster/overlays/cell/unit/kustomization.yaml",
}

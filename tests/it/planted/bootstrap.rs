//! What starts clusters, planted beside the rendered example.

use crate::support::planted::Planted;

const FILE: &str = "bootstrap/production/es/config.yaml";

fn config(text: &str) -> Planted {
    Planted::example().file(FILE, text)
}

#[test]
fn res109_settings_of_k3s() {
    for (text, line) in [
        (
            "etcd-s3: true\netcd-s3-endpoint: s3.eu-west-1.amazonaws.com\n",
            "eu-west-1",
        ),
        ("etcd-s3: true\n", "etcd-s3: true"),
        (
            "etcd-s3: true\netcd-s3-config-secret: k3s-etcd\n",
            "config-secret",
        ),
        (
            "etcd-s3: true\netcd-s3-endpoint: minio.tr.carebase.example\n",
            "minio.tr",
        ),
        (
            "etcd-s3-endpoint: s3.amazonaws.com\netcd-s3-region: eu-west-3\n",
            "s3",
        ),
        (
            "datastore-endpoint: postgres://k3s:secret@db.tr.carebase.example:5432/k3s\n",
            "db.tr",
        ),
        (
            "datastore-endpoint: \"mysql://k3s:x@tcp(db.vendor.example:3306)/k3s\"\n",
            "db.vendor",
        ),
        ("disable-network-policy: true\n", "disable-network-policy"),
        ("flannel-backend: none\n", "flannel-backend"),
        (
            "node-label:\n  - \"topology.kubernetes.io/region=tr\"\n",
            "node-label",
        ),
        (
            "kube-apiserver-arg:\n  - audit-webhook-config-file=/etc/rancher/k3s/audit.yaml\n",
            "audit-webhook",
        ),
        (
            "kube-apiserver-arg:\n  - oidc-issuer-url=https://accounts.google.com\n",
            "oidc-issuer",
        ),
        ("vpn-auth: \"name=tailscale,joinKey=x\"\n", "vpn-auth"),
    ] {
        config(text).caught("RES109", FILE, line);
    }
}

#[test]
fn res109_the_same_in_scripts_and_machines() {
    let script = "bootstrap/production/es/server.sh";
    Planted::example()
        .file(script, "#!/bin/sh\nENDPOINT=s3.eu-west-1.amazonaws.com\ncurl -sfL https://get.k3s.io | INSTALL_K3S_EXEC=\"server --etcd-s3 --etcd-s3-endpoint=$ENDPOINT\" sh -\n")
        .caught("RES109", script, "ENDPOINT=s3.eu-west-1");
    Planted::example()
        .file(
            script,
            "#!/bin/sh\nk3s server \\\n  --disable-network-policy \\\n  --flannel-backend vxlan\n",
        )
        .caught("RES109", script, "disable-network-policy");
    let main = "infra/production/es/main.tf";
    let machine = |endpoint: &str| {
        Planted::example().file(
            main,
            format!("variable \"endpoint\" {{\n  default = \"{endpoint}\"\n}}\nresource \"proxmox_vm_qemu\" \"a\" {{\n  user_data = <<-EOT\n    #cloud-config\n    write_files:\n      - path: /etc/rancher/k3s/config.yaml\n        content: |\n          etcd-s3: true\n          etcd-s3-endpoint: ${{var.endpoint}}\n  EOT\n}}\n"),
        )
    };
    machine("s3.eu-west-1.amazonaws.com").caught("RES109", main, "etcd-s3-endpoint");
    machine("snapshots.es.carebase.example").silent();
    let template = "infra/production/es/init.yaml.tftpl";
    let filled = |endpoint: &str| {
        Planted::example()
            .file(template, "#cloud-config\netcd-s3: true\netcd-s3-endpoint: ${endpoint}\n")
            .file(main, format!("resource \"proxmox_vm_qemu\" \"a\" {{\n  user_data = base64encode(templatefile(\"${{path.module}}/init.yaml.tftpl\", {{ endpoint = \"{endpoint}\" }}))\n}}\n"))
    };
    filled("s3.eu-west-1.amazonaws.com").caught("RES109", template, "etcd-s3-endpoint");
    filled("snapshots.es.carebase.example").silent();
    Planted::example()
        .file(
            template,
            "#cloud-config\netcd-s3: true\netcd-s3-endpoint: ${endpoint}\n",
        )
        .caught("RES109", template, "etcd-s3-endpoint");
}

#[test]
fn res109_is_silent_about_what_stays_at_home() {
    for text in [
        "etcd-s3: true\netcd-s3-endpoint: snapshots.es.carebase.example\netcd-s3-region: us-east-1\n",
        "etcd-s3: false\n",
        "# etcd-s3: true\ncluster-init: true\n",
        "disable-network-policy: false\nflannel-backend: vxlan\n",
        "node-label:\n  - \"topology.kubernetes.io/region=es\"\n  - \"topology.kubernetes.io/zone=europe-southwest1-a\"\n  - disk=ssd\n",
        "node-label:\n  - \"topology.kubernetes.io/region=europe-southwest1\"\n",
        "datastore-endpoint: postgres://k3s:x@db.es.carebase.example:5432/k3s\n",
    ] {
        config(text).silent();
    }
    // Another network that enforces policies takes the place of the one of k3s.
    config("flannel-backend: none\ndisable-network-policy: true\n")
        .file(
            "bootstrap/production/es/network.sh",
            "#!/bin/sh\ncilium install --version 1.18.0\n",
        )
        .silent();
    config("kube-apiserver-arg:\n  - audit-webhook-config-file=/etc/rancher/k3s/audit.yaml\n")
        .file("bootstrap/production/es/audit.yaml", "apiVersion: v1\nkind: Config\nclusters:\n  - name: audit\n    cluster:\n      server: https://audit.es.carebase.example/k8s\n")
        .silent();
    Planted::example()
        .file(
            "bootstrap/dev-local/config.yaml",
            "disable-network-policy: true\n",
        )
        .silent();
}

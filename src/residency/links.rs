//! What makes links between clusters and ways around the ingress: programs, kinds of objects, marks on objects.
//!
//! Names are those under which the projects publish their images and their kinds.

/// A program, and the image repositories it comes in. A repository is compared whole, or by its last parts.
pub(super) const IMAGES: &[(&str, &[&str])] = &[
    (
        "Cloudflare Tunnel",
        &[
            "cloudflared",
            "cloudflare-tunnel-ingress-controller",
            "cloudflare-operator",
        ],
    ),
    (
        "ngrok",
        &[
            "ngrok",
            "ngrok-operator",
            "ngrok/kubernetes-ingress-controller",
        ],
    ),
    (
        "Tailscale",
        &[
            "tailscale",
            "tailscaled",
            "k8s-operator",
            "k8s-proxy",
            "k8s-nameserver",
        ],
    ),
    ("Headscale", &["headscale"]),
    ("frp", &["frp", "frpc", "frps"]),
    (
        "WireGuard",
        &[
            "wireguard",
            "wg-easy",
            "wireguard-operator",
            "boringtun",
            "wstunnel",
        ],
    ),
    (
        "Submariner",
        &[
            "submariner-gateway",
            "submariner-route-agent",
            "submariner-globalnet",
            "submariner-operator",
            "lighthouse-agent",
            "lighthouse-coredns",
        ],
    ),
    (
        "Skupper",
        &[
            "skupper-router",
            "skupper-cli",
            "skupper-controller",
            "kube-adaptor",
            "service-controller",
            "config-sync",
            "skupper",
        ],
    ),
    ("Cilium ClusterMesh", &["clustermesh-apiserver"]),
    (
        "Linkerd multicluster",
        &[
            "service-mirror",
            "multicluster-controller",
            "linkerd-multicluster",
        ],
    ),
    (
        "inlets",
        &["inlets", "inlets-pro", "inlets-operator", "inlets-client"],
    ),
    ("bore", &["bore"]),
    (
        "ZeroTier",
        &["zerotier", "zerotier-one", "zerotier-containerized"],
    ),
    ("NetBird", &["netbird", "netbird-operator"]),
    ("OpenVPN", &["openvpn", "openvpn-client", "openvpn-as"]),
    ("IPsec", &["strongswan", "libreswan", "ipsec-vpn-server"]),
    (
        "OpenZiti",
        &["ziti-router", "ziti-tunnel", "ziti-edge-tunnel", "zrok"],
    ),
    ("Nebula", &["nebula"]),
    ("Chisel", &["chisel", "chisel-operator"]),
    ("GOST", &["gost"]),
    ("rathole", &["rathole"]),
    (
        "Teleport",
        &["teleport", "teleport-kube-agent", "teleport-distroless"],
    ),
    ("Twingate", &["twingate", "twingate/connector"]),
    ("Boundary", &["boundary", "boundary-worker"]),
    (
        "SSH",
        &["autossh", "sish", "ssh-tunnel", "docker-ssh-tunnel"],
    ),
    (
        "Telepresence",
        &["tel2", "telepresence", "ambassador-telepresence-manager"],
    ),
    ("kubefwd", &["kubefwd"]),
    (
        "localtunnel",
        &["localtunnel", "pagekite", "pinggy", "playit"],
    ),
    ("Kilo", &["kilo"]),
    ("Netmaker", &["netclient", "netmaker"]),
    ("Liqo", &["liqo", "liqonet"]),
    (
        "Proxies that hide where they go",
        &[
            "shadowsocks",
            "shadowsocks-libev",
            "v2ray",
            "xray",
            "sing-box",
            "tor",
            "torproxy",
        ],
    ),
];

/// Groups of kinds that make links, by the end of the group's name.
pub(super) const GROUPS: &[(&str, &str)] = &[
    ("submariner.io", "Submariner"),
    ("skupper.io", "Skupper"),
    ("tailscale.com", "Tailscale"),
    ("k8s.ngrok.com", "ngrok"),
    ("cfargotunnel.com", "Cloudflare Tunnel"),
    ("cloudflare-operator.io", "Cloudflare Tunnel"),
    ("multicluster.linkerd.io", "Linkerd multicluster"),
    ("multicluster.x-k8s.io", "multi-cluster Services"),
    ("multicluster.admiralty.io", "Admiralty"),
    ("inlets.dev", "inlets"),
    ("netbird.io", "NetBird"),
    ("kilo.squat.ai", "Kilo"),
    ("liqo.io", "Liqo"),
    ("karmada.io", "Karmada"),
    ("open-cluster-management.io", "Open Cluster Management"),
    ("twingate.com", "Twingate"),
    ("wireguard-operator.io", "WireGuard"),
    ("ziti.openziti.io", "OpenZiti"),
    ("consul.hashicorp.com", "Consul"),
    ("kuma.io", "Kuma"),
];

/// Kinds that make links, of groups whose other kinds do not.
pub(super) const KINDS: &[(&str, &[&str])] = &[
    (
        "consul.hashicorp.com",
        &[
            "PeeringAcceptor",
            "PeeringDialer",
            "ExportedServices",
            "SamenessGroup",
        ],
    ),
    ("kuma.io", &["Zone", "ZoneIngress", "ZoneEgress"]),
];

/// Labels and annotations that make links, by what the key starts with; the value if only one does.
pub(super) const MARKS: &[(&str, Option<&str>, &str)] = &[
    ("tailscale.com/", None, "Tailscale"),
    (
        "service.cilium.io/global",
        Some("true"),
        "Cilium ClusterMesh",
    ),
    (
        "io.cilium/global-service",
        Some("true"),
        "Cilium ClusterMesh",
    ),
    (
        "service.cilium.io/shared",
        Some("true"),
        "Cilium ClusterMesh",
    ),
    ("mirror.linkerd.io/", None, "Linkerd multicluster"),
    ("multicluster.linkerd.io/", None, "Linkerd multicluster"),
    ("skupper.io/", None, "Skupper"),
    ("k8s.ngrok.com/", None, "ngrok"),
    (
        "topology.istio.io/network",
        None,
        "an Istio network of several clusters",
    ),
    (
        "istio/multiCluster",
        Some("true"),
        "an Istio network of several clusters",
    ),
    (
        "istio",
        Some("eastwestgateway"),
        "an Istio network of several clusters",
    ),
    ("tunnels.cloudflare.com/", None, "Cloudflare Tunnel"),
    ("inlets.dev/", None, "inlets"),
    ("consul.hashicorp.com/mesh-gateway-mode", None, "Consul"),
    ("multicluster.admiralty.io/", None, "Admiralty"),
    ("submariner.io/", None, "Submariner"),
    ("liqo.io/", None, "Liqo"),
];

/// Classes of Ingress and load balancer that are tunnels.
pub(super) const CLASSES: [&str; 5] = [
    "tailscale",
    "ngrok",
    "cloudflare-tunnel",
    "cloudflare",
    "inlets",
];

/// Charts that bring a link.
pub(super) const CHARTS: &[(&str, &str)] = &[
    ("cloudflare-tunnel", "Cloudflare Tunnel"),
    ("cloudflare-tunnel-remote", "Cloudflare Tunnel"),
    ("cloudflared", "Cloudflare Tunnel"),
    ("cloudflare-tunnel-ingress-controller", "Cloudflare Tunnel"),
    ("tailscale-operator", "Tailscale"),
    ("ngrok-operator", "ngrok"),
    ("ngrok-ingress-controller", "ngrok"),
    ("kubernetes-ingress-controller", "ngrok"),
    ("submariner-operator", "Submariner"),
    ("submariner-k8s-broker", "Submariner"),
    ("skupper", "Skupper"),
    ("linkerd-multicluster", "Linkerd multicluster"),
    ("netbird-operator", "NetBird"),
    ("inlets-operator", "inlets"),
    ("inlets-tcp-client", "inlets"),
    ("teleport-kube-agent", "Teleport"),
    ("telepresence-oss", "Telepresence"),
    ("traffic-manager", "Telepresence"),
    ("liqo", "Liqo"),
    ("karmada", "Karmada"),
    ("frpc", "frp"),
    ("wireguard", "WireGuard"),
    ("openvpn", "OpenVPN"),
    ("connector", "Twingate"),
];

/// Commands that open a link: the program, and a word that has to follow; empty for none.
pub(super) const COMMANDS: &[(&str, &[&str])] = &[
    ("cloudflared", &[]),
    ("ngrok", &[]),
    ("tailscale", &["up", "funnel", "serve"]),
    ("tailscaled", &[]),
    ("frpc", &[]),
    ("frps", &[]),
    ("wg-quick", &[]),
    ("wg", &["set", "setconf", "syncconf", "addconf"]),
    ("wireguard-go", &[]),
    ("autossh", &[]),
    ("inlets", &[]),
    ("inlets-pro", &[]),
    ("bore", &["local", "server"]),
    ("zerotier-one", &[]),
    ("zerotier-cli", &["join"]),
    ("netbird", &["up", "service"]),
    ("openvpn", &[]),
    ("chisel", &["client", "server"]),
    ("rathole", &[]),
    ("kubefwd", &[]),
    ("telepresence", &[]),
    ("skupper", &[]),
    ("subctl", &[]),
    ("liqoctl", &[]),
    ("localtunnel", &[]),
    ("zrok", &[]),
    ("teleport", &["start"]),
    ("sshuttle", &[]),
    ("wstunnel", &[]),
];

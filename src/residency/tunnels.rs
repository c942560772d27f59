//! How programs that make tunnels and links are recognised: by image, kind, command and configuration.

use super::links::{COMMANDS, GROUPS, IMAGES, KINDS};

/// An image without tag and digest.
pub(super) fn without_tag(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// The program that an image is, if it is one that makes links.
pub(super) fn of_image(image: &str) -> Option<&'static str> {
    let name = without_tag(image).to_lowercase();
    let parts: Vec<&str> = name.split('/').collect();
    let last = *parts.last()?;
    let is = |known: &str| {
        if known.contains('/') {
            let before = name.strip_suffix(known);
            before.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        } else {
            last == known
        }
    };
    let owner = |word: &str| parts.iter().rev().skip(1).any(|part| part.contains(word));
    let known = IMAGES.iter().find(|(program, names)| {
        // Names that others use too count under their maker's name only.
        let is_common = matches!(
            last,
            "k8s-operator"
                | "k8s-proxy"
                | "k8s-nameserver"
                | "service-controller"
                | "config-sync"
                | "kube-adaptor"
                | "nebula"
                | "kilo"
                | "gost"
                | "bore"
                | "boundary"
                | "tor"
        );
        let maker = match *program {
            "Nebula" => "slackhq",
            "Kilo" => "squat",
            "GOST" => "go",
            "bore" => "ekzhang",
            "Boundary" => "hashicorp",
            "Proxies that hide where they go" => "",
            program => program,
        };
        names.iter().any(|known| is(known)) && (!is_common || owner(&maker.to_lowercase()))
    });
    let by_owner = || {
        [
            "tailscale",
            "submariner",
            "skupper",
            "netbirdio",
            "zerotier",
            "ngrok",
            "openziti",
            "inlets",
        ]
        .into_iter()
        .find(|owner| parts.iter().rev().skip(1).any(|part| part == owner))
    };
    known.map(|(program, _)| *program).or_else(by_owner)
}

/// The program whose kind makes a link.
pub(super) fn of_kind(group: &str, kind: &str) -> Option<&'static str> {
    let (known, program) = GROUPS.iter().find(|(known, _)| {
        group == *known
            || group
                .strip_suffix(known)
                .is_some_and(|rest| rest.ends_with('.'))
    })?;
    match KINDS.iter().find(|(own, _)| own == known) {
        Some((_, kinds)) => kinds.contains(&kind).then_some(program),
        None => Some(program),
    }
}

/// The program of a command line that opens a link.
pub(super) fn link<'w>(words: &[&'w str]) -> Option<&'w str> {
    let name = |word: &'w str| word.rsplit('/').next().unwrap_or(word);
    for (at, word) in words.iter().enumerate() {
        let rest = &words[at + 1..];
        let program = name(word);
        if program == "ssh" && rest.iter().any(|word| is_forward(word)) {
            return Some(program);
        }
        let known = COMMANDS.iter().find(|(known, _)| *known == program);
        // A program stands first, or behind what starts others.
        let is_start = at == 0
            || matches!(
                name(words[at - 1]),
                "exec" | "sudo" | "nohup" | "&&" | "||" | ";" | "|" | "&" | "--"
            );
        if let Some((_, followers)) = known
            && is_start
            && (followers.is_empty() || rest.iter().any(|word| followers.contains(word)))
        {
            return Some(program);
        }
    }
    None
}

/// Options by which ssh forwards ports or networks.
fn is_forward(word: &str) -> bool {
    let option = word.strip_prefix('-').unwrap_or_default();
    option.starts_with(['R', 'L', 'D', 'w', 'W'])
        || (option.len() > 1
            && option.bytes().all(|byte| byte.is_ascii_alphabetic())
            && option.ends_with(['R', 'L', 'D', 'w']))
}

/// The first line of a script that opens a link, and the program.
pub(super) fn link_in_script(script: &str) -> Option<(&str, &str)> {
    script.lines().map(str::trim).find_map(|line| {
        if line.starts_with('#') {
            return None;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        Some((line, link(&words)?))
    })
}

/// The line of a text of configuration that belongs to a tunnel, and the program.
pub(super) fn link_config<'t>(key: &str, text: &'t str) -> Option<(&'t str, &'static str)> {
    let line =
        |wanted: &dyn Fn(&str) -> bool| text.lines().map(str::trim).find(|line| wanted(line));
    let setting = |line: &str, name: &str| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['=', ':']))
    };
    let has_peer = text.contains("[Peer]") && text.contains("[Interface]");
    if has_peer {
        return Some((line(&|l| setting(l, "Endpoint"))?, "WireGuard"));
    }
    if key.starts_with("frpc") || key.starts_with("frps") {
        let found = line(&|l| setting(l, "server_addr") || setting(l, "serverAddr"))?;
        return Some((found, "frp"));
    }
    if key.starts_with("ngrok") {
        return Some((
            line(&|l| setting(l, "tunnels") || setting(l, "endpoints"))?,
            "ngrok",
        ));
    }
    let tunnel = line(&|l| setting(l, "tunnel"));
    let is_cloudflare = tunnel.is_some() && line(&|l| l.starts_with("credentials-file:")).is_some();
    tunnel
        .filter(|_| is_cloudflare)
        .map(|line| (line, "Cloudflare Tunnel"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_their_images() {
        for image in [
            "cloudflare/cloudflared:2026.8.0",
            "docker.io/fatedier/frpc@sha256:00",
            "registry.example:5000/mirror/ngrok",
            "ghcr.io/tailscale/k8s-operator:v1",
            "quay.io/submariner/submariner-gateway:0.20",
            "ghcr.io/slackhq/nebula:1",
            "linuxserver/wireguard",
        ] {
            assert!(of_image(image).is_some(), "{image}");
        }
        for image in [
            "ghcr.io/acme/backend-api:1",
            "docker.io/bitnami/sealed-secrets-controller:1",
            "ghcr.io/acme/nebula:1",
            "ghcr.io/external-secrets/k8s-operator",
            "docker.io/library/nginx",
        ] {
            assert_eq!(of_image(image), None, "{image}");
        }
    }

    #[test]
    fn commands_are_known_where_they_are_started() {
        let link = |line: &str| super::link(&line.split_whitespace().collect::<Vec<_>>()).is_some();
        for line in [
            "ssh -N -R 5432:postgres:5432 me@host.example",
            "ssh -fNL 8080:a:80 b",
            "/usr/local/bin/cloudflared tunnel run",
            "sleep 1 && exec ngrok tcp 5432",
            "tailscale up --authkey x",
        ] {
            assert!(link(line), "{line}");
        }
        for line in [
            "ssh -i key git@host.example",
            "echo no ngrok here",
            "tailscale version",
            "node server.js --bore",
        ] {
            assert!(!link(line), "{line}");
        }
    }
}

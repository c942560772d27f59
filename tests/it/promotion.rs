//! What may move where, on a platform with three environments.

use platformctl::model::{self, Platform};
use platformctl::pins::{self, Pin};
use platformctl::promotion::*;
use std::collections::BTreeMap;

pub(crate) const PLATFORM: &str = r#"
schema = 1
[platform]
name = "carebase"
repository = "https://github.com/acme/platform"
registry = "ghcr.io/acme"
[residency.jurisdictions.TR]
countries = ["TR"]
[residency.jurisdictions.ES]
countries = ["ES"]
[regions.tr]
jurisdiction = "TR"
provider = "onprem"
location = "ist-dc1"
domain = "tr.carebase.example"
[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "es.carebase.example"
[regions.es2]
jurisdiction = "ES"
provider = "aws"
location = "eu-south-2"
domain = "es2.carebase.example"
[environments.staging]
regions = ["tr", "es"]
[environments.production]
regions = ["tr", "es", "es2"]
promote-from = "staging"
waves = [["es"], ["tr", "es2"]]
[services.web]
port = 3000
[services.api]
port = 8000
[services.ai]
port = 8001
"#;
const OID: &str = "0123456789012345678901234567890123456789";

pub(crate) fn digest(n: u8) -> String {
    format!("sha256:{}", format!("{n:02x}").repeat(32))
}

/// A commit with pins that tests set.
struct World {
    platform: Platform,
    texts: BTreeMap<String, String>,
}

impl World {
    fn new() -> Self {
        let (platform, _) = model::load(PLATFORM).unwrap_or_else(|p| panic!("{p:#?}"));
        let mut texts = BTreeMap::new();
        for cell in &platform.cells {
            for service in platform.services.values() {
                texts.insert(
                    cell.pins(&service.name),
                    pins::unreleased(&service.name, &service.image, &cell.name),
                );
            }
        }
        Self { platform, texts }
    }

    fn path(&self, cell: &str, service: &str) -> String {
        self.platform.cell(cell).expect("a cell").pins(service)
    }

    fn set(&mut self, cell: &str, service: &str, tag: Option<&str>, n: Option<u8>) {
        let path = self.path(cell, service);
        let image = self.platform.services[service].image.to_string();
        let pin = Pin::new(tag, n.map(digest).as_deref());
        let text = pins::write(&path, &self.texts[&path], &image, &pin).expect("written");
        self.texts.insert(path, text);
    }

    fn base(&self) -> Base<'_> {
        Base {
            platform: &self.platform,
            oid: OID,
            texts: &self.texts,
        }
    }

    fn promote(&self, services: &[&str], regions: &[&str]) -> Result<Promotion, Refusal> {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        promote(
            &self.base(),
            &PromoteRequest {
                from: "staging".into(),
                to: "production".into(),
                services: own(services),
                regions: own(regions),
            },
        )
    }

    /// What a merge of every proposal would make of the commit.
    fn merge(&mut self, promotion: &Promotion) {
        for step in &promotion.steps {
            if let State::Ready(proposal) = &step.state {
                self.texts.extend(proposal.files.clone());
            }
        }
    }
}

fn moved(step: &Step) -> Vec<String> {
    step.changes
        .iter()
        .map(|c| format!("{} {} {}", c.service, c.cell, c.to.short()))
        .collect()
}

fn ready(step: &Step) -> &Proposal {
    match &step.state {
        State::Ready(proposal) => proposal,
        State::Waiting(cells) => panic!("waits for {cells:?}"),
    }
}

fn code(result: Result<Promotion, Refusal>) -> (&'static str, String) {
    match result.expect_err("refused") {
        Refusal::Usage(d) => (
            "usage",
            format!("{} / {}", d[0].message, d[0].help.join(" ")),
        ),
        Refusal::Policy(d) => (
            "policy",
            format!("{} / {}", d[0].message, d[0].help.join(" ")),
        ),
    }
}

#[test]
fn pins_are_copied_exactly_wave_by_wave() {
    let mut world = World::new();
    for cell in ["staging/tr", "staging/es"] {
        world.set(cell, "web", Some("1.20"), Some(1));
    }
    world.set("staging/es", "api", Some("v2"), Some(2));
    world.set("staging/tr", "api", Some("v3"), Some(3));
    world.set("production/es", "web", Some("1.10"), Some(9));

    // `api` differs between the cells of staging, and production/es2 has no counterpart.
    let (kind, text) = code(world.promote(&[], &[]));
    assert_eq!(kind, "policy");
    assert!(
        text.contains("`api`")
            && text.contains("`es2`")
            && text.contains("platformctl release api --env staging"),
        "{text}"
    );

    let first = world.promote(&["web"], &[]).expect("promoted");
    assert_eq!(first.steps.len(), 2);
    assert_eq!(
        moved(&first.steps[0]),
        ["web production/es 1.20 010101010101"]
    );
    assert_eq!(
        first.steps[0].changes[0].from,
        Pin::new(Some("1.10"), Some(&digest(9)))
    );
    assert_eq!(
        first.steps[1].state,
        State::Waiting(vec!["production/es".into()])
    );
    assert_eq!(moved(&first.steps[1]).len(), 2);
    let proposal = ready(&first.steps[0]);
    assert_eq!(proposal.branch, "promote/production/es/svc-web");
    assert_eq!(proposal.title, "promote: web → production/es (wave 1)");
    assert_eq!(proposal.headline, "chore(promote): web → production/es");
    assert_eq!(proposal.base_branch, "main");
    assert_eq!(proposal.base_oid, OID);
    assert_eq!(
        proposal.labels,
        ["promotion", "env/production", "region/es", "wave/1"]
    );
    assert!(proposal.message.ends_with(&format!("\n\nPromotion-Id: {}\nPromotion-From: staging@{OID}\nPromotion-To: production/es\n{MANAGED_TRAILER}\n", proposal.id)), "{}", proposal.message);
    assert_eq!(
        proposal.files.keys().collect::<Vec<_>>(),
        [&world.path("production/es", "web")]
    );
    assert!(
        proposal.body.contains(
            "| `web` | `production/es` | `1.10` `090909090909` | `1.20` `010101010101` |"
        ),
        "{}",
        proposal.body
    );
    assert_eq!(
        world.promote(&["web"], &[]).expect("again"),
        first,
        "the same answer every time"
    );

    world.merge(&first);
    let second = world.promote(&["web"], &[]).expect("promoted");
    assert!(second.steps[0].changes.is_empty() && ready(&second.steps[0]).files.is_empty());
    assert_eq!(
        moved(&second.steps[1]),
        [
            "web production/es2 1.20 010101010101",
            "web production/tr 1.20 010101010101"
        ]
    );
    assert!(
        ready(&second.steps[1])
            .branch
            .starts_with("promote/production/set-")
    );
    assert_eq!(
        ready(&second.steps[1]).title,
        "promote: web → production (tr, es2) (wave 2)"
    );

    world.merge(&second);
    let third = world.promote(&["web"], &[]).expect("promoted");
    assert!(third.steps.iter().all(|step| ready(step).files.is_empty()));
    let pin = pins::read(
        "p",
        &world.texts[&world.path("production/tr", "web")],
        "ghcr.io/acme/web",
    )
    .expect("read");
    assert_eq!(pin, Pin::new(Some("1.20"), Some(&digest(1))));
    assert!(world.texts[&world.path("production/tr", "web")].contains("newTag: \"1.20\""));
}

#[test]
fn what_was_never_released_is_left_out_and_said() {
    let mut world = World::new();
    for cell in ["staging/tr", "staging/es"] {
        world.set(cell, "web", None, Some(1));
    }
    world.set("staging/es", "api", None, Some(2));
    let promotion = world.promote(&[], &["es"]).expect("promoted");
    assert_eq!(
        moved(&promotion.steps[0]),
        [
            "api production/es 020202020202",
            "web production/es 010101010101"
        ]
    );
    assert_eq!(
        promotion.skipped,
        [Skipped {
            service: "ai".into(),
            cell: "production/es".into(),
            reason: "never released in staging".into()
        }]
    );
    let proposal = ready(&promotion.steps[0]);
    assert!(
        proposal
            .body
            .contains("### Left out\n\n- `ai` in `production/es`: never released in staging\n"),
        "{}",
        proposal.body
    );
    assert_eq!(
        proposal.headline,
        "chore(promote): api, web → production/es"
    );
    assert_eq!(proposal.branch, "promote/production/es/all");

    assert_eq!(code(world.promote(&["ai"], &[])).0, "policy");
    assert!(
        code(world.promote(&["ai", "web"], &["es"]))
            .1
            .starts_with("`ai` was never released in `staging`")
    );
    assert!(
        code(World::new().promote(&[], &[]))
            .1
            .starts_with("nothing was ever released in `staging`")
    );
}

#[test]
fn a_later_wave_waits_even_when_it_is_asked_for_alone() {
    let mut world = World::new();
    for cell in ["staging/tr", "staging/es"] {
        world.set(cell, "web", None, Some(1));
    }
    let promotion = world.promote(&["web"], &["tr"]).expect("answered");
    assert_eq!(promotion.steps.len(), 1);
    assert_eq!(
        promotion.steps[0].state,
        State::Waiting(vec!["production/es".into()])
    );
    assert_eq!(promotion.steps[0].branch, "promote/production/tr/svc-web");
    // The earlier wave runs something else than would be promoted now: still waiting.
    world.set("production/es", "web", None, Some(7));
    let promotion = world.promote(&["web"], &["tr"]).expect("answered");
    assert!(matches!(promotion.steps[0].state, State::Waiting(_)));
    world.set("production/es", "web", None, Some(1));
    let promotion = world.promote(&["web"], &["tr"]).expect("answered");
    assert_eq!(
        moved(&promotion.steps[0]),
        ["web production/tr 010101010101"]
    );
    ready(&promotion.steps[0]);
}

#[test]
fn refusals_say_what_to_do() {
    let mut world = World::new();
    for cell in ["staging/tr", "staging/es"] {
        world.set(cell, "web", Some("v1"), None);
    }
    let (kind, text) = code(world.promote(&["web"], &[]));
    assert_eq!(kind, "policy");
    assert!(
        text.contains("without a digest") && text.contains("--tag v1 --digest"),
        "{text}"
    );
    let (kind, text) = code(world.promote(&["wbe"], &[]));
    assert_eq!(
        (kind, text.contains("did you mean `web`?")),
        ("usage", true),
        "{text}"
    );
    let (kind, text) = code(world.promote(&[], &["es3"]));
    assert_eq!(
        (kind, text.contains("did you mean")),
        ("usage", true),
        "{text}"
    );
    let pair = |from: &str, to: &str| {
        code(promote(
            &world.base(),
            &PromoteRequest {
                from: from.into(),
                to: to.into(),
                ..PromoteRequest::default()
            },
        ))
    };
    assert_eq!(pair("stagin", "production").0, "usage");
    assert_eq!(pair("staging", "prod").0, "usage");
    let (kind, text) = pair("production", "staging");
    assert_eq!(
        (kind, text.contains("takes releases")),
        ("policy", true),
        "{text}"
    );
    let (kind, text) = pair("production", "production");
    assert_eq!(
        (kind, text.contains("staging→production")),
        ("policy", true),
        "{text}"
    );

    let path = world.path("production/es", "web");
    world.texts.insert(
        path.clone(),
        "kind: Component\nimages: [{name: &a ghcr.io/acme/web}]\n".into(),
    );
    let (kind, text) = code(world.promote(&["api", "web"], &[]));
    assert_eq!(kind, "policy", "{text}");
    world.texts.remove(&path);
    world.set("staging/es", "web", Some("v1"), Some(1));
    let (kind, text) = code(world.promote(&["web"], &["es"]));
    assert_eq!(
        (kind, text.contains("platformctl render")),
        ("policy", true),
        "{text}"
    );
}

#[test]
fn ids_name_the_values() {
    let mut world = World::new();
    let id = |world: &World| {
        ready(&world.promote(&["web"], &["es"]).expect("promoted").steps[0])
            .id
            .clone()
    };
    world.set("staging/es", "web", Some("v1"), Some(1));
    let one = id(&world);
    assert!(one.len() == 16 && one.bytes().all(|b| b.is_ascii_hexdigit()));
    world.set("production/es", "web", Some("v0"), Some(8));
    assert_eq!(id(&world), one, "where it comes from does not matter");
    world.set("staging/es", "web", Some("v1"), Some(2));
    assert_ne!(id(&world), one);
    world.set("staging/es", "web", Some("v2"), Some(1));
    assert_ne!(id(&world), one, "the tag is part of the value");
}

#[test]
fn releases_go_only_where_nothing_is_promoted_to() {
    let mut world = World::new();
    let request = ReleaseRequest {
        service: "web".into(),
        environment: "staging".into(),
        region: None,
        digest: digest(5),
        tag: Some("v5".into()),
    };
    let promotion = release(&world.base(), &request).expect("released");
    assert_eq!(
        moved(&promotion.steps[0]),
        [
            "web staging/es v5 050505050505",
            "web staging/tr v5 050505050505"
        ]
    );
    let proposal = ready(&promotion.steps[0]);
    assert_eq!(proposal.branch, "release/staging/all/svc-web");
    assert_eq!(proposal.headline, "chore(release): web v5 → staging");
    assert_eq!(proposal.title, "release: web v5 → staging");
    assert!(
        proposal
            .message
            .contains(&format!("Promotion-To: staging\n{MANAGED_TRAILER}\n"))
    );
    for branch in [&proposal.branch, "promote/production/all/all"] {
        assert!(git2::Reference::is_valid_name(&format!(
            "refs/heads/{branch}"
        )));
    }
    let one = ReleaseRequest {
        region: Some("tr".into()),
        tag: None,
        ..request.clone()
    };
    let single = release(&world.base(), &one).expect("released");
    assert_eq!(
        (
            single.steps[0].branch.as_str(),
            single.steps[0].changes.len()
        ),
        ("release/staging/tr/svc-web", 1)
    );

    world.merge(&promotion);
    assert!(
        release(&world.base(), &request).expect("again").steps[0]
            .changes
            .is_empty()
    );

    for (wrong, kind, word) in [
        (
            ReleaseRequest {
                environment: "production".into(),
                ..request.clone()
            },
            "policy",
            "platformctl promote staging→production --service web",
        ),
        (
            ReleaseRequest {
                environment: "stagin".into(),
                ..request.clone()
            },
            "usage",
            "did you mean `staging`?",
        ),
        (
            ReleaseRequest {
                service: "wep".into(),
                ..request.clone()
            },
            "usage",
            "did you mean `web`?",
        ),
        (
            ReleaseRequest {
                region: Some("zagreb".into()),
                ..request.clone()
            },
            "usage",
            "known: tr, es",
        ),
        (
            ReleaseRequest {
                digest: "sha256:12".into(),
                ..request.clone()
            },
            "usage",
            "64",
        ),
        (
            ReleaseRequest {
                tag: Some("v 1".into()),
                ..request.clone()
            },
            "usage",
            "such as",
        ),
        (
            ReleaseRequest {
                tag: Some("unreleased".into()),
                ..request.clone()
            },
            "usage",
            "such as",
        ),
    ] {
        let (found, text) = code(release(&world.base(), &wrong));
        assert_eq!((found, text.contains(word)), (kind, true), "{text}");
    }
}

//! RES210: parts of Supabase that use a service outside the cell.

use super::built::finding;
use super::found::Found;
use super::reach::{self, Leak};
use super::rule::{Input, Rule, Weight};
use crate::facts::{Address, CellFacts, Container, Destination, Host, Setting, Variable, Workload};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES210",
    title: "Supabase uses a service outside",
    severity: Weight::Critical,
    rationale: "A part of Supabase that is hosted elsewhere gets what the cell keeps: mails and messages of accounts carry addresses and one-time links, hooks \
        carry accounts, files are in the bucket, logs in the analytics backend. The rule looks at what auth, storage, analytics and functions are told: \
        SMTP, SMS, captcha, hooks and templates, S3 endpoints and their region, BigQuery, what functions may call, and every address of the managed \
        Supabase.",
    fix: "Use the parts in the cell, and for mails a relay in the jurisdiction that `[[endpoints]]` declares.",
    example_bad: "GOTRUE_SMTP_HOST: smtp.sendgrid.net",
    example_good: "GOTRUE_SMTP_HOST: smtp.relay.example   # declared in [[endpoints]] for this region",
    exceptable: true,
    check,
};

/// Domains of the managed service. <https://supabase.com/docs/guides/platform/custom-domains>
const MANAGED: &[&str] = &[
    "supabase.co",
    "supabase.com",
    "supabase.in",
    "supabase.net",
    "supabase.red",
];

/// Beginnings of variables with addresses that parts of Supabase contact.
/// <https://github.com/supabase/auth/blob/master/example.env>, <https://github.com/supabase/storage/blob/master/.env.sample>
const CONTACTS: &[&str] = &[
    "STORAGE_S3_",
    "GLOBAL_S3_",
    "GOTRUE_SMTP_HOST",
    "GOTRUE_HOOK_",
    "GOTRUE_MAILER_TEMPLATES_",
    "GOTRUE_WEBHOOK_",
    "GOTRUE_SMS_",
    "GOTRUE_SECURITY_CAPTCHA_",
    "STORAGE_WEBHOOK_",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut count = 0;
        for workload in &here.workloads {
            for container in &workload.containers {
                let judge = Judge {
                    input,
                    here,
                    workload,
                    container,
                };
                count += usize::from(judge.is_supabase());
                for variable in &container.env {
                    judge.variable(variable, out);
                }
            }
        }
        texts(input, here, out);
        out.examined(&RULE, here, count);
    }
}

/// Addresses of the managed service in texts of configuration and code.
fn texts(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    for config in &here.configs {
        // Most texts name nothing of it.
        let lines = config.text.lines().filter(|line| has_managed(line));
        for line in lines {
            for word in
                line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
            {
                let host = word.to_lowercase();
                let is_comment = ["//", "#", "--"]
                    .iter()
                    .any(|start| line.trim_start().starts_with(start));
                // The project's own pages and packages are no service that gets data.
                let is_project = MANAGED.iter().any(|domain| {
                    host.strip_suffix(domain)
                        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
                });
                if is_project && !is_comment {
                    let spot = config.spot.clone().line(line.trim()).part(word);
                    let leak = Leak {
                        rule: &RULE,
                        key: &config.key,
                        message: format!("{} contacts `{host}`", here.manifest(&spot).identity()),
                        spot,
                        resolved: reach::unknown(host.clone()),
                        bucket: None,
                    };
                    reach::report(input, here, out, leak);
                }
            }
        }
    }
}

/// Whether a line may have a host of the managed service in it.
fn has_managed(line: &str) -> bool {
    const MARK: &[u8] = b"supabase.";
    line.as_bytes()
        .windows(MARK.len())
        .any(|part| part.eq_ignore_ascii_case(MARK))
}

struct Judge<'j> {
    input: &'j Input<'j>,
    here: &'j CellFacts<'j>,
    workload: &'j Workload,
    container: &'j Container,
}

impl Judge<'_> {
    fn image(&self) -> &str {
        let image = self
            .container
            .image
            .as_ref()
            .map_or("", |image| &image.text);
        let path = image.split(['@', ':']).next().unwrap_or(image);
        // A registry may have a port.
        let path = match image.split_once('/') {
            Some((registry, rest)) if registry.contains(':') => {
                rest.split(['@', ':']).next().unwrap_or(rest)
            }
            _ => path,
        };
        path.rsplit('/').next().unwrap_or(path)
    }

    fn is_supabase(&self) -> bool {
        self.is_functions()
            || matches!(
                self.image(),
                "gotrue" | "storage-api" | "logflare" | "studio" | "realtime" | "supavisor"
            )
            || self.container.env.iter().any(|variable| {
                CONTACTS
                    .iter()
                    .any(|start| variable.name.starts_with(start))
            })
    }

    fn is_functions(&self) -> bool {
        self.image() == "edge-runtime"
    }

    fn variable(&self, variable: &Variable, out: &mut Found) {
        let Setting::Text(text) = &variable.value else {
            return;
        };
        let name = variable.name.as_str();
        if text.is_empty() {
            return;
        }
        match name {
            "GOTRUE_SMS_PROVIDER" => {
                let message =
                    format!("messages of accounts go through `{text}`, which is a service outside");
                self.tell(variable, message, out);
            }
            "GOTRUE_SECURITY_CAPTCHA_PROVIDER" if self.is_on("GOTRUE_SECURITY_CAPTCHA_ENABLED") => {
                let message =
                    format!("the captcha of accounts is `{text}`, which is a service outside");
                self.tell(variable, message, out);
            }
            "GOOGLE_PROJECT_ID" | "GOOGLE_PROJECT_NUMBER" if self.is_analytics() => {
                let message = "the analytics of Supabase keep logs in BigQuery".to_owned();
                self.tell(variable, message, out);
            }
            "NEXT_ANALYTICS_BACKEND_PROVIDER" | "LOGFLARE_BACKEND"
                if text.eq_ignore_ascii_case("bigquery") =>
            {
                let message = "the analytics of Supabase keep logs in BigQuery".to_owned();
                self.tell(variable, message, out);
            }
            "GLOBAL_S3_REGION" | "STORAGE_S3_REGION" => self.region(variable, text, out),
            "REGION" if self.image() == "storage-api" => self.region(variable, text, out),
            _ => self.address(variable, text, out),
        }
    }

    fn is_on(&self, name: &str) -> bool {
        self.container.text(name) == Some("true")
    }

    fn is_analytics(&self) -> bool {
        self.image() == "logflare"
            || self
                .container
                .env
                .iter()
                .any(|variable| variable.name.starts_with("LOGFLARE_"))
    }

    /// A service outside for which no address is written.
    fn tell(&self, variable: &Variable, message: String, out: &mut Found) {
        let label = "outside of the cell";
        let finding = finding(&RULE, self.input, self.here, &variable.spot, message, label);
        out.push(finding.help(RULE.fix));
    }

    fn region(&self, variable: &Variable, text: &str, out: &mut Found) {
        let Some(resolved) = reach::abroad(self.input, self.here, text) else {
            return;
        };
        // A declared endpoint may be signed for under whatever name its operator has.
        let endpoint = ["GLOBAL_S3_ENDPOINT", "STORAGE_S3_ENDPOINT"]
            .into_iter()
            .find_map(|name| self.container.text(name))
            .and_then(|url| reach::of_text(self.here, url, &self.workload.namespace));
        if endpoint.is_some_and(|resolved| matches!(resolved.destination, Destination::Endpoint(_)))
        {
            return;
        }
        let leak = Leak {
            rule: &RULE,
            key: &variable.name,
            message: format!("files of Supabase are signed for `{text}`"),
            spot: variable.spot.clone(),
            resolved,
            bucket: None,
        };
        reach::report(self.input, self.here, out, leak);
    }

    fn address(&self, variable: &Variable, text: &str, out: &mut Found) {
        for part in text.split([',', ' ']) {
            let Some(address) = Address::parse(part) else {
                continue;
            };
            let Host::Name(host) = &address.host else {
                self.judged(variable, &address, out);
                continue;
            };
            let is_managed = MANAGED.iter().any(|domain| {
                host.strip_suffix(domain)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            });
            let is_host = host.contains('.') || address.scheme.is_some() || address.port.is_some();
            let is_contact = CONTACTS
                .iter()
                .any(|start| variable.name.starts_with(start))
                && (is_host || variable.name.ends_with("_HOST"));
            let is_called = self.is_functions() && is_host;
            // Hooks may be functions of the database itself.
            let is_inside = address.scheme.as_deref() == Some("pg-functions");
            if is_managed || ((is_contact || is_called) && !is_inside) {
                self.judged(variable, &address, out);
            }
        }
    }

    fn judged(&self, variable: &Variable, address: &Address, out: &mut Found) {
        let is_contact = CONTACTS
            .iter()
            .any(|start| variable.name.starts_with(start));
        let is_ip = !matches!(address.host, Host::Name(_));
        if is_ip && !is_contact && !self.is_functions() {
            return;
        }
        let host = address.host.to_string();
        let resolved = self.here.resolve(address, &self.workload.namespace);
        let leak = Leak {
            rule: &RULE,
            key: &variable.name,
            message: format!("`{}` leads Supabase to `{host}`", variable.name),
            spot: variable.spot.clone().part(host),
            resolved,
            bucket: None,
        };
        reach::report(self.input, self.here, out, leak);
    }
}

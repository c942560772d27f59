//! RES307: vendors that would receive protected data.

use super::built::{Trouble, evidence, finding, steps, trouble};
use super::found::Found;
use super::res308::name_of;
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Destination, Mention, Setting, Workload};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES307",
    title: "A vendor receives data",
    severity: Weight::Critical,
    rationale: "Error trackers, analytics, language models, mail and message services, hosted databases: their client libraries send what they are given, and in \
        a health application that is data of patients. It is the same from the browser, for variables such as `NEXT_PUBLIC_…`. Hosts are compared with a \
        catalogue of vendors; a variable that only a vendor's own client reads tells of it without any host. A vendor may be contacted when \
        `[[endpoints]]` declares it with its country and the classes it may receive.",
    fix: "Run the service in the cell, or declare the vendor in `[[endpoints]]` with its country and only the classes that may leave.",
    example_bad: "NEXT_PUBLIC_SENTRY_DSN: https://key@o99.ingest.sentry.io/1",
    example_good: "NEXT_PUBLIC_SENTRY_DSN: https://key@errors.tr.carebase.example/1",
    exceptable: true,
    check,
};

/// Variables that only the client of a vendor without a version of one's own reads, and what shows that it talks to another host.
const CLIENTS: &[(&[&str], &str, &[&str], &str)] = &[
    (
        &["DD_API_KEY", "DATADOG_API_KEY", "DD_APP_KEY"],
        "Datadog",
        &[
            "DD_URL",
            "DD_DD_URL",
            "DD_AGENT_HOST",
            "DD_TRACE_AGENT_URL",
            "DD_SITE",
        ],
        "datadoghq.com",
    ),
    (
        &[
            "NEW_RELIC_LICENSE_KEY",
            "NEW_RELIC_API_KEY",
            "NEWRELIC_LICENSE_KEY",
        ],
        "New Relic",
        &["NEW_RELIC_HOST"],
        "newrelic.com",
    ),
    (
        &[
            "SEGMENT_WRITE_KEY",
            "NEXT_PUBLIC_SEGMENT_WRITE_KEY",
            "SEGMENT_API_KEY",
        ],
        "Segment",
        &["SEGMENT_HOST", "SEGMENT_ENDPOINT"],
        "segment.com",
    ),
    (
        &[
            "LOGTAIL_SOURCE_TOKEN",
            "LOGTAIL_TOKEN",
            "BETTERSTACK_SOURCE_TOKEN",
            "BETTER_STACK_SOURCE_TOKEN",
        ],
        "Better Stack",
        &["LOGTAIL_ENDPOINT"],
        "logtail.com",
    ),
    (
        &[
            "UPSTASH_REDIS_REST_TOKEN",
            "UPSTASH_VECTOR_REST_TOKEN",
            "UPSTASH_KAFKA_REST_PASSWORD",
            "QSTASH_TOKEN",
        ],
        "Upstash",
        &[
            "UPSTASH_REDIS_REST_URL",
            "UPSTASH_VECTOR_REST_URL",
            "QSTASH_URL",
        ],
        "upstash.io",
    ),
    (
        &["TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID", "TWILIO_API_KEY"],
        "Twilio",
        &[],
        "twilio.com",
    ),
    (
        &["SENDGRID_API_KEY"],
        "SendGrid",
        &["SENDGRID_HOST"],
        "sendgrid.com",
    ),
    (
        &["MAILGUN_API_KEY"],
        "Mailgun",
        &["MAILGUN_URL", "MAILGUN_API_URL"],
        "mailgun.net",
    ),
    (
        &["POSTMARK_API_TOKEN", "POSTMARK_SERVER_TOKEN"],
        "Postmark",
        &[],
        "postmarkapp.com",
    ),
    (
        &["RESEND_API_KEY"],
        "Resend",
        &["RESEND_BASE_URL"],
        "resend.com",
    ),
    (
        &["MIXPANEL_TOKEN", "NEXT_PUBLIC_MIXPANEL_TOKEN"],
        "Mixpanel",
        &["MIXPANEL_HOST", "MIXPANEL_API_HOST"],
        "mixpanel.com",
    ),
    (
        &["AMPLITUDE_API_KEY", "NEXT_PUBLIC_AMPLITUDE_API_KEY"],
        "Amplitude",
        &["AMPLITUDE_SERVER_URL"],
        "amplitude.com",
    ),
    (
        &[
            "NEXT_PUBLIC_GA_ID",
            "NEXT_PUBLIC_GA_MEASUREMENT_ID",
            "GA_MEASUREMENT_ID",
            "NEXT_PUBLIC_GTM_ID",
        ],
        "Google Analytics",
        &[],
        "google-analytics.com",
    ),
    (
        &["NEXT_PUBLIC_HOTJAR_ID", "HOTJAR_ID"],
        "Hotjar",
        &[],
        "hotjar.com",
    ),
    (
        &["NEXT_PUBLIC_CLARITY_ID"],
        "Microsoft Clarity",
        &[],
        "clarity.ms",
    ),
    (
        &["LAUNCHDARKLY_SDK_KEY", "LD_SDK_KEY"],
        "LaunchDarkly",
        &["LAUNCHDARKLY_BASE_URI", "LD_BASE_URI"],
        "launchdarkly.com",
    ),
    (
        &["ROLLBAR_ACCESS_TOKEN", "ROLLBAR_TOKEN"],
        "Rollbar",
        &["ROLLBAR_ENDPOINT"],
        "rollbar.com",
    ),
    (
        &["BUGSNAG_API_KEY"],
        "Bugsnag",
        &["BUGSNAG_ENDPOINT", "BUGSNAG_NOTIFY_ENDPOINT"],
        "bugsnag.com",
    ),
    (
        &["HONEYCOMB_API_KEY"],
        "Honeycomb",
        &["HONEYCOMB_API_ENDPOINT"],
        "honeycomb.io",
    ),
    (
        &["PINECONE_API_KEY"],
        "Pinecone",
        &["PINECONE_HOST", "PINECONE_CONTROLLER_HOST"],
        "pinecone.io",
    ),
    (
        &[
            "PAGERDUTY_TOKEN",
            "PAGERDUTY_ROUTING_KEY",
            "PAGERDUTY_INTEGRATION_KEY",
        ],
        "PagerDuty",
        &[],
        "pagerduty.com",
    ),
    (
        &["SLACK_BOT_TOKEN", "SLACK_TOKEN"],
        "Slack",
        &[],
        "slack.com",
    ),
    (
        &["INTERCOM_ACCESS_TOKEN", "NEXT_PUBLIC_INTERCOM_APP_ID"],
        "Intercom",
        &[],
        "intercom.io",
    ),
    (
        &["STRIPE_SECRET_KEY", "STRIPE_API_KEY"],
        "Stripe",
        &[],
        "stripe.com",
    ),
    (
        &[
            "ALGOLIA_API_KEY",
            "ALGOLIA_ADMIN_KEY",
            "NEXT_PUBLIC_ALGOLIA_SEARCH_KEY",
        ],
        "Algolia",
        &[],
        "algolia.net",
    ),
    (
        &["CLERK_SECRET_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"],
        "Clerk",
        &[],
        "clerk.com",
    ),
    (
        &["LOGROCKET_APP_ID", "NEXT_PUBLIC_LOGROCKET_APP_ID"],
        "LogRocket",
        &[],
        "logrocket.com",
    ),
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        out.examined(&RULE, here, here.mentions.len());
        for mention in &here.mentions {
            hosts(input, here, mention, out);
        }
        for workload in &here.workloads {
            clients(input, here, workload, out);
        }
    }
}

/// A vendor's host.
fn hosts(input: &Input<'_>, here: &CellFacts<'_>, mention: &Mention, out: &mut Found) {
    let Destination::Vendor(vendor) = &mention.resolved.destination else {
        return;
    };
    let Some(trouble) = trouble(input, here, &mention.resolved) else {
        return;
    };
    let message = format!(
        "{} names the vendor {vendor} as `{}`: `{}`",
        here.manifest(&mention.spot).identity(),
        mention.key,
        mention.address.host
    );
    let label = format!("{vendor}, {}", trouble.words());
    let finding = finding(&RULE, input, here, &mention.spot, message, label)
        .concluded(steps(input, here, &mention.key, &mention.resolved))
        .help(RULE.fix);
    match evidence(here, &mention.resolved) {
        Some(evidence) if trouble != Trouble::Undeclared => out.depart(input, finding, &evidence),
        _ => out.push(finding),
    }
}

/// A variable that a vendor's client reads.
fn clients(input: &Input<'_>, here: &CellFacts<'_>, workload: &Workload, out: &mut Found) {
    for container in &workload.containers {
        for (names, vendor, hosts, domain) in CLIENTS {
            let variable = container.env.iter().find(|variable| {
                names.contains(&variable.name.as_str()) && is_set(&variable.value)
            });
            let Some(variable) = variable else {
                continue;
            };
            // Another host is judged where it stands; a declared vendor may be contacted.
            let is_elsewhere = hosts.iter().any(|name| {
                container
                    .variable(name)
                    .is_some_and(|host| is_set(&host.value))
            });
            if is_elsewhere || is_declared(here, domain) {
                continue;
            }
            let message = format!(
                "container `{}` of {} has `{}`, which the client of {vendor} sends data with",
                container.name,
                here.manifests[workload.manifest].identity(),
                variable.name
            );
            let label = format!("{vendor}, nowhere that is declared");
            out.push(
                finding(
                    &RULE,
                    input,
                    here,
                    &name_of(workload, container, variable),
                    message,
                    label,
                )
                .help(RULE.fix),
            );
        }
    }
}

/// Whether a variable has any value.
pub(super) fn is_set(value: &Setting) -> bool {
    !matches!(value, Setting::Text(text) if text.trim().is_empty())
}

/// Whether an endpoint in a vendor's domain may be contacted from the cell.
pub(super) fn is_declared(here: &CellFacts<'_>, domain: &str) -> bool {
    here.platform.endpoints.iter().any(|endpoint| {
        let host = endpoint.host.as_str();
        let is_below = host
            .strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        is_below && endpoint.regions.contains(&here.cell.region)
    })
}

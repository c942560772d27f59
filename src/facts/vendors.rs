//! Services of vendors, by the domains under which they take data.
//!
//! In: a host name. Out: who runs it and in which countries, where the vendor says so. An empty set of countries is an
//! unknown place. Each domain is the vendor's own; where it keeps data is from the source beside it.

use crate::spec::names::Country;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// A vendor's service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vendor {
    /// Its name.
    pub(super) name: &'static str,
    countries: &'static [&'static str],
}

impl Vendor {
    /// The countries that its own documentation names; empty when it names none, or several to choose from.
    pub(super) fn countries(self) -> BTreeSet<Country> {
        self.countries
            .iter()
            .filter_map(|code| Country::new(code))
            .collect()
    }
}

/// The vendor that a host belongs to: the longest domain that it is below.
pub(super) fn find(name: &str) -> Option<Vendor> {
    let mut rest = name;
    loop {
        if let Some(vendor) = DOMAINS.get(rest) {
            return Some(*vendor);
        }
        rest = rest.split_once('.')?.1;
    }
}

static DOMAINS: LazyLock<HashMap<&'static str, Vendor>> = LazyLock::new(|| {
    let unknown = VENDORS.iter().flat_map(|(name, domains)| {
        domains.iter().map(|domain| {
            let vendor = Vendor {
                name,
                countries: &[],
            };
            (*domain, vendor)
        })
    });
    let known = PLACED
        .iter()
        .map(|(name, domain, countries)| (*domain, Vendor { name, countries }));
    unknown.chain(known).collect()
});

/// Hosts of which the vendor says where they keep what they receive.
const PLACED: &[(&str, &str, &[&str])] = &[
    // https://sentry.engineering/blog/3m-dollar-dropdown
    ("Sentry", "de.sentry.io", &["DE"]),
    // https://posthog.com/docs/privacy/data-storage
    ("PostHog", "eu.posthog.com", &["DE"]),
    ("PostHog", "eu.i.posthog.com", &["DE"]),
];

/// Every other host: the place is unknown.
const VENDORS: &[(&str, &[&str])] = &[
    // Errors, analytics, sessions
    ("Sentry", &["sentry.io", "sentry-cdn.com"]),
    ("PostHog", &["posthog.com"]),
    ("Segment", &["segment.io", "segment.com", "segmentapis.com"]),
    ("Mixpanel", &["mixpanel.com", "mxpnl.com"]),
    ("Amplitude", &["amplitude.com"]),
    ("Heap", &["heap.io", "heapanalytics.com"]),
    ("Hotjar", &["hotjar.com", "hotjar.io"]),
    ("FullStory", &["fullstory.com"]),
    (
        "LogRocket",
        &[
            "logrocket.com",
            "logrocket.io",
            "lr-ingest.io",
            "lr-in-prod.com",
        ],
    ),
    ("Microsoft Clarity", &["clarity.ms"]),
    (
        "Google Analytics",
        &[
            "google-analytics.com",
            "googletagmanager.com",
            "analytics.google.com",
            "doubleclick.net",
        ],
    ),
    (
        "Google reCAPTCHA",
        &["recaptcha.net", "recaptcha.google.com"],
    ),
    (
        "Google",
        &[
            "google.com",
            "gstatic.com",
            "googleusercontent.com",
            "ggpht.com",
        ],
    ),
    ("Matomo Cloud", &["matomo.cloud"]),
    ("Plausible", &["plausible.io"]),
    ("RudderStack", &["rudderstack.com", "rudderlabs.com"]),
    ("LaunchDarkly", &["launchdarkly.com"]),
    (
        "Statsig",
        &["statsig.com", "statsigapi.net", "featuregates.org"],
    ),
    ("GrowthBook", &["growthbook.io"]),
    ("ConfigCat", &["configcat.com"]),
    ("Split", &["split.io"]),
    ("Flagsmith", &["flagsmith.com"]),
    (
        "Intercom",
        &["intercom.io", "intercom.com", "intercomcdn.com"],
    ),
    ("Zendesk", &["zendesk.com", "zdassets.com"]),
    ("Crisp", &["crisp.chat"]),
    (
        "HubSpot",
        &["hubspot.com", "hubapi.com", "hs-scripts.com", "hsforms.com"],
    ),
    ("Salesforce", &["salesforce.com", "force.com"]),
    ("Bugsnag", &["bugsnag.com"]),
    ("Rollbar", &["rollbar.com"]),
    ("Honeybadger", &["honeybadger.io"]),
    ("Airbrake", &["airbrake.io"]),
    ("Raygun", &["raygun.com", "raygun.io"]),
    ("Facebook", &["facebook.com", "facebook.net", "fbcdn.net"]),
    // Logs, metrics, traces
    (
        "Datadog",
        &[
            "datadoghq.com",
            "datadoghq.eu",
            "ddog-gov.com",
            "datadog.com",
            "browser-intake-datadoghq.com",
            "browser-intake-datadoghq.eu",
        ],
    ),
    ("New Relic", &["newrelic.com", "nr-data.net"]),
    (
        "Better Stack",
        &[
            "logtail.com",
            "betterstack.com",
            "betterstackdata.com",
            "betteruptime.com",
        ],
    ),
    ("Papertrail", &["papertrailapp.com"]),
    ("SolarWinds", &["solarwinds.com"]),
    ("Loggly", &["loggly.com"]),
    ("Logz.io", &["logz.io"]),
    ("Sumo Logic", &["sumologic.com", "sumologic.net"]),
    ("Splunk", &["splunkcloud.com", "signalfx.com", "splunk.com"]),
    (
        "Elastic Cloud",
        &[
            "elastic-cloud.com",
            "cloud.es.io",
            "found.io",
            "elastic.cloud",
        ],
    ),
    (
        "Coralogix",
        &["coralogix.com", "coralogix.us", "coralogix.in"],
    ),
    ("Honeycomb", &["honeycomb.io"]),
    ("Lightstep", &["lightstep.com"]),
    ("Dynatrace", &["dynatrace.com", "dynatracelabs.com"]),
    ("AppDynamics", &["appdynamics.com"]),
    ("Axiom", &["axiom.co"]),
    ("Mezmo", &["logdna.com", "mezmo.com"]),
    ("Highlight", &["highlight.io"]),
    ("Grafana Cloud", &["grafana.net", "grafana.com"]),
    ("Chronosphere", &["chronosphere.io"]),
    ("SigNoz Cloud", &["signoz.cloud", "signoz.io"]),
    ("Uptrace", &["uptrace.dev"]),
    ("Logflare", &["logflare.app"]),
    ("Healthchecks.io", &["healthchecks.io", "hc-ping.com"]),
    ("Cronitor", &["cronitor.io", "cronitor.link"]),
    ("UptimeRobot", &["uptimerobot.com"]),
    // Artificial intelligence
    ("OpenAI", &["openai.com", "oaistatic.com"]),
    (
        "Azure OpenAI",
        &["openai.azure.com", "services.ai.azure.com"],
    ),
    ("Anthropic", &["anthropic.com", "claude.ai", "claude.com"]),
    (
        "Hugging Face",
        &["huggingface.co", "huggingface.cloud", "hf.co", "hf.space"],
    ),
    ("LangSmith", &["smith.langchain.com", "langchain.com"]),
    ("Langfuse", &["langfuse.com"]),
    ("Google Gemini", &["generativelanguage.googleapis.com"]),
    ("Google Vertex AI", &["aiplatform.googleapis.com"]),
    ("Mistral", &["mistral.ai"]),
    ("Cohere", &["cohere.ai", "cohere.com"]),
    ("Groq", &["groq.com"]),
    ("Together AI", &["together.xyz", "together.ai"]),
    ("Replicate", &["replicate.com", "replicate.delivery"]),
    ("Perplexity", &["perplexity.ai"]),
    ("DeepSeek", &["deepseek.com"]),
    ("xAI", &["x.ai"]),
    ("OpenRouter", &["openrouter.ai"]),
    ("Fireworks", &["fireworks.ai"]),
    ("Stability", &["stability.ai"]),
    ("ElevenLabs", &["elevenlabs.io"]),
    ("AssemblyAI", &["assemblyai.com"]),
    ("Deepgram", &["deepgram.com"]),
    ("DeepL", &["deepl.com"]),
    ("Pinecone", &["pinecone.io"]),
    ("Weaviate Cloud", &["weaviate.cloud", "weaviate.network"]),
    ("Qdrant Cloud", &["cloud.qdrant.io"]),
    ("Zilliz", &["zillizcloud.com"]),
    ("Helicone", &["helicone.ai"]),
    ("Portkey", &["portkey.ai"]),
    ("Weights & Biases", &["wandb.ai"]),
    ("Comet", &["comet.com", "comet.ml"]),
    ("Tavily", &["tavily.com"]),
    // Mails, messages, telephone
    ("Twilio", &["twilio.com"]),
    ("SendGrid", &["sendgrid.com", "sendgrid.net"]),
    ("Mailgun", &["mailgun.org", "mailgun.net", "mailgun.com"]),
    ("Postmark", &["postmarkapp.com"]),
    (
        "Mailchimp",
        &["mailchimp.com", "mandrillapp.com", "mailchimpapp.net"],
    ),
    ("Resend", &["resend.com"]),
    ("Brevo", &["brevo.com", "sendinblue.com"]),
    ("SparkPost", &["sparkpost.com", "sparkpostmail.com"]),
    ("Mailjet", &["mailjet.com"]),
    ("Mailtrap", &["mailtrap.io"]),
    ("Customer.io", &["customer.io"]),
    ("Klaviyo", &["klaviyo.com"]),
    ("Gmail", &["gmail.com"]),
    (
        "Microsoft 365",
        &["office365.com", "outlook.com", "office.com"],
    ),
    ("Vonage", &["nexmo.com", "vonage.com"]),
    ("MessageBird", &["messagebird.com", "bird.com"]),
    ("Infobip", &["infobip.com"]),
    ("Plivo", &["plivo.com"]),
    ("Textlocal", &["textlocal.com", "textlocal.in"]),
    ("OneSignal", &["onesignal.com"]),
    ("Pusher", &["pusher.com", "pusherapp.com"]),
    ("Ably", &["ably.io", "ably.com"]),
    ("PubNub", &["pubnub.com", "pndsn.com"]),
    ("Slack", &["slack.com"]),
    ("Discord", &["discord.com", "discordapp.com"]),
    ("Telegram", &["telegram.org"]),
    (
        "Microsoft Teams",
        &[
            "webhook.office.com",
            "teams.microsoft.com",
            "logic.azure.com",
        ],
    ),
    ("PagerDuty", &["pagerduty.com"]),
    ("Opsgenie", &["opsgenie.com"]),
    ("VictorOps", &["victorops.com"]),
    ("Pushover", &["pushover.net"]),
    ("ntfy", &["ntfy.sh"]),
    ("Zapier", &["zapier.com"]),
    ("Make", &["make.com", "integromat.com"]),
    ("IFTTT", &["ifttt.com"]),
    ("Pipedream", &["pipedream.net", "pipedream.com"]),
    ("Webhook.site", &["webhook.site"]),
    ("RequestBin", &["requestbin.com"]),
    // Data and accounts
    (
        "Supabase",
        &[
            "supabase.co",
            "supabase.com",
            "supabase.in",
            "supabase.net",
            "supabase.io",
        ],
    ),
    ("Firebase", &["firebase.com", "firebaseapp.com"]),
    ("Upstash", &["upstash.io", "upstash.com"]),
    (
        "Redis Cloud",
        &["redislabs.com", "redis-cloud.com", "redns.redis-cloud.com"],
    ),
    ("Neon", &["neon.tech"]),
    ("PlanetScale", &["psdb.cloud", "planetscale.com"]),
    ("CockroachDB Cloud", &["cockroachlabs.cloud"]),
    ("MongoDB Atlas", &["mongodb.net", "mongodb.com"]),
    ("Timescale", &["timescale.com", "tsdb.cloud"]),
    ("Aiven", &["aivencloud.com", "aiven.io"]),
    (
        "Crunchy Bridge",
        &["postgresbridge.com", "crunchybridge.com"],
    ),
    ("ElephantSQL", &["elephantsql.com"]),
    ("CloudAMQP", &["cloudamqp.com"]),
    ("Confluent Cloud", &["confluent.cloud"]),
    (
        "Redpanda Cloud",
        &["fmc.cloud.redpanda.com", "cloud.redpanda.com"],
    ),
    ("Snowflake", &["snowflakecomputing.com"]),
    ("Databricks", &["databricks.com", "azuredatabricks.net"]),
    ("ClickHouse Cloud", &["clickhouse.cloud"]),
    ("MotherDuck", &["motherduck.com"]),
    ("Algolia", &["algolia.net", "algolianet.com", "algolia.com"]),
    ("Typesense Cloud", &["typesense.net"]),
    ("Meilisearch Cloud", &["meilisearch.io"]),
    ("Airtable", &["airtable.com"]),
    ("Notion", &["notion.so", "notion.com"]),
    ("Auth0", &["auth0.com"]),
    ("Okta", &["okta.com", "oktapreview.com"]),
    ("Clerk", &["clerk.com", "clerk.dev", "clerk.accounts.dev"]),
    ("Stytch", &["stytch.com"]),
    ("WorkOS", &["workos.com"]),
    (
        "Microsoft Entra",
        &[
            "microsoftonline.com",
            "login.windows.net",
            "graph.microsoft.com",
        ],
    ),
    ("Apple", &["appleid.apple.com"]),
    ("hCaptcha", &["hcaptcha.com"]),
    ("Stripe", &["stripe.com"]),
    (
        "Cloudflare",
        &[
            "cloudflare.com",
            "cloudflarestorage.com",
            "workers.dev",
            "pages.dev",
            "r2.dev",
            "cloudflareinsights.com",
            "trycloudflare.com",
        ],
    ),
    ("Fastly", &["fastly.net", "fastly.com", "fastlylb.net"]),
    (
        "Akamai",
        &[
            "akamai.net",
            "akamaiedge.net",
            "akamaihd.net",
            "edgekey.net",
            "edgesuite.net",
        ],
    ),
    (
        "Vercel",
        &[
            "vercel.com",
            "vercel.app",
            "vercel-insights.com",
            "vercel-storage.com",
        ],
    ),
    ("Netlify", &["netlify.app", "netlify.com"]),
    ("Render", &["onrender.com", "render.com"]),
    ("Railway", &["railway.app", "rlwy.net"]),
    ("Fly.io", &["fly.dev", "fly.io"]),
    ("Heroku", &["herokuapp.com", "heroku.com"]),
    ("Deno Deploy", &["deno.dev"]),
    ("Backblaze B2", &["backblazeb2.com", "backblaze.com"]),
    ("Wasabi", &["wasabisys.com", "wasabi.com"]),
    ("Storj", &["storjshare.io", "gateway.storjshare.io"]),
    ("Oracle Cloud", &["oraclecloud.com", "oci.customer-oci.com"]),
    ("IBM Cloud", &["appdomain.cloud", "cloud.ibm.com"]),
    ("Alibaba Cloud", &["aliyuncs.com", "alibabacloud.com"]),
    ("Tencent Cloud", &["myqcloud.com", "tencentcloudapi.com"]),
    ("Huawei Cloud", &["myhuaweicloud.com", "myhuaweicloud.eu"]),
    (
        "Yandex",
        &["yandex.net", "yandexcloud.net", "yandex.com", "yandex.ru"],
    ),
    ("Exoscale", &["exo.io", "exoscale.com"]),
    ("IONOS", &["ionoscloud.com", "ionos.com"]),
    ("Dropbox", &["dropbox.com", "dropboxapi.com"]),
    ("Box", &["box.com"]),
    ("Cloudinary", &["cloudinary.com"]),
    ("imgix", &["imgix.net"]),
    ("Mapbox", &["mapbox.com"]),
    ("HashiCorp Cloud", &["hashicorp.cloud"]),
    ("Doppler", &["doppler.com"]),
    ("Infisical", &["infisical.com"]),
    ("1Password", &["1password.com", "1passwordusercontent.com"]),
    // Ways through a firewall
    (
        "ngrok",
        &[
            "ngrok.io",
            "ngrok.app",
            "ngrok.com",
            "ngrok.dev",
            "ngrok-free.app",
        ],
    ),
    ("Tailscale", &["ts.net", "tailscale.com"]),
    ("localtunnel", &["loca.lt"]),
    ("serveo", &["serveo.net"]),
    // Code
    (
        "GitHub",
        &["github.com", "githubusercontent.com", "github.io"],
    ),
    ("GitLab", &["gitlab.com"]),
    ("Bitbucket", &["bitbucket.org"]),
    ("Pastebin", &["pastebin.com"]),
    ("jsDelivr", &["jsdelivr.net"]),
    ("unpkg", &["unpkg.com"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendors_are_found_by_the_longest_domain() {
        let name = |host| find(host).map(|vendor| vendor.name);
        assert_eq!(name("o44.ingest.sentry.io"), Some("Sentry"));
        assert_eq!(name("x.openai.azure.com"), Some("Azure OpenAI"));
        assert_eq!(name("notsentry.io"), None);
        assert_eq!(name("com"), None);
    }

    #[test]
    fn no_domain_stands_twice() {
        let mut all: Vec<&str> = VENDORS
            .iter()
            .flat_map(|(_, domains)| domains.iter().copied())
            .collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_place_is_known_where_the_vendor_names_it() {
        let german = find("o1.ingest.de.sentry.io").unwrap();
        assert_eq!(german.countries().len(), 1);
        assert!(find("o1.ingest.sentry.io").unwrap().countries().is_empty());
    }
}

//! Hosts of cloud providers, and the place that each names.
//!
//! In: a host name. Out: the provider and its code of the place, or that the host names no place. Which country a code is
//! in says [`crate::catalogue`]. The forms are those of the providers' own lists of endpoints:
//! <https://docs.aws.amazon.com/general/latest/gr/rande.html>, <https://cloud.google.com/storage/docs/regional-endpoints>,
//! <https://learn.microsoft.com/en-us/azure/security/fundamentals/azure-domains>,
//! <https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/>,
//! <https://techdocs.akamai.com/cloud-computing/docs/access-buckets-and-files-through-urls>,
//! <https://docs.hetzner.com/storage/object-storage/overview/>,
//! <https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-location?id=kb_article_view&sysparm_article=KB0047384>,
//! <https://docs.vultr.com/products/storage/object-storage>, <https://www.civo.com/docs/object-stores>,
//! <https://www.scaleway.com/en/docs/object-storage/concepts/>.

use crate::catalogue::{self, Place};
use crate::spec::types::Provider;

/// What the host of a provider says about its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sited {
    /// The place.
    At(Place),
    /// It is the provider's, and names no place.
    Somewhere(&'static str),
}

/// The domains under which a provider's hosts are.
const DOMAINS: &[(&str, Provider, &str)] = &[
    ("amazonaws.com", Provider::Aws, "Amazon Web Services"),
    ("amazonaws.com.cn", Provider::Aws, "Amazon Web Services"),
    ("amazonaws.eu", Provider::Aws, "Amazon Web Services"),
    ("api.aws", Provider::Aws, "Amazon Web Services"),
    ("on.aws", Provider::Aws, "Amazon Web Services"),
    ("aws.dev", Provider::Aws, "Amazon Web Services"),
    ("awsapps.com", Provider::Aws, "Amazon Web Services"),
    (
        "awsglobalaccelerator.com",
        Provider::Aws,
        "Amazon Web Services",
    ),
    ("cloudfront.net", Provider::Aws, "Amazon CloudFront"),
    ("googleapis.com", Provider::Gcp, "Google Cloud"),
    ("run.app", Provider::Gcp, "Google Cloud"),
    ("cloudfunctions.net", Provider::Gcp, "Google Cloud"),
    ("appspot.com", Provider::Gcp, "Google Cloud"),
    ("firebaseio.com", Provider::Gcp, "Google Firebase"),
    ("firebasedatabase.app", Provider::Gcp, "Google Firebase"),
    ("firebasestorage.app", Provider::Gcp, "Google Firebase"),
    ("gke.goog", Provider::Gcp, "Google Cloud"),
    ("core.windows.net", Provider::Azure, "Microsoft Azure"),
    ("database.windows.net", Provider::Azure, "Microsoft Azure"),
    ("servicebus.windows.net", Provider::Azure, "Microsoft Azure"),
    ("cache.windows.net", Provider::Azure, "Microsoft Azure"),
    ("storage.azure.net", Provider::Azure, "Microsoft Azure"),
    ("azure.com", Provider::Azure, "Microsoft Azure"),
    ("azure.net", Provider::Azure, "Microsoft Azure"),
    ("azurewebsites.net", Provider::Azure, "Microsoft Azure"),
    ("azurecontainer.io", Provider::Azure, "Microsoft Azure"),
    ("azurecontainerapps.io", Provider::Azure, "Microsoft Azure"),
    ("azmk8s.io", Provider::Azure, "Microsoft Azure"),
    ("azure-api.net", Provider::Azure, "Microsoft Azure"),
    ("azure-devices.net", Provider::Azure, "Microsoft Azure"),
    ("azurefd.net", Provider::Azure, "Azure Front Door"),
    ("azureedge.net", Provider::Azure, "Azure CDN"),
    (
        "trafficmanager.net",
        Provider::Azure,
        "Azure Traffic Manager",
    ),
    ("windowsazure.com", Provider::Azure, "Microsoft Azure"),
    (
        "cognitive.microsoft.com",
        Provider::Azure,
        "Microsoft Azure",
    ),
    (
        "digitaloceanspaces.com",
        Provider::Digitalocean,
        "DigitalOcean",
    ),
    ("ondigitalocean.com", Provider::Digitalocean, "DigitalOcean"),
    ("ondigitalocean.app", Provider::Digitalocean, "DigitalOcean"),
    ("digitalocean.com", Provider::Digitalocean, "DigitalOcean"),
    ("linodeobjects.com", Provider::Linode, "Linode"),
    ("linodeusercontent.com", Provider::Linode, "Linode"),
    ("linode.com", Provider::Linode, "Linode"),
    ("your-objectstorage.com", Provider::Hetzner, "Hetzner"),
    ("your-storagebox.de", Provider::Hetzner, "Hetzner"),
    ("your-server.de", Provider::Hetzner, "Hetzner"),
    ("hetzner.cloud", Provider::Hetzner, "Hetzner"),
    ("hetzner.com", Provider::Hetzner, "Hetzner"),
    ("cloud.ovh.net", Provider::Ovh, "OVHcloud"),
    ("cloud.ovh.us", Provider::Ovh, "OVHcloud"),
    ("ovh.net", Provider::Ovh, "OVHcloud"),
    ("ovh.com", Provider::Ovh, "OVHcloud"),
    ("vultrobjects.com", Provider::Vultr, "Vultr"),
    ("vultrdb.com", Provider::Vultr, "Vultr"),
    ("vultr.com", Provider::Vultr, "Vultr"),
    ("civo.com", Provider::Civo, "Civo"),
    ("scw.cloud", Provider::Scaleway, "Scaleway"),
    ("scaleway.com", Provider::Scaleway, "Scaleway"),
];

/// The provider's place that a host names.
pub(super) fn sited(name: &str) -> Option<Sited> {
    let (domain, provider, words) = DOMAINS
        .iter()
        .filter(|(domain, ..)| super::resolve::is_below(name, domain))
        .max_by_key(|(domain, ..)| domain.len())?;
    let host = name[..name.len() - domain.len()].trim_end_matches('.');
    let is_spread = host
        .split('.')
        .any(|label| matches!(label, "cdn" | "s3-accelerate" | "accesspoint" | "s3-global"));
    let place = host
        .rsplit('.')
        .filter(|_| !is_spread)
        .find_map(|label| of_label(*provider, label))
        .or_else(|| default_place(*provider, domain, host));
    Some(place.map_or(Sited::Somewhere(words), Sited::At))
}

/// Where a global host of Amazon's is served: <https://docs.aws.amazon.com/general/latest/gr/s3.html>.
fn default_place(provider: Provider, domain: &str, host: &str) -> Option<Place> {
    let last = host.rsplit('.').next()?;
    let is_old_global = provider == Provider::Aws
        && domain == "amazonaws.com"
        && matches!(
            last,
            "s3" | "s3-external-1" | "iam" | "sdb" | "importexport" | "queue"
        );
    is_old_global
        .then(|| catalogue::find(Provider::Aws, "us-east-1"))
        .flatten()
}

/// The place whose code a label is, or is put together with.
fn of_label(provider: Provider, label: &str) -> Option<Place> {
    if label.len() < 2 {
        return None;
    }
    let find = |code: &str| {
        catalogue::find(provider, code)
            .or_else(|| catalogue::find(provider, &code.to_ascii_uppercase()))
    };
    if let Some(place) = find(label) {
        return Some(place);
    }
    match provider {
        // `s3-eu-west-1`, `s3-website-eu-west-1`, `eu-west-1a`
        Provider::Aws => catalogue::codes(provider)
            .into_iter()
            .filter(|code| {
                label
                    .strip_suffix(code)
                    .is_some_and(|before| before.ends_with('-'))
            })
            .max_by_key(|code| code.len())
            .and_then(|code| catalogue::find(provider, code)),
        // `europe-west3-aiplatform`, `westeurope-5`
        Provider::Gcp | Provider::Azure => catalogue::codes(provider)
            .into_iter()
            .filter(|code| {
                code.len() > 5
                    && label
                        .strip_prefix(code)
                        .is_some_and(|after| after.starts_with('-'))
            })
            .max_by_key(|code| code.len())
            .and_then(|code| catalogue::find(provider, code)),
        // `es-mad-1`, `ewr1`
        Provider::Linode | Provider::Vultr => {
            let bare = label.trim_end_matches(|c: char| c.is_ascii_digit());
            find(bare.strip_suffix('-').unwrap_or(bare))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(name: &str) -> String {
        match sited(name) {
            Some(Sited::At(place)) => place
                .countries
                .iter()
                .map(|country| country.as_str())
                .collect::<Vec<_>>()
                .join(","),
            Some(Sited::Somewhere(_)) => "somewhere".to_owned(),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn hosts_name_places() {
        for (name, expected) in [
            ("s3.eu-west-3.amazonaws.com", "FR"),
            ("s3.dualstack.eu-south-1.amazonaws.com", "IT"),
            ("bucket.s3-eu-west-1.amazonaws.com", "IE"),
            ("vpce-1-x.s3.eu-south-2.vpce.amazonaws.com", "ES"),
            ("db.abc.eu-central-1.rds.amazonaws.com", "DE"),
            ("sqs.eu-west-2.api.aws", "GB"),
            ("s3.amazonaws.com", "US"),
            ("bucket.s3.amazonaws.com", "US"),
            ("bucket.s3-accelerate.amazonaws.com", "somewhere"),
            ("d1.cloudfront.net", "somewhere"),
            ("storage.googleapis.com", "somewhere"),
            ("storage.europe-southwest1.rep.googleapis.com", "ES"),
            ("europe-west3-aiplatform.googleapis.com", "DE"),
            ("x.blob.core.windows.net", "somewhere"),
            ("x.spaincentral.cloudapp.azure.com", "ES"),
            ("westeurope-5.in.applicationinsights.azure.com", "NL"),
            ("fra1.digitaloceanspaces.com", "DE"),
            ("bucket.fra1.cdn.digitaloceanspaces.com", "somewhere"),
            ("es-mad-1.linodeobjects.com", "ES"),
            ("fsn1.your-objectstorage.com", "DE"),
            ("s3.gra.io.cloud.ovh.net", "FR"),
            ("ewr1.vultrobjects.com", "US"),
            ("objectstore.lon1.civo.com", "GB"),
            ("b.s3.nl-ams.scw.cloud", "NL"),
            ("s3.example.com", "none"),
            ("notamazonaws.com", "none"),
        ] {
            assert_eq!(country(name), expected, "{name}");
        }
    }
}

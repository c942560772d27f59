//! `release`: puts a new digest of a service into an environment, through a pull request. A service's own CI calls it.

use super::proposals::{Publishing, propose};
use super::{Context, Exit};
use crate::promotion::{ReleaseRequest, release};

/// Arguments of `release`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The service
    #[arg(value_name = "SERVICE")]
    pub service: String,
    /// The environment; one that is not promoted to
    #[arg(long = "env", value_name = "ENV")]
    pub environment: String,
    /// The digest of the image: `sha256:` and 64 hexadecimal digits
    #[arg(long, value_name = "DIGEST")]
    pub digest: String,
    /// The tag of the image, for people; the digest decides
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// Only this region; all when left out
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// How to publish it
    #[command(flatten)]
    pub publishing: Publishing,
}

/// Proposes the release.
///
/// # Errors
/// When the declaration is not valid, or git or GitHub fail.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let request = ReleaseRequest {
        service: args.service.clone(),
        environment: args.environment.clone(),
        region: args.region.clone(),
        digest: args.digest.clone(),
        tag: args.tag.clone(),
    };
    propose(
        &args.publishing,
        &[&request.environment],
        context,
        &|base| release(base, &request),
    )
}

//! `promote`: copies pins from the cells of one environment to those of the next, through a pull request.

use super::proposals::{Publishing, propose};
use super::{Context, Exit, Refusal};
use crate::promotion::{PromoteRequest, promote};

/// Arguments of `promote`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// From where to where: `staging→production`, `'staging->production'` or `staging production`
    #[arg(value_name = "FROM→TO", required = true, num_args = 1..=3, allow_hyphen_values = false)]
    pub direction: Vec<String>,
    /// Only this service; may be repeated
    #[arg(long = "service", value_name = "SERVICE")]
    pub services: Vec<String>,
    /// Only this region; may be repeated
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// How to publish it
    #[command(flatten)]
    pub publishing: Publishing,
}

/// Proposes the promotion.
///
/// # Errors
/// When the direction is unclear, the declaration is not valid, or git or GitHub fail.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let (from, to) = direction(&args.direction)?;
    let request = PromoteRequest {
        from,
        to,
        services: args.services.clone(),
        regions: args.regions.clone(),
    };
    let environments = [request.from.as_str(), request.to.as_str()];
    propose(&args.publishing, &environments, context, &|base| {
        promote(base, &request)
    })
}

/// From where to where.
fn direction(words: &[String]) -> Result<(String, String), Refusal> {
    let joined = words.join(" ").replace("->", "→");
    let parts: Vec<&str> = if joined.contains('→') {
        joined.split('→').map(str::trim).collect()
    } else {
        joined.split_whitespace().collect()
    };
    match parts.as_slice() {
        [from, to] if ![from, to].iter().any(|name| name.is_empty() || name.contains(' ')) => {
            Ok(((*from).to_owned(), (*to).to_owned()))
        }
        // An unquoted `a->b` reaches us as `a-`, and the shell has made a file called `b`.
        [from] if from.ends_with('-') => Err(Refusal::usage(format!("`{joined}` does not say where to"))
            .help(format!("the shell took `>` for itself and wrote a file; write `{from}→TO`, `'{from}>TO'` or `{} TO`", from.trim_end_matches('-')).replace("-→", "→"))),
        _ => Err(Refusal::usage(format!("`{joined}` does not say from where to where"))
            .help("write `staging→production`, `'staging->production'` or `staging production`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_understood_in_every_form() {
        for words in [
            &["staging→production"][..],
            &["staging->production"],
            &["staging", "production"],
            &["staging", "→", "production"],
            &["staging → production"],
            &["staging→", "production"],
        ] {
            let words: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
            assert_eq!(
                direction(&words).ok(),
                Some(("staging".to_owned(), "production".to_owned())),
                "{words:?}"
            );
        }
        for words in [
            &["staging"][..],
            &["→production"],
            &["a→b→c"],
            &["a", "b", "c"],
            &["staging-"],
            &["a→b", "c"],
            &[""],
        ] {
            let words: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
            let refusal = direction(&words).expect_err("unclear");
            assert_eq!((refusal.exit, refusal.help.len()), (Exit::Usage, 1));
        }
        let refusal = direction(&["staging-".to_owned()]).expect_err("unclear");
        assert!(
            refusal.help[0].contains("`staging→TO`, `'staging->TO'` or `staging TO`"),
            "{}",
            refusal.help[0]
        );
    }
}

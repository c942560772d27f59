//! Judges a platform by its own declared policy: the rules, one file each, in one table.
//!
//! In: an [`Input`] (the resolved declaration, the day, the facts about the repository). Out: [`Diagnostic`]s whose
//! first place is what a person must change and whose second is the line that forbids it. A clean result says that the
//! declaration conforms to the policy it declares; it says nothing about any law.

mod addressed;
mod bootstrap;
mod built;
mod clients;
mod copies;
mod departures;
mod exceptions;
mod found;
mod handled;
mod inventory;
mod links;
mod located;
mod networks;
mod other_policies;
mod pages;
mod places;
mod plain_secrets;
mod policy;
mod rails;
mod reach;
mod relayed;
mod relays;
mod relays_mesh;
mod relays_nginx;
mod relays_text;
mod removals;
mod rep001;
mod rep002;
mod rep003;
mod rep004;
mod rep005;
mod rep006;
mod repository;
mod res001;
mod res002;
mod res003;
mod res004;
mod res005;
mod res006;
mod res007;
mod res008;
mod res009;
mod res101;
mod res102;
mod res103;
mod res104;
mod res105;
mod res106;
mod res107;
mod res108;
mod res109;
mod res201;
mod res202;
mod res203;
mod res204;
mod res205;
mod res206;
mod res207;
mod res208;
mod res209;
mod res210;
mod res301;
mod res302;
mod res303;
mod res304;
mod res305;
mod res306;
mod res307;
mod res308;
mod res401;
mod res402;
mod res403;
mod res404;
mod res405;
mod res406;
mod res407;
mod res408;
mod res409;
mod res501;
mod res502;
mod res503;
mod res504;
mod res505;
mod res506;
mod res507;
mod res508;
mod res509;
mod res601;
mod res602;
mod res603;
mod res604;
mod res605;
mod res701;
mod res702;
mod res703;
mod res704;
mod res705;
mod res706;
mod res801;
mod res802;
mod res803;
mod res901;
mod res902;
mod rule;
mod signals;
mod strays;
mod terraform;
mod tunnels;

pub use exceptions::holds;
pub use found::{Evidence, Excepted, Judgement};
pub use pages::{page, page_path, pages};
pub use policy::policy_hash;
pub use repository::{FileFact, FileState, PinFact, Tree};
pub use rule::{Input, Rule, Weight};

use found::Found;
use rayon::prelude::*;

/// Every rule, sorted by id.
pub const RULES: &[&Rule] = &[
    &rep001::RULE,
    &rep002::RULE,
    &rep003::RULE,
    &rep004::RULE,
    &rep005::RULE,
    &rep006::RULE,
    &res001::RULE,
    &res002::RULE,
    &res003::RULE,
    &res004::RULE,
    &res005::RULE,
    &res006::RULE,
    &res007::RULE,
    &res008::RULE,
    &res009::RULE,
    &res101::RULE,
    &res102::RULE,
    &res103::RULE,
    &res104::RULE,
    &res105::RULE,
    &res106::RULE,
    &res107::RULE,
    &res108::RULE,
    &res109::RULE,
    &res201::RULE,
    &res202::RULE,
    &res203::RULE,
    &res204::RULE,
    &res205::RULE,
    &res206::RULE,
    &res207::RULE,
    &res208::RULE,
    &res209::RULE,
    &res210::RULE,
    &res301::RULE,
    &res302::RULE,
    &res303::RULE,
    &res304::RULE,
    &res305::RULE,
    &res306::RULE,
    &res307::RULE,
    &res308::RULE,
    &res401::RULE,
    &res402::RULE,
    &res403::RULE,
    &res404::RULE,
    &res405::RULE,
    &res406::RULE,
    &res407::RULE,
    &res408::RULE,
    &res409::RULE,
    &res501::RULE,
    &res502::RULE,
    &res503::RULE,
    &res504::RULE,
    &res505::RULE,
    &res506::RULE,
    &res507::RULE,
    &res508::RULE,
    &res509::RULE,
    &res601::RULE,
    &res602::RULE,
    &res603::RULE,
    &res604::RULE,
    &res605::RULE,
    &res701::RULE,
    &res702::RULE,
    &res703::RULE,
    &res704::RULE,
    &res705::RULE,
    &res706::RULE,
    &res801::RULE,
    &res802::RULE,
    &res803::RULE,
    &res901::RULE,
    &res902::RULE,
];

/// The rule with an id, exactly as written.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Applies every rule, and sorts what they find by place.
pub fn judge(input: &Input<'_>) -> Judgement {
    let each: Vec<Found> = RULES
        .par_iter()
        .map(|rule| {
            let mut found = Found::default();
            (rule.check)(input, &mut found);
            found
        })
        .collect();
    let mut found = Found::default();
    for more in each {
        found.append(more);
    }
    // Only now is it known which exceptions anybody needs.
    res009::unused(input, &mut found);
    found.judgement()
}

#[cfg(test)]
mod tests;

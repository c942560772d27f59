//! What a report of this kind cannot show. An auditor reads it beside the verdict.

/// One sentence each.
pub(super) const LIMITS: &[&str] = &[
    "The result is about the files named under inputs: what was changed in a cluster or at a provider without going through Git is not in it.",
    "It holds when the cluster enforces NetworkPolicies and answers its own names itself; whether a running cluster does, no file can prove.",
    "It holds when providers keep data in the place that they name; copies inside a provider's own systems are not visible from outside.",
    "Who controls a provider, and which courts it answers to, is no part of it: a place is judged by its country alone.",
    "People who log in from elsewhere and read data on a screen are not visible in configuration.",
    "Addresses inside of container images are not read; what keeps an image from using them are the NetworkPolicies.",
    "What a host name stands for is judged by the declaration and by tables of providers, not by asking a name server.",
    "It says whether the files conform to the policy that they declare. It is no statement about any law, and no legal advice.",
];

//! What each kind of problem is that is no rule's: a paragraph for `explain` and for code scanning.

/// A code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeText {
    /// The code, as [`Diagnostic::code`](crate::diagnostic::Diagnostic::code) has it.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// A paragraph: what is wrong, why that is refused, what to do.
    pub text: &'static str,
}

/// The text of a code, exactly as written.
pub fn find(code: &str) -> Option<&'static CodeText> {
    CODES.iter().find(|text| text.code == code)
}

/// Every code that is not a rule's id, sorted.
pub const CODES: &[CodeText] = &[
    CodeText {
        code: "bad-name",
        title: "A name or value is not in its format",
        text: "Names become parts of hosts, buckets, namespaces, clusters, branches and file paths. Each of those has its own alphabet, and a name that leaves it would fail much later, in a cluster. The help line says which characters are possible.",
    },
    CodeText {
        code: "bad-waves",
        title: "Waves do not have each region once",
        text: "`waves` is the order in which a promotion reaches the regions of an environment. A region in no wave would never be promoted, one in two waves would be promoted twice. Put each region of the environment into exactly one wave.",
    },
    CodeText {
        code: "conflicting-keys",
        title: "Two keys exclude each other",
        text: "Both keys say something about the same thing, and both cannot hold, such as a fixed number of replicas and an autoscaler. Keep one of them.",
    },
    CodeText {
        code: "duplicate-entry",
        title: "A list has an entry twice",
        text: "The second entry would change nothing, so one of the two is probably meant to be something else. Correct or remove it.",
    },
    CodeText {
        code: "duplicate-host",
        title: "Two services would have the same host name",
        text: "A host name leads to one service. It is made of `expose`, the environment's `subdomain` and the region's `domain`; change one of them so that each exposed service has a host of its own in each cell.",
    },
    CodeText {
        code: "duplicate-name",
        title: "A name is taken",
        text: "Services, endpoints and stores are referred to by name, so each name may be given once. The store `objects` belongs to the object-storage component. Choose another name.",
    },
    CodeText {
        code: "duplicate-port",
        title: "Two services have the same port",
        text: "Each service listens on a port of its own, so that port-forwards, network policies and dashboards tell them apart. Give one of them another port.",
    },
    CodeText {
        code: "invalid-value",
        title: "A value is not accepted",
        text: "The value has the right type and yet cannot be used here. The message says why.",
    },
    CodeText {
        code: "missing-key",
        title: "A key is missing",
        text: "There is no sensible default for this key, so it must be written. `platformctl schema` prints every key with its meaning.",
    },
    CodeText {
        code: "name-too-long",
        title: "A name gets too long",
        text: "Names of clusters, buckets and hosts are put together from the names of platform, environment, region and service, and may have at most 63 characters each (a platform's name 20). Shorten one of the parts.",
    },
    CodeText {
        code: "not-applicable",
        title: "A key has no effect here",
        text: "The key is known but does not apply to this kind of thing, such as regions of a local environment. Leaving it in would let a reader believe in something that is not there. Remove it.",
    },
    CodeText {
        code: "not-available",
        title: "This version cannot render it",
        text: "The declaration asks for something this version of platformctl does not render. Rendering the rest in silence would leave a hole where you expect a part, so it is refused. Remove the key or use a newer version.",
    },
    CodeText {
        code: "out-of-range",
        title: "A number is out of its range",
        text: "The number is smaller or greater than what can be, or a lower bound is above its upper bound. The help line names the range.",
    },
    CodeText {
        code: "promotion-cycle",
        title: "Promotion goes round in a circle",
        text: "Following `promote-from` from environment to environment leads back to the start, so no environment would ever get a first release. Remove one `promote-from`.",
    },
    CodeText {
        code: "reserved-name",
        title: "A name is reserved",
        text: "The name already means something in the rendered repository or in what platformctl sets itself. Choose another one.",
    },
    CodeText {
        code: "self-reference",
        title: "A service calls itself",
        text: "`calls` opens the network between two services. A service reaches itself without that. Remove the entry.",
    },
    CodeText {
        code: "shared-name",
        title: "Several cells would share a name",
        text: "The name of a bucket must differ in every cell, or two environments or regions would write into the same one. Put `{environment}` and `{region}` into it.",
    },
    CodeText {
        code: "toml-syntax",
        title: "platform.toml is not TOML",
        text: "The file cannot be parsed. Often a quote or a bracket is missing on the line shown or on the one before. The syntax is described at https://toml.io.",
    },
    CodeText {
        code: "unknown-key",
        title: "A key is not known",
        text: "No part of platformctl reads this key, so it is most likely mistyped or in the wrong table. Unknown keys are refused because a mistyped key would otherwise silently leave its default in force.",
    },
    CodeText {
        code: "unknown-location",
        title: "A provider has no such location",
        text: "The location is not in the table of places that platformctl carries, so nothing is known about the country it is in, and a place of unknown country is refused. A country is never guessed from a code's prefix. For a site of your own use `provider = \"onprem\"`.",
    },
    CodeText {
        code: "unknown-reference",
        title: "A name refers to nothing",
        text: "The name is used here and declared nowhere. It is mistyped, or the thing it names was removed or renamed.",
    },
    CodeText {
        code: "unknown-value",
        title: "A value is not one of the known ones",
        text: "The key takes one of a few words, which the help line lists.",
    },
    CodeText {
        code: "wrong-type",
        title: "A value has the wrong type",
        text: "The key takes another type of value, such as a list where a text stands. Numbers and dates are written without quotes, texts with them.",
    },
];

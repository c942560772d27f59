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
        code: "bad-branch",
        title: "A branch cannot have that name",
        text: "The branch of a promotion is named after environment, region and service. Git does not accept the name that would result, usually because it is too long. Shorten the names.",
    },
    CodeText {
        code: "bad-digest",
        title: "Not a digest",
        text: "A digest is `sha256:` and 64 lower-case hexadecimal digits, as a registry answers to a push. Only a digest names the same bytes for ever, so nothing shorter is accepted.",
    },
    CodeText {
        code: "bad-name",
        title: "A name or value is not in its format",
        text: "Names become parts of hosts, buckets, namespaces, clusters, branches and file paths. Each of those has its own alphabet, and a name that leaves it would fail much later, in a cluster. The help line says which characters are possible.",
    },
    CodeText {
        code: "bad-schedule",
        title: "A schedule does not work",
        text: "A schedule has the five fields of cron: minute, hour, day of the month, month and day of the week, in UTC. Each is `*`, a number or name, a range, a list of them, or any of these with a step. The message says which field is wrong; a day that no month has is refused too. Names such as `@daily` and time zones are not taken.",
    },
    CodeText {
        code: "bad-tag",
        title: "Not a tag",
        text: "A tag has at most 128 letters, digits, underscores, dots and hyphens. `unreleased` is reserved for services that were never released.",
    },
    CodeText {
        code: "bad-waves",
        title: "Waves do not have each region once",
        text: "`waves` is the order in which a promotion reaches the regions of an environment. A region in no wave would never be promoted, one in two waves would be promoted twice. Put each region of the environment into exactly one wave.",
    },
    CodeText {
        code: "branch-checked-out",
        title: "The promotion's branch is checked out",
        text: "The branch would be moved under the feet of whoever works on it. Switch to another branch and run the command again.",
    },
    CodeText {
        code: "branch-edited",
        title: "Somebody committed to the promotion's branch",
        text: "The branch has commits that platformctl did not make, and rewriting it would lose them. Merge or close the pull request, or move the commits elsewhere; then run the command again.",
    },
    CodeText {
        code: "branch-has-work",
        title: "The promotion's branch has somebody's work",
        text: "The local branch has a commit that platformctl did not make, and moving the branch would lose it. Merge it or move it elsewhere, then delete the branch.",
    },
    CodeText {
        code: "checks-wait",
        title: "Checks of the pull request wait for a person",
        text: "GitHub does not start workflows for pull requests that a workflow's own token opened. Approve them on the pull request's page, or give platformctl the token of an app.",
    },
    CodeText {
        code: "comment-missing",
        title: "A comment could not be written",
        text: "The pull request is as it should be; only the comment that tells about the change is missing. Run the command again if you need it.",
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
        code: "edited-by-hand",
        title: "A generated file was edited by hand",
        text: "Render keeps the file as it is, because overwriting it would lose somebody's work. Move the change to the cell's `custom/` folder or to platform.toml, then run `platformctl render --force`.",
    },
    CodeText {
        code: "foreign-file",
        title: "A file is in the way",
        text: "Render would write a file here and does not know the one that is there as its own. Move or delete it, then render again. If render did write it once, restore platform.lock from Git.",
    },
    CodeText {
        code: "invalid-value",
        title: "A value is not accepted",
        text: "The value has the right type and yet cannot be used here. The message says why.",
    },
    CodeText {
        code: "kustomize-cluster-scoped",
        title: "A namespace on a kind that has none",
        text: "kustomize knows the kinds of Kubernetes 1.21 and takes every other kind for one with a namespace, so `namespace` writes one into objects that have none. The cluster ignores or refuses it. Keep such objects in a base of their own that sets no namespace.",
    },
    CodeText {
        code: "kustomize-component",
        title: "A component is built on its own",
        text: "A component is a part of other kustomizations and is not deployed by itself. Built on its own its objects stay in the order of the input, where the command of kustomize sorts them. Build the kustomization that names it.",
    },
    CodeText {
        code: "kustomize-conflict",
        title: "Two objects end up with one name",
        text: "A cluster has one object of each kind, name and namespace, and kustomize refuses to build two. Either a file is named twice, or a prefix, suffix or namespace makes two names one. A generator takes the place of an existing object only with `behavior`.",
    },
    CodeText {
        code: "kustomize-deprecated",
        title: "An old field of kustomizations",
        text: "The field still works and has a successor, which the help line names. kustomize may drop it in a later version.",
    },
    CodeText {
        code: "kustomize-digest-dropped",
        title: "`newTag` drops a digest",
        text: "An image with a digest names the same bytes for ever. kustomize replaces tag and digest when only `newTag` is given, so what runs is whatever the tag points to. Give `digest` beside `newTag`.",
    },
    CodeText {
        code: "kustomize-file",
        title: "A file of a kustomization cannot be read",
        text: "A kustomization names a file or folder that is not there, is no kustomization, or lies outside of its own folder, which kustomize refuses for files. Paths are relative to the folder of the kustomization.",
    },
    CodeText {
        code: "kustomize-invalid",
        title: "kustomize would refuse this",
        text: "The kustomization or one of its objects is not valid, and `kustomize build` stops at it too. The place and the help line say what to change.",
    },
    CodeText {
        code: "kustomize-no-match",
        title: "A target matches nothing",
        text: "kustomize passes over a patch or a replacement whose target matches no object, so what it was meant to change stays as it was. Names and namespaces are those below this kustomization, before its own prefix and namespace.",
    },
    CodeText {
        code: "kustomize-patch",
        title: "A patch does not fit",
        text: "The patch names an object that is not there, a path that leads nowhere, or a value of another type than the object has. `kustomize build` stops at it too.",
    },
    CodeText {
        code: "kustomize-replacement",
        title: "A replacement does not fit",
        text: "The source of a replacement is missing or ambiguous, or a target has no such field. `kustomize build` stops at it too; a missing field is made with `options: {create: true}`.",
    },
    CodeText {
        code: "kustomize-unsupported",
        title: "Not built, though kustomize might",
        text: "A proof rests on what is built, so only what is known to be identical to kustomize is built. Remote files, plugins, Helm charts, variables and rarely used corners of YAML are refused. The help line says how to write the same with what is supported.",
    },
    CodeText {
        code: "labels-missing",
        title: "Labels could not be set",
        text: "The pull request is as it should be; only its labels are missing. The token may lack the permission to set them.",
    },
    CodeText {
        code: "lock-damaged",
        title: "platform.lock is damaged",
        text: "The file says which files render owns, and a line of it makes no sense, often after a merge. Keep the lines of both sides, or restore the file from Git, then run `platformctl render`.",
    },
    CodeText {
        code: "lock-version",
        title: "platform.lock is from another version",
        text: "The file was written in a format that this version does not know. Use the version that wrote it, or a newer one.",
    },
    CodeText {
        code: "merge-queue",
        title: "The pull request is in the merge queue",
        text: "It is about to be merged with other values than the ones that would be proposed now. Run the command again when it is merged, or take it out of the queue.",
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
        code: "never-released",
        title: "The service was never released there",
        text: "There is nothing to promote: the source has no image for this service. Release it there first.",
    },
    CodeText {
        code: "no-digest",
        title: "The source runs a tag without a digest",
        text: "A tag can be moved to other bytes between two environments, so only digests are promoted. Release the service with its digest first.",
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
        code: "pins-anchor",
        title: "A pins file has anchors or aliases",
        text: "With them one place of the file decides about another, and a change of one pin could change a second one. Write the values out.",
    },
    CodeText {
        code: "pins-digest",
        title: "The digest in a pins file is malformed",
        text: "A digest is `sha256:` and 64 lower-case hexadecimal digits. `platformctl release` writes it.",
    },
    CodeText {
        code: "pins-image",
        title: "A pins file does not name its image exactly once",
        text: "The file must have one entry for the image of its service. Without it the pin has no effect, and with two of them the last one wins silently. The image is the one that platform.toml gives the service.",
    },
    CodeText {
        code: "pins-layout",
        title: "A pin cannot be changed in place",
        text: "The entry is laid out in a way that cannot be edited without touching other bytes. Write it one key per line, with plain or quoted values.",
    },
    CodeText {
        code: "pins-missing",
        title: "A pins file is missing",
        text: "Every service has a pins file in each cell, also before its first release. `platformctl render` creates it; if it had a digest, restore it from Git.",
    },
    CodeText {
        code: "pins-pattern",
        title: "A name in a pins file matches more than one image",
        text: "Kustomize reads the names of images as patterns, and this one may match the service's image too. Keep just the entry with the image's exact name.",
    },
    CodeText {
        code: "pins-redirect",
        title: "A pins file leads to another image",
        text: "The key makes kustomize run another image than the pin says. The image of a service is set in platform.toml.",
    },
    CodeText {
        code: "pins-replicas",
        title: "The block that holds a service at zero was changed",
        text: "Until its first release a service is held at zero replicas by a block that render writes and the first release removes. It is no longer as written. Remove it, and set replicas in platform.toml.",
    },
    CodeText {
        code: "pins-shape",
        title: "A pins file has another shape",
        text: "A pins file is one Kustomize Component with an entry under `images` and nothing that changes anything else. Restore it from Git or delete it and run `platformctl render`.",
    },
    CodeText {
        code: "pins-tag",
        title: "The tag in a pins file is malformed",
        text: "`newTag` is a text with the tag and nothing else. In quotes it stays a text even when it looks like a number.",
    },
    CodeText {
        code: "pins-unrelease",
        title: "A release needs something to run",
        text: "A pin that was released cannot become one that never was. Name the digest to run.",
    },
    CodeText {
        code: "promotion-cycle",
        title: "Promotion goes round in a circle",
        text: "Following `promote-from` from environment to environment leads back to the start, so no environment would ever get a first release. Remove one `promote-from`.",
    },
    CodeText {
        code: "promotion-declined",
        title: "The promotion was declined",
        text: "A pull request with exactly these values was closed without being merged. Reopen it to take it up again; other digests are proposed in a new one.",
    },
    CodeText {
        code: "promotion-pair",
        title: "The environments do not follow each other",
        text: "Releases move along `promote-from`. An environment can only be promoted from the one that it names.",
    },
    CodeText {
        code: "quota-too-small",
        title: "A team's quota is smaller than what its services need",
        text: "At its largest a service has as many pods as it may be scaled to, and one more while a new version is rolled out. With a smaller quota the autoscaler or the rollout would stop halfway. Raise the quota, lower the services' requests or replicas, or leave the quota out: it is then twice what is needed.",
    },
    CodeText {
        code: "release-into-promoted",
        title: "The environment takes no releases",
        text: "It is promoted from another one, so that only what was tried there gets in. Release into the first environment and promote from there.",
    },
    CodeText {
        code: "reserved-name",
        title: "A name is reserved",
        text: "The name already means something in the rendered repository or in what platformctl sets itself. Choose another one.",
    },
    CodeText {
        code: "sealed-secret",
        title: "A file is not the sealed Secret that it should be",
        text: "Files below `secrets/sealed/` of a cell are written by `platformctl secrets`, one for each Secret and namespace, and a sealed Secret opens under its own namespace and name only. A file of another kind, of a wider scope, or under another name is refused. Take it back from Git; or remove it and let `platformctl secrets generate` make it.",
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
        code: "sources-differ",
        title: "It is not clear which pin to promote",
        text: "The target has a region that the source does not have, and the source's cells do not agree on a pin. Bring them to the same pin, or choose the region with `--region`.",
    },
    CodeText {
        code: "symlink-in-the-way",
        title: "A symlink is in the way",
        text: "Nothing is written through a symlink, because it may lead out of the repository. Put the real file or folder in its place.",
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
        code: "unknown-name",
        title: "There is nothing of that name",
        text: "The name on the command line is not declared in platform.toml. The help line says which ones are.",
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
        code: "unsafe-path",
        title: "A path is refused",
        text: "The path leads out of the repository, into Git's own folder, or to a file that another one would have to contain. Choose another name in platform.toml, or restore platform.lock from Git if it is named there.",
    },
    CodeText {
        code: "unused-component",
        title: "A component is declared and used by no service",
        text: "A store that nobody uses is not rendered. Name it in the `uses` of a service, or remove its table.",
    },
    CodeText {
        code: "wrong-type",
        title: "A value has the wrong type",
        text: "The key takes another type of value, such as a list where a text stands. Numbers and dates are written without quotes, texts with them.",
    },
    CodeText {
        code: "yaml-depth",
        title: "YAML is nested too deeply",
        text: "No manifest needs so many collections inside each other; reading them would use up memory. Check where the file comes from.",
    },
    CodeText {
        code: "yaml-duplicate-key",
        title: "A key stands twice in a YAML mapping",
        text: "Readers disagree about which one counts. Keep one of them.",
    },
    CodeText {
        code: "yaml-syntax",
        title: "Not YAML",
        text: "The file cannot be parsed. Often the indentation is off on the line shown or on the one before, or a quote is missing.",
    },
];

"""Secrets: who makes each, which keys are in it, and whether pods ask for just those.

Makers are Secrets in plain, SealedSecrets, ExternalSecrets, Certificates, and the credentials that `platformctl config` lists
for a cell, which somebody makes at bootstrap.
"""

import collections
import dataclasses


@dataclasses.dataclass
class Made:
    """A Secret that will be there."""

    by: str
    # Its keys; None where they cannot be known.
    keys: set | None


def _sealed(placed):
    template = placed.spec.get("template") or {}
    keys = set(placed.spec.get("encryptedData") or {}) | set(template.get("data") or {})
    return (template.get("metadata") or {}).get("name", placed.name), keys


def _external(placed):
    target = placed.spec.get("target") or {}
    keys = {entry.get("secretKey") for entry in placed.spec.get("data") or []}
    template = target.get("template") or {}
    if template.get("data"):
        keys = set(template["data"]) | (keys if template.get("mergePolicy") == "Merge" else set())
    elif placed.spec.get("dataFrom") or template.get("templateFrom"):
        keys = None
    return target.get("name", placed.name), keys


def _plain(placed):
    return placed.name, set(placed.obj.get("data") or {}) | set(placed.obj.get("stringData") or {})


def _certificate(placed):
    return placed.spec.get("secretName"), {"tls.crt", "tls.key", "ca.crt"}


MAKERS = {"Secret": _plain, "SealedSecret": _sealed, "ExternalSecret": _external, "Certificate": _certificate}


def makers(cell):
    """(namespace, name) -> everything that makes that Secret; objects first, the list of credentials last."""
    made = collections.defaultdict(list)
    for placed in cell.of_kind(*MAKERS):
        name, keys = MAKERS[placed.kind](placed)
        made[placed.namespace, name].append(Made(str(placed), keys))
    for credential in cell.credentials:
        for namespace in credential["namespaces"]:
            made[namespace, credential["name"]].append(
                Made("the list of credentials", {entry["key"] for entry in credential["keys"]}))
    return made


def check(cell):
    """Every finding on the cell's Secrets, and on keys of its ConfigMaps."""
    made = makers(cell)
    yield from _made_twice(made)
    yield from _not_made(cell, made)
    configured = {(p.namespace, p.name): set(p.obj.get("data") or {}) | set(p.obj.get("binaryData") or {})
                  for p in cell.of_kind("ConfigMap")}
    for workload in cell.workloads:
        for kind, name, key in sorted(set(_keys(workload))):
            place = (workload.placed.namespace, name)
            if kind == "ConfigMap":
                known, by = configured.get(place), "it"
            else:
                known, by = (made[place][0].keys, made[place][0].by) if place in made else (None, "")
            if known is not None and key not in known:
                yield f"{workload.placed}: {kind} {name} has no key {key} ({by} has {', '.join(sorted(known)) or 'none'})"


def _made_twice(made):
    for (namespace, name), all_of_it in sorted(made.items()):
        objects = [m for m in all_of_it if m.by != "the list of credentials"]
        for other in objects[1:]:
            yield f"{other.by}: Secret {namespace}/{name} is made by {objects[0].by} too"
        for credential in all_of_it[len(objects):]:
            for one in objects[:1]:
                if one.keys is not None and one.keys != credential.keys:
                    yield (f"{one.by}: has the keys {', '.join(sorted(one.keys))}, and the list of credentials wants "
                           f"{', '.join(sorted(credential.keys))}")


def _not_made(cell, made):
    """Where Secrets are objects of the cell, all of them are, but for those that a person must give."""
    if not cell.of_kind("SealedSecret", "ExternalSecret"):
        return
    for credential in cell.credentials:
        for namespace in credential["namespaces"]:
            if len(made[namespace, credential["name"]]) == 1 and not any(k["value"] == "given" for k in credential["keys"]):
                yield f"{cell.label}: Secret {namespace}/{credential['name']} is in the list of credentials, and nothing makes it"


def _keys(workload):
    """(kind, name, key) of every single key that its pods need."""
    for container in workload.all_containers:
        for variable in container.get("env") or []:
            value = variable.get("valueFrom") or {}
            for kind, field in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
                reference = value.get(field)
                if reference and not reference.get("optional"):
                    yield kind, reference.get("name"), reference.get("key")
    for volume in workload.pod_spec.get("volumes") or []:
        for source in [volume, *((volume.get("projected") or {}).get("sources") or [])]:
            yield from _volume_keys(workload, volume.get("name"), source)


def _volume_keys(workload, volume, source):
    for kind, field in (("Secret", "secret"), ("ConfigMap", "configMap")):
        content = source.get(field)
        if not isinstance(content, dict) or content.get("optional"):
            continue
        name = content.get("secretName", content.get("name"))
        items = content.get("items")
        yield from ((kind, name, item.get("key")) for item in items or [])
        if items or "projected" in source:
            continue
        for container in workload.all_containers:
            for mount in container.get("volumeMounts") or []:
                if mount.get("name") == volume and mount.get("subPath") and source.get("name") == volume:
                    yield kind, name, mount["subPath"]

"""Unpacks what one cell's unit `postgres` is built to: the files of its ConfigMaps and, for each container, its plain
environment, so that the drill runs what Kubernetes would run.

Usage: unpack.py BUILT.yaml OUT
OUT/<ConfigMap>/<key>          the files, by the name of the ConfigMap without its hash
OUT/env/<workload>.<container> lines NAME=value, ConfigMaps of `envFrom` included; Secrets are left to the caller
OUT/args/<workload>.<container> command and arguments, one word a line
"""

import pathlib
import re
import sys

import yaml


def main(built, out):
    objects = [o for o in yaml.safe_load_all(pathlib.Path(built).read_text()) if o]
    maps = {o["metadata"]["name"]: o.get("data") or {} for o in objects if o["kind"] == "ConfigMap"}
    out = pathlib.Path(out)
    for name, data in maps.items():
        folder = out / re.sub(r"-[2456789bcdfghkmt]{10}$", "", name)
        folder.mkdir(parents=True)
        for key, text in data.items():
            (folder / key).write_text(text)
    (out / "env").mkdir()
    (out / "args").mkdir()
    found = 0
    for obj in objects:
        pod = pod_spec(obj)
        for container in (pod.get("initContainers") or []) + (pod.get("containers") or []):
            name = f"{obj['metadata']['name']}.{container['name']}"
            (out / "env" / name).write_text("".join(f"{k}={v}\n" for k, v in environment(container, maps)))
            words = (container.get("command") or []) + (container.get("args") or [])
            (out / "args" / name).write_text("".join(f"{word}\n" for word in words))
            found += 1
    if not maps or not found:
        sys.exit(f"{built}: no ConfigMap or no container in it")


def pod_spec(obj):
    spec = obj.get("spec") or {}
    if obj["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if obj["kind"] in ("CronJob", "Job", "StatefulSet"):
        return spec["template"]["spec"]
    return {}


def environment(container, maps):
    for source in container.get("envFrom") or []:
        yield from maps.get((source.get("configMapRef") or {}).get("name"), {}).items()
    for variable in container.get("env") or []:
        if "value" in variable:
            yield variable["name"], variable["value"]


if __name__ == "__main__":
    main(*sys.argv[1:])

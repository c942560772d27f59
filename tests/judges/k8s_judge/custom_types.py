"""Custom kinds as typed literals: the TypeScript compiler judges them against the published @kubernetes-models types.

It finds unknown fields, wrong types, missing fields and values outside an enum, with nothing but npm packages.
"""

import json
import pathlib
import re
import subprocess
import tempfile


def _without_nulls(value):
    """The API server drops nulls; so they are gone before the compiler sees them."""
    if isinstance(value, dict):
        return {str(key): _without_nulls(sub) for key, sub in value.items() if sub is not None}
    return [_without_nulls(sub) for sub in value] if isinstance(value, list) else value


class Judge:
    """Collects objects, then judges them all in one run of the compiler."""

    def __init__(self, node: pathlib.Path):
        self.node = node
        self.modules = node / "node_modules"
        self.packages = sorted((self.modules / "@kubernetes-models").glob("*"))
        self.compiler = self.modules / ".bin" / "tsc"
        if not self.packages or not self.compiler.exists():
            raise FileNotFoundError(f"{self.modules} has no @kubernetes-models and tsc: run tests/judges/install")
        self._start()

    def _start(self):
        self.literals, self.labels, self.imports, self.unknown = [], [], {}, []

    def add(self, label, obj, known_elsewhere):
        """Takes an object in; one that no package has a type for is a finding, unless `known_elsewhere`."""
        api_version, kind = obj["apiVersion"], obj["kind"]
        package = next((p for p in self.packages if (p / api_version / f"{kind}.d.ts").is_file()), None)
        if package is None:
            if not known_elsewhere:
                self.unknown.append(f"{label}: nothing describes {api_version} {kind}")
            return
        module = f"{package.relative_to(self.modules).as_posix()}/{api_version}/{kind}"
        alias = self.imports.setdefault((module, kind), f"T{len(self.imports)}")
        self.literals.append(f"export const d{len(self.literals)}: {alias} = {json.dumps(_without_nulls(obj))};")
        self.labels.append(label)

    def findings(self):
        """Judges what was added and starts afresh."""
        unknown, labels = self.unknown, self.labels
        found = self._compile() if self.literals else []
        self._start()
        return unknown + [f"{labels[line]}: {message}" for line, message in found]

    def _compile(self):
        imports = " ".join(f'import type {{ I{kind} as {alias} }} from "{module}";'
                           for (module, kind), alias in self.imports.items())
        with tempfile.TemporaryDirectory(dir=self.node) as folder:
            source = pathlib.Path(folder) / "judged.ts"
            # One line per object, so that the line of an error tells the object.
            source.write_text("\n".join([imports, *self.literals]) + "\n", encoding="utf-8")
            run = subprocess.run(
                [str(self.compiler), "--noEmit", "--strict", "--skipLibCheck", "--pretty", "false",
                 "--module", "nodenext", "--moduleResolution", "nodenext", str(source)],
                capture_output=True, text=True, stdin=subprocess.DEVNULL)
        errors = re.findall(r"judged\.ts\((\d+),\d+\): error TS\d+: (.*)", run.stdout)
        if any(line == "1" for line, _ in errors) or (run.returncode and not errors):
            raise RuntimeError("tsc failed: " + (run.stdout + run.stderr)[:800])
        return [(int(line) - 2, message) for line, message in errors]

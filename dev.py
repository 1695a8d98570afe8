#!/usr/bin/env python3
"""Set up and run the project in a fresh clone, with nothing but Python.

    python3 dev.py demo     build the graph of a list in data/ and its HTML page into output/
    python3 dev.py test     run the tests, the browser tests included
    python3 dev.py check    run the formatter's check, the linter and the type checker

Each makes what it needs first: a virtual environment in .venv, the packages in it, and for the tests
a Chromium, which on Debian and Ubuntu is installed with apt.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEMO_LIST = "data/medical-reasoning-rl.md"


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command in the project's folder; leave with its status where it fails."""
    status = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode
    if status:
        sys.exit(status)


def apt_install(*packages: str) -> None:
    """Install Debian packages, with sudo where we are not root."""
    if not shutil.which("apt-get"):
        sys.exit(
            f"dev.py: install {' '.join(packages)} with your system's package manager, then run this again"
        )
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    run(*sudo, "apt-get", "update", "-qq")
    run(*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def inputs_hash() -> str:
    """The hash of what an installation depends on: the requirements, and the sources of the bundled pages."""
    web = ROOT / "kg" / "web"
    files = [ROOT / "pyproject.toml", ROOT / "hatch_build.py", *web.glob("*.json"), *web.glob("*.mjs")]
    files += [path for path in (web / "src").rglob("*") if path.is_file()]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def set_up(extra: str) -> None:
    """Make .venv and install the project in it with an extra, unless that has been done."""
    if sys.version_info < (3, 11):
        sys.exit(f"dev.py: Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    wanted = inputs_hash()
    stamp = VENV / f"installed-{extra or 'base'}"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        try:
            import ensurepip  # noqa: F401
        except ImportError:
            apt_install("python3-venv")
        run(sys.executable, "-m", "venv", VENV)
    print("dev.py: installing into .venv ...", flush=True)
    run(
        BIN / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-e",
        f".[{extra}]" if extra else ".",
    )
    stamp.write_text(wanted)


def demo() -> None:
    """Build the graph of a sample list."""
    set_up("")
    run(BIN / "kg", "build", DEMO_LIST)
    kg = (BIN / "kg").relative_to(ROOT)
    print(f"The command is {kg}; try {kg} show GRPO, or {kg} serve --open")


def test(*arguments: str) -> None:
    """Run the tests; further arguments go to pytest."""
    set_up("test")
    if not any(shutil.which(name) for name in BROWSERS):
        apt_install("chromium")
    run(BIN / "python", "-m", "pytest", *arguments, env={**os.environ, "KG_REQUIRE_BROWSER": "1"})


def check() -> None:
    """Check format, lint and types."""
    set_up("dev")
    run(BIN / "ruff", "format", "--check", ".")
    run(BIN / "ruff", "check", ".")
    run(BIN / "mypy")


COMMANDS = {"demo": demo, "test": test, "check": check}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS or (len(sys.argv) > 2 and sys.argv[1] != "test"):
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])

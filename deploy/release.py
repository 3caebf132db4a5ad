"""Write the archive of a release: the files of the last commit, and what browsers load.

    python -m deploy.release [FOLDER]

The archive holds `core/bundles/`, so that a server needs no Node. It is built from the commit,
not from the working copy.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from deploy.launcher.errors import StartError

ROOT = Path(__file__).resolve().parent.parent
BUILD = "deploy/bundles/build.js"


def main(folder: Path) -> Path:
    """Write `liaison-VERSION.tar.gz` into a folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place) / "liaison"
        tree.mkdir()
        export(tree)
        _build(tree)
        archive = folder / f"liaison-{_version(tree)}.tar.gz"
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(tree, arcname=archive.name.removesuffix(".tar.gz"))
    return archive


def export(tree: Path) -> None:
    """Write the files of the last commit into a folder."""
    files = tree / ".files.tar"
    _run("git", "archive", "--output", str(files), "HEAD", folder=ROOT)
    # Not `tarfile`: Debian 12's Python does not know its `filter`, and later ones warn without it.
    _run("tar", "--extract", "--file", files.name, folder=tree)
    files.unlink()


def _build(tree: Path) -> None:
    """Build the browser files with the esbuild of this working copy."""
    installed = tree / "node_modules"
    installed.symlink_to((ROOT / "node_modules").resolve())
    _run("node", BUILD, folder=tree)
    installed.unlink()


def _version(tree: Path) -> str:
    lines = (tree / "pyproject.toml").read_text().splitlines()
    line = next(line for line in lines if line.startswith("version = "))
    return line.split('"')[1]


def _run(*command: str, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StartError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")


if __name__ == "__main__":
    try:
        print(main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))
    except StartError as error:
        sys.exit(f"liaison: {error}")

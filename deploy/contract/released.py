"""Find the contract that callers were written for."""

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Document = dict[str, Any]

CONTRACT = "core/openapi.yaml"
# What a clone without tags and without the main branch compares with.
KEPT = "deploy/contract/released.json"
# What does not change what is sent.
WORDS = frozenset({"description", "summary", "tags", "example", "examples", "title", "default"})
# Below these a key is a name of something, and no keyword.
NAMED = frozenset({"properties", "schemas", "responses", "paths", "content"})


class Base(NamedTuple):
    name: str
    contract: Document


def base_of(root: Path) -> Base:
    """Return the contract of the last tag, else of where this branch left main, else the kept one.

    A shallow clone has neither of the first two.
    """
    tag = _git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if tag and (text := _git(root, "show", f"{tag}:{CONTRACT}")):
        return Base(f"the contract of {tag}", read(text))
    commit = _git(root, "merge-base", "HEAD", "origin/main")
    is_branch = commit and commit != _git(root, "rev-parse", "HEAD")
    if is_branch and (text := _git(root, "show", f"{commit}:{CONTRACT}")):
        return Base(f"the contract of main at {commit[:10]}", read(text))
    kept = json.loads((root / KEPT).read_text())
    return Base(f"{KEPT}, since this clone has no tag of a release", kept)


def read(text: str) -> Document:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: Document = yaml.load(text, Loader=loader)  # noqa: S506 (the safe one, in C)
    return loaded


def write(contract: Document, root: Path) -> None:
    """Keep a contract without its words, a line for each operation and shape."""
    bare = without_words(contract)
    parts = {"paths": bare["paths"], "components": bare["components"]}
    (root / KEPT).write_text(_lines(parts, depth=3) + "\n")


def without_words(value: Any, *, is_named: bool = False) -> Any:
    if isinstance(value, list):
        return [without_words(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_words(inner, is_named=key in NAMED and not is_named)
        for key, inner in value.items()
        if is_named or key not in WORDS
    }


def _lines(value: Any, depth: int) -> str:
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    inner = ",\n".join(
        f"{json.dumps(key)}: {_lines(each, depth - 1)}" for key, each in value.items()
    )
    return "{\n" + inner + "\n}"


def _git(root: Path, *arguments: str) -> str:
    """Return what git says, or nothing if it has no answer or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

"""A Python environment with the packages of requirements.txt alone, as a company has it."""

import subprocess
import sys
from hashlib import sha256

from deploy.launcher.data_dir import REPOSITORY

FOLDER = REPOSITORY / ".venv" / "as-installed"
LOCK = REPOSITORY / "requirements.txt"


def interpreter() -> str:
    """Return its interpreter. The first time, and after a change of the lock, it takes a minute."""
    python = FOLDER / "bin" / "python"
    digest, kept = sha256(LOCK.read_bytes()).hexdigest(), FOLDER / "lock.sha256"
    if not kept.exists() or kept.read_text() != digest:
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        options = ["-qq", "--require-hashes", "--no-deps", "-r"]
        subprocess.run([python, "-m", "pip", "install", *options, LOCK], check=True)
        kept.write_text(digest)
    return str(python)

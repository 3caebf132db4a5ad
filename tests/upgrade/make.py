"""Make the data of an earlier commit: `python -m tests.upgrade.make COMMIT…`.

Exports the commit, starts its web and its worker on new services, loads its demo and rows of every
kind, and writes `dumps/COMMIT.dump` (pg_dump's custom format) and `dumps/COMMIT.objects.tar.gz`.
"""

import sys
import tempfile
from pathlib import Path

from tests.services import services_of_the_run
from tests.upgrade.calls import Site
from tests.upgrade.old_code import exported
from tests.upgrade.place import new_place
from tests.upgrade.population import populate
from tests.upgrade.releases import DUMPS, database_of, objects_of

# Of the demo's sixty conversations.
DEMO_SIZE = "0.05"


def main(commits: list[str]) -> None:
    with services_of_the_run():
        for commit in commits:
            make(commit)


def make(commit: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="liaison-upgrade-") as folder,
        new_place(commit, Path(folder)) as place,
    ):
        code = exported(commit, Path(folder))
        code.manage(place.environment, "migrate", "--no-input", "--verbosity", "0")
        code.manage(place.environment, "setup_storage", "--verbosity", "0")
        code.manage(place.environment, "demo", "--size", DEMO_SIZE)
        with Site(place, code) as site:
            made = populate(site)
        files = database_of(commit), objects_of(commit)
        DUMPS.mkdir(exist_ok=True)
        place.dump(files[0])
        place.pack_objects(files[1])
        sizes = ", ".join(f"{file.name} {file.stat().st_size >> 10} KB" for file in files)
        print(f"{commit}: {sizes}; {made}")  # noqa: T201  (the output)


if __name__ == "__main__":
    main(sys.argv[1:])

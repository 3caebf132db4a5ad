"""Print the tables of deploy/SCALING.md, or write them into it.

python -m deploy.scaling [--write]
"""

import argparse

from deploy.scaling.costs import measured
from deploy.scaling.document import SCALING, TABLES, with_tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.scaling")
    parser.add_argument("--write", action="store_true", help="write them into deploy/SCALING.md")
    costs = measured()
    if parser.parse_args().write:
        SCALING.write_text(with_tables(SCALING.read_text(), costs))
        return
    for name, table in TABLES.items():
        print(f"{name}\n\n{table(costs)}\n")


if __name__ == "__main__":
    main()

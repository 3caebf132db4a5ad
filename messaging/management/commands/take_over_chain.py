from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.actions import take_over
from messaging.actions.chain import catch_up

SECONDS = 3600.0


class Command(BaseCommand):
    help = (
        "Chain what a version from before the chain wrote beside this one: once, after its last"
        " process has ended, and within 30 days of the upgrade."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            since = take_over.upgraded_at()
        except take_over.WindowOver as over:
            raise CommandError(
                f"The chain came on {over.since:%Y-%m-%d}, more than {take_over.WINDOW.days} days"
                " ago: what has no entry by now is a fault. `manage.py verify_chain` names it."
            ) from over
        catch_up(SECONDS)
        counts = [take_over.take_over(each, since) for each in take_over.touched(since)]
        some = [count for count in counts if count]
        self.stdout.write(f"Taken over: {sum(some)} entries in {len(some)} conversations.")

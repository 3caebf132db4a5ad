"""The lists of the task dashboard: what they fold, find, and let people do."""

import re

import pytest
from playwright.sync_api import expect

from core.jobs.enqueue import Queue
from core.models import User
from messaging.models import Message
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.task_rows import WORDS, dead_message, housekeeping, retried_message
from tests.site import Site
from tests.waiting import until
from workers.models import QueueSample, TaskRun
from workers.records import recorder
from workers.registry import PERIODIC_TASKS

TASKS = "/staff/tasks"


@pytest.fixture
def dead(site: Site, say: Say, camille: User) -> Message:
    return dead_message(say, camille)


@pytest.fixture
def retrying(site: Site, say: Say, camille: User) -> Message:
    return retried_message(say, camille)


class TestList:
    def test_housekeeping_is_folded_until_it_is_asked_for(
        self, visit: Visit, odile: User, dead: Message
    ) -> None:
        recorder.write([housekeeping("beat"), housekeeping("run_periodic", "watch")])
        page = visit(odile, f"{TASKS}?view=tasks")
        expect(page.get_by_role("row", name=re.compile("Camille Morel")).first).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("Alertes|Signe de vie"))).to_have_count(0)

        page.get_by_role("button", name=re.compile("entretien repliés?")).click()

        expect(page.get_by_role("row", name=re.compile("Alertes")).first).to_be_visible()
        expect(page).to_have_url(re.compile("housekeeping=1"))
        page.get_by_role("button", name="L’entretien est affiché").click()
        expect(page.get_by_role("row", name=re.compile("Alertes"))).to_have_count(0)

    def test_words_on_the_screen_are_found(self, visit: Visit, odile: User, dead: Message) -> None:
        page = visit(odile, f"{TASKS}?view=tasks&state=error")
        rows = page.get_by_role("row", name=re.compile("Message de Camille Morel"))
        expect(rows).to_have_count(8)

        page.get_by_label("Texte, identifiant").fill("message de camille, villa lumiere")
        expect(page).to_have_url(re.compile("q=message"))
        expect(rows).to_have_count(8)
        page.get_by_label("Texte, identifiant").fill("message de yanis")

        expect(page.get_by_text("Aucune tâche ici.")).to_be_visible()

    def test_periodic_work_shows_its_runs(self, visit: Visit, odile: User, site: Site) -> None:
        PERIODIC_TASKS.ensure_rows()
        recorder.write([housekeeping("run_periodic", "clean_records") for _ in range(3)])
        page = visit(odile, f"{TASKS}?view=schedules")

        page.get_by_role("link", name="Nettoyage de l’historique des tâches").click()

        detail = page.get_by_role("dialog")
        expect(detail.get_by_role("heading", name="Passages")).to_be_visible()
        expect(detail.get_by_role("listitem")).to_have_count(3)
        detail.get_by_role("link", name="Tous les passages").click()
        expect(page.get_by_role("row", name=re.compile("Nettoyage"))).to_have_count(3)

    def test_message_shows_what_it_ordered(
        self, visit: Visit, odile: User, camille: User, say: Say, site: Site
    ) -> None:
        message = say(camille, "Le carreau est fendu")
        until(lambda: TaskRun.objects.filter(subject=str(message.pk)).exists())
        page = visit(odile, f"{TASKS}?task=fan_out_message:{message.pk}")

        detail = page.get_by_role("dialog")
        expect(detail).to_contain_text("Compté et annoncé")
        detail.get_by_role(
            "button", name=re.compile("Odile Perrin.*message de Camille")
        ).first.click()

        expect(detail.get_by_role("heading", name="Lancée par")).to_be_visible()

    def test_page_that_is_not_live_says_so(self, visit: Visit, odile: User, site: Site) -> None:
        page = visit(odile, TASKS)

        page.get_by_label("Temps réel").uncheck()

        expect(page.get_by_text("En pause", exact=True)).to_be_visible()

    def test_each_queue_has_a_line_of_its_own(self, visit: Visit, odile: User, site: Site) -> None:
        for queue in Queue:
            QueueSample.objects.create(queue=queue.value, waiting=3, oldest_seconds=1)
        page = visit(odile, TASKS)
        lines = page.locator("task-plot").nth(1).locator("polyline")
        expect(lines).to_have_count(len(Queue))

        look = "line => getComputedStyle(line).stroke + line.getAttribute('stroke-dasharray')"
        looks = {line.evaluate(look) for line in lines.all()}

        assert len(looks) == len(Queue)

    def test_manager_tries_a_task_of_the_retries_at_once(
        self, visit: Visit, marc: User, retrying: Message
    ) -> None:
        page = visit(marc, TASKS)
        page.get_by_role("navigation", name="Parties du tableau de bord").get_by_role(
            "link", name="À réessayer"
        ).click()
        row = page.get_by_role("row", name=re.compile("Camille Morel"))
        expect(row).to_contain_text("3 / 8")
        expect(row).to_contain_text(re.compile(r"dans \d+\u202fh|dans \d+ h|dans \d+\s*min"))
        expect(row).to_contain_text(WORDS)

        row.get_by_role("button", name="Réessayer maintenant").click()

        expect(page.get_by_text("Aucune tâche à réessayer")).to_be_visible()
        until(lambda: Message.objects.get(pk=retrying.pk).fanned_out_at is not None)

    def test_keys_choose_open_and_retry(self, visit: Visit, marc: User, dead: Message) -> None:
        page = visit(marc, f"{TASKS}?view=tasks&state=dead")
        row = page.locator("tr.row")

        row.press("x")
        expect(page.get_by_text("1 choisie")).to_be_visible()
        row.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text(WORDS)
        page.get_by_role("button", name="Fermer").click()
        row.press("r")

        expect(page.get_by_text("1 tâche relancée.")).to_be_visible()
        expect(page.get_by_text("Aucune tâche morte")).to_be_visible()

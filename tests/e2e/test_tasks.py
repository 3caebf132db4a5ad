"""The dashboard of background tasks, used by a manager and a colleague."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Dialog, expect

from core.models import User
from core.version import BUILD
from messaging.models import Message
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.task_rows import WORDS, dead_message
from tests.e2e.waiting import wait_for
from tests.site import Site
from tests.waiting import until
from workers.models import (
    DeadLetter,
    QueuePause,
    TaskAction,
    WorkerProcess,
)

TASKS = "/staff/tasks"
VIEWS = (
    "Tâches", "À réessayer", "Échecs", "Processus", "Planning", "Journal", "Vue d’ensemble",
)  # fmt: skip
SMALLEST_READABLE_PX = 10


@pytest.fixture
def dead(site: Site, say: Say, camille: User) -> Message:
    return dead_message(say, camille)


class TestManager:
    def test_manager_retries_a_dead_task(self, visit: Visit, marc: User, dead: Message) -> None:
        page = visit(marc, TASKS)
        expect(page.get_by_text("Tâches mortes : 1")).to_be_visible()
        page.get_by_role("link", name=re.compile("Mortes")).click()
        page.get_by_role("row", name=re.compile("Camille Morel")).click()
        expect(page.get_by_role("dialog")).to_contain_text(WORDS)
        expect(page.get_by_role("dialog")).to_contain_text("Essai 8 sur 8")

        page.get_by_role("button", name="Réessayer maintenant").click()

        expect(page.get_by_text("1 tâche relancée.")).to_be_visible()
        assert not DeadLetter.objects.exists()
        until(lambda: Message.objects.get(pk=dead.pk).fanned_out_at is not None)

    def test_manager_confirms_the_number_before_all_tasks_are_retried(
        self, visit: Visit, marc: User, dead: Message
    ) -> None:
        page = visit(marc, f"{TASKS}?view=tasks&state=dead")
        asked: list[str] = []

        def agree(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.accept()

        page.on("dialog", agree)

        page.get_by_role("button", name="Réessayer toutes celles du filtre").click()

        expect(page.get_by_text("Aucune tâche morte")).to_be_visible()
        assert asked == ["Réessayer la tâche du filtre qui est encore due\u202f?"]

    def test_manager_discards_a_task_with_a_reason_that_stays(
        self, visit: Visit, marc: User, dead: Message
    ) -> None:
        page = visit(marc, f"{TASKS}?view=tasks&state=dead")
        page.on("dialog", lambda dialog: dialog.accept("déjà dit par téléphone"))

        page.get_by_role("checkbox", name="Choisir cette tâche").check()
        page.get_by_role("button", name="Écarter").click()

        expect(page.get_by_text("Aucune tâche morte")).to_be_visible()
        assert TaskAction.objects.get().reason == "déjà dit par téléphone"
        page.get_by_role("link", name="Journal", exact=True).click()
        expect(page.get_by_role("row", name=re.compile("Marc Vidal"))).to_contain_text("téléphone")

    def test_manager_pauses_a_queue_after_a_question(
        self, visit: Visit, marc: User, site: Site
    ) -> None:
        page = visit(marc, TASKS)
        queue = page.get_by_role("row", name=re.compile("^Fichiers .*Mettre en pause"))
        asked: list[str] = []

        def refuse(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.dismiss()

        page.once("dialog", refuse)

        queue.get_by_role("button", name="Mettre en pause").click()
        assert asked
        assert asked[0].startswith("Mettre la file «\u00a0Fichiers\u00a0» en pause")
        assert not QueuePause.objects.exists()
        page.once("dialog", lambda dialog: dialog.accept())
        queue.get_by_role("button", name="Mettre en pause").click()

        expect(page.get_by_text("File «\u00a0Fichiers\u00a0» mise en pause.")).to_be_visible()
        queue = page.get_by_role("row", name=re.compile("^Fichiers .*Reprendre"))
        expect(queue).to_contain_text("En pause par Marc Vidal")
        queue.get_by_role("button", name="Reprendre").click()
        expect(page.get_by_text("En pause par")).to_have_count(0)
        page.get_by_role("link", name="Journal", exact=True).click()
        expect(
            page.get_by_role("row").filter(has_text="File «\u00a0Fichiers\u00a0»")
        ).to_have_count(2)

    def test_manager_empties_a_queue_by_the_name_on_the_screen(
        self, visit: Visit, marc: User, site: Site
    ) -> None:
        page = visit(marc, TASKS)
        page.once("dialog", lambda dialog: dialog.accept("entretien"))

        page.get_by_role("row", name=re.compile("^Entretien .*Vider")).get_by_role(
            "button", name="Vider"
        ).click()

        expect(page.get_by_text("File «\u00a0Entretien\u00a0» vidée")).to_be_visible()


class TestColleague:
    def test_colleague_reads_tasks_and_cannot_act(
        self, visit: Visit, odile: User, dead: Message
    ) -> None:
        page = visit(odile, f"{TASKS}?view=tasks&state=dead")

        expect(page.get_by_text("Lecture seule")).to_be_visible()
        expect(page.get_by_role("button", name="Réessayer", exact=False)).to_have_count(0)
        page.get_by_role("row", name=re.compile("Camille Morel")).click()
        expect(page.get_by_role("button", name="Réessayer maintenant")).to_have_count(0)
        page.get_by_role("link", name="Voir le message").click()
        expect(page).to_have_url(re.compile(f"#m-{dead.pk}$"))

    def test_task_address_shows_what_it_names(
        self, visit: Visit, odile: User, dead: Message
    ) -> None:
        page = visit(odile, f"{TASKS}?view=failures")
        page.get_by_role("link", name="Voir les essais").click()

        expect(page).to_have_url(re.compile("error_class=RuntimeError"))
        expect(page.get_by_role("row", name=re.compile("RuntimeError"))).to_have_count(8)
        page.reload()
        expect(page.get_by_role("row", name=re.compile("RuntimeError"))).to_have_count(8)
        page.get_by_label("Texte, identifiant").fill(str(dead.conversation_id))
        expect(page.get_by_role("row", name=re.compile("RuntimeError"))).to_have_count(8)
        page.get_by_label("Texte, identifiant").fill(str(uuid4()))
        expect(page.get_by_text("Aucune tâche ici.")).to_be_visible()

    def test_dashboard_works_without_any_worker_and_says_so(
        self, visit: Visit, odile: User, dead: Message, site: Site
    ) -> None:
        site.stop_worker()
        WorkerProcess.objects.update(stopped_at=timezone.now())

        page = visit(odile, f"{TASKS}?view=tasks&state=dead")

        expect(page.get_by_text("Aucun processus de travail ne tourne")).to_be_visible()
        expect(page.get_by_text(WORDS).first).to_be_visible()

    @pytest.mark.cut
    def test_address_of_a_deleted_task_says_so(self, visit: Visit, odile: User) -> None:
        page = visit(odile, f"{TASKS}?task=fan_out_message:{uuid4()}")

        expect(page.get_by_role("status").filter(has_text="trouvé")).to_be_visible()
        expect(page).to_have_url(re.compile(f"{TASKS}$"))

    def test_build_of_each_worker_is_shown(self, visit: Visit, odile: User, site: Site) -> None:
        page = visit(odile, f"{TASKS}?view=workers")

        workers = page.get_by_role("row").filter(has_text=re.compile(r":\d+"))
        expect(workers.get_by_role("cell", name=BUILD, exact=True).first).to_be_visible()

    def test_commit_where_another_build_began_is_marked_on_the_plot(
        self, visit: Visit, odile: User, site: Site
    ) -> None:
        WorkerProcess.objects.create(
            host="chantier",
            pid=1,
            queues=[],
            concurrency=2,
            version="0.9.9+ca94ca5123",
            started_at=timezone.now() - timedelta(minutes=20),
        )

        page = visit(odile, TASKS)

        expect(page.locator("task-plot").get_by_text("ca94ca5", exact=True).first).to_be_visible()

    def test_plot_is_readable_by_keyboard_and_as_a_table(
        self, visit: Visit, odile: User, dead: Message
    ) -> None:
        page = visit(odile, TASKS)
        plot = page.get_by_role("img", name=re.compile("^Débit"))

        plot.focus()
        plot.press("ArrowLeft")

        expect(page.locator("task-plot output").first).to_contain_text("Échouées 8")
        page.get_by_text("Les mêmes chiffres en tableau").first.click()
        expect(page.get_by_role("columnheader", name="Échouées")).to_be_visible()


class TestDashboard:
    def test_dashboard_is_updated_live(
        self, visit: Visit, odile: User, camille: User, say: Say
    ) -> None:
        page = visit(odile, f"{TASKS}?view=tasks&name=fan_out_message")
        expect(page.get_by_text("Aucune tâche ici.")).to_be_visible()
        say(camille, "Le carreau est fendu")

        row = page.get_by_role("row", name=re.compile("Camille Morel")).first
        expect(row).to_be_visible(timeout=45_000)

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_dashboard_is_accessible(
        self, visit: Visit, marc: User, dead: Message, dark: bool
    ) -> None:
        page = visit(marc, TASKS, dark=dark)
        for view in (
            "Tâches",
            "À réessayer",
            "Échecs",
            "Processus",
            "Planning",
            "Journal",
            "Vue d’ensemble",
        ):
            parts = page.get_by_role("navigation", name="Parties du tableau de bord")
            parts.get_by_role("link", name=view).click()
            expect(page.locator(".skeleton")).to_have_count(0)

            violations = Axe().run(page).response["violations"]

            assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in violations] == []

    def test_dashboard_fits_a_phone(self, visit: Visit, marc: User, dead: Message) -> None:
        page = visit(marc, f"{TASKS}?view=tasks&state=dead", phone=True)
        expect(page.get_by_text(WORDS).first).to_be_visible()

        width = "() => document.documentElement.scrollWidth - innerWidth"
        assert page.evaluate(width) <= 0

        page.locator("tr.row").first.tap()

        expect(page.get_by_role("dialog")).to_contain_text("Essai 8 sur 8")
        assert page.evaluate(width) <= 0
        page.get_by_role("button", name="Fermer").tap()
        page.get_by_role("link", name="Vue d’ensemble").tap()
        words = page.locator("task-plot text").first
        expect(words).to_be_visible()
        height = "words => words.getBoundingClientRect().height"
        wait_for(page, lambda: words.evaluate(height) > SMALLEST_READABLE_PX)
        # Only the inner part scrolls, and not the page.
        assert page.evaluate("() => document.documentElement.scrollHeight - innerHeight") <= 0

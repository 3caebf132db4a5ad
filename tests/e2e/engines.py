"""One person in one browser, with the same words for Chromium, Firefox and WebKit."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page

from tests.e2e.firefox import ALLOW, BUTTON, TEXT, Firefox
from tests.e2e.marionette import ELEMENT
from tests.e2e.waiting import wait_for
from tests.e2e.webkit import WebDriver
from tests.site import Site
from tests.waiting import until

# The visible field of a name, also inside of custom elements.
FIELD = """
const [name] = arguments;
const namesOf = ({ ariaLabel, placeholder, labels }) =>
  [ariaLabel, placeholder, ...[...labels ?? []].map((label) => label.innerText)];
const isMeant = (element) => element.matches("input, textarea") && element.checkVisibility()
  && namesOf(element).some((said) => said?.trim().startsWith(name));
const search = (root) => {
  for (const element of root.querySelectorAll("*")) {
    if (isMeant(element)) return element;
    const found = element.shadowRoot && search(element.shadowRoot);
    if (found) return found;
  }
  return null;
};
return search(document);
"""

# Where photos of the library are chosen. A button opens it, so nobody sees it.
FILES = """
const search = (root) => {
  for (const element of root.querySelectorAll("*")) {
    if (element.matches("input[type=file][multiple]")) return element;
    const found = element.shadowRoot && search(element.shadowRoot);
    if (found) return found;
  }
  return null;
};
return search(document);
"""

# Whether a picture with this text is loaded and drawn.
DRAWN = """
const [name] = arguments;
const search = (root) => [...root.querySelectorAll("*")].some((element) =>
  (element.matches("img") && element.closest("button, a, figure, li")?.outerHTML.includes(name)
    && element.complete && element.naturalWidth > 1 && element.checkVisibility())
  || (element.shadowRoot && search(element.shadowRoot)));
return search(document);
"""


class Engine(Protocol):
    """What each browser can be told."""

    def navigate(self, url: str) -> None: ...
    def run(self, script: str, *arguments: Any) -> Any: ...
    def find(self, script: str, *arguments: Any) -> Any: ...
    def click(self, element: Any) -> None: ...
    def type(self, element: Any, text: str) -> None: ...
    def choose(self, element: Any, path: Path) -> None: ...
    def wait(self, condition: Callable[[], object], complaint: str) -> None: ...
    def answer_permission(self) -> None: ...


class Chromium:
    """By playwright."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def navigate(self, url: str) -> None:
        self._page.goto(url)

    def run(self, script: str, *arguments: Any) -> Any:
        return self._page.evaluate(_function(script), list(arguments))

    def find(self, script: str, *arguments: Any) -> Any:
        return self._page.evaluate_handle(_function(script), list(arguments)).as_element()

    def click(self, element: Any) -> None:
        element.click()

    def type(self, element: Any, text: str) -> None:
        element.type(text)

    def choose(self, element: Any, path: Path) -> None:
        element.set_input_files(path)

    def wait(self, condition: Callable[[], object], complaint: str) -> None:
        wait_for(self._page, condition)

    def answer_permission(self) -> None:
        """Nobody can be asked without a window: it was allowed before, or is refused."""


class FirefoxEngine:
    """By Marionette."""

    def __init__(self, firefox: Firefox) -> None:
        self._firefox = firefox

    def navigate(self, url: str) -> None:
        self._firefox.marionette.command("WebDriver:Navigate", url=url)

    def run(self, script: str, *arguments: Any) -> Any:
        return self._firefox.run(script, *arguments)

    find = run

    def click(self, element: Any) -> None:
        self._command("Click", element)

    def type(self, element: Any, text: str) -> None:
        self._command("SendKeys", element, text=text)

    def choose(self, element: Any, path: Path) -> None:
        self._command("SendKeys", element, text=str(path))

    def wait(self, condition: Callable[[], object], complaint: str) -> None:
        until(condition, complaint)

    def answer_permission(self) -> None:
        until(partial(self._firefox.chrome, ALLOW), "Firefox does not ask for the permission")

    def _command(self, name: str, element: Any, **parameters: Any) -> None:
        command = f"WebDriver:Element{name}"
        self._firefox.marionette.command(command, id=element[ELEMENT], **parameters)


class WebKit:
    """By WebDriver."""

    def __init__(self, driver: WebDriver) -> None:
        self._driver = driver

    def navigate(self, url: str) -> None:
        self._driver.post("/url", url=url)

    def run(self, script: str, *arguments: Any) -> Any:
        return self._driver.run(script, *arguments)

    find = run

    def click(self, element: Any) -> None:
        self._driver.post(f"/element/{element[ELEMENT]}/click")

    def type(self, element: Any, text: str) -> None:
        self._driver.post(f"/element/{element[ELEMENT]}/value", text=text)

    def choose(self, element: Any, path: Path) -> None:
        self.type(element, str(path))

    def wait(self, condition: Callable[[], object], complaint: str) -> None:
        until(condition, complaint)

    def answer_permission(self) -> None:
        """MiniBrowser is asked nothing: without a push service it has no notifications."""


class Visitor:
    """A person at one of the engines."""

    def __init__(self, engine: Engine, site: Site) -> None:
        self.engine = engine
        self._site = site

    def visit(self, path: str) -> None:
        self.engine.navigate(self._site.url + path)

    @property
    def text(self) -> str:
        return str(self.engine.run(TEXT))

    def sees(self, text: str) -> None:
        """Wait until the page shows a text."""
        try:
            self.engine.wait(lambda: text in self.text, "")
        except AssertionError as error:
            raise AssertionError(f"no {text!r} on the page: {self.text}") from error

    def sees_no(self, text: str) -> None:
        self.engine.wait(lambda: text not in self.text, f"still {text!r} on the page")

    def sees_picture(self, name: str) -> None:
        self.engine.wait(lambda: self.engine.run(DRAWN, name), f"no picture {name!r}: {self.text}")

    def click(self, name: str) -> None:
        """Click the button or link of this name, as soon as the page has it."""
        self.engine.click(self._found(BUTTON, name))

    def fill(self, name: str, text: str) -> None:
        self.engine.type(self._found(FIELD, name), text)

    def choose(self, path: Path) -> None:
        """Choose a file, as by the button of the composer."""
        self.engine.choose(self._found(FILES), path)

    def _found(self, script: str, *arguments: str) -> Any:
        found: list[Any] = []

        def is_there() -> bool:
            if element := self.engine.find(script, *arguments):
                found.append(element)
            return bool(found)

        self.engine.wait(is_there, f"the page has no {arguments or 'place for files'}")
        return found[0]


def _function(script: str) -> str:
    return f"async (list) => (async function () {{ {script} }}).apply(null, list)"

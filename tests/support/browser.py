"""A tab of a real browser, and what went wrong in it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Dialog, Page


@dataclass
class Tab:
    """A tab, and what went wrong in it: errors of scripts, refusals by the policy, dialogs that opened."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note from now on what goes wrong."""
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._console)

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            self.wrong.append(message.text)

    def open(self, path: str) -> Page:
        """Go to a page, and wait until its scripts have run."""
        self.page.goto(self.url + path, wait_until="load")
        return self.page


NewTab = Callable[..., Tab]
"""Opens a tab; see the fixture `new_tab`."""

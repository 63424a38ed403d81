"""Looks at the review widget in a headless Chromium, as a person in front of a dashboard would.

Usage: check.py URL FOLDER. URL is the stand-in for the console (console.html); what must be seen is
seen or the exit status is 1. Screenshots go to FOLDER.
"""

import os
import sys

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("MUSTER_TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 20_000


def ratio(one, other):
    """Contrast of two colours, as WCAG 2 defines it."""

    def light(colour):
        parts = colour[colour.index("(") + 1 : -1].split(",")[:3]
        parts = [float(part) / 255 for part in parts]
        parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted([light(one), light(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable(page):
    """Every text of the widget stands out from what is behind it."""
    colours = page.evaluate(
        """() => [...document.querySelectorAll('.muster td, .muster th, .muster h3, .muster .btn,'
            + '.muster .faint')].map((element) => {
          let behind = element;
          while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)')
            behind = behind.parentElement;
          return [element.className || element.tagName, getComputedStyle(element).color,
            getComputedStyle(behind).backgroundColor];
        })"""
    )
    assert colours, "nothing is shown"
    for what, ink, ground in colours:
        assert ratio(ink, ground) >= 4.5, f"{what}: {ink} on {ground}"


def harmless(page):
    """The hostile name is seen as what it is and did nothing."""
    page.wait_for_timeout(100)
    assert page.title() == "dashboard", page.title()
    assert page.locator("#widget img, #widget script").count() == 0
    assert "<script>" in page.locator("#widget").inner_text()


def open_page(browser, url, theme):
    page = browser.new_page(viewport={"width": 1080, "height": 830})
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{url}?theme={theme}")
    page.get_by_role("cell", name="6 of 17", exact=True).wait_for()
    readable(page)
    harmless(page)
    return page


def press(page, button, said):
    """Presses a button, agrees, and sees the outcome over the widget."""
    page.once("dialog", lambda dialog: dialog.accept())
    button.click()
    page.locator("#popup").get_by_text(said).wait_for()
    page.locator("#popup button").click()


def check(browser, url, folder):
    for theme in ("dark", "light"):
        page = open_page(browser, url, theme)
        page.screenshot(path=f"{folder}/review-widget-{theme}.png")

    # Who does not agree has not decided.
    approve = page.get_by_role("button", name="Approve", exact=True)
    page.once("dialog", lambda dialog: dialog.dismiss())
    approve.click()
    assert page.locator("#popup").is_hidden()

    press(page, approve, "Approved.")
    page.get_by_text("its import is on the way").wait_for()
    assert approve.count() == 0

    # Two accounts with two contacts each, then one with two entries, and one entry to confirm.
    choose = page.get_by_role("button", name="Choose", exact=True)
    confirm = page.get_by_role("button", name="Confirm, fill category in", exact=True)
    assert confirm.count() == 1
    for button, left in ((choose, 5), (choose, 3), (choose, 1), (confirm, 0)):
        press(page, button.first, "Linked:")
        page.wait_for_function(
            "left => document.querySelectorAll('#widget li').length === left", arg=left
        )
    assert choose.count() + confirm.count() == 0
    assert page.title() == "dashboard"


def main():
    url, folder = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            check(browser, url, folder)
        finally:
            browser.close()
    print("the widget was seen, in light and dark; Approve, Choose and Confirm did what they say")


if __name__ == "__main__":
    main()

"""Draws docs/images/report.png from the report that `make demo` leaves of the key accounts.

    .venv/bin/python tools/report_picture.py [build/demo/key_accounts.html [docs/images/report.png]]

Needs chromium, chromedriver, selenium and pillow. Shows the first screen, the map with the curve
and the losses, and the largest account down to its numbers by subject.
"""

from __future__ import annotations

import base64
import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

WIDTH = 1280
GAP = {"bottom": 30, "top": -8}  # below a part
PARTS = (  # from the top of the one element to the end, or the beginning, of the other
    ("header", "main > section:nth-of-type(1)", "bottom"),
    ("main > section:nth-of-type(2)", ".portfolio", "bottom"),
    ("article", "article .dossier", "top"),
)


def browser(profile: str) -> Any:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium-browser"
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def part(driver: Any, first: str, last: str, edge: str) -> Image.Image:
    script = (
        "const y = (s, e) => document.querySelector(s).getBoundingClientRect()[e] + scrollY;"
        "return [y(arguments[0], 'top'), y(arguments[1], arguments[2])]"
    )
    top, bottom = driver.execute_script(script, first, last, edge)
    clip = {"x": 0, "y": top, "width": WIDTH, "height": bottom - top + GAP[edge], "scale": 1}
    shot = driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
    )
    return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")


def main(report: str = "build/demo/key_accounts.html", out: str = "docs/images/report.png") -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = browser(profile)
        metrics = {"width": WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.get(Path(report).resolve().as_uri())
        pictures = [part(driver, *of) for of in PARTS]
        driver.quit()
    whole = Image.new("RGB", (WIDTH, sum(p.height for p in pictures)), "white")
    y = 0
    for picture in pictures:
        whole.paste(picture, (0, y))
        y += picture.height
    # A third of the size, and no colour moves by more than can be seen.
    small = whole.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(out, optimize=True)
    print(f"{out}: {whole.width} x {whole.height}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""matplotlib figures as inline SVG that takes its colours and fonts from the page.

matplotlib draws geometry in stand-in colours and stand-in texts; both are replaced afterwards. So
dark mode recolours a chart, names never meet matplotlib's mathematics or its fonts, and every text
is escaped in one place.
"""

from __future__ import annotations

import io
import re
from typing import Any

from kam._report._html import Html, esc, plain, tag
from kam._report._palette import LIGHT

_STAND_IN = {name: f"#0a0b{i:02x}" for i, name in enumerate(LIGHT)}
_NAME = {value: name for name, value in _STAND_IN.items()}


def colour(name: str) -> str:
    """The stand-in for a colour of the palette."""
    return _STAND_IN[name]


class Chart:
    """One figure of `width` x `height` pixels. `name` tells its ids from those of other charts."""

    def __init__(self, name: str, width: int, height: int) -> None:
        try:
            import matplotlib
            from matplotlib.backends.backend_svg import FigureCanvasSVG
            from matplotlib.figure import Figure
        except ImportError as error:
            raise ImportError("the report needs matplotlib: pip install kam[report]") from error
        self._matplotlib = matplotlib
        self._name, self._size = name, (width, height)
        self._texts: list[str] = []
        self._tips: list[str] = []
        with self.settings():
            self.figure: Any = Figure(figsize=(width / 72, height / 72), dpi=72)
            FigureCanvasSVG(self.figure)

    def settings(self) -> Any:
        """matplotlib's own defaults, whatever the user has set; put back afterwards."""
        defaults = dict(self._matplotlib.rcParamsDefault)
        for key in ("backend", "backend_fallback", "interactive", "toolbar", "timezone"):
            defaults.pop(key, None)
        return self._matplotlib.rc_context(
            defaults | {"svg.hashsalt": f"kam-{self._name}", "svg.fonttype": "none"}
        )

    def axes(self, left: float, right: float, top: float, bottom: float) -> Any:
        """Axes inside margins in pixels, in the page's style."""
        width, height = self._size
        box = (left / width, bottom / height, 1 - (left + right) / width)
        with self.settings():
            axes = self.figure.add_axes((*box, 1 - (top + bottom) / height))
        self.figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(colour("axis"))
        axes.tick_params(
            color=colour("axis"), labelcolor=colour("muted"), labelsize=12, length=4, width=1
        )
        return axes

    def words(self, text: str) -> str:
        """The stand-in for a text."""
        self._texts.append(text)
        return f"T{len(self._texts) - 1}T"

    def tip(self, text: str) -> str:
        """A gid for an artist that shows `text` on hover."""
        self._tips.append(text)
        return f"tip{len(self._tips) - 1}"

    def write(self, axes: Any, x: float, y: float, text: str, **options: Any) -> Any:
        """Text at data coordinates; `dx`, `dy` pixels aside."""
        offset = (options.pop("dx", 0), options.pop("dy", 0))
        options = {"fontsize": 12, "color": colour("ink")} | options
        return axes.annotate(
            self.words(text), (x, y), xytext=offset, textcoords="offset points", **options
        )

    def render(self, label: str) -> Html:
        """The SVG element; `label` says in words what is to be seen."""
        buffer = io.StringIO()
        with self.settings():
            nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
            self.figure.savefig(buffer, format="svg", metadata=nothing)
        body = self._own(buffer.getvalue())
        width, height = self._size
        return tag(
            "svg",
            Html(body),
            viewBox=f"0 0 {width} {height}",
            role="img",
            aria_label=label,
            class_=f"chart {self._name}",
        )

    def _own(self, text: str) -> str:
        """matplotlib's file to the body of an element of this page."""
        text = text[text.index("<g ") : text.rindex("</svg>")]
        text = re.sub(
            r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.S
        )
        text = re.sub(r"font:[^;\"]*?([\d.]+px)[^;\"]*", r"font-size:\1", text)
        text = re.sub(r"font-family:[^;\"]*;?", "", text)
        text = re.sub(r"(\d\.\d\d)\d+", r"\1", text)
        text = re.sub(r"#0a0b[0-9a-f]{2}", lambda m: f"var(--{_NAME[m[0]]})", text)
        text = re.sub(r'<g id="(?!tip)[^"]*"', "<g", text)
        text = re.sub(r">\s+<", "><", text.replace("xlink:href", "href"))
        text = text.replace("; ", ";").replace(": ", ":")
        # Last and in one pass: what stands in these texts is touched by nothing.
        return re.sub(r'<g id="tip(\d+)">|T(\d+)T', self._text_of, text)

    def _text_of(self, match: re.Match[str]) -> str:
        if match[1] is not None:
            return f"<g><title>{esc(plain(self._tips[int(match[1])]))}</title>"
        return esc(plain(self._texts[int(match[2])]))

"""How good probabilities of churn are, by account and by money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from kam import _core
from kam._base.arguments import cluster_codes, column, optional_column, whole
from kam._base.bad_rows import at_least_0, named, share, warn_left_out
from kam._base.bad_rows import outcome as lost_or_kept
from kam._data.columns import Doubles


class Bootstrap(NamedTuple):
    """A number and how it moved when accounts were drawn again."""

    estimate: float
    standard_error: float
    lo: float
    hi: float
    draws: int  # in which the number exists


class Evaluation:
    """The result of `kam.evaluate`. NaN where a number does not exist.

    By account: `log_loss`, `brier`, `brier_skill`, `observed_to_expected` (with
    `observed_to_expected_interval`), `auc` (with `auc_standard_error`, `auc_interval`),
    `average_precision`, `slope` and `intercept` of the calibration line, `in_the_large`,
    `calibration_error`, `hosmer_lemeshow` (statistic, p value). `by_account` and `by_value` are the
    same losses as dicts, each row counting by its weight and by weight x value. `reliability` (the
    calibration table) and `top` are dicts of arrays; `reliability_note` says why there is no table.
    `bootstrap` maps names to intervals where clusters were given.
    """

    def __init__(
        self,
        found: dict[str, Any],
        columns: tuple[Doubles, Doubles, Doubles | None, Doubles | None],
        level: float,
    ) -> None:
        self.interval_level = level
        self._columns = columns  # outcome, probability, weight, value
        self.by_account: dict[str, float] = found["by_account"]
        self.by_value: dict[str, float] = found["by_value"]
        for name in ("log_loss", "brier", "brier_skill", "observed_to_expected"):
            setattr(self, name, self.by_account[name])
        self.average_precision: float = self.by_account["average_precision"]
        self.auc, self.auc_standard_error, *ends = found["auc"]
        self.auc_interval: tuple[float, float] = (ends[0], ends[1])
        self.observed_to_expected_interval: tuple[float, float] = found[
            "observed_to_expected_interval"
        ]
        self.line: dict[str, float] = found["line"]
        self.slope: float = self.line["slope"]
        self.intercept: float = self.line["intercept"]
        self.in_the_large: float = self.line["in_the_large"]
        self.calibration_error: float = found["calibration_error"]
        self.hosmer_lemeshow: tuple[float, float] = found["hosmer_lemeshow"]
        self.reliability: dict[str, Doubles] = found["reliability"]
        self.reliability_note: str = found["reliability_note"]
        self.top: dict[str, Doubles] = found["top"]
        self.certain_and_wrong: float = found["certain_and_wrong"]
        self.rows_used: int = found["rows_used"]
        self.rows_rejected: int = found["rows_rejected"]
        self.unknown_outcomes: int = found["unknown_outcomes"]
        self.rows_without_value: int = found["rows_without_value"]
        self.bootstrap: dict[str, Bootstrap] = {}

    log_loss: float
    brier: float
    brier_skill: float
    observed_to_expected: float
    auc: float
    auc_standard_error: float

    @property
    def top_decile_lift(self) -> float:
        """Share lost among the tenth of the rows with the highest probability, over that of all."""
        found = _core.evaluate(*self._columns, 10, 10.0, self.interval_level, [0.1])
        return float(found["top"]["lift"][0])

    def maximum_profit(self, **terms: float) -> Any:
        """MP and EMPC of these rows; terms as in `kam.maximum_profit` (value, offer, contact,
        alpha, beta)."""
        from kam._churn.profit import maximum_profit

        outcome, probability, weight, _ = self._columns
        return maximum_profit(outcome, probability, weight=weight, **terms)

    @property
    def has_value(self) -> bool:
        """Whether anything is known by value."""
        return bool(self.by_value["weight"] > 0)

    def table(self) -> dict[str, Any]:
        """The losses side by side: a dict of columns `measure`, `by_account` (and `by_value`)."""
        names = ["events", "expected", "observed_to_expected", "log_loss", "brier", "brier_skill"]
        names += ["auc", "average_precision"]
        columns: dict[str, Any] = {
            "measure": names,
            "by_account": np.array([self.by_account[n] for n in names]),
        }
        if self.has_value:
            columns["by_value"] = np.array([self.by_value[n] for n in names])
        return columns

    def plot_calibration(self, *, ax: Any = None) -> Any:
        """Mean probability against the share lost, by bins of ten losses or more, with intervals.

        Returns the matplotlib Axes. Where there is no bin the axes say why.
        """
        from kam._plots.evaluation import draw_calibration

        return draw_calibration(self, ax=ax)

    def plot_lift(self, *, ax: Any = None) -> Any:
        """Losses (and lost value) found against the share of accounts contacted."""
        from kam._plots.evaluation import draw_lift

        return draw_lift(self, ax=ax)

    def plot_profit(
        self, *, acceptance: float = 0.3, offer: float, contact: float, ax: Any = None
    ) -> Any:
        """What contacting the highest probabilities would have earned, per share contacted.

        Each lost account whose value is known saves acceptance x (value - offer); each kept one
        takes the offer; every one costs the contact. Needs `value`.
        """
        from kam._plots.evaluation import draw_earned

        return draw_earned(self, acceptance, float(offer), float(contact), ax=ax)

    def __repr__(self) -> str:
        level = f"{100 * self.interval_level:g} %"
        lo, hi = self.observed_to_expected_interval
        a = self.by_account
        lines = [
            f"Evaluation: {self.rows_used} rows, {a['events']:g} lost, "
            f"{a['expected']:.4g} expected",
            f"  observed/expected  {a['observed_to_expected']:.3f}  ({level} {lo:.3f} to {hi:.3f})",
            f"  AUC                {self.auc:.4f} ({level} {self.auc_interval[0]:.4f} to "
            f"{self.auc_interval[1]:.4f})",
            f"  log loss           {self.log_loss:.4f}",
            f"  Brier              {self.brier:.4f} (skill {self.brier_skill:.3f})",
            f"  calibration        slope {self.slope:.3f}, in the large {self.in_the_large:+.3f}, "
            f"ECE {self.calibration_error:.4f}",
        ]
        for i, fraction in enumerate(self.top["fraction"]):
            found = f"  top {100 * fraction:g} %".ljust(21)
            found += f"lift {self.top['lift'][i]:.2f}, recall {self.top['recall'][i]:.3f}"
            if self.has_value:
                found += f", of value {self.top['value_recall'][i]:.3f}"
                found += f" ({self.top['value_recall_by_loss'][i]:.3f} by p x value)"
            lines.append(found)
        if self.has_value:
            v = self.by_value
            lines.append(
                f"  by value           observed/expected {v['observed_to_expected']:.3f}, "
                f"AUC {v['auc']:.4f}, Brier skill {v['brier_skill']:.3f}"
            )
        notes = [self.reliability_note] if self.reliability_note else []
        if self.certain_and_wrong:
            notes.append(f"{self.certain_and_wrong:g} rows were certain (0 or 1) and wrong")
        return "\n".join(lines + [f"  note: {note}" for note in notes])


def evaluate(
    y: Any,
    p: Any,
    value: Any = None,
    weight: Any = None,
    cluster: Any = None,
    *,
    bins: int = 10,
    least_events: float = 10,
    fractions: Sequence[float] = (0.05, 0.1, 0.2, 0.3),
    level: float = 0.8,
    draws: int = 500,
    seed: int = 1,
) -> Evaluation:
    """Outcomes against probabilities, by account and by money.

    Parameters
    ----------
    y, p : array
        1 lost, 0 kept, NaN not known; the probability given before, 0..1.
    value : array, optional
        What the account is worth; >= 0. Rows without one count in nothing by value.
    weight : array, optional
        How often a row counts.
    cluster : array, optional
        The account of each row (numbers or text). Whole accounts are drawn again `draws` times,
        and `.bootstrap` holds the intervals.
    bins, least_events
        Bins of the reliability table to begin with; each joins its neighbour until it has so many
        losses.
    fractions
        Tops to look at: k is the fraction of the rows rounded up, ties shared.
    level
        Of all intervals.
    """
    outcome, probability = column(y, "y"), column(p, "p")
    weights, values = optional_column(weight, "weight"), optional_column(value, "value")
    shares = [float(f) for f in fractions]
    with named(outcome="y", probability="p", interval_level="level"):
        found = _core.evaluate(
            outcome,
            probability,
            weights,
            values,
            whole(bins, "bins"),
            float(least_events),
            float(level),
            shares,
        )
    result = Evaluation(found, (outcome, probability, weights, values), float(level))
    domains = [share("p", probability), lost_or_kept("y", outcome)]
    domains += [] if weights is None else [at_least_0("weight", weights)]
    warn_left_out(found, domains)
    if cluster is not None:
        rows = _core.bootstrap_evaluation(
            outcome,
            probability,
            weights,
            values,
            cluster_codes(cluster, len(outcome)),
            float(level),
            shares,
            whole(draws, "draws"),
            whole(seed, "seed"),
        )
        result.bootstrap = {name: Bootstrap(*numbers) for name, *numbers in rows}
    return result


__all__ = ["Bootstrap", "Evaluation", "evaluate"]

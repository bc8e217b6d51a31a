"""A scorecard on your own table of features: fit the rulers, score, explain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kam import _core
from kam._data import frames as _frames
from kam._data.columns import day, doubles
from kam._data.frames import Array
from kam._errors import DataError
from kam._scoring.model import Model
from kam._scoring.profile import load_profile

_AGE = "age:"  # before the name of a feature: days since the datum
_OWN = "column:"  # a profile's word for a column of the user's own


class Scorecard:
    """Indicators of a profile, weighted into dimensions and a value index.

    Nothing but a table is needed, no transactions: one row per account, one column per feature
    that the profile reads. Columns of your own are ``column:<name>`` in the profile and ``<name>``
    here; features that are not there are missing for everybody. A column ``age:<name>`` holds the
    days since each datum, for indicators that grow old. `features` lists what is read.

    >>> card = kam.Scorecard.from_profile("mine.toml").fit(features)
    >>> card.score(features)
    >>> card.explain(features, 0)
    """

    def __init__(self, profile: _core.Profile, model: Model | None = None) -> None:
        self._profile = profile
        self._model = model

    @classmethod
    def from_profile(cls, path: str | Path | None = None) -> Scorecard:
        """The scorecard of a profile file or of a shipped profile; the default one without it."""
        return cls(load_profile(path))

    @classmethod
    def from_model(cls, model: Model | str | Path) -> Scorecard:
        """A fitted scorecard from a model, or from the file one was saved to."""
        loaded = model if isinstance(model, Model) else Model.load(model)
        return cls(loaded._core.profile, loaded)

    # ---- what it is -----------------------------------------------------------------------------

    @property
    def profile(self) -> dict[str, Any]:
        return self._profile.to_dict()

    @property
    def weights(self) -> dict[str, float]:
        """Share of the whole that each indicator has when nothing is missing; sums to 1."""
        profile = self.profile
        of = {d["id"]: d["weight"] for d in profile["dimensions"]}
        return {i["id"]: of[i["dimension"]] * i["weight"] for i in profile["indicators"]}

    @property
    def features(self) -> list[str]:
        """Columns that the indicators and rules read."""
        profile = self.profile
        return list(dict.fromkeys(i["feature"] for i in profile["indicators"] + profile["rules"]))

    @property
    def model(self) -> Model:
        """The frozen rulers; `.save(path)` keeps them. ValueError before `fit`."""
        if self._model is None:
            raise ValueError("the scorecard is not fitted: call fit(features) first")
        return self._model

    # ---- verbs ----------------------------------------------------------------------------------

    def fit(self, features: Any, *, as_of: Any = "1970-01-01") -> Scorecard:
        """Freezes references, medians and spreads of these accounts; returns self.

        `as_of` is kept in the model as the day of the fit.
        """
        columns, ages, rows = self._columns(features)
        model = _core.fit_scorecard(self._profile, columns, ages, rows, day(as_of))
        self._model = Model(model)
        return self

    def score(self, features: Any) -> Any:
        """One row per account, in the kind of frame that came in.

        Columns: account_id where given, value_index with value_lo and value_hi, coverage, and for
        every dimension its score, its limits and its coverage; ``points:<indicator>`` for every
        reason (``points:rule:<id>`` and ``points:coverage`` too), which add up to value_index less
        that of the median account.
        """
        scored = self._scored(features)
        core = scored.columns()
        out: dict[str, Any] = {}
        if "account_id" in _frames.names(features):
            out["account_id"] = _frames.column(_frames.normalise(features), "account_id")
        out |= {name: core[name] for name in ("value_index", "value_lo", "value_hi", "coverage")}
        lo, hi = scored.dimension_intervals()
        scores, coverages = scored.dimension_scores(), scored.dimension_coverages()
        for k, dimension in enumerate(self.profile["dimensions"]):
            name = dimension["id"]
            out[name], out[f"{name}_lo"], out[f"{name}_hi"] = scores[:, k], lo[:, k], hi[:, k]
            out[f"coverage_{name}"] = coverages[:, k]
        points = self._points(scored)
        out |= {f"points:{name}": points[:, k] for k, name in enumerate(self._reasons())}
        copied = {name: np.ascontiguousarray(values) for name, values in out.items()}
        return _frames.build(_frames.kind_of(features), copied)

    def explain(
        self, features: Any, row: int, *, against: int | None = None, language: str = "en"
    ) -> list[dict[str, Any]]:
        """Signed reasons of row number `row`, largest first: {indicator, label, score, points}.

        They add up to its value index less that of the median account of the fit, or of row
        `against`. Empty without a value index.
        """
        if language not in ("en", "zh"):
            raise ValueError(f"`language` must be en or zh, got {language!r}")
        scored = self._scored(features)
        for name, at in (("row", row), ("against", against)):
            if at is not None and not 0 <= at < scored.accounts:
                raise IndexError(f"`{name}` must be 0 to {scored.accounts - 1}, got {at}")
        index = scored.columns()["value_index"]
        if np.isnan(index[row]) or (against is not None and np.isnan(index[against])):
            return []
        points = self._points(scored)[row]
        if against is not None:
            own, rules, coverage = _core.explain_rows(scored, row, against)
            points = np.concatenate([own, rules, [coverage]])
        return self._told(scored.indicator_scores()[row], points, language)

    # ---- how ------------------------------------------------------------------------------------

    def _columns(self, features: Any) -> tuple[dict[str, Array], dict[str, Array], int]:
        frame = _frames.normalise(features)
        there = _frames.names(frame)
        columns: dict[str, Array] = {}
        ages: dict[str, Array] = {}
        for feature in self.features:
            actual = feature if feature in there else feature.removeprefix(_OWN)
            if actual not in there:
                continue
            columns[feature] = doubles(_frames.column(frame, actual), actual)
            if _AGE + actual in there:
                ages[feature] = doubles(_frames.column(frame, _AGE + actual), _AGE + actual)
        if not columns:
            wanted = ", ".join(self.features)
            raise DataError(f"none of the scorecard's features is a column; it reads: {wanted}")
        rows = {name: len(values) for name, values in {**columns, **ages}.items()}
        if len(set(rows.values())) > 1:
            raise DataError(f"columns differ in length: {rows}")
        return columns, ages, next(iter(rows.values()))

    def _scored(self, features: Any) -> _core.PortfolioScore:
        columns, ages, rows = self._columns(features)
        return _core.score_features(self.model._core, columns, ages, rows)

    def _reasons(self) -> list[str]:
        profile = self.profile
        rules = [f"rule:{r['id']}" for r in profile["rules"]]
        return [i["id"] for i in profile["indicators"]] + rules + ["coverage"]

    def _points(self, scored: _core.PortfolioScore) -> Array:
        parts = [scored.reason_points(), scored.coverage_points()[:, None]]
        if self.profile["rules"]:
            parts.insert(1, scored.rule_points())
        return np.column_stack(parts)

    def _told(self, scores: Array, points: Array, language: str) -> list[dict[str, Any]]:
        profile: Mapping[str, Any] = self.profile
        named = profile["indicators"] + profile["rules"]
        labels = [i[f"label_{language}"] or i["label_en"] for i in named]
        labels.append("数据覆盖" if language == "zh" else "Data coverage")
        names = self._reasons()
        order = np.argsort(-np.abs(points), kind="stable").tolist()
        known = [None if s != s else s for s in scores.tolist()]
        known += [None] * (len(names) - len(known))
        return [
            {
                "indicator": names[k],
                "label": labels[k],
                "score": known[k],
                "points": float(points[k]),
            }
            for k in order
        ]

    def __repr__(self) -> str:
        profile = self.profile
        state = f"fitted, model {self._model.version}" if self._model else "not fitted"
        return (
            f"Scorecard({profile['name']}: {len(profile['dimensions'])} dimensions, "
            f"{len(profile['indicators'])} indicators, {state})"
        )

"""The JSON Schema of profiles and the parser say the same."""

from __future__ import annotations

import copy
import json
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kam
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kam import _core

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads(_core.profile_schema_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SHIPPED = {
    name: tomllib.loads(_core.shipped_profile_text(name)) for name in _core.shipped_profile_names()
}

# One of everything.
FULL = """
name = "one of everything"
description = "for tests"
interval_level = 0.9
weight_concentration = 20
[orders]
occasion = "week"
unit = "month"
model = "bgnbd"
minimum_repeat_orders = 10
[concentration]
measure = "net_revenue_12m"
[[value_band]]
name = "all"
from = 0
[[churn_band]]
name = "all"
from = 0
[[dimension]]
id = "loyalty"
weight = 2
minimum_coverage = 0.25
label_en = "Loyalty"
label_zh = "忠诚"
[[indicator]]
id = "banded"
dimension = "loyalty"
part = "p"
feature = "days_since_last"
weight = 1
bands = [[30, 100], [90, 0]]
direction = "lower"
missing = 20
maximum_age_days = 730
half_life_days = 180
unit = "days"
label_en = "Silence"
label_zh = "沉默"
source = "test"
[[indicator]]
id = "ranged"
dimension = "loyalty"
feature = "net_revenue"
scale = "range"
low = 0
high = 1000
transform = "asinh"
asinh_unit = 10
unit = "money"
force = true
missing = "exclude"
[[indicator]]
id = "target"
dimension = "loyalty"
feature = "rating:stock"
scale = "target"
target = 30
width = 10
power = 2
direction = "nominal"
[[rule]]
id = "late"
label_en = "Late"
label_zh = "迟"
source = "test"
feature = "days_since_last"
above = 365
cap = 40
[[rule]]
id = "few"
feature = "orders_12m"
below = 1
floor = 0
[[rule]]
id = "none"
feature = "orders_12m"
below = 1
veto = true
[features]
repurchase_months = 6
prepayment_months = 24
rating_max_age_days = 365
trend_months = 24
trend_season = 4
loss_given_default = 0.4
addressable = 0.9
[[stage]]
name = "signed"
probability = 0.75
source = "test"
[[tier]]
name = "A"
label_en = "A"
label_zh = "甲"
from = 50
[[tier]]
name = "B"
from = 0
[tier_rule]
hysteresis = 3
potential_from = 70
potential_name = "potential"
potential_label_en = "Potential"
potential_label_zh = "潜力"
source = "test"
[relation_type]
ordinary_departments = 1
ordinary_pairs = 2
strategic_departments = 4
strategic_levels = 3
[[class]]
id = "many"
label_en = "Many"
label_zh = "多"
source = "test"
all = [{feature = "orders_12m", quantile = 0.8}, {feature = "days_late", at_most = 9}]
any = [{sector = ["health"]}, {flag = "supplier_too"}, {feature = "nps", at_least = 0}]
[[matrix]]
id = "grid"
label_en = "Grid"
label_zh = "矩阵"
source = "test"
x = "banded"
y = "value_index"
x_cuts = [50]
y_cuts = [40, 60]
cells = [["a", "b"], ["c", "d"], ["e", "f"]]
hysteresis = 2
"""
# Mistakes that only the parser sees: what one table says of another.
OF_THE_WHOLE = (
    "reward the opposite|unknown dimension|neither value_index|cells|tier|no gap|rows|condition"
)
DOCUMENTS = {**SHIPPED, "everything": tomllib.loads(FULL)}


def toml(value: Any) -> str:
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def document_text(document: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in document.items())


def parser_says(document: dict[str, Any]) -> str:
    """What is wrong; empty if nothing is."""
    try:
        _core.parse_profile(document_text(document), "x.toml")
    except kam.FormatError as error:
        return str(error)
    return ""


def tables_of(document: Any) -> Iterator[dict[str, Any]]:
    """Every table of a document, itself among them."""
    if isinstance(document, dict):
        yield document
        for value in document.values():
            yield from tables_of(value)
    elif isinstance(document, list):
        for value in document:
            yield from tables_of(value)


# ---- right documents ----------------------------------------------------------------------------


def test_the_schema_is_one_and_the_file_of_the_folder() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    path = ROOT / "profiles" / "kam-profile.schema.json"
    assert path.read_text(encoding="utf-8") == _core.profile_schema_text()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_the_parser_takes_is_valid(name: str) -> None:
    assert parser_says(DOCUMENTS[name]) == ""
    assert [error.message for error in VALIDATOR.iter_errors(DOCUMENTS[name])] == []


def test_one_of_everything_has_every_key() -> None:
    """Otherwise the tests below would not try it."""
    used: set[str] = set()
    for document in DOCUMENTS.values():
        for table in tables_of(document):
            used |= table.keys()
    assert set().union(*_key_sets_of_the_schema()) == used


@pytest.mark.parametrize("name", DOCUMENTS)
def test_optional_keys_are_optional_for_both(name: str) -> None:
    """Leaving out one key: both take the rest, or both name it."""
    for number, table in enumerate(tables_of(DOCUMENTS[name])):
        for key in table:
            changed = copy.deepcopy(DOCUMENTS[name])
            del list(tables_of(changed))[number][key]
            valid = VALIDATOR.is_valid(changed)
            said = parser_says(changed)
            if valid and said:  # what a schema cannot say
                assert re.search(OF_THE_WHOLE, said), (key, said)
            elif not valid:
                assert said, key


# ---- every key ----------------------------------------------------------------------------------


def _key_sets_of_the_schema() -> set[frozenset[str]]:
    objects = [SCHEMA, *(d for d in SCHEMA["$defs"].values() if d.get("type") == "object")]
    for each in objects:
        assert each["additionalProperties"] is False
        assert set(each.get("required", ())) <= each["properties"].keys()
    return {frozenset(each["properties"]) for each in objects}


def test_schema_and_parser_know_the_same_keys() -> None:
    """The parser's lists are read from its sources: one `allow_only({…})` per table."""
    lists: set[frozenset[str]] = set()
    for path in (ROOT / "src" / "scoring").glob("profile*.cpp"):
        for found in re.findall(r"allow_only\(\s*\{([^}]*)\}", path.read_text(encoding="utf-8")):
            lists.add(frozenset(re.findall(r'"([^"]+)"', found)))
    assert lists == _key_sets_of_the_schema()


def test_every_table_and_key_is_explained() -> None:
    def explained(node: dict[str, Any]) -> bool:
        if "description" in node:
            return True
        return "$ref" in node and explained(SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")])

    for each in [SCHEMA, *SCHEMA["$defs"].values()]:
        for key, node in each.get("properties", {}).items():
            assert explained(node), key


def test_every_feature_it_offers_is_one() -> None:
    document = copy.deepcopy(DOCUMENTS["everything"])
    for name in SCHEMA["$defs"]["feature"]["anyOf"][0]["enum"]:
        document["rule"][0]["feature"] = name
        assert parser_says(document) == ""
        assert VALIDATOR.is_valid(document)


# ---- wrong documents ----------------------------------------------------------------------------

WRONG = {
    "no name": ('name = "one of everything"\n', ""),
    "name of a wrong type": ('name = "one of everything"', "name = 3"),
    "level of 1": ("interval_level = 0.9", "interval_level = 1"),
    "level as text": ("interval_level = 0.9", 'interval_level = "0.9"'),
    "no trust": ("weight_concentration = 20", "weight_concentration = 0"),
    "misspelt table": ("[orders]", "[ordres]"),
    "misspelt list": ("[[rule]]", "[[rules]]"),
    "misspelt key of orders": ("minimum_repeat_orders", "minimum_orders"),
    "misspelt key of concentration": ("measure =", "mesure ="),
    "misspelt key of a band": ("from = 0", "form = 0"),
    "misspelt key of a dimension": ("weight = 2", "wieght = 2"),
    "misspelt key of an indicator": ("half_life_days", "half_life"),
    "misspelt key of a rule": ("above = 365", "over = 365"),
    "unknown unit": ('unit = "month"', 'unit = "year"'),
    "unknown order model": ('"bgnbd"', '"nbd"'),
    "too few repeat orders": ("minimum_repeat_orders = 10", "minimum_repeat_orders = 0"),
    "unknown measure": ('"net_revenue_12m"', '"cm3_12m"'),
    "a band without a start": ("from = 0", ""),
    "a band without a name": ('name = "all"', ""),
    "a dimension without id": ('id = "loyalty"', ""),
    "negative weight": ("weight = 2", "weight = -2"),
    "coverage above 1": ("minimum_coverage = 0.25", "minimum_coverage = 25"),
    "an indicator without feature": ('feature = "days_since_last"\n', ""),
    "an unknown feature": ('feature = "days_since_last"', 'feature = "days_since_order"'),
    "neither bands nor scale": ("bands = [[30, 100], [90, 0]]\n", ""),
    "bands and scale": ("bands = [[30", 'scale = "rank"\nbands = [[30'),
    "an unknown scale": ('scale = "range"', 'scale = "minmax"'),
    "one anchor": ("[[30, 100], [90, 0]]", "[[30, 100]]"),
    "an anchor of three": ("[90, 0]", "[90, 0, 1]"),
    "an anchor of one": ("[90, 0]", "[90]"),
    "points above 100": ("[30, 100]", "[30, 101]"),
    "a range without its end": ("high = 1000\n", ""),
    "an unknown transform": ('"asinh"', '"sqrt"'),
    "a plain range of money": ('transform = "asinh"\nasinh_unit = 10\nunit = "money"\nforce = true',
                               'transform = "none"\nunit = "money"'),
    "a plain range of money by default": (
        'transform = "asinh"\nasinh_unit = 10\nunit = "money"\nforce = true', 'unit = "money"'),
    "a target that is not nominal": ('direction = "nominal"', 'direction = "higher"'),
    "a target without direction": ('direction = "nominal"', ""),
    "a target without width": ("width = 10\n", ""),
    "no width": ("width = 10", "width = 0"),
    "an unknown direction": ('direction = "lower"', 'direction = "down"'),
    "a missing rule that is none": ('missing = "exclude"', 'missing = "zero"'),
    "a stand-in above 100": ("missing = 20", "missing = 120"),
    "a negative age": ("maximum_age_days = 730", "maximum_age_days = -1"),
    "no half-life": ("half_life_days = 180", "half_life_days = 0"),
    "a rule above and below": ("above = 365", "above = 365\nbelow = 2"),
    "a rule without a side": ("above = 365\n", ""),
    "a rule without effect": ("cap = 40\n", ""),
    "a rule with two effects": ("cap = 40", "cap = 40\nveto = true"),
    "a veto that is none": ("veto = true", "veto = false"),
    "a cap above 100": ("cap = 40", "cap = 140"),
    "a rule on an unknown feature": ('feature = "orders_12m"', 'feature = "orders_13m"'),
    "misspelt key of a tier": ('name = "A"', 'nam = "A"'),
    "misspelt key of the tier rule": ("hysteresis = 3", "hysterese = 3"),
    "misspelt key of a relation type": ("ordinary_pairs", "ordinary_pair"),
    "misspelt key of a condition": ("quantile = 0.8", "quantil = 0.8"),
    "misspelt key of a matrix": ("cells = ", "cell = "),
    "misspelt key of features": ("addressable", "adressable"),
    "misspelt key of a stage": ("probability = 0.75", "probabilty = 0.75"),
    "a stage without a probability": ("probability = 0.75\n", ""),
    "a probability in percent": ("probability = 0.75", "probability = 75"),
    "half a month": ("repurchase_months = 6", "repurchase_months = 6.5"),
    "no month": ("prepayment_months = 24", "prepayment_months = 0"),
    "a loss above everything": ("loss_given_default = 0.4", "loss_given_default = 45"),
    "a tier above 100": ("from = 50", "from = 500"),
    "negative hysteresis": ("hysteresis = 3", "hysteresis = -3"),
    "a potential above 100": ("potential_from = 70", "potential_from = 170"),
    "four levels": ("strategic_levels = 3", "strategic_levels = 4"),
    "a quantile above 1": ("quantile = 0.8", "quantile = 80"),
    "a condition with two limits": ("quantile = 0.8", "quantile = 0.8, at_least = 3"),
    "a condition without a limit": (", quantile = 0.8", ""),
    "two conditions in one": ('{flag = "supplier_too"}', '{flag = "supplier_too", sector = ["x"]}'),
    "an unknown flag": ('"supplier_too"', '"big"'),
    "sectors that are no list": ('["health"]', '"health"'),
    "a condition on an unknown feature": ('feature = "days_late"', 'feature = "days_latest"'),
    "a matrix without an axis": ('x = "banded"\n', ""),
    "a cut of 100": ("x_cuts = [50]", "x_cuts = [100]"),
    "cells that are no grid": ('cells = [["a", "b"], ["c", "d"], ["e", "f"]]', 'cells = ["a"]'),
    "no dimension": (FULL[FULL.index("[[dim"):], ""),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_both_refuse_what_is_wrong(wrong: str) -> None:
    before, after = WRONG[wrong]
    assert before in FULL
    document = tomllib.loads(FULL.replace(before, after, 1))
    assert not VALIDATOR.is_valid(document)
    assert parser_says(document) != ""


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
def test_both_refuse_a_key_they_do_not_know(name: str, data: st.DataObject) -> None:
    """A key put into, or misspelt in, any table of a valid profile."""
    document = copy.deepcopy(DOCUMENTS[name])
    table = data.draw(st.sampled_from(list(tables_of(document))))
    letters = "abcdefghijklmnopqrstuvwxyz_0123456789"
    if data.draw(st.booleans()):
        key = data.draw(st.text(letters, min_size=1, max_size=8))
        value: Any = data.draw(st.sampled_from([1, 0.5, True, "x", [], {}]))
    else:
        old = data.draw(st.sampled_from(sorted(table)))
        at = data.draw(st.integers(0, len(old) - 1))
        key = old[:at] + data.draw(st.sampled_from(letters)) + old[at + 1 :]
        value = table.pop(old)
    # Known keys, put where they belong, are another test's.
    if any(key in keys for keys in _key_sets_of_the_schema()):
        return
    table[key] = value
    assert not VALIDATOR.is_valid(document)
    assert parser_says(document) != ""

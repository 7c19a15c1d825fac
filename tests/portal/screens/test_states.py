"""No page without a state that a test opens."""

import ast
from pathlib import Path

from flask import Flask

from portal.ground.web.access import access_of
from tests.support.states import NOT_PAGES, STATES

TESTS = Path(__file__).parents[2]


def test_every_page_has_a_state(app: Flask) -> None:
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in NOT_PAGES and (access := access_of(app, rule.endpoint)) and access.kind != "partner"
    }
    assert sorted(pages - {state.endpoint for state in STATES}) == []


def test_every_state_names_a_route_and_a_test_that_exist(app: Flask) -> None:
    functions: dict[str, set[str]] = {}
    for state in STATES:
        assert state.endpoint in app.view_functions, state
        file, _sep, name = state.test.partition("::")
        if file not in functions:
            tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
            functions[file] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in functions[file], state

"""README's examples and those of the guide run, and its commands are those that CI runs."""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path

from symbolic.model_file import read_model
from symbolic.models import judged
from symbolic.rulefile import read_rule
from symbolic.spec import load
from symbolic.topologies import shorthand
from symbolic.verdicts import Proved

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = [*sorted((ROOT / "examples" / "guide").glob("*.md")), ROOT / "benchmarks" / "README.md"]
PAGES = [README, *(page.read_text(encoding="utf-8") for page in GUIDE)]
MAIN = "python -m venv .venv && .venv/bin/pip install . && .venv/bin/proofprop demo"
TEST = 'python -m venv .venv && .venv/bin/pip install ".[test]" && .venv/bin/python -m pytest'


def blocks(language):
    inside = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [block for page in PAGES for block in inside.findall(page)]


def test_every_link_between_the_pages_leads_somewhere():
    for page in (ROOT / "README.md", *GUIDE):
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
        links = [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
        assert all((page.parent / link).exists() for link in links), links


def test_the_python_examples_print_what_they_show():
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
    found = blocks("python")
    assert found
    for block in found:
        runner.run(parser.get_doctest(block, {}, "README.md", "README.md", 0))
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 5


def test_the_commands_are_there_and_ci_runs_the_same():
    assert MAIN in README.splitlines()
    assert TEST in README.splitlines()
    assert TEST in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_network_and_the_rule_shown_are_read(tmp_path):
    (tmp_path / "shown.toml").write_text(*blocks("toml"), encoding="utf-8")
    assert load(tmp_path / "shown.toml").outputs == ("o",)
    assert len(read_rule(*blocks("text"), shorthand("2-3-1"))) == 3


def test_the_model_shown_is_proved():
    verdicts = [verdict for _, verdict in judged(read_model(*blocks("model"), "README.md"))]
    assert len(verdicts) == 4
    assert all(isinstance(verdict, Proved) for verdict in verdicts)


def test_every_package_and_its_data_are_in_the_wheel():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    tops = {p.parent for p in ROOT.glob("*/__init__.py") if p.parent.name != "tests"}
    folders = {init.parent for top in tops for init in top.rglob("__init__.py")}
    present = {".".join(folder.relative_to(ROOT).parts): folder for folder in folders}
    assert set(tools["setuptools"]["packages"]) == set(present)
    for name, patterns in tools["setuptools"]["package-data"].items():
        assert all(list(present[name].glob(pattern)) for pattern in patterns), name
    for name in ("symbolic.reading", "symbolic.reading.arrays"):
        deeper = {folder for other, folder in present.items() if other.startswith(f"{name}.")}
        data = {
            path
            for path in present[name].rglob("*")
            if path.is_file()
            and path.suffix not in (".py", ".pyc")
            and deeper.isdisjoint(path.parents)
        }
        listed = tools["setuptools"]["package-data"][name]
        assert data == {path for pattern in listed for path in present[name].glob(pattern)}

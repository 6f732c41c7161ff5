"""The benchmark of words judges three ways of searching by the same queries, on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from snoop_flow.benchmarks.words import bench_words
from snoop_flow.cli import cli
from snoop_flow.errors import UsageError


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    documents = "file,caption\na.jpg,Horses in a field\nb.jpg,A church\nc.jpg,A horse and a dog\nd.jpg,Churches\n"
    (tmp_path / "documents.csv").write_text(documents, "utf-8")
    queries = [
        {"query": "a horse", "relevant": ["a.jpg", "c.jpg"]},
        {"query": "churches", "relevant": ["b.jpg", "d.jpg"]},
        {"query": "nothing", "relevant": []},
    ]
    (tmp_path / "queries.json").write_text(json.dumps(queries), "utf-8")
    return tmp_path / "documents.csv", tmp_path / "queries.json"


def test_stems_find_what_plain_words_miss(files: tuple[Path, Path]) -> None:
    found = CliRunner().invoke(cli, ["bench", "words", *map(str, files), "--text", "caption", "--json"])
    assert found.exit_code == 0, found.output
    report = json.loads(found.stdout)
    assert (report["queries"], report["documents"], report["database"]) == (2, 4, "sqlite")
    ways = {one["way"]: one for one in report["ways"]}
    assert ways["ours"]["recall"] == ways["ours"]["reciprocal_rank"] == 1
    assert ways["without stems"]["recall"] < 1
    assert ways["all words contained"]["recall"] < 1
    assert "MRR" in CliRunner().invoke(cli, ["bench", "words", *map(str, files), "--text", "caption"]).output


def test_wrong_files_are_one_clear_line(files: tuple[Path, Path]) -> None:
    documents, queries = files
    for options, says in (
        ({"text": ["title"]}, "has no column title"),
        ({"text": ["caption"], "query": "question"}, "is no list of objects with question"),
    ):
        with pytest.raises(UsageError, match=says):
            bench_words(documents, queries, **options)
    with pytest.raises(UsageError, match="cannot be read as CSV"):
        bench_words(documents.with_name("none.csv"), queries, text=["caption"])

"""Texts of the engine and of plugins in another language."""

from __future__ import annotations

from pathlib import Path

import pytest

from snoop_flow import Workspace
from snoop_flow.errors import NotFoundError, SourceError
from snoop_flow.fetching import Fetcher
from snoop_flow.host import PluginHost
from snoop_flow.messages import Translator

MESSAGES = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "class {0} cannot be fitted: {1}"
msgstr "{1} : la classe {0} reste comme elle est"

msgid "it has {0} marks; give more"
msgstr "elle a {0} marques ; donnez-en plus"

msgid "a folder"
msgstr "un dossier"

msgid "{0} {1}"
msgstr "trop court pour être reconnu : {0} {1}"
"""


@pytest.fixture
def translator(tmp_path: Path) -> Translator:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "snoop_flow.po").write_text(MESSAGES, "utf-8")
    return Translator([tmp_path / "none", tmp_path])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a folder", "un dossier"),
        ("https://example.org/: a: a folder", "https://example.org/: a: un dossier"),
        (
            "class Maps cannot be fitted: it has 3 marks; give more",
            "elle a 3 marques\u202f; donnez-en plus\u00a0: la classe Maps reste comme elle est",
        ),
        ("class a folder cannot be fitted: why", "why\u00a0: la classe un dossier reste comme elle est"),
        ("what nobody wrote", "what nobody wrote"),
        ("", ""),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_a_text_is_said_in_another_language(translator: Translator, text: str, said: str) -> None:
    assert translator.translate(text, "fr") == said


def test_a_language_that_nobody_speaks_leaves_texts_as_they_are(translator: Translator) -> None:
    assert translator.translate("a folder", "xx") == "a folder"


def test_what_is_broken_in_a_catalogue_harms_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    good = 'msgid "a folder"\nmsgstr "un dossier"\n'
    broken = 'msgid "class {name} is gone"\nmsgstr "x"\n\nmsgid "item {0} is gone"\nmsgstr "{1} a disparu"\n'
    other = 'msgid "a file"\nmsgstr "un fichier"\n'
    for plugin, text in {"one": f"{broken}\n{good}", "two": 'msgid "a file\n', "three": other}.items():
        folder = tmp_path / plugin / "fr" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "snoop_flow.po").write_text(text, "utf-8")
    translator = Translator([tmp_path / plugin for plugin in ("one", "two", "three")])
    texts = ("a folder", "a file", "item 3 is gone", "class a is gone")
    assert [translator.translate(text, "fr") for text in texts] == ["un dossier", "un fichier", *texts[2:]]
    assert len(caplog.records) == 3


def test_an_error_is_translated_as_it_was_raised(archive: Workspace) -> None:
    archive.create_class("Maps")
    with pytest.raises(NotFoundError) as raised:
        archive.class_summary("Ships")
    assert archive.translate(str(raised.value), "fr") == "il n’y a pas de classe 'Ships'\u202f; il y a\u00a0: Maps"
    with pytest.raises(SourceError) as refused:
        Fetcher().get("ftp://example.org/a")
    assert archive.translate(str(refused.value), "fr").endswith("qui commencent par http:// ou https://")
    assert archive.translate(refused.value.reason, "fr").startswith("seules sont demandées")


def test_what_plugins_give_is_said_in_french() -> None:
    """Only names of models and formats are the same in both languages."""
    host = PluginHost()
    kinds = (host.sources, host.all_segmenters, host.index_types, host.strategies, host.exporters)
    for spec in [spec for kind in kinds for spec in kind.values()]:
        assert host.translator.translate(spec.title, "fr") != spec.title, spec.name

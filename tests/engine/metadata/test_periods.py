"""Dates as cataloguers write them, most of them from real manifests and records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoop_flow.metadata import Period, read_period

Expected = tuple[int | None, int | None, bool] | None
WRITTEN: list[tuple[str, Expected]] = [
    ("v. 1890", (1890, 1890, True)),
    ("numérisé en 2024", (2024, 2024, False)),
    ("14th century, c.1330-1350.", (1330, 1350, True)),
    ("XIXe siècle (1850)", (1850, 1850, False)),
    ("vers 1890", (1890, 1890, True)),
    ("XIXe siècle", (1800, 1899, False)),
    ("[18..]", (1800, 1899, False)),
    ("1914-1918", (1914, 1918, False)),
    ("an VII", (1798, 1799, False)),
    ("15 brumaire an VII", (1798, 1798, False)),
    ("an 7 (1798-1799)", (1798, 1799, False)),
    ("1914-18", (1914, 1918, False)),
    ("1470-7", (1470, 1477, False)),
    ("1905-06", (1905, 1905, False)),
    ("1905–06", (1905, 1906, False)),
    ("entre 816 et 855", (816, 855, False)),
    ("Mid 13th Century", (1233, 1265, False)),
    ("ca. 1920 (made)", (1920, 1920, True)),
    ("15. September 1859", (1859, 1859, False)),
    ("VIIe siècle", (600, 699, False)),
    ("1879-11", (1879, 1879, False)),
    ("1889-07-31", (1889, 1889, False)),
    ("quelquetemps", None),
    ("12th century", (1100, 1199, False)),
    ("around 900 or 10th century", (900, 999, True)),
    ("1143-1178", (1143, 1178, False)),
    ("670/680", (670, 680, False)),
    ("Décembre 1918", (1918, 1918, False)),
    ("Sanborn Map Company, Feb 1927", (1927, 1927, False)),
    ("Washington : Army Map Service, U.S. Army, 1943-", (1943, None, False)),
    ("1873/1874", (1873, 1874, False)),
    ("[S.l.] Bayern (München?), 2. Hälfte 15. Jh. mit Nachträgen", (1450, 1499, True)),
    ("1944.", (1944, 1944, False)),
    ("01.01.1830", (1830, 1830, False)),
    ("Paris, environ 14eme siecle", (1300, 1399, True)),
    ("Gent : Annoot-Braeckman, [1878].", (1878, 1878, False)),
    ("2018-03-23T23:32:55Z", (2018, 2018, False)),
    ("XVe-XVIe siècle", (1400, 1599, False)),
    ("XVIIIe et XIXe siècles", (1700, 1899, False)),
    ("14th or 15th century", (1300, 1499, False)),
    ("fin du XVIIIe siècle", (1766, 1799, False)),
    ("début XIXe s.", (1800, 1832, False)),
    ("première moitié du XVe siècle", (1400, 1449, False)),
    ("2e quart du 16e siècle", (1525, 1549, False)),
    ("dernier quart du XVIIe siècle", (1675, 1699, False)),
    ("second half of the 19th century", (1850, 1899, False)),
    ("late 18th century", (1766, 1799, False)),
    ("early 20th century", (1900, 1932, False)),
    ("fin XVe-début XVIe siècle", (1466, 1532, False)),
    ("189-", (1890, 1899, False)),
    ("189?", (1890, 1899, False)),
    ("18--?", (1800, 1899, False)),
    ("18xx", (1800, 1899, False)),
    ("1890s", (1890, 1899, False)),
    ("années 1890", (1890, 1899, False)),
    ("1800s", (1800, 1899, False)),
    ("the 1890's", (1890, 1899, False)),
    ("avant 1850", (None, 1850, False)),
    ("before 1850", (None, 1850, False)),
    ("après 1850", (1850, None, False)),
    ("depuis 1850", (1850, None, False)),
    ("../1850", (None, 1850, False)),
    ("1850/..", (1850, None, False)),
    ("1914/1918", (1914, 1918, False)),
    ("1984?/2004~", (1984, 2004, True)),
    ("50 av. J.-C.", (-49, -49, False)),
    ("IIe siècle av. J.-C.", (-199, -100, False)),
    ("2nd century BCE", (-199, -100, False)),
    ("44 BC", (-43, -43, False)),
    ("120 ap. J.-C.", (120, 120, False)),
    ("IIe siècle apr. J.-C.", (100, 199, False)),
    ("s.d.", None),
    ("[s.d.]", None),
    ("n.d.", None),
    ("sans date", None),
    ("unknown", None),
    ("", None),
    ("c1912", (1912, 1912, False)),
    ("©1912", (1912, 1912, False)),
    ("cop. 1912", (1912, 1912, False)),
    ("[1890?]", (1890, 1890, True)),
    ("1890 ?", (1890, 1890, True)),
    ("de 1914 à 1918", (1914, 1918, False)),
    ("between 1914 and 1918", (1914, 1918, False)),
    ("1850 à 1870", (1850, 1870, False)),
    ("28/07/1914", (1914, 1914, False)),
    ("July 28, 1914", (1914, 1914, False)),
    ("19150101", (1915, 1915, False)),
    ("1914/06/05", (1914, 1914, False)),
    ("XIXᵉ siècle", (1800, 1899, False)),
    ("19e siècle", (1800, 1899, False)),
    ("nineteenth century", (1800, 1899, False)),
    ("dix-neuvième siècle", (1800, 1899, False)),
    ("saec. XV", (1400, 1499, False)),
    ("milieu du XIVe siècle", (1333, 1365, False)),
    ("IXe-Xe s.", (800, 999, False)),
    ("1er siècle", (0, 99, False)),
    ("I", None),
    ("4", None),
    ("7-12", None),
    ("Vol. 3", None),
    ("entre 850 et 1010", (850, 1010, False)),
    ("9999", None),
    ("1758 ; 1760", (1758, 1760, False)),
    ("[ca. 1880-1890]", (1880, 1890, True)),
    ("vor 1500", (None, 1500, False)),
    ("1. Viertel 16. Jahrhundert", (1500, 1524, False)),
    ("537-538?", (537, 538, True)),
    ("XXe", None),
    ("12 c.", (1100, 1199, False)),
    ("Louis XIV", None),
    ("mardi 3 mars 1848", (1848, 1848, False)),
    ("1789, 14 juillet", (1789, 1789, False)),
    ("-0043", None),
    ("2010-2020", (2010, 2020, False)),
    ("17e s", None),
    ("siècle XVI", (1500, 1599, False)),
    ("1100?-1179?", (1100, 1179, True)),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_dates_are_read_as_they_are_written(text: str, expected: Expected) -> None:
    assert read_period(text) == (None if expected is None else Period(*expected))


@given(st.integers(1000, 2099), st.integers(0, 99))
def test_years_and_ranges_of_any_time_are_read(first: int, more: int) -> None:
    last = min(first + more, 2099)
    assert read_period(str(first)) == Period(first, first)
    for written in (f"{first}-{last}", f"{first}/{last}", f"[{first} – {last}]", f"entre {first} et {last}"):
        assert read_period(written) == Period(first, last)
    assert read_period(f"vers {first}") == Period(first, first, True)


@given(st.text(max_size=400))
def test_any_text_is_read_or_left(text: str) -> None:
    found = read_period(text)
    assert found is None or found.closed is None or found.closed[0] <= found.closed[1]


@pytest.mark.timeout(20)  # what takes milliseconds would take hours, were a pattern to try everything
@pytest.mark.parametrize(
    "text", ["1" * 300, "xvi" * 100, "i" * 300, "1er moitie " * 30, "- " * 150, "fin du " * 45, "1-" * 150]
)
def test_no_text_takes_long(text: str) -> None:
    read_period(text)

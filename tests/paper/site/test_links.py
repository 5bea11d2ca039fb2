"""Links that lead nowhere are found, and those that lead somewhere are not."""

import pytest

from paper.site.links import broken_links


@pytest.fixture
def site(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "index.html").write_text('<h1 id="top">x</h1>')
    return tmp_path


@pytest.mark.parametrize(
    "link", ["../index.html", "../index.html#top", "#here", "page.html#h%65re", "https://example.org/nowhere", "."]
)
def test_good_links(site, link):
    (site / "deep" / "page.html").write_text(f'<p id="here"><a href="{link}">x</a></p>')
    assert broken_links(site) == []


@pytest.mark.parametrize("link", ["index.html", "../index.html#bottom", "#there", "../../elsewhere.html"])
def test_broken_links(site, link):
    (site / "deep" / "page.html").write_text(f'<a href="{link}">x</a>')
    assert broken_links(site) == [f"deep/page.html: {link}"]


def test_missing_pictures_are_broken_links(site):
    (site / "page.html").write_text('<img src="none.png">')
    assert broken_links(site) == ["page.html: none.png"]

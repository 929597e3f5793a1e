"""A site is put in place whole, shares what has not changed, and can be taken back."""

import os

import pytest

from dlnotes.book.publish import note, publish, restore


def write(folder, **files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def work(tmp_path):
    """What Sphinx has written in one language, and knows of it."""
    pages = {"html/claims.json": "[]", "html/page.html": "old", "html/part/other.html": "other"}
    known = {
        "html/.buildinfo": "1",
        "doctrees/environment.pickle": "1",
        "doctrees/page.doctree": "",
    }
    write(tmp_path / "work/en", **pages, **known)
    return tmp_path / "work"


@pytest.fixture
def site(tmp_path, work):
    site = tmp_path / "html"
    publish(work, ["en"], site, "Title", like=site)
    return site


def test_a_site_is_assembled(site):
    files = read(site)
    assert "<title>Title</title>" in files.pop("index.html")
    assert "<title>404 - Title</title>" in files.pop("404.html")
    assert files.pop("robots.txt").startswith("User-agent: *\n")
    assert files == {
        ".nojekyll": "",
        "claims.json": "[]",
        "en/claims.json": "[]",
        "en/page.html": "old",
        "en/part/other.html": "other",
    }
    assert [path.name for path in site.parent.iterdir() if path != site] == ["work"]


@pytest.mark.parametrize("links", [True, False])
def test_files_that_have_not_changed_are_shared_if_they_can_be(site, work, links, monkeypatch):
    def no_links(*_):
        raise PermissionError

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    before = {name: (site / "en" / name).stat().st_ino for name in ("page.html", "part/other.html")}
    write(work / "en", **{"html/page.html": "new"})
    preview = site.with_name("preview")
    publish(work, ["en"], preview, "Title", like=site)
    assert read(preview / "en")["page.html"] == "new"
    assert read(site / "en")["page.html"] == "old"
    assert (preview / "en/page.html").stat().st_ino != before["page.html"]
    shared = (preview / "en/part/other.html").stat().st_ino == before["part/other.html"]
    assert shared == links
    # What Sphinx writes next must not show in a site that is in place.
    write(work / "en", **{"html/part/other.html": "next"})
    assert read(preview / "en")["part/other.html"] == "other"


def test_a_site_that_cannot_be_assembled_leaves_the_old_one(site, work):
    before = read(site)
    (work / "en/html/claims.json").unlink()
    with pytest.raises(FileNotFoundError):
        publish(work, ["en"], site, "Title", like=site)
    assert read(site) == before
    assert [path.name for path in site.parent.iterdir() if path != site] == ["work"]


def test_what_sphinx_has_done_is_undone(site, work):
    before = read(work)
    note(work / "en")
    changed = {"html/page.html": "new", "html/added.html": "", "html/.buildinfo": "2"}
    known = {"doctrees/environment.pickle": "2", "doctrees/added.doctree": ""}
    write(work / "en", **changed, **known)
    (work / "en/html/part/other.html").unlink()
    restore(work / "en", site / "en")
    after = {name: text for name, text in read(work).items() if "/noted/" not in name}
    assert after == before


def test_pages_that_were_read_meanwhile_will_be_read_again(site, work):
    os.utime(work / "en/doctrees/page.doctree", (0, 0))
    note(work / "en")
    write(work / "en", **{"doctrees/new.doctree": ""})
    restore(work / "en", site / "en")
    assert [path.name for path in (work / "en/doctrees").glob("*.doctree")] == ["page.doctree"]

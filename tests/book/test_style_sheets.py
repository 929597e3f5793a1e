"""The one style sheet of the site."""

import pytest

from dlnotes.book.web.style_sheets import UNUSED, join


def test_sheets_are_joined_in_order(tmp_path):
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "a.css").write_text("p { color: red; background: url( 'b.png' ) }")
    (tmp_path / "deep/er/b.css").write_text(
        "q { background: url(x/y.png), url(data:image/png;base64,AA==), url(#a), url(/r.png) }"
    )
    (tmp_path / "print.css").write_text("p { color: #000000 }")
    sheets = [("a.css", ""), ("deep/er/b.css", ""), ("print.css", "print")]
    assert join(tmp_path, sheets).split("\n") == [
        "p{color:red;background:url(b.png)}",
        "q{background:url(deep/er/x/y.png),url(data:image/png;base64,AA==),url(#a),url(/r.png)}",
        "@media print{p{color:#000}}",
    ]


def test_rules_that_no_page_needs_go_from_the_theme_alone(tmp_path):
    rules = ".fa-moon{color:red}.d-flex{width:1px}.col-md-4 p{top:0}.modal{top:0}.btn-sm{top:1px}"
    (tmp_path / "styles").mkdir()
    for name in ("styles/pydata-sphinx-theme.css", "book.css"):
        (tmp_path / name).write_text(rules)
    theme, book = join(tmp_path, [("styles/pydata-sphinx-theme.css", ""), ("book.css", "")]).split(
        "\n"
    )
    assert theme == ".d-flex{width:1px}.btn-sm{top:1px}"
    assert ".fa-moon{color:red}" in book


def test_a_sheet_that_is_no_css_is_named(tmp_path):
    (tmp_path / "a.css").write_text("p { color: red } }")
    with pytest.raises(ValueError, match=r"a\.css"):
        join(tmp_path, [("a.css", "")])


def test_a_sheet_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError, match=r"none\.css"):
        join(tmp_path, [("none.css", "")])


@pytest.mark.parametrize(
    "name", ["fa-solid", "row-cols-2", "col-md-4", "d-md-none", "toast-header"]
)
def test_classes_of_the_framework_go(name):
    assert UNUSED.fullmatch(name)


@pytest.mark.parametrize("name", ["btn", "btn-sm", "column", "order", "form-control", "nav-link"])
def test_classes_of_the_theme_stay(name):
    assert not UNUSED.fullmatch(name)


def test_every_page_links_it(book):
    book.write(
        "conf.py",
        (book.root / "conf.py").read_text()
        + """
def setup(app):
    app.add_css_file("none.css")
""",
    )
    built = book.build()
    assert built.returncode == 0, built.stdout
    sheet = (book.root / "build/html/en/_static/site.css").read_text()
    assert '[data-theme="dark"] .highlight' in sheet.replace("data-theme=dark", 'data-theme="dark"')
    assert ".claim" in sheet
    assert '<link rel="stylesheet" type="text/css" href="_static/site.css?v=' in book.html()
    assert 'href="_static/none.css' in book.html()  # it may come later


def test_the_first_build_has_all_rules(book):
    def rules():
        return (book.root / "build/html/en/_static/site.css").read_text()

    conf = (book.root / "conf.py").read_text()
    book.write("conf.py", conf.replace('["dlnotes.book"]', '["dlnotes.book", "sphinx_exercise"]'))
    assert book.build().returncode == 0
    first = rules()
    assert ".cell_output" in first
    assert "div.exercise" in first
    book.write_page("# Page\n\n```{code-cell}\n2\n```\n")
    assert book.build().returncode == 0
    assert rules() == first

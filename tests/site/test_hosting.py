"""The site behind a real nginx with deploy/nginx.conf: what it sends, what a browser makes of it.

The address of the site is known here, as it is to a build with BOOK_URL, to one page only: that for
addresses that lead nowhere.
"""

import gzip
import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from dlnotes.book.entrance import missing_page

ROOT = Path(__file__).parents[2]
HTML = ROOT / "build/html"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
FOREVER = "public, max-age=31536000, immutable"
MAIN = """
daemon off;
{user}
pid nginx.pid;
error_log stderr;
events {{}}
http {{
    include {types};
    access_log off;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4;
    scgi_temp_path t5;
    include site.conf;
}}
"""
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => {
  const {effectiveDirective, blockedURI, sourceFile, lineNumber, sample} = event;
  violations.push([effectiveDirective, blockedURI, sourceFile, lineNumber, sample].join(" "));
});
"""

pytestmark = pytest.mark.skipif(
    not NGINX, reason="nginx is not installed (apt install nginx-light)"
)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def put(text, old, new):
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of an nginx that serves the site with the sample of a configuration."""
    assert (HTML / "en/index.html").exists(), "there is no site: make html"
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    (folder / "site").mkdir()
    for path in HTML.iterdir():
        if path.name != "404.html":
            (folder / "site" / path.name).symlink_to(path)
    missing = missing_page(["en", "ko"], "dlnotes", f"http://127.0.0.1:{port}/")
    (folder / "site/404.html").write_text(missing, encoding="utf-8")
    site = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    site = put(site, "listen 8080;", f"listen 127.0.0.1:{port};")
    site = put(site, "root /usr/share/nginx/html;", f"root {folder / 'site'};")
    (folder / "site.conf").write_text(site, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    main = MAIN.format(user=user, types="/etc/nginx/mime.types")
    (folder / "nginx.conf").write_text(main, encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        yield port
        assert process.poll() is None, (folder / "log").read_text()
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def get(port):
    """Ask for a path; the response has been read to its ``body``."""

    def ask(path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    return ask


def figure():
    return next(path.name for path in sorted((HTML / "en/_images").glob("*.svg")))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html"),
        ("ko/information/entropy.html", "text/html"),
        ("en/_static/book.css", "text/css"),
        ("en/searchindex.js", "application/javascript"),
        ("claims.json", "application/json"),
        (f"en/_images/{figure()}", "image/svg+xml"),
    ],
)
def test_text_is_compressed(get, name, kind):
    response = get(f"/{name}", Accept_Encoding="gzip")
    assert response.status == 200
    assert response.headers.get_content_type() in {kind, kind.replace("application/j", "text/j")}
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    content = (HTML / name).read_bytes()
    assert gzip.decompress(response.body) == content
    if len(content) > 10_000:
        assert len(response.body) < 0.5 * len(content)
    plain = get(f"/{name}")
    assert plain.headers["Content-Encoding"] is None
    assert plain.body == content


def test_what_is_compressed_already_is_left_alone(get):
    response = get("/en/_static/katex/fonts/KaTeX_Main-Regular.woff2", Accept_Encoding="gzip")
    assert response.headers["Content-Type"] == "font/woff2"
    assert response.headers["Content-Encoding"] is None
    assert response.headers["Cache-Control"] == "public, max-age=2592000"


@pytest.mark.parametrize("name", ["en/index.html", "ko/information/entropy.html"])
def test_what_a_page_names_is_kept_as_long_as_it_is_true(get, name):
    html = get(f"/{name}").body.decode()
    folder = f"/{name.rpartition('/')[0]}/"
    addresses = set(re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^":]+)"', html))
    assert len(addresses) > 10
    kept = set()
    for address in addresses:
        response = get(folder + address)
        assert response.status == 200, address
        versioned = re.search(r"\?(v|digest)=[0-9a-f]{8,}$|[/.][0-9a-f]{16,64}\.\w+$", address)
        lifetime = FOREVER if versioned else "no-cache"
        assert response.headers["Cache-Control"] == lifetime, address
        kept.add(lifetime)
    assert kept == {FOREVER, "no-cache"}


@pytest.mark.parametrize(
    "path",
    ["/", "/en/", "/?v=12345678", "/en/?v=12345678", "/en/index.html?v=12345678", "/claims.json",
     "/en/searchindex.js", "/404.html?v=12345678", "/en/nothing.css?v=12345678", "/robots.txt"],
)  # fmt: skip
def test_what_may_change_is_asked_for_each_time(get, path):
    assert get(path).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_is_the_same_is_not_sent_again(get, encoding):
    first = get("/en/index.html", Accept_Encoding=encoding)
    tag = first.headers["ETag"]
    again = get("/en/index.html", Accept_Encoding=encoding, If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache"
    other = get("/en/index.html", Accept_Encoding=encoding, If_None_Match='"other"')
    assert other.status == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/en/information/nothing.html", "/xx/a/b/", "/en/_static/"]
)
def test_no_page(get, path):
    response = get(path)
    assert response.status == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "There is no page at this address" in response.body.decode()


def test_a_folder_is_another_address_than_its_name(get):
    response = get("/en")
    assert (response.status, response.headers["Location"]) == (301, "/en/")


@pytest.mark.parametrize("path", ["/", "/en/index.html", "/en/_static/book.css", "/nothing", "/en"])
def test_headers_that_protect_readers(get, path):
    headers = get(path).headers
    rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert rules == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "style-src": "'self'",
        "style-src-attr": "'unsafe-inline'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Server"] == "nginx"  # no version
    assert headers["Set-Cookie"] is None


@pytest.fixture
def watched(page):
    """A page that notes what the policy blocks, and errors."""
    page.add_init_script(WATCH)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on(
        "console",
        lambda message: message.type == "error" and page.troubles.append(message.text),
    )
    return page


def violations(page):
    return page.evaluate("violations")


def test_the_policy_blocks_scripts_in_pages_but_not_data(watched, get):
    """What is blocked comes second, so that its event is the last one."""
    policy = get("/").headers["Content-Security-Policy"]
    data = '<script type="application/ld+json">{"@context": "https://schema.org"}</script>'
    html = f"<!DOCTYPE html><title>x</title>{data}\n<script>window.ran = true</script>"
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
    url = "http://127.0.0.1/page"
    watched.route(url, lambda route: route.fulfill(body=html, headers=headers))
    watched.goto(url)
    watched.wait_for_function("violations.length")
    assert violations(watched) == [f"script-src-elem inline {url} 2 "]
    assert watched.evaluate("window.ran ?? false") is False


@pytest.mark.parametrize(("locale", "code"), [("en-GB", "en"), ("ko-KR", "ko"), ("fr", "en")])
def test_the_entrance_leads_to_the_language_of_the_reader(browser, port, locale, code):
    with browser.new_context(locale=locale) as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/#the-chapters")
        page.wait_for_url(f"http://127.0.0.1:{port}/{code}/index.html#the-chapters")


def test_the_entrance_without_scripts(browser, port):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("link", name="한국어").click()
        assert page.url == f"http://127.0.0.1:{port}/ko/index.html"


def test_the_entrance_from_a_disk(page):
    page.goto((HTML / "index.html").as_uri())
    page.wait_for_url((HTML / "en/index.html").as_uri())


def test_a_page_that_is_missing_leads_back(watched, port):
    address = f"http://127.0.0.1:{port}"
    watched.emulate_media(color_scheme="dark")
    watched.goto(f"{address}/en/information/nothing/at/all.html", wait_until="networkidle")
    assert violations(watched) == []
    assert [text for text in watched.troubles if "404" not in text] == []  # the page itself is 404
    # letters are light where the reader prefers that
    colour = "getComputedStyle(document.body).color"
    assert watched.evaluate(colour) == "rgb(255, 255, 255)"
    watched.emulate_media(color_scheme="light")
    assert watched.evaluate(colour) == "rgb(0, 0, 0)"
    watched.get_by_role("link", name="처음으로").click()
    assert watched.url == f"{address}/ko/index.html"
    watched.go_back()
    watched.get_by_role("searchbox", name="Search").fill("entropy")
    watched.get_by_role("button", name="Search").click()
    assert watched.url == f"{address}/en/search.html?q=entropy"


@pytest.mark.parametrize(
    "name",
    [
        "en/index",
        "ko/index",
        "en/information/entropy",
        "ko/information/entropy",
        "en/reference/claims",
        "en/reference/api/vision",
        "en/genindex",
        "en/search",
        "ko/search",
    ],
)
def test_no_page_breaks_the_policy(watched, port, name):
    watched.goto(f"http://127.0.0.1:{port}/{name}.html", wait_until="networkidle")
    assert violations(watched) == []
    assert watched.troubles == []
    assert watched.context.cookies() == []


def test_the_theme_can_be_switched_under_the_policy(watched, port):
    watched.goto(f"http://127.0.0.1:{port}/en/information/entropy.html")
    theme = "document.documentElement.dataset.theme"
    assert watched.evaluate(theme) == "light"
    button = watched.locator('[data-mode="dark"]')
    watched.locator("details", has=button).locator("summary").click()
    button.click()
    assert watched.evaluate(theme) == "dark"
    watched.goto(f"http://127.0.0.1:{port}/ko/information/entropy.html")
    assert watched.evaluate(theme) == "dark"
    assert violations(watched) == []


@pytest.mark.parametrize(("code", "words"), [("en", "entropy"), ("ko", "엔트로피")])
def test_search_works_under_the_policy(watched, port, code, words):
    watched.goto(f"http://127.0.0.1:{port}/{code}/search.html?q={words}")
    watched.locator("main a[href*=entropy]").first.wait_for(timeout=10_000)
    assert violations(watched) == []

"""Every link of a folder of HTML pages leads somewhere: to a file that exists, and to an anchor on it. No network."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """Collects the links and the anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.update(value for name in ("id", "name") if (value := given.get(name)))
        self.links.extend(value for name in ("href", "src") if (value := given.get(name)))


def broken_links(folder: Path) -> list[str]:
    """Return every link within a folder that leads nowhere, as `page: link`; links to other hosts are not followed."""
    folder = folder.resolve()
    read = {path: _read(path) for path in sorted(folder.rglob("*.html"))}
    return [
        f"{path.relative_to(folder)}: {link}"
        for path, page in read.items()
        for link in dict.fromkeys(page.links)
        if not _leads_somewhere(link, path, folder, read)
    ]


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads_somewhere(link: str, page: Path, folder: Path, read: dict[Path, _Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_relative_to(folder) or not target.exists():
        return False
    anchor = unquote(parts.fragment)
    return not anchor or target not in read or anchor in read[target].anchors

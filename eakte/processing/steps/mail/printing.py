"""How is the page of a message printed to PDF? By WeasyPrint, in a process that ends afterwards.

The process is started for messages alone: every other document is spared the time that the
layout engine takes to be loaded, and a text that it never finishes is ended.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pikepdf
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

PICTURE = "picture-"


class OnlyWhatCame(URLFetcher):  # type: ignore[misc]  # the package tells no types
    """Hands out the pictures of the message and refuses every other address."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self._folder = folder

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return a picture that lies in the folder, or one that is written into its address.

        Raises:
            ValueError: any other address.
        """
        if url.startswith("data:image/"):
            return super().fetch(url, headers)
        name = url.removeprefix("cid:")
        if url.startswith("cid:") and name.removeprefix(PICTURE).isdigit():
            return URLFetcherResponse(url, body=(self._folder / name).read_bytes())
        raise ValueError("nothing is fetched")


def main(page: str, target: str) -> int:
    """Print the page at a path to a PDF; pictures lie beside it."""
    source = Path(page)
    printed = HTML(
        string=source.read_text(encoding="utf-8"),
        base_url=None,
        url_fetcher=OnlyWhatCame(source.parent),
    )
    printed.write_pdf(target)
    _leave_out_what_is_empty(Path(target))
    return 0


def _leave_out_what_is_empty(path: Path) -> None:
    """Take out the lists of patterns and shadings, which the check of PDF/A refuses even empty."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for part in pdf.objects:
            if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                _leave_out(part)
                resources = part.get("/Resources")
                if isinstance(resources, pikepdf.Dictionary):
                    _leave_out(resources)
        pdf.save(path)


def _leave_out(lists: pikepdf.Object) -> None:
    for name in ("/Pattern", "/Shading"):
        held = lists.get(name)
        if isinstance(held, pikepdf.Dictionary) and not held.keys():
            del lists[name]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

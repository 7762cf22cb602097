"""A page as PDF, with the extra `stepwell[pdf]`."""

from stepwell.errors import ConfigError


def render(page: str) -> bytes:
    """The HTML page as PDF; it loads nothing from anywhere.

    Raises:
        ConfigError: WeasyPrint, or the Pango library it needs, isn't installed.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 -- an extra that most installations don't have
    except (ImportError, OSError):
        raise ConfigError(
            "A PDF needs WeasyPrint and the Pango library. Install `stepwell[pdf]`, and Pango from your system "
            "(Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0), or use --format html and print it."
        ) from None
    return bytes(HTML(string=page, url_fetcher=_refuse).write_pdf())


def _refuse(address: str) -> dict[str, object]:
    """Nothing is fetched: a page holds all that it shows."""
    raise ValueError(f"a page refers to {address}; it must hold all that it shows")

"""What a reference points to: `Type/id`, an absolute URL, a `urn:uuid` of the Bundle, or `#contained`."""

import re
from typing import Generic, TypeVar

from stepwell.records.fhir.shape import Node, node, nodes, string

ValueT = TypeVar("ValueT")

_PATH = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9.\-_]+)(?:/_history/[^/]+)?$")

_UUID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


def target(value: object) -> str | None:
    """The reference of a Reference element as text."""
    return string(node(value).get("reference"))


def local(reference: str) -> str:
    """`Type/id` of a reference, if it has that form; else the reference as it stands.

    >>> local("https://example.org/fhir/Medication/12/_history/3")
    'Medication/12'
    """
    match = _PATH.search(reference)
    return f"{match[1]}/{match[2]}" if match else reference


def contained(body: Node, reference: str) -> Node:
    """The resource that a resource holds in itself, or an empty one."""
    wanted = reference.removeprefix("#")
    return next((one for one in nodes(body.get("contained")) if one.get("id") in (wanted, reference)), {})


class Index(Generic[ValueT]):
    """Resources by what a reference may call them, first within their own file, then anywhere."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], ValueT] = {}

    def put(self, scope: str, full_url: str | None, kind_and_id: str, value: ValueT) -> None:
        """Makes a resource known.

        Args:
            scope: Its file, if ids hold only within that; else empty.
            full_url: As the Bundle entry gives it.
            kind_and_id: `Type/id`.
            value: What to find.
        """
        identity = kind_and_id.rsplit("/", 1)[-1]
        for name in (full_url, kind_and_id, f"urn:uuid:{identity}" if _UUID.match(identity) else None):
            if name:
                self._found[scope, name] = value
                self._found.setdefault(("", name), value)

    def get(self, scope: str, reference: str, *, anywhere: bool = True) -> ValueT | None:
        """What a reference points to, None if it leads nowhere.

        Args:
            scope: The file it stands in, if ids hold first within that; else empty.
            reference: As written.
            anywhere: Whether to look outside that file as well.
        """
        for name in (reference, local(reference)):
            found = self._found.get((scope, name))
            if found is None and anywhere:
                found = self._found.get(("", name))
            if found is not None:
                return found
        return None

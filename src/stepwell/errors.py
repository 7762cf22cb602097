"""Errors a user can mend, shown without a traceback.

    UserError
    ├─ KnowledgeError   a knowledge file is wrong
    ├─ RecordError      a record can't be read
    └─ ConfigError      an option or argument is wrong

Anything else that is raised is a fault of ours.
"""

from collections.abc import Sequence


class UserError(Exception):
    """Something the user can mend; printed as it is, without a traceback.

    Args:
        message: What is wrong, where, what was found, what is allowed, what to do.
        faults: Every single fault, when there are several; each a full sentence.
    """

    exit_code = 2

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.message = message
        self.faults = tuple(faults)
        super().__init__("\n".join([message, *(f"  - {fault}" for fault in self.faults)]))


class KnowledgeError(UserError):
    """A knowledge file is missing, malformed or contradicts another."""

    exit_code = 3


class RecordError(UserError):
    """A record can't be read at all. Never holds a value from the record: file, row and field only."""

    exit_code = 4


class ConfigError(UserError):
    """An option or argument can't be used. May hold the value, which the user typed."""

    exit_code = 5

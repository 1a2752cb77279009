"""Every error that harvestlog raises on purpose.

HarvestError                  someone can act on it; the CLI prints it as one line
├── SettingError              a setting is wrong or missing
├── ServiceUnavailable        a database, broker or target does not answer
│   └── Postponed             not now: a remote or the target is in trouble, or busy; that counts as no attempt
├── NotFound                  no such source, job, object, dataset
├── ValidationError           input with wrong fields: {field: message}
├── NotAuthorized             the caller may not do this
│   └── UnknownToken          nobody's token: wrong, expired or revoked
├── TooManyCalls              an address calls more often than it may
├── Refused                   a rule of the domain forbids it
│   ├── Outdated              somebody else has changed it since the caller read it
│   ├── JobExists             the source has a job that has not ended
│   ├── SourceInactive        no jobs on inactive sources
│   └── JobEnded              an ended job never changes
├── Conflict                  somebody appended first: reload and compare
│   └── GuardConflict         the guard stream moved on: nothing of the call was stored
├── UnknownEvent              a projector met an event that it does not know: it stops
├── PluginError               a harvester plugin doesn't keep to its interface
├── RecordError               one record of a remote can't be used
├── RemoteError               a remote catalogue failed or answered nonsense
└── TargetError               the target refused or failed to store a dataset
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

REPORTED = "reported"  # code of a failure whose errors were recorded one by one before it


class HarvestError(Exception):
    """Base of all errors that a person or a caller can act on.

    `code` is a stable machine-readable word, stored with failed objects and shown by `--json`.
    """

    code = "error"


class SettingError(HarvestError):
    """A setting is wrong or missing; the message names it and how to set it."""

    code = "setting"


class ServiceUnavailable(HarvestError):
    """A service that harvestlog needs does not answer; the message says which and where."""

    code = "service_unavailable"


class Postponed(ServiceUnavailable):
    """Something is to be done later, without a fault of its own: it counts as no attempt. `wait` is in seconds."""

    code = "postponed"

    def __init__(self, message: str, *, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class ReadModelOutdated(ServiceUnavailable):
    """The read model is of another version of harvestlog, and maybe being rebuilt; everything else goes on."""

    code = "read_model_outdated"


class NotFound(HarvestError):
    """No such thing."""

    code = "not_found"


class ValidationError(HarvestError):
    """Input that was refused, by field."""

    code = "validation"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = dict(errors)


class NotAuthorized(HarvestError):
    """The caller may not do this; the message tells nothing about what the call was about."""

    code = "not_authorized"


class UnknownToken(NotAuthorized):
    """A token that is nobody's: wrong, expired or revoked. Which of these it is isn't told."""

    code = "unknown_token"


class Refused(HarvestError):
    """A rule of the domain forbids the command; nothing was changed."""

    code = "refused"


class TooManyCalls(HarvestError):
    """An address calls more often than it may; `wait` is in seconds."""

    code = "too_many_calls"

    def __init__(self, wait: float) -> None:
        super().__init__(f"Too many calls: try again in {max(1, round(wait))} s, or with a token")
        self.wait = wait


class Outdated(Refused):
    """Somebody else has changed it since it was read; `changes` are {field: (as it was read, as it is now)}, as text."""

    code = "outdated"

    def __init__(self, message: str, changes: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(message)
        self.changes = dict(changes)


class JobExists(Refused):
    """One running job per source, of whatever kind."""

    code = "job_exists"


class SourceInactive(Refused):
    """Jobs are not made for inactive sources."""

    code = "source_inactive"


class JobEnded(Refused):
    """A finished or aborted job never changes."""

    code = "job_ended"


class Conflict(HarvestError):
    """Another writer appended the same version of a stream: reload and compare."""

    code = "conflict"

    def __init__(self, streams: Iterable[UUID]) -> None:
        self.streams = frozenset(streams)
        super().__init__(f"Another writer has changed streams: {len(self.streams)}")


class GuardConflict(Conflict):
    """The stream that guards an append moved on; nothing of the call was stored."""

    code = "guard_conflict"


class UnknownEvent(HarvestError):
    """The log holds an event that this version of harvestlog does not know."""

    code = "unknown_event"


class PluginError(HarvestError):
    """A harvester plugin doesn't keep to its interface; the message names what was expected and what came."""

    def __init__(self, message: str, code: str = "plugin_error") -> None:
        super().__init__(message)
        self.code = code


class RecordError(HarvestError):
    """One record of a remote catalogue can't be used; the others go on."""

    code = "bad_record"


class RemoteError(HarvestError):
    """A remote catalogue failed.

    `retryable` says whether the same request may succeed later; `retry_after` is in seconds, None when the
    remote didn't say (RFC 9110, section 10.2.3). `answer` is the beginning of what it sent with an HTTP error: to decide by,
    not to show, since it may repeat secrets.
    """

    code = "remote"

    def __init__(
        self,
        message: str,
        *,
        code: str = "remote",
        retryable: bool = False,
        retry_after: float | None = None,
        answer: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.answer = answer


class TargetError(HarvestError):
    """The target catalogue did not store a dataset; `field` names the culprit where known."""

    code = "target"

    def __init__(
        self,
        message: str,
        *,
        code: str = "target",
        field: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.retryable = retryable
        self.retry_after = retry_after

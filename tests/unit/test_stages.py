"""Whatever a harvester's stages return, its object gets an outcome or a time for the next attempt."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from domain.objects import object_id
from harvesters.base import Fetched, HarvestJob, HarvestObject, HarvestObjectExtra, Imported
from tests.unit.stage_runs import EARLIER, JOB, NOW, SOURCE, Plugin, aggregate, failure, run, topics

# import


@pytest.mark.parametrize(("action", "status"), [("new", "added"), ("change", "updated"), ("delete", "deleted")])
def test_true_means_what_the_record_asked_for(action: str, status: str) -> None:
    known, _ = run(Plugin(), aggregate(action=action), held={"guid-1": "package"})

    assert (known.outcome, known.package_id) == (status, "package")


def test_a_harvester_is_told_the_package_that_is_held_and_the_object_that_made_it() -> None:
    plugin = Plugin()

    run(plugin, held={"guid-1": "package"})

    [view] = plugin.imported
    assert (view.package_id, view.previous_object_id) == ("package", str(EARLIER))


def test_unchanged_keeps_the_package_that_is_held() -> None:
    known, _ = run(Plugin(load=lambda _: "unchanged"), held={"guid-1": "package"})

    assert (known.outcome, known.package_id) == ("unchanged", "package")


@pytest.mark.parametrize("status", ["added", "updated", "unchanged", "deleted"])
def test_a_typed_result_says_it_all(status: Any) -> None:
    known, _ = run(Plugin(load=lambda _: Imported("package", status)), held={"guid-1": "package"})

    assert (known.outcome, known.package_id) == (status, "package")


def test_a_package_id_that_the_plugin_sets_is_kept() -> None:
    def load(view: HarvestObject) -> bool:
        view.package_id = "new package"
        return True

    known, _ = run(Plugin(load=load))

    assert (known.outcome, known.package_id) == ("added", "new package")


@pytest.mark.parametrize("result", [False, None, "nonsense", 0, [], 1, {"success": True}])
def test_any_other_result_of_import_is_a_failure_that_shows_it(result: Any) -> None:
    known, _ = run(Plugin(load=lambda _: result))

    assert (failure(known)["stage"], failure(known)["code"], failure(known)["retry_at"]) == ("Import", "import_failed", None)
    assert repr(result) in failure(known)["message"]
    assert known.outcome == "errored"


def test_a_status_that_nobody_knows_is_a_failure() -> None:
    status: Any = "created"

    known, _ = run(Plugin(load=lambda _: Imported("package", status)))

    assert known.outcome == "errored"


def test_a_package_id_that_is_no_text_can_be_stored_or_is_a_failure() -> None:
    package: Any = object()

    known, _ = run(Plugin(load=lambda _: Imported(package, "added")))

    assert known.package_id is None or isinstance(known.package_id, str)


# fetch


def test_fetched_content_is_stored_by_its_hash_before_import_sees_it() -> None:
    plugin = Plugin(fetch=lambda _: Fetched("ü", {"format": "json"}))

    known, stages = run(plugin)

    digest = sha256("ü".encode()).hexdigest()
    assert stages.documents == {digest: "ü".encode()}
    assert topics(known) == ["object.fetched", "object.imported"]
    assert (known.content_hash, known.extras) == (digest, {"format": "json"})
    assert (plugin.imported[0].content, plugin.imported[0].content_hash) == ("ü", digest)


def test_fetch_may_set_content_and_extras_itself() -> None:
    def fetch(view: HarvestObject) -> bool:
        view.content = "text"
        view.extras.append(HarvestObjectExtra("key", "value"))
        return True

    known, stages = run(Plugin(fetch=fetch))

    assert list(stages.documents.values()) == [b"text"]
    assert known.extras == {"key": "value"}


def test_fetch_may_replace_an_extra() -> None:
    def fetch(view: HarvestObject) -> bool:
        view.extras = [HarvestObjectExtra("status", "change"), HarvestObjectExtra("key", "new")]
        return True

    known, _ = run(Plugin(fetch=fetch), aggregate(extras={"key": "old"}))

    assert known.extras["key"] == "new"


def test_bytes_that_are_no_text_are_stored_as_text() -> None:
    known, stages = run(Plugin(fetch=lambda _: Fetched(b"caf\xe9")))

    assert list(stages.documents.values()) == ["caf\ufffd".encode()]
    assert known.outcome == "added"


def test_what_gather_stored_is_not_stored_again() -> None:
    body = b"from gather"
    plugin = Plugin()

    known, stages = run(plugin, aggregate(content_hash=sha256(body).hexdigest()), body)

    assert (topics(known), stages.documents) == (["object.imported"], {})
    assert plugin.imported[0].content == "from gather"


def test_unchanged_at_fetch_ends_the_object_without_import() -> None:
    plugin = Plugin(fetch=lambda _: "unchanged")

    known, _ = run(plugin, held={"guid-1": "package"})

    assert (known.outcome, known.package_id, plugin.imported) == ("unchanged", "package", [])


@pytest.mark.parametrize("result", [False, None, "nonsense", 1])
def test_any_other_result_of_fetch_is_a_failure_without_import(result: Any) -> None:
    plugin = Plugin(fetch=lambda _: result)

    known, _ = run(plugin)

    assert (failure(known)["stage"], failure(known)["code"]) == ("Fetch", "fetch_failed")
    assert not plugin.imported


def test_what_is_to_be_deleted_or_was_fetched_before_is_not_fetched() -> None:
    fetched = aggregate()
    fetched.fetch("ab" * 32, {})
    plugin = Plugin(fetch=lambda _: pytest.fail("fetched"))

    for known in (fetched, aggregate(action="delete")):
        run(plugin, known, b"content")

    assert [view.content for view in plugin.imported] == ["content", "content"]


# guids, and what the plugin sees


@pytest.mark.parametrize("stage", ["typed", "fetch", "import"])
def test_a_guid_that_the_document_names_is_the_objects_from_then_on(stage: str) -> None:
    def rename(view: HarvestObject) -> bool:
        view.guid = "its own"
        return True

    plugin = {
        "typed": Plugin(fetch=lambda _: Fetched("x", guid="its own")),
        "fetch": Plugin(fetch=rename),
        "import": Plugin(load=rename),
    }[stage]

    known, _ = run(plugin, held={"its own": "its package"})

    assert "object.identified" in topics(known)
    assert (known.guid, known.package_id, known.outcome) == ("its own", "its package", "updated")


def test_a_plugin_sees_its_record_as_it_knows_it() -> None:
    plugin = Plugin()
    known = aggregate(action="change", extras={"key": "value"}, metadata_modified="2026-01-01T00:00:00")

    run(plugin, known, held={"guid-1": "package"}, options={"force_import": True})

    [view] = plugin.imported
    assert (view.id, view.guid, view.package_id, view.action) == (str(known.id), "guid-1", "package", "change")
    assert (view.get_extra("status"), view.get_extra("key"), view.get_extra("none")) == ("change", "value", None)
    assert (view.metadata_modified_date, view.force_import) == ("2026-01-01T00:00:00", True)
    assert (view.source.name, view.harvest_source_id, view.harvest_job_id) == ("city", SOURCE.id, str(JOB))
    assert UUID(view.id) == object_id(NOW, JOB, "guid-1")


# warnings


class Lossy(Plugin):
    """Warns of a loss, and then returns what it is told to."""

    def __init__(self, message: str, result: Any = True, *, of_job: bool = False) -> None:
        super().__init__(load=lambda view: self._warn(view, message, of_job) or result)

    def _warn(self, view: HarvestObject, message: str, of_job: bool) -> bool:
        self.save_object_warning(message, view, of_job=of_job)
        return False


def test_a_warning_is_recorded_and_the_object_is_imported() -> None:
    known, _ = run(Lossy("no licence"))

    assert topics(known)[-2:] == ["object.error_recorded", "object.imported"]
    assert vars(known.pending_events[-2])["level"] == "warning"
    assert known.errors == 0


def test_a_warning_of_the_whole_job_is_recorded_with_its_first_object_only() -> None:
    plugin = Lossy("no place", of_job=True)
    job = HarvestJob(str(JOB), SOURCE, NOW)

    first, second = (run(plugin, aggregate(guid=guid), job=job)[0] for guid in ("one", "two"))

    assert vars(first.pending_events[-2])["level"] == "job_warning"
    assert "object.error_recorded" not in topics(second)


def test_an_object_that_fails_after_a_warning_fails_for_its_own_reason() -> None:
    known, _ = run(Lossy("no licence", False))

    assert failure(known)["code"] == "import_failed"


@pytest.mark.parametrize("stage", ["fetch", "import"])
def test_guid_and_extras_that_a_stage_changes_are_kept(stage: str) -> None:
    long = "x" * 20_000  # stored as a document

    def change(view: HarvestObject) -> bool:
        view.guid = "the-real-one"
        view.extras += [HarvestObjectExtra("colour", "green"), HarvestObjectExtra("long", long)]
        return True

    known, stages = run(Plugin(fetch=change) if stage == "fetch" else Plugin(load=change))

    assert (known.guid, known.extras["colour"], known.extras["long"]) == ("the-real-one", "green", long)
    assert topics(known).count("object.fetched") == 1
    assert long.encode() in stages.documents.values()


def test_a_stage_sees_its_state_and_when_it_began() -> None:
    seen: list[tuple[str, bool, bool]] = []

    def look(view: HarvestObject) -> bool:
        seen.append((view.state, view.fetch_started is not None, view.import_started is not None))
        return True

    run(Plugin(fetch=look, load=look))

    assert seen == [("FETCH", True, False), ("IMPORT", True, True)]

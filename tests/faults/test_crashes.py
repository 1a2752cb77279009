"""Processes that end in the middle: nothing is lost, and only the culprit fails."""

from tests.stack import Stack, wait_for


def test_a_record_that_ends_its_process_fails_alone(stack: Stack) -> None:
    stack.source("poisoned", "http://127.0.0.1/poisoned", "crashing", {"records": 60, "poison": ["record-13"]})
    job_id = stack.json("job", "poisoned")["id"]

    def ended() -> bool:
        stack.restart_when_dead("fetch-consumer")
        return bool(stack.json("job-report", job_id)["job"]["status"] == "Finished")

    wait_for(ended, 60, "the job ends")
    report = stack.json("job-report", job_id)
    assert (report["job"]["added"], report["job"]["errored"]) == (59, 1)
    assert [(error["guid"], error["code"]) for error in report["object_errors"]] == [("record-13", "worker_lost")]


def test_a_job_survives_the_death_of_every_role(stack: Stack) -> None:
    stack.source("long", "http://127.0.0.1/long", "slow", {"records": 400, "seconds": 0.02})
    job_id = stack.json("job", "long")["id"]

    for role in ("fetch-consumer", "coordinator", "gather-consumer"):
        stack.kill(role)
        stack.start(role)

    wait_for(lambda: stack.json("job-report", job_id)["job"]["status"] == "Finished", 60, "the job ends")
    job = stack.json("job-report", job_id)["job"]
    assert (job["objects"], job["added"], job["errored"]) == (400, 400, 0)

import time
from tests.faults.test_database import server, own_stack, answers
def test_away(own_stack, server):
    own_stack.source("long", "http://127.0.0.1/long", "slow", {"records": 600, "seconds": 0.05})
    job_id = own_stack.start_job("long")
    own_stack.wait_for_objects(job_id, 40)
    t0=time.time()
    import datetime
    def say(x): print(datetime.datetime.now().time(), round(time.time()-t0,1), x, own_stack.running().keys(), flush=True)
    for kill in (False, True):
        say("kill" if kill else "stop")
        if kill:
            server.process.kill(); server.process.wait()
        else: server.stop()
        say("stopped")
        server.start()
        say("started")
        answers(own_stack)
        a=time.time()
        while time.time()-a < (15 if not kill else 60):
            for r in own_stack.started(): own_stack.restart_when_dead(r)
            try:
                say((own_stack.parts.database.query("SELECT count(*), count(*) filter (where sent), count(worker), min(lease_until-now()), max(deliveries) FROM ops.work"), own_stack.model.job(job_id)["done"]))
                if own_stack.model.job(job_id)["status"]=="Finished": break
                if not kill and own_stack.model.job(job_id)["done"]>200: break
            except Exception as e: say(repr(e)[:80])
            time.sleep(1)
    for r in own_stack.started(): print("---",r, own_stack.log(r)[-4000:])
    assert 0

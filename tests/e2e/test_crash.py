"""kill -9 at random: what was acknowledged is there once, never twice, never missing."""

import http.client
import json
import random
import threading
import time

from conftest import query

ROUNDS = 6


class Producer(threading.Thread):
    """Sends numbered records until the server is gone; knows which were acknowledged."""

    def __init__(self, port, number, first):
        super().__init__(daemon=True)
        self.port, self.number, self.next = port, number, first
        self.acknowledged, self.unknown = set(), set()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while True:
            ids = [f"{self.number}-{self.next + i}" for i in range(random.randint(1, 40))]
            self.next += len(ids)
            body = "\n".join(json.dumps({"id": i, "v": len(i)}) if not i.endswith("7") else f"bad {i}" for i in ids)
            try:
                connection.request("POST", "/v1/streams/crash/records", body)
                reply = connection.getresponse()
                reply.read()
            except (OSError, http.client.HTTPException):
                self.unknown.update(ids)
                return
            (self.acknowledged if reply.status == 200 else self.unknown).update(ids)


def test_every_acknowledged_record_is_there_once_after_kill_9(start):
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    random.seed(seed)
    server = start()
    server.create("crash", buffer_seconds=1, columns="id string, v bigint", inferred=True)
    acknowledged, unknown, first = set(), set(), [0, 0, 0]
    for _ in range(ROUNDS):
        producers = [Producer(server.port, n, first[n]) for n in range(3)]
        for producer in producers:
            producer.start()
        time.sleep(random.uniform(0.2, 2.5))
        server.kill()
        for producer in producers:
            producer.join(timeout=20)
            acknowledged |= producer.acknowledged
            unknown |= producer.unknown
            first[producer.number] = producer.next
        server.start()
        check(server.data, acknowledged, unknown)
    assert len(acknowledged) > 100
    assert server.stop() == 0
    check(server.data, acknowledged, unknown)


def check(data, acknowledged, unknown):
    rows = [r["id"] for r in query(data, "SELECT id FROM crash")]
    rejects = [r["raw"].removeprefix("bad ") for r in query(data, "SELECT decode(raw) AS raw FROM crash_rejects")]
    found = rows + rejects
    assert len(found) == len(set(found)), "a record is there twice"
    assert acknowledged <= set(found), f"lost: {sorted(acknowledged - set(found))[:5]}"
    assert set(found) <= acknowledged | unknown


def test_rows_that_never_landed_survive_and_tarn_query_says_so_without_a_server(start):
    server = start()
    server.create("late", buffer_seconds=900)
    server.put("late", [{"i": i} for i in range(10)])
    server.kill()
    done = server.run("query", "SELECT count(*) AS n FROM late", "--data", str(server.data), "--output", "json")
    assert json.loads(done.stdout) == [{"n": 0}]
    assert "10" in done.stderr and "acknowledged" in done.stderr
    server.start()
    assert server.query("SELECT count(*) AS n FROM late") == [{"n": 10}]

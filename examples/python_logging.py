"""Python's logging, sent to a Tarn stream: batched, retried, and never in the way of the program.

    python3 examples/python_logging.py && tarn query "SELECT level, message FROM app_logs" --data ./lake
"""

import copy
import json
import logging
import logging.handlers
import queue
import sys
import time
import traceback
import urllib.error
import urllib.request


class TarnHandler(logging.handlers.BufferingHandler):
    """Posts log records as NDJSON. A full buffer, an error record or the end of the program sends what there is."""

    def __init__(self, url="http://127.0.0.1:8080", stream="app-logs", capacity=200, kept_max=10_000, attempts=5):
        super().__init__(capacity)
        self.address = f"{url}/v1/streams/{stream}/records"
        self.kept_max = kept_max  # while the server is away; the oldest go first
        self.attempts = attempts

    def shouldFlush(self, record):
        return len(self.buffer) % self.capacity == 0 or record.levelno >= logging.ERROR

    def line(self, record):
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else None
        return json.dumps({"time": record.created, "level": record.levelname, "logger": record.name, "message": record.getMessage(),
                           "error": error})

    def flush(self):
        with self.lock:
            if self.buffer and self.send("\n".join(self.line(record) for record in self.buffer).encode()):
                self.buffer.clear()
            if len(self.buffer) > self.kept_max:
                print(f"logging: {self.address} is away, the oldest records are dropped", file=sys.stderr)
                del self.buffer[: len(self.buffer) - self.kept_max]

    def send(self, body):
        """True: the records need no further care. A retry after a lost reply may send them twice."""
        for attempt in range(self.attempts):
            try:
                request = urllib.request.Request(self.address, body, {"Content-Type": "application/x-ndjson"})
                urllib.request.urlopen(request, timeout=10).read()  # answered: fsynced
                return True
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:  # sending the same again cannot help
                    print(f"logging: {self.address} refused records: {error.read().decode()}", file=sys.stderr)
                    return True
            except OSError:
                pass
            time.sleep(0.1 * 2**attempt)
        return False  # the records stay, and go with a later flush


class WholeRecords(logging.handlers.QueueHandler):
    """The stock one turns message and traceback into one text, so that a record can leave the process. These do not."""

    def prepare(self, record):
        record = copy.copy(record)
        record.msg, record.args = record.getMessage(), None
        return record


if __name__ == "__main__":
    waiting = queue.SimpleQueue()  # logging calls only put into this queue
    handler = TarnHandler()
    listener = logging.handlers.QueueListener(waiting, handler)
    listener.start()
    logging.basicConfig(level=logging.INFO, handlers=[WholeRecords(waiting)])
    logging.info("started with %d workers", 4)
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception("a mistake, on purpose")
    listener.stop()
    handler.flush()
    if handler.buffer:
        sys.exit(f"{len(handler.buffer)} log records could not be sent to {handler.address}")

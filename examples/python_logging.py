"""Python's logging, sent to a Tarn stream: batched, retried, and never in the way of the program.

    python3 examples/python_logging.py && tarn query "SELECT level, message FROM app_logs" --data ./lake
"""

import json
import logging
import logging.handlers
import queue
import time
import urllib.error
import urllib.request


class TarnHandler(logging.handlers.BufferingHandler):
    """Posts log records as NDJSON. A full buffer, an error record or the end of the program sends what there is."""

    def __init__(self, url="http://127.0.0.1:8080", stream="app-logs", capacity=200, attempts=5):
        super().__init__(capacity)
        self.address = f"{url}/v1/streams/{stream}/records"
        self.attempts = attempts

    def shouldFlush(self, record):
        return super().shouldFlush(record) or record.levelno >= logging.ERROR

    def line(self, record):
        return json.dumps({"time": record.created, "level": record.levelname, "logger": record.name, "message": record.getMessage(),
                           "error": self.format(record) if record.exc_info else None})

    def flush(self):
        with self.lock:
            if not self.buffer:
                return
            body = "\n".join(self.line(record) for record in self.buffer).encode()
            for attempt in range(self.attempts):
                try:
                    request = urllib.request.Request(self.address, body, {"Content-Type": "application/x-ndjson"})
                    urllib.request.urlopen(request, timeout=10).read()  # answered: fsynced
                    self.buffer.clear()
                    return
                except urllib.error.HTTPError as error:
                    if error.code < 500 and error.code != 429:
                        raise
                except OSError:
                    pass
                time.sleep(0.1 * 2**attempt)
            # Still refused: the records stay in the buffer and go with the next flush.


if __name__ == "__main__":
    waiting = queue.SimpleQueue()  # logging calls only put into this queue
    listener = logging.handlers.QueueListener(waiting, TarnHandler())
    listener.start()
    logging.basicConfig(level=logging.INFO, handlers=[logging.handlers.QueueHandler(waiting)])
    logging.info("started")
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception("a mistake, on purpose")
    listener.stop()
    listener.handlers[0].flush()

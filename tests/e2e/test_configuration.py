"""Settings: what is wrong is told before the server starts, and what changed is followed when it starts again."""

import json
import os
import subprocess

from conftest import TARN, run


def tarn(*arguments, directory=None, **environment):
    return subprocess.run([TARN, *arguments], capture_output=True, text=True, timeout=60, cwd=directory, env=dict(os.environ, **environment))


def warnings(server):
    lines = [json.loads(line) for line in open(f"{server.data}.log")]
    return [line["reason"] for line in lines if line["msg"] == "a setting is not followed"]


def ingest(server):
    return server.request("GET", "/v1/streams/ingest")[2]


def test_check_finds_what_serve_would_refuse(tmp_path):
    config = tmp_path / "tarn.toml"
    for text, error in [("[lake]\nbucket = 'A B'", ":2: lake.bucket: "),
                        ("[ingest]\npartition_by = 'nope'", ":2: ingest.partition_by: "),
                        ("[server]\nlisten = '0.0.0.0:8080'", ":2: server.listen: 0.0.0.0:8080: beyond loopback")]:
        config.write_text(text)
        checked = tarn("config", "check", "--config", str(config))
        served = tarn("serve", "--data", str(tmp_path / "lake"), "--config", str(config))
        assert checked.returncode == served.returncode == 1
        assert error in checked.stderr and served.stderr == checked.stderr
    config.write_text("[server]\nlisten = '0.0.0.0:8080'\ninsecure_network = true")
    assert tarn("config", "check", "--config", str(config)).stdout == f"{config} is fine\n"


def test_a_file_that_the_environment_names_must_be_there():
    done = tarn("config", "check", TARN_CONFIG="/nonexistent.toml")
    assert done.returncode == 3 and "TARN_CONFIG: " in done.stderr and "/nonexistent.toml" in done.stderr
    done = tarn("config", "check", TARN_SERVER="1")
    assert done.returncode == 1 and "TARN_SERVER is no setting" in done.stderr


def test_the_settings_can_be_written_over_the_file_they_were_read_from(tmp_path):
    (tmp_path / "tarn.toml").write_text("[query]\nseconds_max = 7\n")
    assert tarn("config", "show", "--out", "tarn.toml", directory=tmp_path).returncode == 0
    assert "\nseconds_max = 7  #" in (tmp_path / "tarn.toml").read_text()
    assert tarn("config", "check", directory=tmp_path).stdout == "tarn.toml is fine\n"


def test_settings_behind_a_link_are_written_where_it_leads(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "real.toml").write_text("[query]\nseconds_max = 7\n")
    (tmp_path / "tarn.toml").symlink_to("etc/real.toml")
    assert tarn("config", "show", "--out", "tarn.toml", directory=tmp_path).returncode == 0
    assert (tmp_path / "tarn.toml").is_symlink()
    assert "\nseconds_max = 7  #" in (tmp_path / "etc" / "real.toml").read_text()


def test_the_data_directory_is_absolute_however_it_is_named(tmp_path):
    (tmp_path / "tarn.toml").write_text("[server]\ndata = 'dd'\nlisten = '127.0.0.1:0'\n")
    server = subprocess.Popen([TARN, "serve"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path)
    assert json.loads(server.stdout.readline())["data"] == str(tmp_path / "dd")
    server.terminate()
    assert server.wait(timeout=60) == 0


def test_ingest_follows_its_settings_when_the_server_starts_again(start):
    server = start()
    server.request("POST", "/ingest", '{"event_type":"a","user_id":1,"page":"/"}')
    assert server.stop() == 0 and warnings(server) == []

    columns = "_ingest_id string from _record_id, event_timestamp timestamptz default _received_at, event_type string default 'none', user_id string, score double from points"
    server.environment = {"TARN_INGEST__COLUMNS": columns, "TARN_INGEST__BUFFER_SECONDS": "7", "TARN_INGEST__PARTITION_BY": "event_type"}
    server.start()
    now = ingest(server)
    assert now["buffer_seconds"] == 7 and now["problem"] is None
    assert "score double from points" in now["columns"] and "event_type string default 'none'" in now["columns"]
    assert "user_id bigint default -1" in now["columns"], "the table has it as a bigint"
    assert now["partition_by"] == "event_type, day(event_timestamp) as date"
    reasons = "\n".join(warnings(server))
    assert "'user_id string' stays as it is: " in reasons
    assert "table default.ingest is partitioned by 'event_type, day(event_timestamp) as date', and stays so" in reasons

    assert server.request("POST", "/ingest", '{"points":1.5}')[0] == 202
    sql = "SELECT event_type, user_id, score FROM ingest ORDER BY _server_timestamp_utc NULLS LAST"
    expected = [{"event_type": "a", "user_id": 1, "score": None}, {"event_type": "none", "user_id": -1, "score": 1.5}]
    assert server.query(sql) == expected
    assert server.stop() == 0
    server.start()
    assert server.query(sql) == expected and ingest(server)["columns"] == now["columns"]

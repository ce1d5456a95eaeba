"""`tarn heka`: beside a frame maker and decoder of this file's own, written from the format alone (docs/formats/heka.md)."""

import base64
import gzip
import hashlib
import hmac
import json
import math
import random
import struct
import subprocess
from compression import zstd

import pytest

from conftest import TARN, run

STRING, BYTES, INTEGER, DOUBLE, BOOL = range(5)
NAMES = ["STRING", "BYTES", "INTEGER", "DOUBLE", "BOOL"]
KEYS = "# of the tests\ntest_1=testkey\nops_0=a key = with more\n"


# Writing.

def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(no, value):
    return varint(no << 3) + varint(value)


def chunk(no, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(no << 3 | 2) + varint(len(value)) + value


def make_field(name, kind, values, representation=None, packed=True):
    out = chunk(1, name) + (number(2, kind) if kind != STRING else b"")
    if representation is not None:
        out += chunk(3, representation)
    if kind in (STRING, BYTES):
        return out + b"".join(chunk(4 + kind, v) for v in values)
    encoded = [struct.pack("<d", v) if kind == DOUBLE else varint(int(v)) for v in values]
    if packed and values:
        return out + chunk(4 + kind, b"".join(encoded))
    key = varint((4 + kind) << 3 | (1 if kind == DOUBLE else 0))
    return out + b"".join(key + e for e in encoded)


def make_body(i, packed=True):
    fields = [make_field("docType", STRING, [["main", "crash", "saved-session"][i % 3]]),
              make_field("sampleId", DOUBLE, [float(i % 100)], packed=packed),
              make_field("n", INTEGER, [i, -i, 2 ** 53 + 1], "count", packed),
              make_field("ok", BOOL, [i % 2 == 0], "", packed),
              make_field("submission", BYTES, [b'{"a":"\x1e\x1f"}', bytes([0xFF, i % 256])]),
              make_field("docType", STRING, ["again"]), make_field("nothing", DOUBLE, [])]
    out = chunk(1, hashlib.md5(b"%d" % i).digest()) + number(2, 1446000000 * 10 ** 9 + i) + chunk(3, "telemetry")
    if i % 2:
        out += chunk(4, "fx") + number(5, -i) + chunk(6, '{"seq":%d,"text":"é\\n"}' % i) + number(8, i) + chunk(9, "host")
    return out + b"".join(chunk(10, f) for f in fields)


def snappy(body):
    """Valid, though it is all literals; the decoder below reads copies too."""
    out = varint(len(body))
    for at in range(0, len(body), 60):
        part = body[at:at + 60]
        out += bytes([len(part) - 1 << 2]) + part
    return out


def make_frame(body, key=None, sha1=False, signer="test", version=1, more=b""):
    header = number(1, len(body))
    if key is not None:
        digest = hmac.new(key, body, hashlib.sha1 if sha1 else hashlib.md5).digest()
        header += (number(3, 1) if sha1 else b"") + chunk(4, signer) + number(5, version) + chunk(6, digest)
    header += more
    return b"\x1e" + bytes([len(header)]) + header + b"\x1f" + body


# Reading.

class Damage(Exception):
    pass


def take_varint(data, at):
    value = 0
    for i in range(10):
        if at + i >= len(data):
            raise Damage
        value |= (data[at + i] & 0x7F) << 7 * i
        if data[at + i] < 0x80:
            return value & (1 << 64) - 1, at + i + 1
    raise Damage


def items(data):
    at = 0
    while at < len(data):
        key, at = take_varint(data, at)
        no, wire = key >> 3, key & 7
        size = {1: 8, 5: 4}.get(wire)
        if no == 0 or wire not in (0, 1, 2, 5):
            raise Damage
        if wire == 0:
            value, at = take_varint(data, at)
        else:
            if wire == 2:
                size, at = take_varint(data, at)
            value, at = data[at:at + size], at + size
            if at > len(data):
                raise Damage
        yield no, wire, value


def members(data, kinds):
    """The items of a message: those that are known, with their wire types checked."""
    for no, wire, value in items(data):
        if no in kinds:
            if wire not in kinds[no]:
                raise Damage
            yield no, wire, value


def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def as_text(value):
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def as_double(value):
    return value if math.isfinite(value) else str(value).replace("inf", "Infinity").replace("nan", "NaN")


def numbers_of(no, wire, value):
    if no == 7:
        if len(value) % 8:
            raise Damage
        return [as_double(v) for v in struct.unpack(f"<{len(value) // 8}d", value)]
    found, at = [], 0
    while wire == 2 and at < len(value):
        one, at = take_varint(value, at)
        found.append(one)
    return found if wire == 2 else [value]


def read_field(data):
    name, kind, representation, lists = None, STRING, None, {no: [] for no in range(4, 9)}
    for no, wire, value in members(data, {1: [2], 2: [0], 3: [2], 4: [2], 5: [2], 6: [0, 2], 7: [1, 2], 8: [0, 2]}):
        if no == 1:
            name = value
        elif no == 2:
            kind = signed(value, 32)
        elif no == 3:
            representation = value
        else:
            lists[no] += [as_text(value)] if no < 6 else numbers_of(no, wire, value)
    if name is None or kind not in range(5):
        raise Damage
    values = lists[4 + kind]
    field = {"name": as_text(name), "value_type": NAMES[kind]}
    if representation is not None:
        field["representation"] = as_text(representation)
    field["values"] = [signed(v) if kind == INTEGER else bool(v) if kind == BOOL else v for v in values]
    return field


def read_message(data):
    row, fields = {"Severity": 7}, []
    texts = {3: "Type", 4: "Logger", 6: "Payload", 7: "EnvVersion", 9: "Hostname"}
    for no, _, value in members(data, {1: [2], 2: [0], 5: [0], 8: [0], 10: [2]} | {no: [2] for no in texts}):
        if no == 1:
            digits = value.hex()
            row["Uuid"] = "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]]) if len(value) == 16 else digits
        elif no == 2:
            row["Timestamp"] = signed(value)
        elif no in (5, 8):
            row["Severity" if no == 5 else "Pid"] = signed(value, 32)
        elif no == 10:
            fields.append(read_field(value))
        else:
            row[texts[no]] = as_text(value)
    if "Uuid" not in row or "Timestamp" not in row:
        raise Damage
    return row | {"Fields": fields}


def unsnappy(data):
    size, at = take_varint(data, 0)
    out = bytearray()
    while at < len(data):
        tag, at = data[at], at + 1
        kind, length = tag & 3, (tag >> 2) + 1
        if kind == 0:
            if length > 60:
                more = length - 60
                length, at = int.from_bytes(data[at:at + more], "little") + 1, at + more
            part, at = data[at:at + length], at + length
            if at > len(data):
                raise Damage
            out += part
            continue
        width = {1: 1, 2: 2, 3: 4}[kind]
        if at + width > len(data):
            raise Damage
        offset, at = int.from_bytes(data[at:at + width], "little"), at + width
        if kind == 1:
            offset, length = offset | tag >> 5 << 8, 4 + (tag >> 2 & 7)
        if not 0 < offset <= len(out) or len(out) + length > size:
            raise Damage
        for _ in range(length):
            out.append(out[-offset])
    if len(out) != size:
        raise Damage
    return bytes(out)


def read_frame(data, at, limit):
    """Returns the row and where the frame ends."""
    if at + 2 > len(data) or at + 2 + data[at + 1] >= len(data):
        raise Damage
    end = at + 2 + data[at + 1]
    if data[end] != 0x1F:
        raise Damage
    header = {no: value for no, _, value in members(data[at + 2:end], {1: [0], 3: [0], 4: [2], 5: [0], 6: [2]})}
    size = header[1] & 0xFFFFFFFF if 1 in header else limit + 1
    body = data[end + 1:end + 1 + size]
    if size > limit or len(body) < size:
        raise Damage
    try:
        return read_message(unsnappy(body)), end + 1 + size
    except Damage:
        return read_message(body), end + 1 + size


def read(data, strict=False, limit=64 << 20):
    """Rows, and counts as `--summary` has them."""
    rows, at, skipped, damaged = [], 0, 0, 0
    while at < len(data):
        try:
            if data[at] != 0x1E:
                if strict:
                    raise Damage
                step = data.find(b"\x1e", at)
                step = (step if step >= 0 else len(data)) - at
                skipped, at = skipped + step, at + step
                continue
            row, at = read_frame(data, at, limit)
            rows.append(row)
        except Damage:
            damaged += 1
            if strict:
                break
            skipped, at = skipped + 1, at + 1
    return rows, {"records": len(rows), "bytes": at, "skipped_bytes": skipped, "damaged": damaged}


# The command.

def heka(*arguments, stdin=b"", status=0):
    done = subprocess.run([TARN, "heka", *map(str, arguments)], input=stdin, capture_output=True, timeout=120)
    assert done.returncode == status, done.stderr.decode()
    return done


def cat(*arguments, **kwargs):
    return [json.loads(line) for line in heka("cat", *arguments, **kwargs).stdout.split(b"\n") if line]


def fails(*arguments, status=1, **kwargs):
    return heka(*arguments, status=status, **kwargs).stderr.decode()


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys.txt"
    path.write_text(KEYS)
    return path


@pytest.fixture
def mixed():
    """500 frames, in every variant."""
    bodies = [make_body(i, packed=i % 3 == 0) for i in range(500)]
    return b"".join(make_frame(snappy(b) if i % 2 else b, more=number(15, 0) * (i % 100)) for i, b in enumerate(bodies))


def test_all_variants_are_read(tmp_path, mixed):
    rows, _ = read(mixed)
    assert len(rows) == 500
    for name, stored in {"plain": mixed, "gz": gzip.compress(mixed), "zst": zstd.compress(mixed),
                         "members": gzip.compress(mixed[:9999]) + gzip.compress(mixed[9999:])}.items():
        path = tmp_path / name
        path.write_bytes(stored)
        assert cat(path) == rows, name
        assert cat("-", stdin=stored) == rows, name
        assert heka("cat", "--output", "raw", path).stdout == mixed, name
        assert cat("--summary", path) == [{"file": str(path), "records": 500, "bytes": len(mixed), "skipped_bytes": 0, "damaged": 0}]


def damage(data, chance):
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(data))
        way = chance.randrange(5)
        if way == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            data[at] = chance.choice(b"\x00\x08\x1e\x1f\x7f\x80\xff")
        elif way == 2:
            del data[at:at + chance.randrange(1, 40)]
        elif way == 3:
            data[at:at] = data[chance.randrange(len(data)):][:chance.randrange(1, 300)]
        elif len(data) > 100:
            del data[100 + at % (len(data) - 100):]
    return bytes(data)


@pytest.mark.parametrize("options", [[], ["--strict"], ["--message-max", "300"]])
def test_damage_costs_what_the_policy_says(tmp_path, options):
    chance = random.Random(5)
    frames = [make_frame(snappy(make_body(i)) if i % 2 else make_body(i), key=b"k" if i % 3 == 0 else None) for i in range(20)]
    paths, all_rows, summaries = [], [], []
    for i in range(400):
        data = damage(b"".join(chance.sample(frames, 3)), chance)
        path = tmp_path / f"{i}.heka"
        path.write_bytes(data)
        rows, counts = read(data, "--strict" in options, 300 if "--message-max" in options else 64 << 20)
        paths.append(path)
        all_rows += rows
        summaries.append({"file": str(path)} | counts)
    done = subprocess.run([TARN, "heka", "cat", "--summary", *options, *map(str, paths)], capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [{k: v for k, v in s.items() if k != "error"} for s in found] == summaries
    done = subprocess.run([TARN, "heka", "cat", *options, *map(str, paths)], capture_output=True, text=True)
    assert [json.loads(line) for line in done.stdout.split("\n") if line] == all_rows
    stopped = sum("is damaged at byte" in line for line in done.stderr.splitlines())
    assert stopped == (sum(s["damaged"] for s in summaries) if "--strict" in options else 0)
    assert done.returncode == ("--strict" in options)


def test_ndjson_makes_the_same_messages_again(tmp_path, mixed, keys):
    text = heka("cat", "-", stdin=mixed).stdout
    rows, _ = read(mixed)
    sizes = set()
    for options in [[], ["--body", "snappy"], ["--body", "mixed", "--numbers", "unpacked"], ["--numbers", "lua", "--omit-string-type"],
                    ["--header-length", "255"], ["--hmac-signer", "test", "--hmac-key-version", "1", "--hmac-keys", keys],
                    ["--hmac-signer", "ops", "--hmac-hash-function", "SHA1", "--hmac-keys", keys, "--body", "snappy"]]:
        made = heka("make", *options, stdin=text).stdout
        assert read(made)[0] == rows, options
        assert heka("cat", "-", stdin=made).stdout == text, options
        assert heka("cat", "--strict", "--hmac-keys", keys, "-", stdin=made).stdout == text, options
        sizes.add(len(made))
    assert len(sizes) == 7, "each option changes something"
    (tmp_path / "in.ndjson").write_bytes(text)
    for codec, inflate in {"gzip": gzip.decompress, "zstd": zstd.decompress}.items():
        out = tmp_path / "out.heka"
        heka("make", tmp_path / "in.ndjson", "--codec", codec, "--out", out)
        assert read(inflate(out.read_bytes()))[0] == rows
        assert heka("cat", out).stdout == text


def test_nothing_makes_a_compressed_file_of_nothing(tmp_path):
    out = tmp_path / "out.heka"
    for codec, inflate in {"gzip": gzip.decompress, "zstd": zstd.decompress}.items():
        heka("make", "--codec", codec, "--out", out)
        assert out.stat().st_size > 0 and inflate(out.read_bytes()) == b""
        assert cat(out) == []
    heka("make", "--out", out)
    assert out.stat().st_size == 0


def test_of_a_link_the_file_behind_it_is_replaced(tmp_path):
    (tmp_path / "far").mkdir()
    link, out = tmp_path / "link", tmp_path / "far" / "out.heka"
    out.write_bytes(b"before")
    link.symlink_to("far/out.heka")
    heka("make", "--out", link, stdin=b"{}")
    assert link.is_symlink() and len(read(out.read_bytes())[0]) == 1
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["far", "link", "out.heka"]


def test_a_made_frame_has_the_bytes_of_the_format():
    message = {"Uuid": "00112233-4455-6677-8899-aabbccddeeff", "Timestamp": 5, "Fields": {"n": [1, 2]}}
    body = chunk(1, bytes.fromhex("00112233445566778899aabbccddeeff")) + number(2, 5) + chunk(10, make_field("n", INTEGER, [1, 2]))
    assert heka("make", stdin=json.dumps(message).encode()).stdout == make_frame(body)


def test_what_is_required_is_made_where_it_is_missing():
    row = cat("-", stdin=heka("make", stdin=b'{"Type":"x"}\n\n{"Type":"y"}').stdout)
    assert [r["Type"] for r in row] == ["x", "y"] and row[0]["Uuid"] != row[1]["Uuid"]
    assert row[0]["Uuid"][14] == "4" and row[0]["Timestamp"] > 1.7e18


def test_where_takes_all_conditions():
    data = b"".join(make_frame(make_body(i)) for i in range(30))
    rows, _ = read(data)
    first = lambda r, name: next(f["values"][0] for f in r["Fields"] if f["name"] == name)
    for conditions, holds in {
        ("Fields[docType]=main",): lambda r: first(r, "docType") == "main",
        ("Fields[docType]=crash", "Logger=fx"): lambda r: first(r, "docType") == "crash" and r.get("Logger") == "fx",
        ("Severity=7",): lambda r: r["Severity"] == 7,
        ("Fields[sampleId]=4",): lambda r: first(r, "sampleId") == 4,
        ("Fields[n]=-0",): lambda r: first(r, "n") == 0,
        ("Fields[ok]=true", "Type=telemetry"): lambda r: first(r, "ok"),
        ("Uuid=" + rows[3]["Uuid"].upper().replace("-", ""),): lambda r: r["Uuid"] == rows[3]["Uuid"],
        ("Timestamp=%d" % rows[2]["Timestamp"],): lambda r: r["Timestamp"] == rows[2]["Timestamp"],
        ("Pid=9",): lambda r: r.get("Pid") == 9,
        ("Fields[docType]=again",): lambda r: False,
        ("Fields[nothing]=0",): lambda r: False,
        ("Fields[none]=",): lambda r: False,
        ("Hostname=",): lambda r: False,
    }.items():
        wanted = [r for r in rows if holds(r)]
        options = [x for c in conditions for x in ("--where", c)]
        assert cat(*options, "-", stdin=data) == wanted, conditions
        assert cat("--summary", *options, "-", stdin=data)[0]["matched"] == len(wanted)
        assert read(heka("cat", "--output", "raw", *options, "-", stdin=data).stdout)[0] == wanted


def test_messages_signed_wrongly_are_left_out(keys):
    body = make_body(1)
    frames = [make_frame(body), make_frame(body, b"testkey"), make_frame(snappy(body), b"testkey", sha1=True),
              make_frame(body, b"a key = with more", signer="ops", version=0), make_frame(body, b"wrong"),
              make_frame(body, b"testkey", version=2), make_frame(body, b"testkey", signer="who")]
    data = b"".join(frames)
    assert len(cat("-", stdin=data)) == 7
    done = heka("cat", "--output", "raw", "--hmac-keys", keys, "-", stdin=data)
    assert done.stdout == b"".join(frames[:4])
    assert done.stderr == b"tarn: '-': 3 messages are signed wrongly and were left out\n"
    assert cat("--summary", "--hmac-keys", keys, "-", stdin=data) == [
        {"file": "-", "records": 4, "bytes": len(data), "skipped_bytes": 0, "damaged": 0, "hmac_failed": 3}]


def test_a_cut_compressed_file_loses_nothing_before_the_cut(tmp_path, mixed):
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(mixed)[:-20])
    done = heka("cat", path, status=1)
    rows, _ = read(mixed)
    found = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert 450 < len(found) <= 500 and found == rows[:len(found)]
    assert b"the gzip stream is cut short" in done.stderr
    summary = json.loads(heka("cat", "--summary", path, status=1).stdout)
    assert summary["records"] == len(found) and "is cut short" in summary["error"]


def test_one_bad_file_stops_no_other(tmp_path):
    good = tmp_path / "good.heka"
    good.write_bytes(make_frame(make_body(0)) + b"\n")
    done = heka("cat", tmp_path / "none", good, tmp_path, good, status=1)
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr.count(b"1 bytes belong to no message and were skipped") == 2 and done.stderr.count(b"none") == 1
    assert heka("cat", good, tmp_path / "none", status=3).stdout
    missing, whole = cat("--summary", tmp_path / "none", good, status=3)
    assert "none" in missing.pop("error")
    assert missing == {"file": str(tmp_path / "none"), "records": 0, "bytes": 0, "skipped_bytes": 0, "damaged": 0}
    assert whole["records"] == 1 and "error" not in whole


def test_what_is_wrong_is_said_and_leaves_nothing(tmp_path, keys):
    out = tmp_path / "out.heka"
    out.write_bytes(b"before")
    assert "'stdin': the message at byte 13: Fields: Field 1: it has no name" in fails(
        "make", "--out", out, stdin=b'{"Type":"x"}\n{"Fields":[{}]}')
    assert "no-such-key_7" in fails("make", "--hmac-signer", "no-such-key", "--hmac-key-version", 7, "--hmac-keys", keys, "--out", out)
    assert "--hmac-signer needs --hmac-keys" in fails("make", "--hmac-signer", "test", "--out", out)
    assert out.read_bytes() == b"before" and sorted(p.name for p in tmp_path.iterdir()) == ["keys.txt", "out.heka"]
    assert "'Tape' is not one of Uuid, Timestamp, Type" in fails("cat", "--where", "Tape=x", "-")
    assert "is not NAME=TEXT" in fails("cat", "--where", "Type", "-")
    assert "Severity is an integer, not 'x'" in fails("cat", "--where", "Severity=x", "-")
    assert "--message-max" in fails("cat", "--message-max", "many", "-")
    assert "--body" in fails("make", "--body", "lzo", status=2)


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "large.heka"
    frame = make_frame(make_body(1)) * 4000
    with open(path, "wb") as file:
        for _ in range(100):
            file.write(frame)
    done = subprocess.run(["bash", "-c", f"ulimit -v 400000; exec {TARN} heka cat --summary {path}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["records"] == 400_000

#!/usr/bin/env python3
"""The house as a test: floors, doors, the map of rooms, dead headers, words that do not belong.

Reads the sources as text. Prints each breach as `file:line: what, and the rule`, and exits 1 if there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SRC = TOP / "src"

# Rooms by floor (ARCHITECTURE.md). A room includes only rooms of lower floors.
FLOORS = {
    "base": 0,
    "os": 1, "codec": 1, "crypto": 1, "net": 1,
    "schema": 2, "store": 2,
    "columns": 3,
    "collect": 4, "wal": 4, "decode": 4, "shape": 4, "lake": 4, "catalog": 4, "query": 4,
    "flow": 5, "load": 5, "derive": 5, "upkeep": 5,
    "serve": 6, "bench": 6, "feed": 6,
    "app": 7,
}

# Doors: an outside header (by its start) → the rooms that may include it.
DOORS = {
    "spdlog/": {"base"},
    "fmt/": {"base"},
    "simdjson": {"base", "shape", "collect"},
    "zlib.h": {"codec"}, "zstd": {"codec", "lake"}, "snappy": {"codec"}, "lz4": {"codec"}, "simdutf": {"codec"}, "xxhash": {"codec"},
    "openssl/": {"crypto"},
    "curl/": {"net"},
    "soci/": {"catalog"}, "sqlite3": {"catalog"},
    "parquet/": {"lake"},
    "duckdb": {"query"},
    "drogon/": {"serve"}, "trantor/": {"serve"}, "json/": {"serve"},
    "CLI/": {"app"}, "toml++/": {"app"},
    "arrow/": {"schema", "columns", "lake", "query", "flow", "derive", "app"},
}
# Outside headers that a public header may show: forward declarations and what base is made of.
PUBLIC_OUTSIDE = {"arrow/type_fwd.h", "fmt/base.h"}

FORBIDDEN_WORDS = re.compile(r"/work/|\.\./shared|\bfarm/|deb\.debian\.org/debian\b|proxy\.golang\.org|registry\.npmjs\.org|repo1\.maven")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
ERROR_KIND = re.compile(r"\bk[A-Z]\w+\b")

breaches = []


def breach(path, line, what):
    breaches.append(f"{path.relative_to(TOP)}:{line}: {what}")


def tracked():
    out = subprocess.run(["git", "-c", f"safe.directory={TOP}", "ls-files", "--cached", "--others", "--exclude-standard"],
                         cwd=TOP, capture_output=True, text=True, check=True).stdout
    return [TOP / name for name in out.splitlines() if (TOP / name).is_file()]


def is_test(path):
    return bool(re.search(r"_(test|testing|bench|fuzz)\.(cc|h)$", path.name))


def room_of(path):
    return path.relative_to(SRC).parts[0]


def check_includes(path):
    room = room_of(path)
    public = path.suffix == ".h" and not path.stem.endswith("_internal") and not is_test(path)
    for number, text in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(text)
        if not found:
            continue
        quote, name = found.groups()
        if quote == '"':
            other = name.split("/")[0]
            if other == "tarn":
                continue
            if other not in FLOORS:
                breach(path, number, f'includes "{name}": no room of that name; paths are full from src/')
            elif other != room and FLOORS[other] >= FLOORS[room]:
                breach(path, number, f"{room} (floor {FLOORS[room]}) includes {other} (floor {FLOORS[other]}): rooms include lower floors only")
            elif not (SRC / name).is_file() and not name.endswith(".inc"):
                breach(path, number, f'includes "{name}", which is not there')
            continue
        for start, rooms in DOORS.items():
            if not name.startswith(start):
                continue
            if is_test(path) and start in ("arrow/",):
                continue
            if room not in rooms and name not in PUBLIC_OUTSIDE:
                breach(path, number, f"<{name}> has its door in {', '.join(sorted(rooms))}")
            elif public and name not in PUBLIC_OUTSIDE:
                breach(path, number, f"<{name}> in a public header: keep it in a .cc or an _internal.h")
        if name in ("format", "iostream", "regex"):
            breach(path, number, f"<{name}> is slow to compile: use base/format.h, base/log.h")


def check_documentation(path):
    """Every header begins with what it is; kinds named in `errors` lines exist."""
    text = path.read_text()
    if not text.startswith("// "):
        breach(path, 1, "a header begins with a comment: what it is, its place, its promise")
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"///?\s*errors\s", line):
            for kind in ERROR_KIND.findall(line.split("errors", 1)[1]):
                if kind not in KNOWN_KINDS and kind not in text.replace(line, ""):
                    breach(path, number, f"{kind} is no ErrorKind")


def check_rooms(files):
    rooms = sorted({room_of(f) for f in files if f.is_relative_to(SRC) and len(f.relative_to(SRC).parts) > 1})
    architecture = (TOP / "ARCHITECTURE.md").read_text() if (TOP / "ARCHITECTURE.md").exists() else ""
    for room in rooms:
        if room not in FLOORS:
            breach(SRC / room, 0, "a room without a floor: add it to tests/house/house.py and ARCHITECTURE.md")
        if not (SRC / room / "README.md").exists():
            breach(SRC / room, 0, "a room without README.md")
        if f"`{room}/`" not in architecture:
            breach(TOP / "ARCHITECTURE.md", 0, f"the map of rooms does not name `{room}/`")
    for named in re.findall(r"^\| \d \| `(\w+)/`", architecture, re.M):
        if named not in rooms:
            breach(TOP / "ARCHITECTURE.md", 0, f"the map names `{named}/`, which is not there")


def check_dead_headers(files):
    included = set()
    for path in files:
        if path.suffix in (".cc", ".h"):
            included.update(m.group(2) for m in map(INCLUDE.match, path.read_text().splitlines()) if m)
    for path in files:
        if path.suffix == ".h" and path.is_relative_to(SRC) and str(path.relative_to(SRC)) not in included:
            breach(path, 0, "a header that nothing includes")


def check_links(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if path.suffix != ".md" and "//" not in line:
            continue
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", line) if path.suffix == ".md" else []:
            if not (path.parent / target).exists():
                breach(path, number, f"links to {target}, which is not there")
        for target in re.findall(r"\bdocs/[\w/.-]+\.md\b", line):
            if not (TOP / target).exists():
                breach(path, number, f"names {target}, which is not there")


KNOWN_KINDS = set(re.findall(r"^\s*(k\w+),", (SRC / "base/error.h").read_text(), re.M))


def main():
    files = tracked()
    for path in files:
        if path.is_relative_to(SRC) and path.suffix in (".cc", ".h"):
            check_includes(path)
            if path.suffix == ".h":
                check_documentation(path)
        if path.suffix == ".md" or path.suffix in (".cc", ".h"):
            check_links(path)
        if path.suffix in (".md", ".cc", ".h", ".py", ".sh", ".txt", ".toml", ".ts", ".tsx", ".html") or path.name in ("dev", "run"):
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if FORBIDDEN_WORDS.search(line) and path != Path(__file__).resolve():
                    breach(path, number, "names a machine's folder or a registry's host")
    check_rooms(files)
    check_dead_headers(files)
    for text in breaches:
        print(text)
    print(f"house: {len(files)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())

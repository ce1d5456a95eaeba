# Sourced by ./dev: its test, check, ci, fmt, tidy and bench commands.
# shellcheck shell=bash disable=SC2154,SC2046

rooms() { (cd "$top/src" && ls -d */ | tr -d /); }
rooms_with_tests() { local room; for room in $(rooms); do compgen -G "$top/src/$room/*_test.cc" >/dev/null && echo "$room"; done; true; }
sources() { (cd "$top" && git ls-files --cached --others --exclude-standard 'src/*.cc' 'src/*.h' 'include/*.h' 'fuzz/*.cc' 'examples/*.cc'); }

passed=0 failed=0 failures=()
count_gtest() {                               # LOG: add what one gtest run says of itself
  local ok bad
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$1" | tail -1); bad=$(grep -c '^\[  FAILED  \] .*[^:]$' "$1" || true)
  passed=$((passed + ${ok:-0})); failed=$((failed + (bad + 1) / 2))
}

unit_tests() {                                # PRESET ROOM…
  local preset=$1 room log python=; shift
  for room in "$@"; do                        # some check their files with other readers
    if grep -qs TARN_TEST_PYTHON "$top/src/$room"/*_test.cc; then python=$(test_python); fi
  done
  compile "$preset" $(printf '%s_test ' "$@")
  for room in "$@"; do
    log=$build/$preset/tests/$room.log
    if (cd "$top" && inside env ASAN_OPTIONS=detect_leaks=1:detect_odr_violation=0 LSAN_OPTIONS=suppressions="$top/tools/dev/lsan.txt" \
          ${python:+TARN_TEST_PYTHON="$python" PYTHONDONTWRITEBYTECODE=1} UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=suppressions="$top/tools/dev/tsan.txt" \
          "$build/$preset/tests/${room}_test" --gtest_brief=1 ${TARN_TEST_FILTER:+--gtest_filter="$TARN_TEST_FILTER"} >"$log" 2>&1); then
      count_gtest "$log"
      say "$room: $(sed -n 's/^\[  PASSED  \] //p' "$log" | tail -1) passed"
    else
      count_gtest "$log"; [ "$failed" = 0 ] && failed=1
      failures+=("$room"); tail -n "${TARN_TEST_LINES:-60}" "$log" >&2
    fi
  done
}

python_with() {                               # REQUIREMENTS; sets up a virtual environment of them, pinned
  local venv=$cache/venv-$(cksum <"$top/$1" | cut -d' ' -f1)
  if [ ! -e "$venv/.complete" ]; then
    rm -rf "$venv"
    (cd "$top"; timed "installing the Python packages of $1" inside sh -c \
      "python3 -m venv '$venv' && '$venv/bin/pip' install -q --no-input -r '$1'") >&2 \
      || fail "pip could not install $1 (it needs the network once)"
    touch "$venv/.complete"
  fi
  echo "$venv/bin/python"
}
test_python() { python_with tests/requirements.txt; }
spark_requirements=tools/launchers/requirements.txt
spark_python() { local venv; venv=$cache/venv-$(cksum <"$top/$spark_requirements" | cut -d' ' -f1); [ -e "$venv/.complete" ] && echo "$venv/bin/python"; true; }

house_test() { (cd "$top"; inside python3 tests/house/house.py) && passed=$((passed + 1)) || { failed=$((failed + 1)); failures+=(house); }; }

compile_test() { (cd "$top"; inside python3 tests/compile/compile.py) && passed=$((passed + 1)) || { failed=$((failed + 1)); failures+=(compile); }; }

e2e_tests() {                                 # PYTEST ARGS…
  local python spark log=$build/e2e.log ok bad
  release_binary; python=$(test_python); spark=$(spark_python)          # without it (./dev test spark installs it), its tests are skipped
  # The binary runs as a process of the host; so do the tests, with the root's Python.
  (cd "$top/tests/e2e" && inside env TARN_BINARY="$build/release/tarn" ${spark:+TARN_SPARK_PYTHON="$spark"} PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -q --tb=short -p no:cacheprovider -o tmp_path_retention_policy=failed "$@" 2>&1 | tee "$log" >&2; exit "${PIPESTATUS[0]}") \
    || { failures+=(e2e); [ "$failed" = 0 ] && failed=0; }
  ok=$(grep -oE '[0-9]+ passed' "$log" | tail -1 | cut -d' ' -f1 || true); bad=$(grep -oE '[0-9]+ (failed|error)' "$log" | tail -1 | cut -d' ' -f1 || true)
  passed=$((passed + ${ok:-0})); failed=$((failed + ${bad:-0}))
}

# The dashboard: values and types; the built pages in Chromium, against a server of made-up answers and against Tarn.
web_tests() {
  local log=$build/web.log ok bad
  release_binary                                # installs the npm packages too
  if (cd "$top/web" && inside env TARN_BINARY="$build/release/tarn" sh -c 'npm run --silent check && npm run --silent browser' 2>&1 | tee "$log" >&2; exit "${PIPESTATUS[0]}"); then :; else failures+=(web); fi
  ok=$(sed -n 's/^# pass //p; s/^ℹ pass //p' "$log" | tail -1); bad=$(sed -n 's/^# fail //p; s/^ℹ fail //p' "$log" | tail -1)
  passed=$((passed + ${ok:-0})); failed=$((failed + ${bad:-0}))
}

format_check() {
  (cd "$top"; sources | inside xargs clang-format-21 --dry-run --Werror) || { failures+=("format: run ./dev fmt"); failed=$((failed + 1)); }
}

thread_safety() {                             # clang's analysis of the annotations in base/mutex.h
  (cd "$top"; sources | grep '\.cc$' | grep -vE '_(test|testing|bench)\.cc$' | xargs grep -lE 'Mutex|mutex.h' | inside xargs -P "$(nproc)" -n 1 \
     clang++-21 -fsyntax-only -std=c++23 -Isrc -Iinclude -DTARN_VERSION='""' -isystem /usr/include/jsoncpp -Wno-everything \
     -Wthread-safety -Werror=thread-safety) || { failures+=(thread-safety); failed=$((failed + 1)); }
}

finish() {
  [ ${#failures[@]} = 0 ] || say "failed: ${failures[*]}"
  [ ${#failures[@]} -gt 0 ] && [ "$failed" = 0 ] && failed=${#failures[@]}
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ]
}

dev_fmt()  { (cd "$top"; sources | inside xargs clang-format-21 -i); }
dev_test() {
  if [ "${1:-}" = e2e ]; then shift; e2e_tests "$@"; finish; return; fi
  if [ "${1:-}" = web ]; then web_tests; finish; return; fi
  if [ "${1:-}" = spark ]; then python_with $spark_requirements >/dev/null; e2e_tests test_derive_launchers.py; finish; return; fi
  if [ $# -eq 0 ]; then timed "unit tests" unit_tests dev $(rooms_with_tests); house_test; e2e_tests; web_tests; else unit_tests dev "$@"; fi
  finish
}
dev_check() {
  timed "format" format_check; timed "house" house_test; timed "what must not compile" compile_test
  timed "unit tests" unit_tests dev $(rooms_with_tests); finish
}
# clang-tidy over the sources of some rooms, or all. A file that passed is not looked at again until it, its room's headers or the checks change.
tidy() {
  configure dev
  local key file todo=()
  mkdir -p "$cache/tidy"
  while read -r file; do
    key=$(cd "$top"; cat .clang-tidy "$file" "${file%/*}"/*.h 2>/dev/null | sha256sum | cut -c1-32)
    [ -e "$cache/tidy/$key" ] || todo+=("$file=$key")
  done < <(cd "$top"; sources | grep '^src/.*\.cc$' | grep -vE '_(test|testing|bench)\.cc$' | { [ $# -eq 0 ] && cat || grep -E "^src/($(IFS='|'; echo "$*"))/"; })
  [ ${#todo[@]} -eq 0 ] && return
  say "clang-tidy: ${#todo[@]} files"
  (cd "$top"; printf '%s\n' "${todo[@]}" | inside xargs -P "$(nproc)" -I{} bash -c \
    'item={}; clang-tidy-21 --quiet -p "$0" "${item%=*}" 2>/dev/null && touch "$1/${item#*=}"' "$build/dev" "$cache/tidy")
}
# Rooms with changes since the newest commit that passed here; without one, in the newest commit.
changed_rooms() {
  local base
  base=$(cat "$cache/tidy/passed" 2>/dev/null) && (cd "$top" && git merge-base --is-ancestor "$base" HEAD 2>/dev/null) || base=HEAD~1
  (cd "$top" && git diff --name-only "$base" HEAD -- src 2>/dev/null) | cut -d/ -f2 | sort -u
}
tidy_changed() {
  local changed
  changed=$(changed_rooms)
  if [ -n "$changed" ] && ! tidy $changed; then failures+=(clang-tidy); failed=$((failed + 1)); return; fi
  mkdir -p "$cache/tidy" && (cd "$top" && git rev-parse HEAD) >"$cache/tidy/passed"
}
dev_tidy() { timed "clang-tidy" tidy "$@" || { failures+=(clang-tidy); failed=$((failed + 1)); }; thread_safety; finish; }

demo_small() {
  release_binary
  (cd "$top"; inside python3 tools/demo/demo.py --binary "$build/release/tarn" --directory "$build/demo-ci" --sessions 2000 >&2) \
    && passed=$((passed + 1)) || { failures+=(demo); failed=$((failed + 1)); }
  rm -rf "$build/demo-ci"
}

dev_ci() {
  timed "format" format_check
  timed "house" house_test
  timed "what must not compile" compile_test
  timed "release build" release_binary
  test_python >/dev/null
  timed "unit tests (ASan, UBSan)" unit_tests dev $(rooms_with_tests)
  timed "end-to-end tests" e2e_tests
  timed "dashboard in a browser" web_tests
  timed "demo, small" demo_small
  timed "thread safety" thread_safety
  timed "clang-tidy on changed rooms" tidy_changed
  finish
}
# NAME…: benchmark programs. convert|shapes|ingest|query|derive ARGS…: tarn bench, with its peers set up.
dev_bench() {
  case ${1:-} in
    convert|shapes|ingest|query|derive)
      local what=$1 python peers=() place=(inside); shift
      release_binary
      # ingest has no Python among its peers; Telegraf is a program of the host, which the root does not show.
      if [ "$what" = ingest ]; then place=(); else python=$(python_with tools/bench/requirements.txt); peers=(--python "$python"); fi
      if [ "$what" = derive ]; then peers+=(--spark-python "$(python_with $spark_requirements)"); fi
      mkdir -p "$build/bench-files"
      (cd "$top"; "${place[@]}" env PYTHONDONTWRITEBYTECODE=1 "$build/release/tarn" bench "$what" --directory "$build/bench-files" "${peers[@]}" "$@") ;;
    *) bench_programs "$@" ;;
  esac
}
bench_programs() { compile release "$@"; local name; for name in "$@"; do inside "$build/release/bench/$name"; done; }

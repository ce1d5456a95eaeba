#!/usr/bin/env python3
"""Code that must not compile: each file here says after `// expect:` which error the compiler gives."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLAGS = ["-std=c++23", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{HERE.parents[1]}/src"]

bad = 0
for source in sorted(HERE.glob("*.cc")):
    text = source.read_text()
    expected = re.match(r"// expect: (.*)", text)[1]
    whole = subprocess.run(["g++", *FLAGS, source], capture_output=True, text=True)
    # Without its last line, which is the mistake, the file must compile: else it fails for another reason.
    sound = subprocess.run(["g++", *FLAGS, "-xc++", "-"], input=text.rstrip().rpartition("\n")[0], capture_output=True, text=True)
    if sound.returncode != 0:
        print(f"{source.name}: fails without its mistake, too:\n{sound.stderr}")
    elif whole.returncode == 0:
        print(f"{source.name}: compiles")
    elif not re.search(expected, whole.stderr):
        print(f"{source.name}: fails otherwise than expected ({expected}):\n{whole.stderr}")
    else:
        continue
    bad += 1
sys.exit(bad != 0)

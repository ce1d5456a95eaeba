"""The SDK of derived datasets as its users get it: installed, and a project of their own that is built with it."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["TARN_BINARY"]).parent


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", BUILD, "--component", "sdk", "--prefix", prefix)
    return prefix


def build(tmp_path, *options):
    """Builds a copy of the example project, as one who has nothing else of Tarn; returns the plug-in."""
    shutil.copytree(TOP / "examples/derived", tmp_path / "project")
    run("cmake", "-G", "Ninja", "-S", tmp_path / "project", "-B", tmp_path / "build", *options)
    run("cmake", "--build", tmp_path / "build", "--parallel", "2")
    return tmp_path / "build/derived_examples.so"


def test_only_the_header_and_its_package_are_installed(installed):
    files = sorted(str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file())
    assert files == ["include/tarn/derived_stream.h", "lib/cmake/tarn/tarnConfig.cmake", "lib/cmake/tarn/tarnConfigVersion.cmake"]


def test_the_example_project_finds_an_installed_tarn(tmp_path, installed):
    plugin = build(tmp_path, f"-DCMAKE_PREFIX_PATH={installed}")
    abi = ctypes.CDLL(str(plugin)).tarn_derived_abi
    abi.restype = ctypes.c_char_p
    assert abi().startswith(b"tarn-derived-1 ")


def test_the_example_project_needs_no_more_than_the_header(tmp_path, installed):
    plugin = build(tmp_path, f"-DTARN_INCLUDE_DIR={installed / 'include'}", "-DCMAKE_CXX_FLAGS=-Werror -pedantic -Wconversion -Wshadow")
    needed = [line for line in run("readelf", "-d", plugin).splitlines() if "NEEDED" in line]
    assert needed and all("libstdc++" in line or "libgcc" in line or "libc.so" in line or "libm.so" in line for line in needed), needed


def test_the_header_is_cplusplus_17(tmp_path, installed):
    source = tmp_path / "plugin.cc"
    source.write_text((TOP / "examples/derived/executive_stream.cc").read_text() + "\nTARN_DERIVED_PLUGIN()\n")
    run("c++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsyntax-only", f"-I{installed / 'include'}", source)


def test_a_plugins_list_of_classes_is_its_own(tmp_path, installed):
    plugin = build(tmp_path, f"-DTARN_INCLUDE_DIR={installed / 'include'}")
    exported = [line for line in run("nm", "--dynamic", "--defined-only", "--demangle", plugin).splitlines() if "DerivedStreams()" in line]
    assert exported == []

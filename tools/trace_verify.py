#!/usr/bin/env python3
"""Verify an exported trace with no database and no platform: Python ≥ 3.11 and ``cryptography``.

    python trace_verify.py EXPORT.jsonl --key trace-public.pem

Give the public key you got from the authority by another way: the one inside the export only shows that the
export agrees with itself. Exit status 0: nothing found, 1: something found, 2: cannot be read.

Checked: every row's hash over its content and the hash before it, gaps and repeats in each chain,
every checkpoint's hash, link and signature, and that each hash a checkpoint states is there. Rows
after the last checkpoint of their chain are counted: nothing signed covers them yet.
"""

import argparse
import hashlib
import json
import sys
from collections import defaultdict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "tongban-trace/1"


def sm3(data):
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()


def chained(line):
    content = json.dumps(line["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sm3(bytes.fromhex(line["prev"]) + content.encode()).hex()


def key_name(key):
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]


class Verifier:
    def __init__(self, keys):
        self.keys = {key_name(k): k for k in keys}
        self.problems = []
        self.ends = {}
        self.stated = defaultdict(dict)
        self.row_hashes = defaultdict(dict)
        self.rows = self.checkpoints = 0
        self.last_checkpoint = (0, "00" * 32)
        self.end = None

    def found(self, where, message):
        self.problems.append(f"{where}: {message}")

    def row(self, line):
        self.rows += 1
        chain, seq = line["content"]["chain"], line["content"]["seq"]
        where = f"{chain}#{seq}"
        before, last = self.ends.get(chain, (0, "00" * 32))
        if chained(line) != line["hash"]:
            self.found(where, "the content does not give the stated hash")
        if seq > before + 1:
            self.found(where, f"rows {before + 1} to {seq - 1} are gone")
        elif seq <= before:
            self.found(where, "a second row with this number")
        elif line["prev"] != last:
            self.found(where, "does not continue the row before it")
        self.ends[chain] = (max(seq, before), line["hash"])
        self.row_hashes[chain][seq] = line["hash"]

    def checkpoint(self, line):
        self.checkpoints += 1
        content = line["content"]
        where = f"checkpoint {content['number']}"
        number, last = self.last_checkpoint
        if content["number"] != number + 1:
            self.found(where, "checkpoints before it are gone")
        elif line["prev"] != last:
            self.found(where, "does not continue the checkpoint before it")
        if chained(line) != line["hash"]:
            self.found(where, "the content does not give the stated hash")
        key = self.keys.get(content["key_id"])
        try:
            if key is None:
                self.found(where, f"signed with a key that was not given ({content['key_id']})")
            else:
                key.verify(bytes.fromhex(line["signature"]), bytes.fromhex(line["hash"]))
        except InvalidSignature:
            self.found(where, "the signature does not hold")
        for chain, seq, digest in content["heads"]:
            self.stated[chain][seq] = digest
        self.last_checkpoint = (content["number"], line["hash"])

    def finish(self):
        for chain, stated in self.stated.items():
            for seq, digest in stated.items():
                held = self.row_hashes[chain].get(seq)
                if held is None:
                    self.found(f"{chain}#{seq}", "a signed checkpoint states this row, it is gone")
                elif held != digest:
                    self.found(f"{chain}#{seq}", "a signed checkpoint states another hash")
        if self.end is None:
            self.found("export", "the end is missing: the file was cut short")
        elif (self.end["rows"], self.end["checkpoints"]) != (self.rows, self.checkpoints):
            self.found("export", "the counts at the end do not agree with the lines")

    def uncovered(self):
        return sum(
            seq > max(self.stated.get(chain, {}), default=0)
            for chain, rows in self.row_hashes.items()
            for seq in rows
        )


def load_key(pem):
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the key is not an Ed25519 public key")  # noqa: TRY004  (bad input, not a bug)
    return key


def run(path, key_files):
    keys = []
    for name in key_files:
        with open(name, "rb") as file:
            keys.append(load_key(file.read()))
    verifier = None
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            line = json.loads(text)
            if number == 1:
                if line.get("kind") != "header" or line.get("format") != FORMAT:
                    raise ValueError(f"not an export of the form {FORMAT}")
                verifier = Verifier(keys or [load_key(line["key"].encode())])
            elif line["kind"] == "row":
                verifier.row(line)
            elif line["kind"] == "checkpoint":
                verifier.checkpoint(line)
            elif line["kind"] == "end":
                verifier.end = line
            else:
                raise ValueError(f"line {number} is of no known kind")
    if verifier is None:
        raise ValueError("the file is empty")
    verifier.finish()
    return verifier


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export")
    parser.add_argument("--key", action="append", default=[], help="public key (PEM); may be repeated")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        done = run(args.export, args.key)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    report = {
        "ok": not done.problems, "rows": done.rows, "chains": len(done.ends), "checkpoints": done.checkpoints,
        "uncovered_rows": done.uncovered(), "own_key": bool(args.key), "problems": done.problems,
    }  # fmt: skip
    if args.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        uncovered = report["uncovered_rows"]
        print(f"{done.rows} rows, {done.checkpoints} checkpoints, {uncovered} rows not yet covered")
        print(*(done.problems or ["nothing found"]), sep="\n")
        if not args.key:
            print("only checked against the key inside the export; give the authority's with --key")
    return 1 if done.problems else 0


if __name__ == "__main__":
    sys.exit(main())

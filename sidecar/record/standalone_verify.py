"""Checks a Gatehouse bundle: python3 verify.py FOLDER (or FILE.tar.gz). No database, no network.
Signatures need `cryptography`; without it they are said to be unchecked.
hash = SHA256(previous || body). Merkle: leaf SHA256(0 || hash), node SHA256(1 || left || right), RFC 9162."""

# fmt: off
# ruff: noqa
# mypy: ignore-errors
import hashlib, json, pathlib, sys, tarfile
from datetime import datetime, timedelta, timezone
try: from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as Key
except ImportError: Key = None
def sha(data): return hashlib.sha256(data).digest()
def files_of(path):
    if path.is_dir(): return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}
    with tarfile.open(path) as tar: return {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
def lines(data): return [json.loads(line) for line in data.splitlines()]
def root(leaves):
    if len(leaves) < 2: return sha(b"\0" + leaves[0]) if leaves else sha(b"")
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + root(leaves[:half]) + root(leaves[half:]))
def climbed(leaf, index, count, path):
    made, last = sha(b"\0" + leaf), count - 1
    for step in map(bytes.fromhex, path):
        if index % 2 or index == last:
            made = sha(b"\1" + step + made)
            while index % 2 == 0 and index: index, last = index // 2, last // 2
        else: made = sha(b"\1" + made + step)
        index, last = index // 2, last // 2
    return made.hex() if last == 0 else ""
def faults(files):
    manifest = json.loads(files["manifest.json"])
    for name in sorted(set(files) - {"manifest.json"} | set(manifest["files"])):
        if manifest["files"].get(name) != (name in files and sha(files[name]).hex()): yield f"changed: {name}"
    keys = {key["id"]: bytes.fromhex(key["public"]) for key in json.loads(files["keys.json"])["keys"]}
    points, roots, chains, upto, holed = lines(files["checkpoints.jsonl"]), {}, {}, {}, set()
    days = max(points, key=lambda point: point["at"], default={}).get("evidence_days")  # for which events are kept
    until = (datetime.now(timezone.utc) - timedelta(days=days)).isoformat() if days else ""  # what is older may be gone
    for point in points:
        signed, where, roots[point["chain"], point["count"]] = {k: v for k, v in point.items() if k != "signature"}, f"{point['chain']}/{point['count'] + 1}", point
        if point["at"] < until: upto[point["chain"]] = max(upto.get(point["chain"], 0), point["count"] + 1)
        text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        if sha(keys.get(point["key"], b"")).hex()[:16] != point["key"]: yield f"unknown key: checkpoint {where}"
        elif Key:
            try: Key.from_public_bytes(keys[point["key"]]).verify(bytes.fromhex(point["signature"]), text)
            except Exception: yield f"bad signature: checkpoint {where}"
    for one in lines(files["records.jsonl"]):
        body, where, hashes = one["body"].encode("utf-8", "surrogateescape"), f"{one['chain']}/{one['seq']}", chains.setdefault(one["chain"], {})
        last = next(reversed(hashes), 0)
        if any(json.loads(body)[name] != one[name] for name in ("at", "chain", "kind", "seq")) or sha(bytes.fromhex(one["previous"]) + body).hex() != one["hash"]: yield f"changed: {where}"
        if one["seq"] > last + 1 and (one["at"] < until or one["seq"] - 1 <= upto.get(one["chain"], 0)): holed.add(one["chain"])
        elif manifest["whole"] and (one["seq"], one["previous"]) != (last + 1, hashes[last].hex() if hashes else "00" * 32): yield f"not in its place: {where}"
        if "proof" in one and roots.get((one["chain"], one["proof"]["count"]), {"root": 0})["root"] != climbed(bytes.fromhex(one["hash"]), one["seq"] - 1, one["proof"]["count"], one["proof"]["path"]): yield f"not what was signed: {where}"
        hashes[one["seq"]] = bytes.fromhex(one["hash"])
    for (chain, count), point in roots.items() if manifest["whole"] else ():
        there = chains.get(chain, {})
        if (there.get(count, b"") if chain in holed else root([there[n] for n in there if n <= count])).hex() != point["last_hash" if chain in holed else "root"] and (count in there or count >= upto.get(chain, 0)): yield f"rewritten: {chain} up to {count}"
    yield from (f"part changed: {name}" for name, data in files.items() if name.startswith("parts/") and sha(data).hex() != name[6:])
if __name__ == "__main__":
    found = list(faults(files_of(pathlib.Path(sys.argv[1]))))
    sys.exit(print(*found, "BROKEN" if found else "ok" if Key else "ok, but signatures were NOT checked (install cryptography)", sep="\n") or bool(found))

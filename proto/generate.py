"""Generate `sidecar/extproc/gen/extproc_pb2.py` from `proto/gatehouse/extproc.proto`.

Usage: `python proto/generate.py [FOLDER]`. A test generates into a folder of its own and compares.
"""

import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

PROTO = Path(__file__).resolve().parent
SOURCE = "gatehouse/extproc.proto"
GENERATED = PROTO.parent / "sidecar" / "extproc" / "gen"


def generate(folder: Path) -> Path:
    """Write `extproc_pb2.py` into a folder and say where."""
    well_known = str(files("grpc_tools") / "_proto")
    with tempfile.TemporaryDirectory() as scratch:
        failed = protoc.main(["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={scratch}", SOURCE])
        if failed:
            raise SystemExit(f"protoc could not read {SOURCE}; its message is above.")
        target = folder / "extproc_pb2.py"
        shutil.copyfile(Path(scratch, "gatehouse", "extproc_pb2.py"), target)
    return target


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else GENERATED)

"""Generate the protobuf code in `sidecar/*/gen` from `proto/gatehouse/*.proto`.

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
CONTROL_SOURCE = "gatehouse/control.proto"
CONTROL_GENERATED = PROTO.parent / "sidecar" / "control" / "gen"


def generate(folder: Path, source: str = SOURCE) -> Path:
    """Write a source's `..._pb2.py` into a folder and say where."""
    well_known = str(files("grpc_tools") / "_proto")
    made = Path(source).with_suffix("").name + "_pb2.py"
    with tempfile.TemporaryDirectory() as scratch:
        failed = protoc.main(["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={scratch}", source])
        if failed:
            raise SystemExit(f"protoc could not read {source}; its message is above.")
        shutil.copyfile(Path(scratch, "gatehouse", made), folder / made)
    return folder / made


if __name__ == "__main__":
    for generated, wanted in ((GENERATED, SOURCE), (CONTROL_GENERATED, CONTROL_SOURCE)):
        generate(Path(sys.argv[1]) if len(sys.argv) > 1 else generated, wanted)

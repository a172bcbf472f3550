"""Record what a fold of the golden log gives on this machine, or make the log itself again.

    python scripts/golden.py            fold tests/golden/shop.hwlog, write expected.json beside it
    python scripts/golden.py --log      make the log first, from its seed

Needed when what the state holds changes on purpose (raise STATE_VERSION), or to have another CPU's
digest beside the recorded ones. `tests/golden` checks what is recorded there.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.golden.golden import make_log, record
from tests.golden.maths import fingerprint


def main() -> None:
    """Do as the flags say."""
    parser = argparse.ArgumentParser(description="Record the digest of the golden log.")
    parser.add_argument("--log", action="store_true", help="make the log again from its seed")
    if parser.parse_args().log:
        make_log()
    found = record()
    print(f"maths {fingerprint()}: digest {found['digests'][fingerprint()]}")
    print(f"exact part on any machine: {found['exact']}")


if __name__ == "__main__":
    main()

"""A start does not load scipy.linalg for kernels, which use no BLAS."""

import subprocess
import sys

RUN = """
import sys
from headwater_server.models.fading import weight_after
from headwater_server.models.splitmix import uniform
assert 0 <= uniform(1, 2) < 1 and weight_after(0, (2.0, 0.0, 1.0)) == 1.0
print("scipy.linalg" in sys.modules)
"""


def test_a_kernel_runs_without_blas():
    ran = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"

"""How good the lists are, compared with other recommenders on the same events. `make quality`."""

import os

# One core for everyone: libraries that start threads read these when they are first imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

"""Build what is released, and try each part in an empty environment.

    python -m scripts.release VERSION     everything, into dist/: `make release VERSION=`
    python -m scripts.release --wheels    both Python packages only, as they are: `make wheels`
    python -m scripts.release.stamp       the project's version and address, in all packages

All building is done in a copy of the tracked files, so the checkout stays clean.
"""

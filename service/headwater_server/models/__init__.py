"""River estimators, one idea a file. Items are dense indices; no clock, no I/O."""

from headwater_server.models import kernel_cache

kernel_cache.use()  # before any kernel is defined

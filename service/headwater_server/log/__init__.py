"""Generated from protos/headwater_server/log: what is stored. Only `storage` speaks it."""

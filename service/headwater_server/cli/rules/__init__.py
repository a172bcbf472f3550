"""`headwater rules`: the rules of the shop's editors, on a running server."""

"""`headwater plan`: the machines that a shop needs."""

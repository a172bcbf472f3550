"""The lift of a hold-out, since it began and of some days."""

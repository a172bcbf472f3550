"""What a shop of a size needs: machines, cores, memory, store, from measured costs."""

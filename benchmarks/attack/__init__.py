"""What honest shoppers notice while somebody floods a real server: `python -m benchmarks.attack`."""

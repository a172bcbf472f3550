"""What the most expensive allowed request of each method costs in a large shop."""

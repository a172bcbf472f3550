"""What honest shoppers notice while somebody floods a real server."""

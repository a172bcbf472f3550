"""How soon recommenders find back after the taste of a simulated shop has changed."""

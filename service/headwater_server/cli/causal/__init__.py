"""`headwater causal` on the terminal."""

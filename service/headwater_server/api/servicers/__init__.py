"""The services. Each method is three lines of thought: translate, call, translate."""

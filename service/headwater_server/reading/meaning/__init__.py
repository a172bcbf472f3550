"""What the cells of shops mean: types of events, prices, availability, categories, variants."""

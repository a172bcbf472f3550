"""What a shop has without a recommender: chance, popularity, and what is seen together."""

"""Commands about policies and the experiments that compare them."""

"""Files of rows that another system logged: one shown item each, its propensity, its reward."""

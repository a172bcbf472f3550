"""A door for those who come from Azure Personalizer: its JSON in, our calls out."""

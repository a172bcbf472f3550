"""What operators ask of Personalizer's API: configuration, figures, evaluations, model and log."""

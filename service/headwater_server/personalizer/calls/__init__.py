"""What all HTTP calls of Personalizer's API share."""

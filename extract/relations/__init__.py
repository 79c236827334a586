"""What claims relations between names, each for itself: parts, places, service."""

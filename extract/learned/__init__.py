"""What is learned from annotated texts: which names, what they serve, what figures measure."""

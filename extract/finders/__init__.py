"""What proposes names: one registered spaCy factory each, which knows of no other, and what they look up."""

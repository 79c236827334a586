"""The policy graph: build, store, query, draw and serve it. The command line's verbs are functions here."""

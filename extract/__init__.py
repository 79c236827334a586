"""From text to annotated documents: reading, structure, names, links. Knows no RDF store."""

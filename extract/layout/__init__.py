"""How a text is laid out: its lines, paragraphs, sections and tables, what looks back and ahead, what a page adds."""

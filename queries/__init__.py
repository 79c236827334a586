"""The library of questions: ``.rq`` files, and their loader."""

from queries.library import Parameter, Query, Type, as_rdf, gallery, library, load, parse

__all__ = ["Parameter", "Query", "Type", "as_rdf", "gallery", "library", "load", "parse"]

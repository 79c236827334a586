"""The server: SPARQL 1.1 protocol, graphs, entities and library queries over HTTP, safe to leave running.

``app`` puts it together; ``protocol`` speaks SPARQL; ``workers`` keeps the processes (``worker``) that answer, and
``updater`` is the one that changes the graph. Names are imported from their modules, so that a worker loads little.
"""

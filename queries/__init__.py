"""The library of questions: one ``.rq`` file each, and its loader."""

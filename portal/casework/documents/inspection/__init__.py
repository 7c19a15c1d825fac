"""What is inside a file, looked at in a process of its own. Imports neither the web, nor the database, nor settings.

``python -m portal.casework.documents.inspection KIND`` reads a file on its standard input and answers on its standard
output: ``ok`` and the bytes to keep, or ``refused`` and a code of :class:`Refusal`.
"""

"""The data dictionary: what a datum is called, how it is written, where it comes from and how long it is kept."""

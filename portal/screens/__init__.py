"""What each of the three people sees; thin."""

"""The builder: procedures written by officers who do not code, apart from casework."""

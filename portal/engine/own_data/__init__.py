"""Everything one person has here: taken away as a file (RGPD, articles 15 and 20), or erased (article 17)."""

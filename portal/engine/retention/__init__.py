"""How long each table keeps what it holds, in one inventory, and the jobs that erase what is over."""

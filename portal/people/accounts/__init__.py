"""Who people are: the authority and its departments, residents (person, account, contact) and agents."""

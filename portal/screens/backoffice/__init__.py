"""What the municipal departments see: the queue, a request, what did not leave, the connections."""

"""The smallest partner there is: it receives requests and can be asked what it received."""

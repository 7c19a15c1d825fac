"""What is told to people by e-mail: ids are kept, words are made when the message leaves."""

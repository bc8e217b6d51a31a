"""What an account and its loyalty are worth."""

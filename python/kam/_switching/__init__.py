"""What it would cost an account to leave."""

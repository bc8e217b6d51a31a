"""From the user's tables to order summaries and labels."""

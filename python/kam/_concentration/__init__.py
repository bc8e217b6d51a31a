"""How much rests on how few, and what losing them would cost."""

"""Will it leave, will it order: the models, their checks, and what rests on them."""

"""Files, frames and columns: how tables come in and go out."""

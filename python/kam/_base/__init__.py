"""What all rooms share: columns of an argument, rates, words for bad rows and for money."""

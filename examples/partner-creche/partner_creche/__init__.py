"""The crèche's own system: it tells the house who is absent, and hears who comes instead. It knows the bus alone."""

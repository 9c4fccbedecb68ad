"""The language of the house: one module per producer, one class per event."""

"""Spend that goes up or down as nobody expected: watched hour by hour, explained, and told of once."""

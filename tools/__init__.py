"""Checks of the checkout itself; none of them is shipped."""

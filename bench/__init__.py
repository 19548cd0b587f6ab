"""Speed beside other libraries, on the same newsletters."""

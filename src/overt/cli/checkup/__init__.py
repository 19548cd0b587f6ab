"""What `overt doctor` looks at. Each check says what it saw, and how to mend what is not as it should be."""

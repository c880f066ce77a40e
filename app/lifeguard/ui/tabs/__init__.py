"""What is shown of the selected object, one module per tab."""

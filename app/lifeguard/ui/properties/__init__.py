"""What the General tab says of an object, as plain groups of rows; pure functions of an inventory, no Qt."""

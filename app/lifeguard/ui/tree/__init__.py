"""The resources tree on the screen: nodes as a Qt model, how a row is drawn, and dragging."""

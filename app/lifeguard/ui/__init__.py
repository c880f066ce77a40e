"""Everything that is seen: window, tree, tabs, graphs, jobs tray, dialogs. All Qt lives here."""

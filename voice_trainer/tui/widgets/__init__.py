"""What the screens are made of; each draws from frozen values that it is handed."""

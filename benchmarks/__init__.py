"""What is right and what is fast, measured against other tools, marks made by hand, and answers known beforehand."""

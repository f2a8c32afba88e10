"""What the plans of the stacks would do, for the person who approves them: dangers first."""

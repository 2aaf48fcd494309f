"""How the settings speak to `alerts`: what is watched, which budgets and caps there are, who hears and who answers."""

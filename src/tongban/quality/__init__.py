"""How good the data of departments is: measured each day and after each change, shown to those concerned."""

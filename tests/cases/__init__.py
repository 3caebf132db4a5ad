"""What people and programs really send: one test for each line of a list of cases."""

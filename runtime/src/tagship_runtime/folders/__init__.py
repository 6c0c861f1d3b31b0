"""Folders of tables, answered part by part by several processes; what is finished is not done again."""

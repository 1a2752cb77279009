"""A CKAN as the target, by its Action API."""

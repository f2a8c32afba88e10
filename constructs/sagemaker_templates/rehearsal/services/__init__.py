"""What AWS's services do with the roles that they were given: facts from AWS's pages, and who reads them."""

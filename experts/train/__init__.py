# The recipe that trains Coterie's experts: see README.md.

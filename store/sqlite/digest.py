"""The digest of the read tables that this version of caseworker makes. `make digest` writes this file."""

READ_TABLES = "3087982a8a24b4ea4e6a0f90d1242f40cc958abae9171b56d052b4773fb5917a"

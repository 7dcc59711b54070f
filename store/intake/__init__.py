"""Outside records to cases.

importer   files to cases in a store; what is rejected is told, and kept to be mended
records    a file to records: JSON Lines, a JSON array or one JSON object
sniffing   which of these layouts a file has, told by its content
formats    which format a record has, told by its fields
message    the intake message of topic `kyc_events`
gleif      LEI records of the Global LEI Foundation
bods       statements of the Beneficial Ownership Data Standard 0.4, all of one file together:
           bods_statements (their shape), bods_index (the latest on each record), bods_values (owners and profiles)
fields     field types for reading what others wrote
outcomes   what can become of a record
rejects    the file of rejected records
"""

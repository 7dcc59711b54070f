"""Outside records to cases.

records    a file to records: JSON Lines, a JSON array or one JSON object, told apart by content
formats    which format a record has, and what becomes of it
message    the intake message of topic `kyc_events`
gleif      LEI records of the Global LEI Foundation
bods       statements of the Beneficial Ownership Data Standard 0.4
importer   files to cases in a store, and what was rejected to a file
"""

"""Records to try the program with. Every person, company, address and number in them is made up.

messages.jsonl    intake messages as they come on the topic `kyc_events`, one a line, a case each
owners.json       BODS 0.4 statements of a register of owners, on three groups of companies
lei-records.json  LEI records in the shape of the golden copy
commands.jsonl    commands that work the cases in messages.jsonl, one a line
sanctions-list.csv, pep-list.jsonl
                  lists to screen the cases against, in both layouts of lists

generate.py makes the files: `python -m sample_data.generate`. The people, companies and groups in them are the tables
of names.py, and what happens to the cases those of courses.py; intake_messages.py, casework.py and registers.py turn
them into messages, commands and register records. watch_lists.py holds who is listed, and writes the lists. parts.py
holds what these share.
"""

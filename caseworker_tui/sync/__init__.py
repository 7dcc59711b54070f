"""How it stands with the team's shared log.

screen      the screen of sync, and of what is to be settled
conflict    one conflict, and the ways out of it
text        what both say, and the top line
background  sync as a process beside the app
"""

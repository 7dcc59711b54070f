"""What is done to a case: one module a kind of work, in it each operation whole.

An operation is a command with the statuses in which it can be given and what it decides, and its events with what they
do to the state, what they say, and what leads back from them. See `store.domain.operation`.

annotations    tags and notes
assignment     who has a case, and by when it is to be decided
case_status    waiting, withdrawing, reopening
notifications  that somebody outside is to be notified
documents      which are asked for, and their statuses
attachments    the files of documents, and when documents expire
parties        people and the company
owners         who owns the company, as it is stated
confirmation   who the beneficial owners are
checks         checks, and the risk
review         the decision and its second pair of eyes
opening        opening a case

A command's and an event's names are public: `store.domain.commands` and `store.domain.events` gather them from here.
"""

from store.domain.casework.annotations import *
from store.domain.casework.assignment import *
from store.domain.casework.attachments import *
from store.domain.casework.case_status import *
from store.domain.casework.checks import *
from store.domain.casework.confirmation import *
from store.domain.casework.documents import *
from store.domain.casework.notifications import *
from store.domain.casework.opening import *
from store.domain.casework.owners import *
from store.domain.casework.parties import *
from store.domain.casework.review import *

"""What every screen stands in.

session     the engine as screens use it: awaited, on threads of its own
preload     what is imported behind the first picture
keys        actions and their keys: bindings, footer, palette, help and docs/keys.md
screen      what every whole screen is
harmless    nothing that is shown acts on the terminal
lines       a list with a cursor
navigation  the messages that lead from one screen to another
top_line    the line at the top
footer      the keys at the foot
toasts      errors as toasts
fault       faults of the app itself: what is told of them, and where they are recorded
palette     every action by name
help        all keys of a screen
viewer      files in the platform's viewer
"""

"""A review as text, as a page and as JSON: draws and words, decides nothing.

Every number and every verdict comes from the tables of the review or from the knowledge. Each format
is a module with `render`; what only one of them needs is imported only there.
"""

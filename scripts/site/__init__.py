"""What the documentation's site has beyond docs/*.md; mkdocs.yml uses it as a hook.

In: the protos, and pages that stand elsewhere in the tree. Out: pages of the site, and links that
hold there.
"""

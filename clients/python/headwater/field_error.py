"""The error of a value that no request can carry."""

from __future__ import annotations


class FieldError(TypeError, ValueError):
    """A field has a value that no request can carry; nothing was sent.

    Its text begins with the field's place, such as ``events[3].items[0].price``, and ends with
    what to write. It never quotes the value, which may be a person's data.
    """

    def within(self, place: str) -> FieldError:
        """Return the error of a message that is itself at ``place``.

        >>> str(FieldError("price is a text").within("items[2]"))
        'items[2].price is a text'
        """
        return FieldError(f"{place}.{self}")

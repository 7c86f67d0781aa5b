"""Calls that are to be refused."""

import metronome
from metronome import NotFoundError


def refused(call):
    """A call on a draft, which it is not for: that it is refused in a sentence is all that can be tried at once."""
    try:
        return call()
    except (metronome.BadRequestError, NotFoundError) as error:
        assert error.body["message"], error
        return error.body

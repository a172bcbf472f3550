"""Kernels of `Content`: a history as a profile of words, and how similar an item is to it.

``profile`` float64[words, 6] weighs each word by the last three items, the last twenty, the latest,
the session and the last hundred; later items count more. The last column is the word's idf.
``stamps`` mark the rows of this request, ``met`` lists them. ``norms`` belong to the columns of the
latest, the session and the last hundred.

``counted`` = (tokens of each item, items of each token, items, logarithms);
``scratch`` = (profile, stamps, the stamp of this request, met, norms).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models import evidence as ev
from headwater_server.models.logarithms import log_of

NEAR_REACH, REACH, LONG_REACH, PROPOSERS = 3, 20, 100, 3
NEAR, FAR, LATEST, SESSION, LONG, IDF = 0, 1, 2, 3, 4, 5
COLUMNS = 6
MET_MAX = 1024


@njit(cache=True)
def idf_of(token, frequencies, whole, logs):
    """Return log((N + 1) / (n + 1)) + 0.1; ``whole`` is log(N + 1)."""
    return whole - log_of(frequencies[np.uint64(token)] + 1.0, logs) + 0.1


@njit(cache=True)
def build_profile(counted, history, in_session, scratch):
    """Weigh the words of the last items."""
    tokens, frequencies, items, logs = counted
    profile, stamps, stamp, met, norms = scratch
    n, whole = 0, log_of(items + 1, logs)
    for z in range(min(LONG_REACH, len(history))):
        near, far, long = 0.5**z, 0.9**z, 0.98**z
        for token in tokens[history[z]]:
            if token < 0:
                break  # an item's tokens come first, and -1 fills the rest
            # An older stamp: the row is from an earlier request. Only the rows that are met are
            # cleared; clearing all would take time for every word of the shop.
            if stamps[token] != stamp:
                if n == len(met):
                    continue
                stamps[token] = stamp
                profile[token] = 0.0
                profile[token, IDF] = idf_of(token, frequencies, whole, logs)
                met[n] = token
                n += 1
            row = profile[token]
            idf = row[IDF]
            if z < NEAR_REACH:
                row[NEAR] += idf * near
            if z < REACH:
                row[FAR] += idf * far
            if z == 0:
                row[LATEST] = idf
            if in_session[z]:
                row[SESSION] += idf * far
            row[LONG] += idf * long
    # after the sums, not while they grow: a norm is of the whole sum of a word
    norms[:] = 0.0
    for i in range(n):
        row = profile[met[i]]
        for j in range(3):
            norms[j] += row[LATEST + j] * row[LATEST + j]


@njit(cache=True)
def propose_similar(counted, listed, history, evidence):
    """Propose the newest items that share words with the latest items; rare words count most."""
    tokens, frequencies, items, logs = counted
    postings, filled = listed
    out, whole = evidence[0], log_of(items + 1, logs)
    for z in range(min(PROPOSERS, len(history))):
        for token in tokens[history[z]]:
            if token < 0:
                break
            worth = np.float32(0.5**z * idf_of(token, frequencies, whole, logs) ** 2)
            # at most 64 a word: a frequent word says little, and would cost the whole shop
            newest = postings[token, : min(filled[token], postings.shape[1])]
            for row in ev.add_rows(evidence, newest, 0):
                out[np.uint64(row), ev.CONTENT_NEAR] += worth


@njit(cache=True)
def score_items(counted, chosen, scratch, evidence, rows):
    """Write two sums into the evidence of ``chosen``, and three cosines into ``rows``."""
    tokens, frequencies, items, logs = counted
    profile, stamps, stamp, _, norms = scratch
    out, own = evidence[0], ev.rows_of(evidence, chosen)
    whole = log_of(items + 1, logs)
    for i in range(np.uint64(len(chosen))):
        # the sums in registers: an array of them would be written and read for every word
        norm, near, far, latest, session, long = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for token in tokens[chosen[i]]:
            if token < 0:
                break
            word = np.uint64(token)
            if stamps[word] == stamp:
                idf = profile[word, IDF]
                near += profile[word, NEAR] * idf
                far += profile[word, FAR] * idf
                latest += profile[word, LATEST] * idf
                session += profile[word, SESSION] * idf
                long += profile[word, LONG] * idf
            else:
                idf = idf_of(token, frequencies, whole, logs)
            norm += idf * idf
        length = np.sqrt(1.0 + norm)
        out[own[i], ev.CONTENT_NEAR] = near / length
        out[own[i], ev.CONTENT] = far / length
        # the small term: an item or a session without words has the cosine 0
        rows[i, 0] = latest / np.sqrt(norm * norms[0] + 1e-9)
        rows[i, 1] = session / np.sqrt(norm * norms[1] + 1e-9)
        rows[i, 2] = long / np.sqrt(norm * norms[2] + 1e-9)

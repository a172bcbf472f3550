"""Kernels of `Content`: a history as a profile of words, and how similar an item is to it.

``profile`` float64[words, 6] weighs each word by the last three items, the last twenty, the latest,
the session and the last hundred; later items count more. The last column is the word's idf.
``known`` has a bit for each word of this request, ``met`` lists them, and ``count`` counts them.
``norms`` belong to the columns of the latest, the session and the last hundred.

``counted`` = (tokens of each item, log(n + 1) of the n items of each token, log(N + 1));
``scratch`` = (profile, known, met, count, norms).
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


_SIX, _LOW = np.uint64(6), np.uint64(63)  # 64 bits of ``known`` stand together


@njit(cache=True)
def count_items(frequencies, tokens, table, logs):
    """Write log(n + 1) of each of ``tokens``: idf is computed from it; ``table`` has logarithms.

    A logarithm for every word of every candidate would take most of the time, and a table of idf
    would change as a whole with every item.
    """
    for token in tokens:
        logs[token] = log_of(frequencies[token] + 1.0, table)


@njit(cache=True, _nrt=False)
def idf_of(token, logs, whole):
    """Return log((N + 1) / (n + 1)) + 0.1; ``whole`` is log(N + 1)."""
    return whole - logs[np.uint64(token)] + 0.1


@njit(cache=True, _nrt=False)
def _is_known(known, word):
    """Return whether the word is in the profile: a bit, as those of all words stay in the cache."""
    return (known[word >> _SIX] >> (word & _LOW)) & np.uint64(1)


@njit(cache=True, _nrt=False)
def _forget_last(known, met, count):
    """Clear the bits of the request before: all others are 0."""
    for i in range(np.uint64(count[0])):
        known[np.uint64(met[i]) >> _SIX] = np.uint64(0)


@njit(cache=True, _nrt=False)
def build_profile(counted, history, in_session, scratch):
    """Weigh the words of the last items."""
    tokens, logs, whole = counted
    profile, known, met, count, norms = scratch
    _forget_last(known, met, count)
    n = 0
    for z in range(min(LONG_REACH, len(history))):
        near, far, long = 0.5**z, 0.9**z, 0.98**z
        item = np.uint64(history[z])
        for j in range(tokens.shape[1]):
            if tokens[item, j] < 0:
                break  # an item's tokens come first, and -1 fills the rest
            word = np.uint64(tokens[item, j])
            if not _is_known(known, word):
                if n == len(met):
                    continue
                known[word >> _SIX] |= np.uint64(1) << (word & _LOW)
                met[n] = word
                n += 1
                for k in range(IDF):
                    profile[word, k] = 0.0
                profile[word, IDF] = idf_of(word, logs, whole)
            idf = profile[word, IDF]
            if z < NEAR_REACH:
                profile[word, NEAR] += idf * near
            if z < REACH:
                profile[word, FAR] += idf * far
            if z == 0:
                profile[word, LATEST] = idf
            if in_session[z]:
                profile[word, SESSION] += idf * far
            profile[word, LONG] += idf * long
    # after the sums, not while they grow: a norm is of the whole sum of a word
    norms[:], count[0] = 0.0, n
    for i in range(n):
        word = np.uint64(met[i])
        for j in range(3):
            norms[j] += profile[word, LATEST + j] * profile[word, LATEST + j]


@njit(cache=True, _nrt=False)
def propose_similar(counted, listed, history, evidence):
    """Propose the newest items that share words with the latest items; rare words count most."""
    tokens, logs, whole = counted
    postings, filled = listed
    out, rows = evidence[0], evidence[4]
    for z in range(min(PROPOSERS, len(history))):
        for token in tokens[history[z]]:
            if token < 0:
                break
            worth = np.float32(0.5**z * idf_of(token, logs, whole) ** 2)
            # at most 64 a word: a frequent word says little, and would cost the whole shop
            newest = postings[token, : min(filled[token], postings.shape[1])]
            ev.add_rows(evidence, newest, 0)
            for i in range(np.uint64(len(newest))):
                out[np.uint64(rows[i]), ev.CONTENT_NEAR] += worth


@njit(cache=True, _nrt=False)
def is_listed(listed, word, item):
    """Whether ``item`` is one of the newest items of ``word``."""
    postings, filled = listed
    newest = postings[word, : min(filled[word], postings.shape[1])]
    return ev.has(newest, item)


@njit(cache=True, _nrt=False)
def is_of_latest(tokens, history, word):
    """Whether ``word`` is one of those by which `propose_similar` proposes items."""
    for z in range(min(PROPOSERS, len(history))):  # noqa: SIM110 - kernels have no generators
        if ev.has(tokens[history[z]], word):
            return True
    return False


@njit(cache=True, _nrt=False)
def is_similar(counted, listed, history, item):
    """Whether `propose_similar` proposes ``item``."""
    tokens = counted[0]
    for z in range(min(PROPOSERS, len(history))):
        for token in tokens[history[z]]:
            if token < 0:
                break
            if is_listed(listed, token, item):
                return True
    return False


@njit(cache=True)
def _sums(counted, chosen, scratch):
    """Return float64[6, n] over the words of ``chosen``: profile times idf by column, and idf^2."""
    tokens, logs, whole = counted
    profile, known, _, _, _ = scratch
    sums = np.empty((COLUMNS, len(chosen)))
    for i in range(np.uint64(len(chosen))):
        # in registers: an array of them would be written and read for every word
        norm, near, far, latest, session, long = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        item = np.uint64(chosen[i])
        for j in range(tokens.shape[1]):
            if tokens[item, j] < 0:
                break
            word = np.uint64(tokens[item, j])
            idf = idf_of(word, logs, whole)
            if _is_known(known, word):
                near += profile[word, NEAR] * idf
                far += profile[word, FAR] * idf
                latest += profile[word, LATEST] * idf
                session += profile[word, SESSION] * idf
                long += profile[word, LONG] * idf
            norm += idf * idf
        sums[NEAR, i], sums[FAR, i], sums[IDF, i] = near, far, norm
        sums[LATEST, i], sums[SESSION, i], sums[LONG, i] = latest, session, long
    return sums


@njit(cache=True, error_model="numpy")  # no test of divisors, which are above 0: vectors instead
def score_items(counted, chosen, scratch, evidence, cosines):
    """Write two sums into the evidence of ``chosen``, and ``cosines`` float32[3, n]."""
    sums, norms = _sums(counted, chosen, scratch), scratch[4]
    out, own = evidence[0], ev.rows_of(evidence, chosen)
    for i in range(np.uint64(len(chosen))):
        length = np.sqrt(1.0 + sums[IDF, i])
        sums[NEAR, i] /= length
        sums[FAR, i] /= length
    for j in range(3):
        # the small term: an item or a session without words has the cosine 0
        for i in range(np.uint64(len(chosen))):
            cosines[j, i] = sums[LATEST + j, i] / np.sqrt(sums[IDF, i] * norms[j] + 1e-9)
    for i in range(np.uint64(len(chosen))):
        out[np.uint64(own[i]), ev.CONTENT_NEAR] = sums[NEAR, i]
        out[np.uint64(own[i]), ev.CONTENT] = sums[FAR, i]

"""The peers a shop would pick. Importing this needs the extra `quality`."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.quality.peers.biased_mf import RiverBiasedMF
from benchmarks.quality.peers.ease import Ease
from benchmarks.quality.peers.implicit_models import Als, Bpr, Cosine
from benchmarks.quality.peers.neural.gru4rec import GRU4Rec
from benchmarks.quality.peers.neural.sasrec import SASRec
from benchmarks.quality.peers.vmis_knn import VmisKnn
from benchmarks.quality.peers.vowpal import VowpalWabbit
from headwater_server.evaluation.baselines.popularity import Popularity
from headwater_server.evaluation.baselines.recommender import Recommender

PEERS: tuple[Callable[[], Recommender], ...] = (
    VmisKnn,
    lambda: VmisKnn(asks_itself=True),
    VowpalWabbit,
    lambda: VowpalWabbit(0.02, with_counts=True),
    Als,
    Cosine,
    lambda: Cosine(kept=0.8),
    Ease,
    Bpr,
    SASRec,
    GRU4Rec,
    RiverBiasedMF,
    lambda: Popularity(200),
    lambda: Popularity(2_000),
    lambda: Popularity(20_000),
)
